import { and, eq, gt, isNull, ne, or, sql } from 'drizzle-orm';
import type { TaskState } from '../domain/case.ts';
import { assigneeFor, type MeasurePlan } from '../domain/measure-plan.ts';
import type { Tier } from '../domain/words.ts';
import { assigneeOfNew, namedIfThere } from './assignment.ts';
import { forgetDiscardedAssessments, keepAssessment } from './case-causes.ts';
import { prepared, type Db } from './connection.ts';
import { storedPolicy } from './policies.ts';
import { commands, tasks } from './schema.ts';

const caseId = sql.placeholder('caseId');
const taskId = sql.placeholder('taskId');

const statements = prepared((db) => ({
  command: db
    .select({ actor: commands.actor, request: commands.request })
    .from(commands)
    .where(eq(commands.commandId, sql.placeholder('commandId')))
    .prepare(),
  known: db.select({ taskId: tasks.taskId }).from(tasks).where(eq(tasks.taskId, taskId)).prepare(),
  task: db
    .insert(tasks)
    .values({
      taskId,
      caseId,
      customerId: sql.placeholder('customerId'),
      type: sql.placeholder('type'),
      step: sql.placeholder('step'),
      measureId: sql.placeholder('measureId'),
      offerId: sql.placeholder('offerId'),
      queue: sql.placeholder('queue'),
      status: sql.placeholder('status'),
      assignee: sql.placeholder('assignee'),
      attempt: sql.placeholder('attempt'),
      agreed: sql.placeholder('agreed'),
      expectedGain: sql.placeholder('expectedGain'),
      createdAt: sql.placeholder('createdAt'),
      dueAt: sql.placeholder('dueAt'),
      deadlineAt: sql.placeholder('deadlineAt'),
      pausedUntil: sql.placeholder('pausedUntil'),
      closedAt: sql.placeholder('closedAt'),
      closeReason: sql.placeholder('closeReason'),
      completedBy: sql.placeholder('completedBy'),
      // As text: the column's own encoder would make the text `null` of a missing result.
      result: sql`${sql.placeholder('resultText')}`,
    })
    .onConflictDoUpdate({
      target: tasks.taskId,
      // Everything but the assignee, which the workflow does not know.
      set: {
        type: sql`excluded.type`,
        step: sql`excluded.step`,
        measureId: sql`excluded.measure_id`,
        offerId: sql`excluded.offer_id`,
        queue: sql`excluded.queue`,
        status: sql`excluded.status`,
        attempt: sql`excluded.attempt`,
        agreed: sql`excluded.agreed`,
        expectedGain: sql`excluded.expected_gain`,
        createdAt: sql`excluded.created_at`,
        dueAt: sql`excluded.due_at`,
        deadlineAt: sql`excluded.deadline_at`,
        // Moved to later, it may escalate anew.
        escalatedAt: sql`case when excluded.due_at > ${tasks.dueAt} then null else ${tasks.escalatedAt} end`,
        pausedUntil: sql`excluded.paused_until`,
        closedAt: sql`excluded.closed_at`,
        closeReason: sql`excluded.close_reason`,
        completedBy: sql`excluded.completed_by`,
        result: sql`excluded.result`,
      },
    })
    .prepare(),
  cancelOpen: db
    .update(tasks)
    .set({
      status: 'cancelled',
      closedAt: sql`${sql.placeholder('at')}`,
      closeReason: 'case-closed',
    })
    .where(and(eq(tasks.caseId, caseId), eq(tasks.status, 'open')))
    .prepare(),
  discard: db
    .update(tasks)
    .set({
      status: 'cancelled',
      closedAt: sql`${sql.placeholder('at')}`,
      closeReason: 'discarded',
      completedBy: null,
      result: null,
    })
    .where(
      and(
        eq(tasks.caseId, caseId),
        or(eq(tasks.status, 'open'), gt(tasks.createdAt, sql.placeholder('since'))),
        sql`${tasks.taskId} not in (select value from json_each(${sql.placeholder('given')}))`,
        or(isNull(tasks.closeReason), ne(tasks.closeReason, 'discarded')),
      ),
    )
    .prepare(),
}));

/**
 * Writes the tasks as their workflow has them. Others that are open, or begun after `since`, are the work of an
 * attempt that Temporal discarded; they stay, since somebody may have seen them, but are marked as that.
 */
export function writeTasks(
  tx: Db,
  {
    given,
    since,
    at,
    policyVersion,
    tier,
    plan,
    ...ofCase
  }: {
    caseId: string;
    customerId: string;
    policyVersion: string;
    tier: Tier | null;
    plan: MeasurePlan | null;
    expectedGain: number | null;
    given: TaskState[];
    pausedUntil: string | null;
    since: string;
    at: string;
  },
): void {
  const { known, task: write, discard } = statements(tx);
  const { caseId, customerId } = ofCase;
  for (const task of given) {
    const closing = task.status === 'open' ? notClosed : closingOf(tx, task);
    const { full, ...row } = closing;
    const isNew = task.status === 'open' && !known.get({ taskId: task.taskId });
    const assignee = isNew
      ? (namedIfThere(tx, { ...task, keyId: assigneeFor(plan ?? [], task) }) ??
        assigneeOfNew(tx, { ...task, customerId, tier }, () => storedPolicy(tx, policyVersion)))
      : null;
    write.run({ ...task, offerId: task.offerId ?? null, ...row, ...ofCase, assignee });
    if (task.type === 'cause-call') keepAssessment(tx, caseId, task, { full, by: row.completedBy });
  }
  const names = JSON.stringify(given.map(({ taskId }) => taskId));
  const discarded = discard.run({ caseId, given: names, since, at });
  if (discarded.changes > 0) forgetDiscardedAssessments(tx, caseId);
}

export function cancelOpenTasks(tx: Db, { caseId, at }: { caseId: string; at: string }): void {
  statements(tx).cancelOpen.run({ caseId, at });
}

const notClosed = {
  closedAt: null,
  closeReason: null,
  completedBy: null,
  full: null,
  resultText: null,
};

/** How the task ended; the result with its free text stands in the command that brought it. */
function closingOf(tx: Db, { closedAt, closeReason, commandId, result }: TaskState) {
  const command = commandId === null ? undefined : statements(tx).command.get({ commandId });
  const full = (command?.request['result'] ?? result) as Record<string, unknown> | null;
  return {
    closedAt,
    closeReason,
    completedBy: command?.actor ?? null,
    full,
    resultText: full === null ? null : JSON.stringify(full),
  };
}
