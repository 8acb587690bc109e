import { randomUUID } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import { after, latest } from '../domain/duration.ts';
import { DomainError } from '../domain/errors.ts';
import type { MailFate } from '../domain/mails.ts';
import type { Policy, VersionedPolicy } from '../domain/policy.ts';
import type { TaskRecord } from '../domain/records.ts';
import { codedResult } from '../domain/tasks.ts';
import { taskWithoutCaseCompleted } from '../domain/webhooks.ts';
import { recordCommand, type Asked } from './commands.ts';
import type { Db } from './connection.ts';
import { noteContact } from './contacts.ts';
import { factId, noteObjection } from './facts.ts';
import { finishMailTask } from './mail-tasks.ts';
import { settleMail } from './mails.ts';
import { bookPrevention } from './points.ts';
import { tasks } from './schema.ts';
import { announce } from './webhook-messages.ts';

/* What people do with tasks that no case waits for: each in one transaction, with its audit row and its idempotency key. */

type Told = Omit<Asked, 'request'> & { taskId: string; at: string };

/**
 * Records the result of a preventive task. `callback` moves it to the agreed time; everything else ends it.
 * `do-not-contact` is an objection.
 * @param told.result one that this type of task can have
 * @throws DomainError `task-not-open`, `idempotency-key-reused`; `invalid` for a callback further than
 * `rescheduleAtMost` away
 */
export async function completePreventiveTask(
  db: Db,
  told: Told & {
    result: Record<string, unknown>;
    policy: VersionedPolicy;
  },
): Promise<void> {
  const { result, policy, at, actor } = told;
  await asCommand(db, told, { action: 'task.complete', request: { result } }, (tx, task, id) => {
    const { outcome, callbackAt } = codedResult(task.type, result);
    noteContact(tx, task, { commandId: id, outcome, at }, policy);
    if (callbackAt !== undefined) {
      mustBeNear(callbackAt, { policy, at });
      move(tx, task, { dueAt: latest(callbackAt, at), agreed: true });
      return;
    }
    tx.update(tasks)
      .set({ status: 'done', closedAt: at, completedBy: actor.actorId, result })
      .where(eq(tasks.taskId, task.taskId))
      .run();
    announce(tx, [taskWithoutCaseCompleted(task, { outcome, at })], at);
    bookPrevention(tx, task.taskId, { policy, at });
    if (outcome !== 'do-not-contact') return;
    const { customerId } = task;
    noteObjection(tx, { customerId, objectedAt: at, eventId: factId(id), at });
  });
}

/** What was agreed with a customer is kept as it is, or not taken. */
function mustBeNear(
  callbackAt: string,
  { policy, at }: { policy: Pick<Policy, 'rescheduleAtMost'>; at: string },
): void {
  const { rescheduleAtMost } = policy;
  if (callbackAt <= after(at, rescheduleAtMost)) return;
  const [field, rule] = ['result.callbackAt', `must be at most ${rescheduleAtMost} away`];
  throw new DomainError('invalid', `${field} ${rule}.`, [{ field, rule }]);
}

/**
 * Records what a manager has found out about the mail of a task, and settles it.
 * @throws DomainError `task-not-open`, `idempotency-key-reused`
 */
export async function completeMailTask(
  db: Db,
  told: Told & { mailId: string; result: { outcome: MailFate } & Record<string, unknown> },
): Promise<void> {
  const { mailId, result, at, actor } = told;
  await asCommand(db, told, { action: 'task.complete', request: { result } }, (tx) => {
    settleMail(tx, mailId, { fate: result.outcome, at });
    finishMailTask(tx, mailId, { result, by: actor.actorId, at });
  });
}

/**
 * Moves a task without a case, and its deadline.
 * @throws DomainError `task-not-open`, `idempotency-key-reused`
 */
export async function rescheduleTaskWithoutCase(
  db: Db,
  told: Told & { request: { dueAt: string; reason?: string | undefined } },
): Promise<void> {
  const { request } = told;
  const { dueAt } = request;
  await asCommand(db, told, { action: 'task.reschedule', request }, (tx, task) =>
    move(tx, task, { dueAt, agreed: false }),
  );
}

async function asCommand(
  db: Db,
  { taskId, actor, at, idempotencyKey }: Told,
  asked: { action: string; request: Record<string, unknown> },
  act: (tx: Db, task: TaskRecord, commandId: string) => void,
): Promise<void> {
  const commandId = randomUUID();
  const about = { commandId, actor, at, idempotencyKey, target: taskId, caseId: null };
  await recordCommand(db, { ...about, ...asked }, (tx) => {
    const task = tx
      .select()
      .from(tasks)
      .where(and(eq(tasks.taskId, taskId), eq(tasks.status, 'open'), isNull(tasks.caseId)))
      .get();
    if (!task) throw new DomainError('task-not-open', 'The task closed a moment before.');
    act(tx, task, commandId);
  });
}

function move(
  tx: Db,
  task: TaskRecord,
  { dueAt, agreed }: { dueAt: string; agreed: boolean },
): void {
  const moved = Date.parse(dueAt) - Date.parse(task.dueAt);
  const deadlineAt = new Date(Date.parse(task.deadlineAt) + moved).toISOString();
  const escalatedAt = moved > 0 ? null : task.escalatedAt;
  tx.update(tasks)
    .set({ dueAt, deadlineAt, agreed, escalatedAt })
    .where(eq(tasks.taskId, task.taskId))
    .run();
}
