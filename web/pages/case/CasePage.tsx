import { Anchor, Badge, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { useFilters, usePathPart } from '../../app/address.ts';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { tabs, type Case, type Tab } from './case.ts';
import './case.css';
import { Commands } from './Commands.tsx';
import { Documents } from './Documents.tsx';
import { Facts } from './Facts.tsx';
import { Money } from './Money.tsx';
import { NextUp } from './NextUp.tsx';
import { StepPath } from './StepPath.tsx';
import { TasksAndPlan } from './TasksAndPlan.tsx';
import { Timeline } from './Timeline.tsx';
import { useCaseWords } from './words.ts';

/** One recovery: where it stands, how it came there, and what happens next. */
export default function CasePage() {
  const t = useCaseWords();
  const app = useAppWords();
  const caseId = usePathPart('caseId');
  const shown = api.useQuery('get', '/api/v1/cases/{caseId}', { params: { path: { caseId } } });
  return (
    <Stack gap="md">
      {shown.data ? (
        <Shown record={shown.data} />
      ) : (
        <>
          <PageTitle>{`${t('page')} ${caseId}`}</PageTitle>
          {shown.error ? (
            <ProblemAlert error={shown.error} onAgain={() => void shown.refetch()} />
          ) : (
            <Stack role="status" aria-label={app('loading')}>
              <Skeleton height={60} />
              <Skeleton height={120} />
              <Skeleton height={300} />
            </Stack>
          )}
        </>
      )}
    </Stack>
  );
}

function Shown({ record }: { record: Case }) {
  const t = useCaseWords();
  const navigate = useNavigate();
  const { caseId, customerId, status, step, outcome, pausedUntil, episode } = record;
  const search = useFilters();
  const tab = tabs.find((one) => one === search['tab']) ?? 'timeline';
  const customer = api.useQuery(
    'get',
    '/api/v1/customers/{customerId}',
    { params: { path: { customerId } } },
    { staleTime: 60_000, meta: { still: true } },
  );
  const show = (to: string | null) =>
    void navigate({
      to: '/cases/$caseId',
      params: { caseId },
      search: to === 'timeline' ? {} : { tab: to },
      replace: true,
    });
  const state = status === 'open' && pausedUntil !== null ? 'paused' : status;
  return (
    <>
      <Group justify="space-between" align="start">
        <div>
          <Group gap="sm">
            <PageTitle>{customer.data?.name ?? customerId}</PageTitle>
            <Badge
              variant="light"
              color={{ open: 'brand', paused: 'yellow', closed: 'gray' }[state]}
              className="plain-badge"
            >
              {t(`status.${state}`)}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed">
            {caseId} · {t('episode', { count: episode })} ·{' '}
            <Anchor
              href={`/customers/${encodeURIComponent(customerId)}`}
              size="sm"
              underline="always"
            >
              {t('customer')}
            </Anchor>
          </Text>
        </div>
        <Commands record={record} />
      </Group>
      <StepPath step={step} closed={status === 'closed'} outcome={outcome} />
      <NextUp record={record} />
      <div className="case-columns">
        <Tabs value={tab} onChange={show} keepMounted={false}>
          <Tabs.List mb="md" className="case-tabs">
            {tabs.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(`tabs.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map((one) => (
            <Tabs.Panel key={one} value={one}>
              <Panel tab={one} record={record} />
            </Tabs.Panel>
          ))}
        </Tabs>
        <Facts record={record} />
      </div>
    </>
  );
}

function Panel({ tab, record }: { tab: Tab; record: Case }) {
  const { caseId } = record;
  switch (tab) {
    case 'timeline':
      return <Timeline caseId={caseId} />;
    case 'plan':
      return <TasksAndPlan record={record} />;
    case 'money':
      return <Money caseId={caseId} />;
    case 'documents':
      return <Documents caseId={caseId} />;
  }
}
