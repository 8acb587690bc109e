import { Text } from '@mantine/core';
import type { components } from '../api/schema.d.ts';
import { useFormats } from '../words/format.ts';
import { words } from '../words/words.ts';

const useWords = words('complaints', {
  en: {
    waiting: 'Complaint of {{day}}: nobody has answered yet',
    answered: 'Complaint of {{day}}, answered on {{on}}',
  },
  de: {
    waiting: 'Beschwerde vom {{day}}: noch nicht beantwortet',
    answered: 'Beschwerde vom {{day}}, beantwortet am {{on}}',
  },
});

type Props = { complaints: components['schemas']['Customer']['complaints'] };

/** One without an answer weighs more than what somebody says is the occasion of their leaving. */
export function Complaints({ complaints }: Props) {
  const t = useWords();
  const formats = useFormats();
  if (complaints.length === 0) return null;
  return (
    <ul className="plain">
      {complaints.map(({ complaintId, recordedAt, answeredAt }) => {
        const day = formats.day(recordedAt);
        return (
          <Text key={complaintId} component="li" size="sm" fw={answeredAt ? undefined : 600}>
            {answeredAt
              ? t('answered', { day, on: formats.day(answeredAt) })
              : t('waiting', { day })}
          </Text>
        );
      })}
    </ul>
  );
}
