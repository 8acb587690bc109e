import { and, count, eq, lte, max, sql } from 'drizzle-orm';
import type { TaskCloseReason } from '../domain/case.ts';
import { after } from '../domain/duration.ts';
import { isTakenBack, type ShownSign } from '../domain/early-signs.ts';
import { preventiveTaskIdOf } from '../domain/ids.ts';
import type { Policy } from '../domain/policy.ts';
import type { TaskRecord } from '../domain/records.ts';
import { channelOf, taskTypes, type TaskType } from '../domain/tasks.ts';
import type { Channel } from '../domain/words.ts';
import { taskWithoutCaseCreated } from '../domain/webhooks.ts';
import { assigneeOfNew } from './assignment.ts';
import { prepared, writing, type Db } from './connection.ts';
import { planContactIn } from './contact-plan.ts';
import { tasks } from './schema.ts';
import { announce } from './webhook-messages.ts';

/*
 * Tasks without a case: they live in transactions of the database alone, and no workflow knows of them. Whatever
 * settles one closes it in the transaction that brings the fact.
 */

const at = sql.placeholder('at');
const ofCustomer = eq(tasks.customerId, sql.placeholder('customerId'));
// Written out, so that SQLite recognises the partial indexes.
const isPreventive = sql`${tasks.sign} is not null`;
const isOpen = sql`${tasks.status} = 'open' and ${isPreventive}`;

const statements = prepared((db) => ({
  open: db.select().from(tasks).where(and(ofCustomer, isOpen)).prepare(),
  openNumber: db.select({ number: count() }).from(tasks).where(isOpen).prepare(),
  earlier: db
    .select({ number: count(), lastAt: max(tasks.createdAt) })
    .from(tasks)
    .where(and(ofCustomer, isPreventive))
    .prepare(),
  insert: db
    .insert(tasks)
    .values({
      taskId: sql.placeholder('taskId'),
      customerId: sql.placeholder('customerId'),
      type: sql.placeholder('type'),
      step: sql.placeholder('step'),
      status: 'open',
      assignee: sql.placeholder('assignee'),
      attempt: 1,
      createdAt: at,
      dueAt: sql.placeholder('dueAt'),
      deadlineAt: sql.placeholder('deadlineAt'),
      sign: sql.placeholder('sign'),
      signAt: sql.placeholder('signAt'),
      signData: sql.placeholder('signData'),
    })
    .returning()
    .prepare(),
  close: db
    .update(tasks)
    .set({
      status: 'cancelled',
      closedAt: sql`${at}`,
      closeReason: sql`${sql.placeholder('reason')}`,
    })
    .where(eq(tasks.taskId, sql.placeholder('taskId')))
    .prepare(),
  overdue: db
    .select({ taskId: tasks.taskId })
    .from(tasks)
    .where(and(isOpen, lte(tasks.deadlineAt, at)))
    .prepare(),
}));

/** The customer's open preventive task: there is never more than one. */
export async function preventiveTaskOf(
  db: Db,
  customerId: string,
): Promise<TaskRecord | undefined> {
  return statements(db).open.get({ customerId });
}

/** What the limits go by: the team's open preventive tasks, and when the customer's last one was opened. */
export function preventiveWork(tx: Db, customerId: string) {
  const { openNumber, earlier } = statements(tx);
  return {
    openTasks: openNumber.get()!.number,
    lastTaskAt: earlier.get({ customerId })!.lastAt,
  };
}

/** @returns whether there is a moment at which it may be done */
export function openPreventiveTask(
  tx: Db,
  task: { customerId: string; type: TaskType; shown: ShownSign },
  { policy, at }: { policy: Policy; at: string },
): boolean {
  const { customerId, type, shown } = task;
  const { insert, earlier } = statements(tx);
  const { dueAfter, window } = policy.earlySigns;
  const { timeZone, contact } = policy;
  const how = { channel: channelOf(type), attempt: 1, agreed: false };
  const wanted = { customerId, timeZone, contact, ...how, notBefore: after(at, dueAfter) };
  const { permitted, dueAt } = planContactIn(tx, wanted, at);
  if (!permitted) return false;
  const record = insert.get({
    ...shown,
    taskId: preventiveTaskIdOf(customerId, type, earlier.get({ customerId })!.number + 1),
    customerId,
    type,
    step: taskTypes[type].step,
    assignee: assigneeOfNew(tx, { customerId, type, tier: null, queue: null, dueAt }, () => policy),
    dueAt,
    deadlineAt: after(dueAt, window),
    at,
  });
  announce(tx, [taskWithoutCaseCreated(record)], at);
  return true;
}

/** Closes the customer's open preventive task, if there is one that `fits`. */
export function closePreventiveTask(
  tx: Db,
  { customerId, reason, at }: { customerId: string; reason: TaskCloseReason; at: string },
  fits: (task: TaskRecord) => boolean = () => true,
): void {
  const { open, close } = statements(tx);
  const task = open.get({ customerId });
  if (task && fits(task)) close.run({ taskId: task.taskId, reason, at });
}

type NewPermission = { customerId: string; channel: Channel; granted: boolean; at: string };

/** A refusal forbids the contact that a task on its channel is for; a grant ends the withdrawal that a task is about. */
export function closeAfterPermission(
  tx: Db,
  { customerId, channel, granted, at }: NewPermission,
): void {
  const reason = granted ? 'permission-given' : 'permission-withdrawn';
  closePreventiveTask(tx, { customerId, reason, at }, ({ type, sign, signData }) =>
    granted
      ? sign === 'permission-withdrawn' && signData?.['channel'] === channel
      : channelOf(type) === channel,
  );
}

/** A purchase takes some signs back. */
export function closeAfterPurchase(
  tx: Db,
  { customerId, purchasedAt, at }: { customerId: string; purchasedAt: string; at: string },
): void {
  const closing = { customerId, reason: 'purchase', at } as const;
  closePreventiveTask(tx, closing, (task) => isTakenBack(task, purchasedAt));
}

/**
 * Closes preventive tasks that nobody did by their deadline.
 * @returns how many
 */
export async function closeOverduePreventiveTasks(db: Db, at: string): Promise<number> {
  const { overdue, close } = statements(db);
  if (!overdue.get({ at })) return 0;
  return writing(db, () => {
    const due = overdue.all({ at });
    for (const { taskId } of due) close.run({ taskId, reason: 'deadline', at });
    return due.length;
  });
}
