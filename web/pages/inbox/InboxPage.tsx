import { Button, Group, SegmentedControl, Select, Stack, Switch } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { IconPlayerTrackNext } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { taskTypeNames } from '../../../domain/tasks.ts';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useFilters } from '../../app/address.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import './inbox.css';
import { TaskList } from './TaskList.tsx';
import { views, type Filters } from './tasks.ts';
import { useInboxWords } from './words.ts';

/** Today's work in the order to do it. */
export default function InboxPage() {
  const t = useInboxWords();
  const app = useAppWords();
  const navigate = useNavigate();
  const filters = useShown();
  const next = useNext();
  useShortcuts({ n: next.take });

  return (
    <Stack gap="md" maw={1080}>
      <Group justify="space-between">
        <PageTitle>{t('title')}</PageTitle>
        <Button
          leftSection={<IconPlayerTrackNext size={18} />}
          onClick={next.take}
          loading={next.isPending}
          title={`${t('next')} (n)`}
        >
          {t('next')}
        </Button>
      </Group>
      <FilterBar filters={filters} />
      <TaskList key={JSON.stringify(filters)} filters={filters} />
    </Stack>
  );

  function useShown(): Filters {
    const search = useFilters();
    const view = views.find((one) => one === search['view']) ?? 'mine';
    const type = taskTypeNames.find((one) => one === search['type']);
    return { view, ...(type && { type }), ...(search['overdue'] && { overdue: 'true' }) };
  }

  function useNext() {
    const formats = useFormats();
    const ask = api.useMutation('post', '/api/v1/tasks/next', {
      onSuccess: ({ task, because, nextDueAt }) => {
        if (task) return void navigate({ to: '/tasks/$taskId', params: { taskId: task.taskId } });
        const why = t(`noneNext.${because ?? 'none-due'}`);
        const when = nextDueAt ? t('noneNext.until', { at: formats.soon(nextDueAt) }) : '';
        tell(`${why} ${when}`);
      },
      onError: (error) => tellProblem(error, app('problem.no-answer')),
    });
    const take = () => {
      if (!ask.isPending) ask.mutate({ params: { header: idempotencyKey() }, body: {} });
    };
    return { take, isPending: ask.isPending };
  }
}

function FilterBar({ filters }: { filters: Filters }) {
  const t = useInboxWords();
  const names = useNames();
  const user = useUser();
  const navigate = useNavigate();
  const show = (change: { [Name in keyof Filters]?: Filters[Name] | undefined }) => {
    const { view, ...rest } = { ...filters, ...change };
    const search = { ...(view !== 'mine' && { view }), ...rest };
    void navigate({ to: '/', search, replace: true });
  };
  return (
    <Group gap="sm">
      <SegmentedControl
        value={filters.view}
        onChange={(view) => show({ view })}
        data={views
          .filter((view) => view !== 'all' || isManager(user))
          .map((value) => ({ value, label: t(`views.${value}`) }))}
      />
      <Select
        aria-label={t('filter.type')}
        placeholder={t('filter.anyType')}
        clearable
        searchable
        value={filters.type ?? null}
        onChange={(type) => show({ type: type ?? undefined })}
        data={taskTypeNames.map((value) => ({ value, label: names.taskTypes[value] }))}
        w={250}
      />
      <Switch
        label={t('filter.overdue')}
        checked={filters.overdue === 'true'}
        onChange={({ currentTarget: { checked } }) =>
          show({ overdue: checked ? 'true' : undefined })
        }
      />
    </Group>
  );
}
