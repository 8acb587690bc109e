import { Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { NoCustomersYet } from '../../parts/NoCustomersYet.tsx';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { Nothing, ProblemAlert } from '../../parts/PageStates.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { useClaim } from './claim.ts';
import { SelectionBar } from './SelectionBar.tsx';
import { TaskRow } from './TaskRow.tsx';
import { agreedQueryOf, inSections, queryOf, together, type Filters, type Task } from './tasks.ts';
import { useInboxWords } from './words.ts';

// Its calendar is as large as the rest of the page.
const Snooze = lazy(() => import('./Snooze.tsx'));

/** The tasks that fit the filters; what is selected of them goes with the filters. */
export function TaskList({ filters }: { filters: Filters }) {
  const t = useInboxWords();
  const user = useUser();
  const list = usePages(['tasks', filters], (cursor) =>
    http.GET('/api/v1/tasks', { params: { query: { ...queryOf(filters), ...cursor } } }),
  );
  const agreedQuery = agreedQueryOf(filters, new Date());
  const agreed = usePages(['tasks', agreedQuery], (cursor) =>
    http.GET('/api/v1/tasks', { params: { query: { ...agreedQuery, ...cursor } } }),
  );
  const sections = inSections(together(agreed.items, list.items), new Date());
  const rowHeight = useMediaQuery('(max-width: 36em)') ? 88 : 66;
  const inOrder = sections.flatMap((one) => one.tasks);

  const [snoozed, setSnoozed] = useState<Task | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const claim = useClaim();

  // Which task is meant is where the focus is, so that moving about draws nothing anew; and where it was, once that is gone.
  const lastAt = useRef(-1);
  const focusedAt = () => {
    const row = document.activeElement?.closest<HTMLElement>('.task-row');
    return inOrder.findIndex(({ taskId }) => taskId === row?.dataset['taskId']);
  };
  const current = () => inOrder[focusedAt()];
  const focusAt = (at: number) => {
    const row = `[data-task-id="${CSS.escape(inOrder[at]?.taskId ?? '')}"]`;
    document.querySelector<HTMLElement>(`${row} .row-link`)?.focus();
  };
  const move = (by: number) => {
    const at = focusedAt();
    const from = at >= 0 ? at : by > 0 ? lastAt.current - 1 : lastAt.current;
    const to = Math.max(0, Math.min(inOrder.length - 1, from + by));
    lastAt.current = to;
    focusAt(to);
  };
  // Whose row has gone goes on at the one that took its place.
  const focused = useRef<string | null>(null);
  useEffect(() => {
    if (focused.current === null || inOrder.some(({ taskId }) => taskId === focused.current))
      return;
    focused.current = null;
    if (document.activeElement === document.body) {
      focusAt(Math.min(lastAt.current, inOrder.length - 1));
    }
  });
  const noteFocus = () => {
    focused.current = current()?.taskId ?? null;
    if (focused.current !== null) lastAt.current = focusedAt();
  };
  const withCurrent = (act: (task: Task) => void) => () => {
    const task = current();
    if (task) act(task);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    c: withCurrent(claim),
    s: withCurrent(setSnoozed),
  });
  const select = (those: Task[], wanted: boolean) => {
    const changed = new Set(selected);
    for (const { taskId } of those) {
      if (wanted) changed.add(taskId);
      else changed.delete(taskId);
    }
    setSelected(changed);
  };
  // What somebody else has closed meanwhile is not given away.
  const chosen = inOrder.map(({ taskId }) => taskId).filter((taskId) => selected.has(taskId));

  if (agreed.isPending) return <ListLoading rows={4} height={64} />;
  return (
    <Stack gap="md" onFocus={noteFocus} onBlur={() => (focused.current = null)}>
      {inOrder.length > 0 && (
        <Text size="xs" c="dimmed" visibleFrom="sm">
          {t('keys')}
        </Text>
      )}
      {agreed.error && !list.error && (
        <ProblemAlert error={agreed.error} onAgain={() => void agreed.refetch()} />
      )}
      <Paged
        list={list}
        loading={<ListLoading rows={4} height={64} />}
        empty={
          <Nothing title={t('empty.title')}>
            {t(filters.view === 'mine' ? 'empty.mine' : 'empty.other')}
            <NoCustomersYet />
          </Nothing>
        }
      >
        {() =>
          sections.map(({ section, tasks: those }) => (
            <section key={section} aria-labelledby={`section-${section}`}>
              <Group gap="sm" mb={4} pl={isManager(user) ? 18 : 0}>
                {isManager(user) && (
                  <SelectAll
                    name={t(`section.${section}`)}
                    count={those.filter(({ taskId }) => selected.has(taskId)).length}
                    of={those.length}
                    onSelect={(wanted) => select(those, wanted)}
                  />
                )}
                <Text component="h2" id={`section-${section}`} size="sm" fw={700} c="dimmed">
                  {t(`section.${section}`)}
                </Text>
              </Group>
              <VirtualList
                className="rows"
                items={those}
                keyOf={({ taskId }) => taskId}
                height={rowHeight}
                more={list.hasNextPage}
              >
                {(task) => (
                  <TaskRow
                    task={task}
                    onClaim={() => claim(task)}
                    onSnooze={() => setSnoozed(task)}
                    {...(isManager(user) && {
                      selection: {
                        selected: selected.has(task.taskId),
                        toggle: () => select([task], !selected.has(task.taskId)),
                      },
                    })}
                  />
                )}
              </VirtualList>
            </section>
          ))
        }
      </Paged>
      <Suspense>{snoozed && <Snooze task={snoozed} onClose={() => setSnoozed(null)} />}</Suspense>
      {chosen.length > 0 && (
        <SelectionBar taskIds={chosen} onClear={() => setSelected(new Set())} />
      )}
    </Stack>
  );
}

type SelectAllProps = {
  name: string;
  count: number;
  of: number;
  onSelect: (wanted: boolean) => void;
};

/** All of a section that has been read. */
function SelectAll({ name, count, of, onSelect }: SelectAllProps) {
  const t = useInboxWords();
  return (
    <Checkbox
      checked={count === of}
      indeterminate={count > 0 && count < of}
      onChange={() => onSelect(count < of)}
      aria-label={t('act.selectAll', { section: name })}
    />
  );
}
