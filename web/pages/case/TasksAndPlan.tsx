import { Anchor, Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api } from '../../api/client.ts';
import { useStaff } from '../../app/staff.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { flowing } from '../../words/flowing.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Case, Plan, Task } from './case.ts';
import type { PlanChange } from './PlanOrder.tsx';
import { useCaseWords } from './words.ts';

const PlanOrder = lazy(() => import('./PlanOrder.tsx'));

/** What people do in this case, and what the plan has in store; staff change it here. */
export function TasksAndPlan({ record }: { record: Case }) {
  const t = useCaseWords();
  const app = useAppWords();
  const { caseId, status, step } = record;
  const tasks = api.useQuery('get', '/api/v1/tasks', { params: { query: { caseId, limit: 200 } } });
  const plan = api.useQuery('get', '/api/v1/cases/{caseId}/plan', { params: { path: { caseId } } });
  const [change, setChange] = useState<PlanChange | null>(null);
  const error = tasks.error ?? plan.error;
  if (error) {
    const again = () => void Promise.all([tasks.refetch(), plan.refetch()]);
    return <ProblemAlert error={error} onAgain={again} />;
  }
  if (!tasks.data || !plan.data) {
    return <Skeleton height={240} role="status" aria-label={app('loading')} />;
  }
  const canChange = status === 'open' && step === 'measures';
  return (
    <Stack gap="lg">
      <section aria-labelledby="tasks">
        <Text component="h2" id="tasks" fw={700} size="sm">
          {t('tasks.title')}
        </Text>
        {tasks.data.items.length === 0 && <Text c="dimmed">{t('tasks.none')}</Text>}
        <ul className="case-list">
          {tasks.data.items.map((task) => (
            <TaskLine key={task.taskId} task={task} />
          ))}
        </ul>
      </section>
      <section aria-labelledby="plan">
        <Group justify="space-between">
          <Text component="h2" id="plan" fw={700} size="sm">
            {t('plan.title')}
          </Text>
          {canChange && (
            <Button size="xs" variant="default" onClick={() => setChange({ kind: 'add' })}>
              {t('plan.add')}
            </Button>
          )}
        </Group>
        {plan.data.measures.length === 0 && <Text c="dimmed">{t('plan.none')}</Text>}
        <ul className="case-list">
          {plan.data.measures.map((measure) => (
            <MeasureLine
              key={measure.measureId}
              measure={measure}
              onChange={canChange ? setChange : undefined}
            />
          ))}
        </ul>
      </section>
      <Suspense>
        {change && <PlanOrder caseId={caseId} change={change} onClose={() => setChange(null)} />}
      </Suspense>
    </Stack>
  );
}

function TaskLine({ task }: { task: Task }) {
  const t = useCaseWords();
  const names = useNames();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const { taskId, type, status, dueAt, closedAt, assignee, completedBy } = task;
  const who = completedBy ?? assignee;
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <Anchor component={Link} to={`/tasks/${encodeURIComponent(taskId)}`} size="sm">
          {names.taskTypes[type]}
        </Anchor>
        <Text size="sm" c="dimmed">
          {status === 'open'
            ? t('tasks.due', { at: formats.soon(dueAt) })
            : t(`tasks.${status}`, { at: formats.moment(closedAt!) })}
          {' · '}
          {who === null ? t('tasks.free') : nameOf(who)}
        </Text>
      </Group>
    </li>
  );
}

type MeasureProps = {
  measure: Plan['measures'][number];
  onChange: ((change: PlanChange) => void) | undefined;
};

function MeasureLine({ measure, onChange }: MeasureProps) {
  const t = useCaseWords();
  const names = useNames();
  const { measureId, kind, status, result, afterDays, content } = measure;
  const isAhead = status === 'planned' || status === 'current';
  const changes = isAhead ? (['bring-forward', 'skip'] as const) : (['repeat'] as const);
  return (
    <li>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {names.measureKinds[kind]}
          </Text>
          <Badge
            size="sm"
            className="plain-badge"
            variant="light"
            color={isAhead ? 'brand' : 'gray'}
          >
            {t(`plan.status.${status}`)}
          </Badge>
          <Text size="sm" c="dimmed">
            {result ? names.measureResults[result] : t('plan.after', { count: afterDays })}
          </Text>
        </Group>
        {onChange && (
          <Group gap={4}>
            {changes.map((one) => (
              <Button
                key={one}
                size="compact-xs"
                variant="default"
                aria-label={`${t(`plan.${one}`)}: ${names.measureKinds[kind]} (${measureId})`}
                onClick={() => onChange({ kind: one, measureId })}
              >
                {t(`plan.${one}`)}
              </Button>
            ))}
          </Group>
        )}
      </Group>
      {content && (
        <Text size="sm" c="dimmed">
          {flowing(content)}
        </Text>
      )}
    </li>
  );
}
