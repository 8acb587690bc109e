import { Alert, Text } from '@mantine/core';
import { IconCheck, IconClockPause, IconInfoCircle, IconUser } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { taskTypes, type TaskOutcome } from '../../../domain/tasks.ts';
import { useStaff } from '../../app/staff.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Task } from '../inbox/tasks.ts';
import { useCallWords } from './words.ts';

/** The engine has mostly acted on a result by then. */
const patienceMs = 3_000;

/** Whether somebody else has the task, has told its result, or the case has gone on without it. */
export function Standing({ task }: { task: Task }) {
  const t = useCallWords();
  const names = useNames();
  const formats = useFormats();
  const user = useUser();
  const { nameOf } = useStaff();
  const { status, keptResult, assignee, closeReason, completedBy, closedAt, result } = task;
  const late = useLate(keptResult && (keptResult.undoUntil ?? keptResult.at));
  const outcomeOf = (outcome: unknown) => names.taskOutcomes[outcome as TaskOutcome];
  if (status === 'done') {
    return (
      <Alert color="teal" icon={<IconCheck />} role="status">
        {t('state.done', {
          name: completedBy ? nameOf(completedBy) : t('state.somebody'),
          at: formats.soon(closedAt!),
          outcome: outcomeOf(result!['outcome']),
        })}
      </Alert>
    );
  }
  if (status === 'cancelled') {
    return (
      <Alert color="blue" icon={<IconInfoCircle />} role="status">
        {t('state.cancelled', { why: closeReason ? names.closeReasons[closeReason] : '' })}
        <Text size="sm">{t('state.calm')}</Text>
      </Alert>
    );
  }
  if (keptResult) {
    const name = nameOf(keptResult.by);
    const outcome = outcomeOf(keptResult.outcome);
    return (
      <Alert color={late ? 'orange' : 'teal'} icon={<IconCheck />} role="status">
        {t(late ? 'state.away' : 'state.kept', { name, outcome })}
      </Alert>
    );
  }
  return (
    <>
      {task.pausedUntil && (
        <Alert color="blue" icon={<IconClockPause />}>
          {t('state.paused', { at: formats.soon(task.pausedUntil) })}
        </Alert>
      )}
      {taskTypes[task.type].role === 'manager' && !isManager(user) ? (
        <Alert color="blue" icon={<IconInfoCircle />}>
          {t('state.forManager')}
        </Alert>
      ) : (
        assignee !== null &&
        assignee !== user.userId && (
          <Alert color="orange" icon={<IconUser />}>
            {t('state.others', { name: nameOf(assignee) })}
          </Alert>
        )
      )}
    </>
  );
}

/** Whether it is so long after a moment that the engine must be away. */
function useLate(at: string | null): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (at === null) return;
    const timer = setTimeout(() => setLate(true), Date.parse(at) + patienceMs - Date.now());
    return () => clearTimeout(timer);
  }, [at]);
  return late;
}
