import { Anchor, Paper, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { isCall } from '../../../domain/tasks.ts';
import { api } from '../../api/client.ts';
import { useStaff } from '../../app/staff.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Case, Task } from './case.ts';
import { useCaseWords } from './words.ts';

/** What will happen next and when, and what silence means. */
export function NextUp({ record }: { record: Case }) {
  const t = useCaseWords();
  const names = useNames();
  const formats = useFormats();
  const { caseId, status, closedAt, outcome, pausedUntil, nextDueAt, step } = record;
  const tasks = api.useQuery(
    'get',
    '/api/v1/tasks',
    { params: { query: { caseId, status: 'open' } } },
    { enabled: status === 'open' },
  );
  const plan = api.useQuery(
    'get',
    '/api/v1/cases/{caseId}/plan',
    { params: { path: { caseId } } },
    { enabled: status === 'open' && step === 'measures' },
  );
  const open = tasks.data?.items ?? [];
  const measures = plan.data?.measures.filter((one) => one.status === 'planned') ?? [];
  const alone = () => {
    if (nextDueAt === null) return t('next.nothing');
    const key = step === 'success-control' ? 'next.observed' : 'next.timer';
    return t(key, { at: formats.soon(nextDueAt) });
  };
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="next">
      <Text component="h2" id="next" fw={700} size="sm" mb={4}>
        {t('next.title')}
      </Text>
      {status === 'closed' ? (
        <Text>
          {t('next.closed', {
            at: formats.moment(closedAt!),
            outcome: outcome ? names.outcomes[outcome] : '',
          })}
        </Text>
      ) : (
        <>
          {pausedUntil !== null && (
            <Text>{t('next.paused', { at: formats.soon(pausedUntil) })}</Text>
          )}
          {open.map((task) => (
            <OpenTask key={task.taskId} task={task} />
          ))}
          {open.length === 0 && pausedUntil === null && !tasks.isPending && <Text>{alone()}</Text>}
          {measures.length > 0 && (
            <Text size="sm" c="dimmed" mt={4}>
              {t('next.then', {
                measures: measures.map(({ kind }) => names.measureKinds[kind]).join(', '),
              })}
            </Text>
          )}
        </>
      )}
    </Paper>
  );
}

function OpenTask({ task }: { task: Task }) {
  const t = useCaseWords();
  const names = useNames();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const { taskId, type, dueAt, deadlineAt, assignee, overdue, pausedUntil } = task;
  const said = {
    task: names.taskTypes[type],
    at: formats.soon(dueAt),
    who: assignee === null ? t('next.nobody') : nameOf(assignee),
  };
  const silence = isCall(type)
    ? 'call'
    : type === 'approve-offer'
      ? 'approval'
      : type === 'decide-pursuit'
        ? 'decision'
        : 'work';
  return (
    <>
      <Anchor component={Link} to={`/tasks/${taskId}`} c="inherit" underline="always">
        {t(overdue ? 'next.overdue' : 'next.task', said)}
      </Anchor>
      {pausedUntil === null && (
        <Text size="sm" c="dimmed">
          {t(`next.silence.${silence}`, { at: formats.soon(deadlineAt) })}
        </Text>
      )}
    </>
  );
}
