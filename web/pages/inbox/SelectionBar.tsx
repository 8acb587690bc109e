import { Affix, Button, CloseButton, Group, Paper, Select, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useStaff } from '../../app/staff.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { useInboxWords } from './words.ts';

/** As many as the API takes at once. */
const atOnce = 200;

type Props = {
  taskIds: string[];
  onClear: () => void;
};

/** What a manager does with many tasks at once. */
export function SelectionBar({ taskIds, onClear }: Props) {
  const t = useInboxWords();
  const app = useAppWords();
  const { people } = useStaff();
  const give = useMutation({
    mutationFn: async (to: string | null) => {
      let count = 0;
      for (let from = 0; from < taskIds.length; from += atOnce) {
        const part = taskIds.slice(from, from + atOnce);
        const { data, error } = await http.POST('/api/v1/tasks/reassign', {
          params: { header: idempotencyKey() },
          body: { taskIds: part, to, reason: 'inbox' },
        });
        // What went before is done; all stays selected, and sent again it is harmless.
        if (!data) throw error as unknown;
        count += data.reassigned.length;
      }
      return count;
    },
    onSuccess: (count) => {
      tell(t('act.given', { count }));
      onClear();
    },
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  return (
    <Affix position={{ bottom: 16, left: 16, right: 16 }}>
      <Paper
        component="section"
        aria-label={t('act.selected', { count: taskIds.length })}
        withBorder
        shadow="md"
        p="sm"
        maw={680}
        mx="auto"
      >
        <Group>
          <Text fw={600}>{t('act.selected', { count: taskIds.length })}</Text>
          <Select
            flex={1}
            aria-label={t('act.giveTo')}
            placeholder={t('act.giveTo')}
            searchable
            data={people.map(({ keyId, name }) => ({ value: keyId, label: name }))}
            value={null}
            onChange={(keyId) => keyId && give.mutate(keyId)}
            disabled={give.isPending}
          />
          <Button variant="default" onClick={() => give.mutate(null)} loading={give.isPending}>
            {t('act.queue')}
          </Button>
          <CloseButton
            onClick={onClear}
            disabled={give.isPending}
            aria-label={t('act.clear')}
            title={t('act.clear')}
          />
        </Group>
      </Paper>
    </Affix>
  );
}
