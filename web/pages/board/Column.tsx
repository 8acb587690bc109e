import { Badge, Group, Stack, Text } from '@mantine/core';
import { paces } from '../../../domain/board.ts';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Board, Card, Filter } from './board.ts';
import { CaseCard } from './CaseCard.tsx';
import { useBoardWords } from './words.ts';

type Props = {
  counts: Board['steps'][number];
  filter: Filter;
  /** the case whose menu is open */
  assigning: string | null;
  onAssigning: (caseId: string | null) => void;
  onCurrent: (caseId: string) => void;
};

const colours = { 'on-track': 'gray', behind: 'yellow', stuck: 'red' } as const;

/** One step with its cases, whoever waits longest first. */
export function Column({ counts, filter, assigning, onAssigning, onCurrent }: Props) {
  const t = useBoardWords();
  const names = useNames();
  const formats = useFormats();
  const { step } = counts;
  const list = usePages(['board', step, filter], (cursor) =>
    http.GET('/api/v1/board/cases', {
      params: { query: { step, limit: 20, ...filter, ...cursor } },
    }),
  );
  const total = counts['on-track'] + counts.behind + counts.stuck;
  return (
    <section
      className="board-column"
      aria-labelledby={`step-${step}`}
      data-empty={total === 0 || undefined}
    >
      <Group justify="space-between" gap={4} mb={4}>
        <Text component="h2" id={`step-${step}`} size="sm" fw={700}>
          {names.steps[step]}
        </Text>
        <Text size="sm" fw={700} className="figures">
          {formats.number(total)}
        </Text>
      </Group>
      <Group gap={4} mb="xs" mih={20}>
        {paces
          .filter((pace) => pace !== 'on-track' && counts[pace] > 0)
          .map((pace) => (
            <Badge
              key={pace}
              size="sm"
              variant="light"
              color={colours[pace]}
              className="plain-badge"
            >
              {counts[pace]} {t(`pace.${pace}`)}
            </Badge>
          ))}
      </Group>
      <Stack gap="xs">
        <Paged
          list={list}
          loading={<ListLoading rows={1} height={120} />}
          empty={
            <Text size="sm" c="dimmed">
              {t('column.empty')}
            </Text>
          }
        >
          {(cards: Card[]) => (
            <VirtualList
              className="card-list"
              items={cards}
              keyOf={({ caseId }) => caseId}
              height={166}
              more={list.hasNextPage}
            >
              {(card) => (
                <CaseCard
                  card={card}
                  assigning={assigning === card.caseId}
                  onAssigning={(open) => onAssigning(open ? card.caseId : null)}
                  onFocus={() => onCurrent(card.caseId)}
                />
              )}
            </VirtualList>
          )}
        </Paged>
      </Stack>
    </section>
  );
}
