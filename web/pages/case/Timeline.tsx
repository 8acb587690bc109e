import { Text } from '@mantine/core';
import { timelineText } from '../../../domain/timeline.ts';
import { timelineTextInGerman } from '../../../domain/timeline-german.ts';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useUser } from '../../app/session.ts';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { useFormats } from '../../words/format.ts';
import { useCaseWords } from './words.ts';

/** What happened and why, the oldest first. */
export function Timeline({ caseId }: { caseId: string }) {
  const t = useCaseWords();
  const formats = useFormats();
  const { language } = useUser();
  const list = usePages(['timeline', caseId], (cursor) =>
    http.GET('/api/v1/cases/{caseId}/timeline', {
      params: { path: { caseId }, query: { limit: 200, ...cursor } },
    }),
  );
  const textOf = language === 'de' ? timelineTextInGerman : timelineText;
  return (
    <Paged
      list={list}
      loading={<ListLoading rows={1} height={240} />}
      empty={<Text c="dimmed">{t('timeline.empty')}</Text>}
    >
      {(entries) => (
        <ol className="case-timeline">
          {entries.map((entry, i) => (
            <li key={entry.seq} data-code={entry.code}>
              <time dateTime={entry.at} className="figures">
                {i > 0 && formats.day(entries[i - 1]!.at) === formats.day(entry.at)
                  ? formats.time(entry.at)
                  : formats.moment(entry.at)}
              </time>
              <span>{textOf(entry, formats.moment)}</span>
            </li>
          ))}
        </ol>
      )}
    </Paged>
  );
}
