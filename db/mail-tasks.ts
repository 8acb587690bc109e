import { and, count, eq, lte, sql } from 'drizzle-orm';
import { after } from '../domain/duration.ts';
import { mailTaskIdOf } from '../domain/ids.ts';
import { mailLasts, type MailRecord } from '../domain/mails.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import type { TaskRecord } from '../domain/records.ts';
import { taskTypes } from '../domain/tasks.ts';
import { taskWithoutCaseCompleted, taskWithoutCaseCreated } from '../domain/webhooks.ts';
import { assigneeOfNew } from './assignment.ts';
import { prepared, writing, type Db } from './connection.ts';
import { policyOf } from './policies.ts';
import { cases, tasks } from './schema.ts';
import { announce } from './webhook-messages.ts';

/*
 * Mails that failed, or may or may not have arrived, are a manager's work: one task for each until it is settled. No case
 * waits for it, so it lives in transactions of the database alone, like preventive tasks.
 */

const type = 'check-mail';
const ofMail = eq(tasks.mailId, sql.placeholder('mailId'));
// Written out, so that SQLite recognises the partial index.
const isOpen = sql`${tasks.status} = 'open' and ${tasks.mailId} is not null`;

const statements = prepared((db) => ({
  open: db.select().from(tasks).where(and(ofMail, isOpen)).prepare(),
  number: db.select({ number: count() }).from(tasks).where(ofMail).prepare(),
  policyVersion: db
    .select({ version: cases.policyVersion })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
}));

/** Gives a manager the mail to look after, in the transaction that notes how its sending has ended. */
export function openMailTask(tx: Db, { mailId, caseId, customerId }: MailRecord, at: string): void {
  const { open, number, policyVersion } = statements(tx);
  if (open.get({ mailId })) return;
  const policy = () => {
    const found = policyVersion.get({ caseId });
    return (found && policyOf(tx, found.version)) ?? standardPolicy;
  };
  const queue = null;
  const task = tx
    .insert(tasks)
    .values({
      taskId: mailTaskIdOf(mailId, number.get({ mailId })!.number + 1),
      ...{
        mailId,
        customerId,
        type,
        queue,
        step: taskTypes[type].step,
        status: 'open',
        attempt: 1,
      },
      assignee: assigneeOfNew(tx, { customerId, type, tier: null, queue, dueAt: at }, policy),
      ...{ createdAt: at, dueAt: at, deadlineAt: after(at, mailLasts) },
    })
    .returning()
    .get();
  announce(tx, [taskWithoutCaseCreated(task)], at);
}

/** The mail's open task is done, if there is one. */
export function finishMailTask(
  tx: Db,
  mailId: string,
  {
    result,
    by,
    at,
  }: { result: { outcome: string } & Record<string, unknown>; by: string; at: string },
): void {
  const task: TaskRecord | undefined = statements(tx).open.get({ mailId });
  if (!task) return;
  tx.update(tasks)
    .set({ status: 'done', closedAt: at, completedBy: by, result })
    .where(eq(tasks.taskId, task.taskId))
    .run();
  announce(tx, [taskWithoutCaseCompleted(task, { outcome: result.outcome, at })], at);
}

/** Closes the tasks whose mails are not worth sending any more; these stay as they are. */
export async function closeOverdueMailTasks(db: Db, at: string): Promise<number> {
  const isOver = and(isOpen, lte(tasks.deadlineAt, at));
  if (!db.select({ taskId: tasks.taskId }).from(tasks).where(isOver).limit(1).get()) return 0;
  const closed = { status: 'cancelled', closedAt: at, closeReason: 'deadline' } as const;
  return writing(db, (tx) => tx.update(tasks).set(closed).where(isOver).run().changes);
}
