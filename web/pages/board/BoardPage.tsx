import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { useFilters } from '../../app/address.ts';
import { useStillWhileDragging } from '../../app/dragging.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useAppWords } from '../../app/words.ts';
import { Nothing, ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { filterIn, type Board, type Filter } from './board.ts';
import './board.css';
import { Capacity } from './Capacity.tsx';
import { Column } from './Column.tsx';
import { FilterBar } from './FilterBar.tsx';
import { People } from './People.tsx';
import { Views } from './Views.tsx';
import { useBoardWords } from './words.ts';

/** On a telephone, where one column is in view: what there is, and the way to it. */
function Steps({ steps }: Pick<Board, 'steps'>) {
  const t = useBoardWords();
  const names = useNames();
  const formats = useFormats();
  const shown = steps.map((one) => [one.step, one['on-track'] + one.behind + one.stuck] as const);
  return (
    <Group component="nav" gap={6} hiddenFrom="sm" aria-label={t('steps')}>
      {shown
        .filter(([, count]) => count > 0)
        .map(([step, count]) => (
          <Button
            key={step}
            size="compact-sm"
            variant="default"
            onClick={() =>
              document
                .getElementById(`step-${step}`)
                ?.scrollIntoView({ block: 'nearest', inline: 'start' })
            }
          >
            {names.steps[step]} {formats.number(count)}
          </Button>
        ))}
    </Group>
  );
}

/** Every open recovery by its step: what is stuck, who has it, and what waits for a decision. */
export default function BoardPage() {
  const t = useBoardWords();
  const app = useAppWords();
  const navigate = useNavigate();
  const filter = filterIn(useFilters());
  const board = api.useQuery('get', '/api/v1/board', { params: { query: filter } });
  const currentId = useRef<string | null>(null);
  const [assigning, setAssigning] = useState<string | null>(null);
  const show = (search: Filter) => void navigate({ to: '/board', search, replace: true });

  const move = (by: number) => {
    const links = [...document.querySelectorAll<HTMLElement>('.board-card a')];
    const at = links.findIndex((link) => link.dataset['case'] === currentId.current);
    const link = links[Math.max(0, Math.min(links.length - 1, at + by))];
    link?.focus();
    link?.closest('.board-card')?.scrollIntoView({ block: 'nearest' });
  };
  const assign = () => {
    // A menu of what cannot be seen would not be seen either.
    document
      .querySelector(`[data-case="${CSS.escape(currentId.current ?? '')}"]`)
      ?.closest('.board-card')
      ?.scrollIntoView({ block: 'nearest' });
    setAssigning(currentId.current);
  };
  useStillWhileDragging();
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    a: assign,
  });

  const isEmpty = board.data?.steps.every((one) => one['on-track'] + one.behind + one.stuck === 0);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <PageTitle>{t('title')}</PageTitle>
        {board.data && <Capacity {...board.data.capacity} />}
      </Group>
      <Views filter={filter} onShow={show} />
      <FilterBar filter={filter} approvals={board.data?.approvals ?? 0} onShow={show} />
      {board.error ? (
        <ProblemAlert error={board.error} onAgain={() => void board.refetch()} />
      ) : !board.data ? (
        <Group role="status" aria-label={app('loading')} wrap="nowrap" align="start">
          {[0, 1, 2, 3, 4].map((column) => (
            <Skeleton key={column} height={320} />
          ))}
        </Group>
      ) : isEmpty ? (
        <Nothing title={t('empty.title')}>
          {Object.keys(filter).length > 0 ? t('empty.filtered') : t('empty.none')}
          {Object.keys(filter).length > 0 && (
            <Button
              variant="default"
              size="xs"
              mt="sm"
              display="block"
              mx="auto"
              onClick={() => show({})}
            >
              {t('filter.clear')}
            </Button>
          )}
        </Nothing>
      ) : (
        <>
          <People loads={board.data.loads} />
          <Text size="xs" c="dimmed">
            {t('paceHelp')} <span className="wide-only">{t('keys')}</span>
          </Text>
          <Steps steps={board.data.steps} />
          <div className="board-columns">
            {board.data.steps.map((counts) => (
              <Column
                key={counts.step}
                counts={counts}
                filter={filter}
                assigning={assigning}
                onAssigning={setAssigning}
                onCurrent={(caseId) => (currentId.current = caseId)}
              />
            ))}
          </div>
        </>
      )}
    </Stack>
  );
}
