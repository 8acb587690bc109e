import { randomUUID } from 'node:crypto';
import { and, asc, eq, inArray, isNull, lt, or, sql, type SQL } from 'drizzle-orm';
import { workingTimeBefore } from '../domain/calendar.ts';
import { latest } from '../domain/duration.ts';
import { DomainError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import type { Actor, Page, PageOf, TaskFilter, TaskRecord } from '../domain/records.ts';
import { taskStatuses } from '../domain/words.ts';
import { insertCommand } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { companyHours } from './holidays.ts';
import { merged, pageOf, startOf, type Listing } from './paging.ts';
import { tasks } from './schema.ts';
import { isVisible, scopesOf } from './sight.ts';

const earliestDueFirst: Listing<TaskRecord> = {
  name: 'tasks',
  keyOf: ({ dueAt, taskId }) => [dueAt, taskId],
  keyParts: 2,
  order: 'ascending',
};

const statements = prepared((db) => ({
  find: db
    .select()
    .from(tasks)
    .where(eq(tasks.taskId, sql.placeholder('taskId')))
    .prepare(),
}));

export async function getTask(db: Db, taskId: string): Promise<TaskRecord | undefined> {
  return statements(db).find.get({ taskId });
}

/** Earliest due first. */
export async function listTasks(
  db: Db,
  filter: TaskFilter,
  page: Page,
): Promise<PageOf<TaskRecord>> {
  const from = startOf(earliestDueFirst, page);
  const statuses = filter.status === undefined ? taskStatuses : [filter.status];
  const list = (status: (typeof statuses)[number], scope: SQL | undefined) =>
    db
      .select()
      .from(tasks)
      .where(
        and(
          eq(tasks.status, status),
          scope,
          ...conditions(filter),
          from && sql`(${tasks.dueAt}, ${tasks.taskId}) > (${from[0]}, ${from[1]})`,
        ),
      )
      .orderBy(asc(tasks.dueAt), asc(tasks.taskId))
      .limit(page.limit + 1)
      .all();
  const scopes = scopesFor(filter);
  const lists = statuses.flatMap((status) => scopes.map((scope) => list(status, scope)));
  const { dueBefore } = filter;
  const rows = merged(earliestDueFirst, lists);
  // Here and not in SQL: with a bound on either side SQLite takes the index by due time alone.
  const due = dueBefore === undefined ? rows : rows.filter(({ dueAt }) => dueAt < dueBefore);
  return pageOf(earliestDueFirst, due, page);
}

/** What is found by an index of its own is few; all the rest is looked for in one queue after the other. */
function scopesFor({ sight, assignee, type, caseId, sign, escalated }: TaskFilter) {
  if (!sight) return [undefined];
  const isFew = [assignee, type, caseId, sign, escalated].some((one) => one !== undefined);
  return isFew ? [isVisible(sight)] : scopesOf(sight);
}

function conditions({ assignee, type, caseId, sign, agreed, dueBefore, escalated }: TaskFilter) {
  return [
    dueBefore === undefined ? undefined : isNull(tasks.pausedUntil),
    assignee === undefined ? undefined : assigneeIs(assignee),
    type === undefined ? undefined : eq(tasks.type, type),
    caseId === undefined ? undefined : eq(tasks.caseId, caseId),
    sign === undefined ? undefined : eq(tasks.sign, sign),
    agreed === undefined ? undefined : eq(tasks.agreed, agreed),
    // Written out, so that SQLite recognises the partial index.
    escalated && sql`${tasks.escalatedAt} is not null`,
  ];
}

function assigneeIs(assignee: string | null) {
  return assignee === null ? isNull(tasks.assignee) : eq(tasks.assignee, assignee);
}

/**
 * Takes an open task that nobody has; taking one's own again is fine.
 * @throws DomainError `conflict` when somebody else has it, `task-not-open`, `not-found`
 */
export async function claimTask(db: Db, claim: { taskId: string } & Request): Promise<TaskRecord> {
  const assignee = claim.actor.actorId;
  const free = or(isNull(tasks.assignee), eq(tasks.assignee, assignee));
  return handOver(db, { ...claim, assignee, action: 'task.claim' }, free);
}

/**
 * Gives an open task to somebody, or with null back to the team's queue, whoever has it.
 * @throws DomainError `task-not-open`, `not-found`
 */
export async function assignTask(
  db: Db,
  change: { taskId: string; assignee: string | null } & Request,
): Promise<TaskRecord> {
  return handOver(db, { ...change, action: 'task.assign' });
}

/** Who asks, when, and under which key, if the request may be repeated. */
type Request = { actor: Actor; at: string; idempotencyKey?: string | null };

type HandOver = Request & {
  taskId: string;
  assignee: string | null;
  action: 'task.claim' | 'task.assign';
};

/** A conditional update closes the race between two people; its audit row is in the same transaction. */
function handOver(
  db: Db,
  { taskId, assignee, actor, at, idempotencyKey = null, action }: HandOver,
  condition?: ReturnType<typeof or>,
): TaskRecord {
  return writing(db, (tx) => {
    const known = statements(tx).find.get({ taskId });
    // Nothing changes, so nothing is told: a repeated request is one request.
    if (known?.status === 'open' && known.assignee === assignee) return known;
    const task = tx
      .update(tasks)
      .set({ assignee })
      .where(and(eq(tasks.taskId, taskId), eq(tasks.status, 'open'), condition))
      .returning()
      .get();
    if (!task) throw refusal(known, taskId);
    const audit = {
      commandId: randomUUID(),
      actor,
      action,
      target: taskId,
      caseId: task.caseId,
      request: { assignee },
      idempotencyKey,
      at,
    };
    insertCommand(tx, audit, 'done');
    return task;
  });
}

/** Why a task was not reassigned. */
export type NotReassigned = { taskId: string; because: 'not-found' | 'task-not-open' | 'conflict' };

/**
 * Gives many open tasks to somebody, or back to their queues, all in one transaction and each with its audit row.
 * @param change.from whose; with `taskIds` too, those of them that this one has; else all of theirs
 */
export async function reassignTasks(
  db: Db,
  change: {
    from?: string | undefined;
    taskIds?: string[] | undefined;
    to: string | null;
    reason: string;
    actor: Actor;
    at: string;
  },
): Promise<{ reassigned: string[]; left: NotReassigned[] }> {
  const { from, taskIds, to, reason, actor, at } = change;
  return writing(db, (tx) => {
    const meant = tx
      .select()
      .from(tasks)
      .where(
        taskIds
          ? inArray(tasks.taskId, taskIds)
          : and(eq(tasks.status, 'open'), eq(tasks.assignee, from!)),
      )
      .all();
    const open = meant.filter(
      ({ status, assignee }) => status === 'open' && (from === undefined || assignee === from),
    );
    for (const { taskId, caseId } of open) {
      tx.update(tasks).set({ assignee: to }).where(eq(tasks.taskId, taskId)).run();
      const request = { assignee: to, reason };
      const audit = { actor, action: 'task.assign', target: taskId, caseId, request, at };
      insertCommand(tx, { ...audit, commandId: randomUUID(), idempotencyKey: null }, 'done');
    }
    const reassigned = open.map(({ taskId }) => taskId);
    const left = (taskIds ?? [])
      .filter((taskId) => !reassigned.includes(taskId))
      .map((taskId): NotReassigned => {
        const known = meant.find((task) => task.taskId === taskId);
        if (!known) return { taskId, because: 'not-found' };
        return { taskId, because: known.status === 'open' ? 'conflict' : 'task-not-open' };
      });
    return { reassigned, left };
  });
}

function refusal(task: TaskRecord | undefined, taskId: string): DomainError {
  if (!task) return new DomainError('not-found', `There is no task ${taskId}`);
  if (task.status !== 'open') return new DomainError('task-not-open', `Task ${taskId} is not open`);
  return new DomainError('conflict', 'The task is already taken by somebody else');
}

/**
 * Marks what has waited for too long as a manager's business, once, with an audit row in the engine's name.
 * A remedy and an approval are one as soon as they are overdue: at their deadline the case goes on without them.
 * @returns how many it were
 */
export async function escalateTasks(
  db: Db,
  { policy, at }: { policy: Policy; at: string },
): Promise<number> {
  const { escalateAfter, overdueAfter } = policy;
  if (escalateAfter === undefined) return 0;
  const company = companyHours(db, policy);
  const before = workingTimeBefore(at, escalateAfter, company);
  const overdueBefore = workingTimeBefore(at, overdueAfter, company);
  const waits = and(
    eq(tasks.status, 'open'),
    isNull(tasks.escalatedAt),
    isNull(tasks.pausedUntil),
    lt(tasks.dueAt, latest(before, overdueBefore)),
    or(
      lt(tasks.dueAt, before),
      and(inArray(tasks.type, ['remedy', 'approve-offer']), lt(tasks.dueAt, overdueBefore)),
    ),
  );
  if (!db.select({ taskId: tasks.taskId }).from(tasks).where(waits).limit(1).get()) return 0;
  return writing(db, (tx) => {
    const escalated = tx.update(tasks).set({ escalatedAt: at }).where(waits).returning().all();
    for (const { taskId, caseId, dueAt } of escalated) {
      const about = { action: 'task.escalate', target: taskId, caseId, request: { dueAt }, at };
      const actor = { actorId: 'engine', role: 'admin' } as const;
      insertCommand(tx, { ...about, commandId: randomUUID(), actor, idempotencyKey: null }, 'done');
    }
    return escalated.length;
  });
}
