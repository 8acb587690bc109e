import { and, eq, gt, isNull, ne, or, sql } from 'drizzle-orm';
import type { TaskState } from '../domain/case.ts';
import { assigneeFor, type MeasurePlan } from '../domain/measure-plan.ts';
import type { Tier } from '../domain/words.ts';
import { assigneeOfNew, lastWorkerOf, namedIfThere } from './assignment.ts';
import { forgetDiscardedAssessments, keepAssessment } from './case-causes.ts';
import { excluded, placeholders } from './columns.ts';
import { prepared, type Db } from './connection.ts';
import { storedPolicy } from './policies.ts';
import { commands, tasks } from './schema.ts';

const caseId = sql.placeholder('caseId');
const taskId = sql.placeholder('taskId');
/** What the workflow of a case says nothing of. */
const notFromCases = ['escalatedAt', 'mailId', 'sign', 'signAt', 'signData'] as const;

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
      ...placeholders(tasks, notFromCases),
      // As text: the column's own encoder would make the text `null` of a missing result.
      result: sql`${sql.placeholder('resultText')}`,
    })
    .onConflictDoUpdate({
      target: tasks.taskId,
      set: {
        // Everything but the assignee, which the workflow does not know.
        ...excluded(tasks, [...notFromCases, 'taskId', 'caseId', 'customerId', 'assignee']),
        // Moved to later, it may escalate anew.
        escalatedAt: sql`case when excluded.due_at > ${tasks.dueAt} then null else ${tasks.escalatedAt} end`,
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
    // What goes wrong with a returner is for who knows them.
    const whoKnows = () => (task.type === 'make-up' ? lastWorkerOf(tx, customerId) : null);
    const assignee = isNew
      ? (namedIfThere(tx, { ...task, keyId: assigneeFor(plan ?? [], task) ?? whoKnows() }) ??
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
