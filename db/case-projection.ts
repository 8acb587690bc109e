import { and, eq, gte, sql } from 'drizzle-orm';
import type { CaseProjection, CaseState, TaskState } from '../domain/case.ts';
import { DomainError } from '../domain/errors.ts';
import { caseIdOf } from '../domain/ids.ts';
import type { CaseRecord } from '../domain/records.ts';
import { openCaseIn } from './case-opening.ts';
import { prepared, writing, type Db } from './connection.ts';
import { newestVersionOf } from './policies.ts';
import { cases, commands, outbox, tasks, timeline } from './schema.ts';

const caseId = sql.placeholder('caseId');

const statements = prepared((db) => ({
  find: db.select().from(cases).where(eq(cases.caseId, caseId)).prepare(),
  exists: db.select({ caseId: cases.caseId }).from(cases).where(eq(cases.caseId, caseId)).prepare(),
  forget: db
    .delete(timeline)
    .where(and(eq(timeline.caseId, caseId), gte(timeline.seq, sql.placeholder('firstSeq'))))
    .prepare(),
  tell: db
    .insert(timeline)
    .values({
      caseId,
      seq: sql.placeholder('seq'),
      at: sql.placeholder('at'),
      code: sql.placeholder('code'),
      data: sql.placeholder('data'),
    })
    .prepare(),
  command: db
    .select({ actor: commands.actor, request: commands.request })
    .from(commands)
    .where(eq(commands.commandId, sql.placeholder('commandId')))
    .prepare(),
  task: db
    .insert(tasks)
    .values({
      taskId: sql.placeholder('taskId'),
      caseId,
      customerId: sql.placeholder('customerId'),
      type: sql.placeholder('type'),
      step: sql.placeholder('step'),
      status: sql.placeholder('status'),
      attempt: sql.placeholder('attempt'),
      agreed: sql.placeholder('agreed'),
      createdAt: sql.placeholder('createdAt'),
      dueAt: sql.placeholder('dueAt'),
      deadlineAt: sql.placeholder('deadlineAt'),
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
        status: sql`excluded.status`,
        attempt: sql`excluded.attempt`,
        agreed: sql`excluded.agreed`,
        createdAt: sql`excluded.created_at`,
        dueAt: sql`excluded.due_at`,
        deadlineAt: sql`excluded.deadline_at`,
        closedAt: sql`excluded.closed_at`,
        closeReason: sql`excluded.close_reason`,
        completedBy: sql`excluded.completed_by`,
        result: sql`excluded.result`,
      },
    })
    .prepare(),
  cancelOthers: db
    .update(tasks)
    .set({
      status: 'cancelled',
      closedAt: sql`${sql.placeholder('at')}`,
      closeReason: 'case-closed',
    })
    .where(
      and(
        eq(tasks.caseId, caseId),
        eq(tasks.status, 'open'),
        sql`${tasks.taskId} not in (select value from json_each(${sql.placeholder('given')}))`,
      ),
    )
    .prepare(),
}));

/**
 * Makes the database show a case as its workflow has it, in one transaction. A revision may be written twice: by a
 * retry, or because Temporal discarded the attempt that wrote it first and the next one decided differently. Then
 * whatever the first has left is replaced.
 * @returns `stale` when a later revision is already written; then nothing changes
 */
export async function projectCase(
  db: Db,
  projection: CaseProjection,
  at: string,
): Promise<'written' | 'stale'> {
  const { caseId, revision, state, nextLoss } = projection;
  return writing(db, (tx) => {
    const stored = statements(tx).find.get({ caseId });
    if (!stored) throw new DomainError('not-found', `There is no case ${caseId}`);
    if (stored.revision > revision) return 'stale';
    if (stored.status === 'closed' && state.status === 'open') withdrawNextEpisode(tx, stored);
    writeState(tx, caseId, revision, state);
    writeTimeline(tx, projection);
    for (const task of projection.tasks) writeTask(tx, projection, task);
    cancelOtherTasks(tx, { caseId, given: projection.tasks.map(({ taskId }) => taskId), at });
    if (nextLoss) openNextEpisode(tx, stored, nextLoss, at);
    return 'written';
  });
}

/** Closes every open task of the case that is not among the given. */
export function cancelOtherTasks(
  tx: Db,
  { caseId, given, at }: { caseId: string; given: string[]; at: string },
): void {
  statements(tx).cancelOthers.run({ caseId, given: JSON.stringify(given), at });
}

function writeState(
  tx: Db,
  caseId: string,
  revision: number,
  { playbook, ...state }: CaseState,
): void {
  tx.update(cases)
    .set({
      ...state,
      revision,
      cause: state.assessedCause ?? state.statedCause,
      playbookId: playbook?.playbookId ?? null,
      playbookVersion: playbook?.version ?? null,
    })
    .where(eq(cases.caseId, caseId))
    .run();
}

function writeTimeline(tx: Db, { caseId, timeline: { firstSeq, entries } }: CaseProjection): void {
  const { forget, tell } = statements(tx);
  forget.run({ caseId, firstSeq });
  entries.forEach((entry, i) => tell.run({ ...entry, caseId, seq: firstSeq + i }));
}

function writeTask(tx: Db, { caseId, customerId }: CaseProjection, task: TaskState): void {
  const closing = task.status === 'open' ? notClosed : closingOf(tx, task);
  statements(tx).task.run({ ...task, ...closing, caseId, customerId });
}

const notClosed = { closedAt: null, closeReason: null, completedBy: null, resultText: null };

/** How the task ended; the result with its free text stands in the command that brought it. */
function closingOf(tx: Db, { closedAt, closeReason, commandId, result }: TaskState) {
  const command = commandId === null ? undefined : statements(tx).command.get({ commandId });
  const full = command?.request['result'] ?? result;
  return {
    closedAt,
    closeReason,
    completedBy: command?.actor ?? null,
    resultText: full === null ? null : JSON.stringify(full),
  };
}

/** Once, however often the ending is written. The next episode gets what the policy has become since. */
function openNextEpisode(
  tx: Db,
  { customerId, episode, policyVersion, openedBy }: CaseRecord,
  loss: NonNullable<CaseProjection['nextLoss']>,
  at: string,
): void {
  if (statements(tx).exists.get({ caseId: caseIdOf(customerId, episode + 1) })) return;
  const policy = newestVersionOf(tx, policyVersion);
  if (!policy) throw new Error(`Policy ${policyVersion} is not stored`);
  openCaseIn(tx, {
    customerId,
    trigger: 'cancellation',
    statedCause: loss.cause,
    statedReason: null,
    effectiveAt: loss.effectiveAt,
    openedBy,
    policy,
    at,
  });
}

/** Takes back the episode that a discarded ending has opened, so that the case can be the open one again. */
function withdrawNextEpisode(tx: Db, { customerId, episode }: CaseRecord): void {
  const next = caseIdOf(customerId, episode + 1);
  const unstarted = and(eq(cases.caseId, next), eq(cases.status, 'open'), eq(cases.revision, 0));
  if (tx.delete(cases).where(unstarted).run().changes === 0) return;
  tx.delete(outbox)
    .where(
      and(
        eq(outbox.orderKey, customerId),
        eq(outbox.kind, 'start-case'),
        sql`${outbox.doneAt} is null`,
        sql`${outbox.payload} ->> '$.caseId' = ${next}`,
      ),
    )
    .run();
}
