import { and, count, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from './connection.ts';
import { mailCounts } from './mails.ts';
import { outboxBacklog } from './outbox.ts';
import { reportMailCounts } from './report-mails.ts';
import { cases, customers, installation, purchases, tasks, webhooks } from './schema.ts';
import { deliveryCounts } from './webhook-deliveries.ts';

/** Rejects when the database does not answer. */
export async function ping(db: Db): Promise<void> {
  db.get(sql`select 1`);
}

const signOfLife = 'worker-alive-at';

/** The worker's sign of life: one that hangs gives none, though Temporal still counts it among the pollers. */
export async function noteWorkerAlive(db: Db, at: string): Promise<void> {
  const row = { name: signOfLife, value: at };
  db.insert(installation)
    .values(row)
    .onConflictDoUpdate({ target: installation.name, set: { value: at } })
    .run();
}

export async function workerAliveAt(db: Db): Promise<string | undefined> {
  return db.select().from(installation).where(eq(installation.name, signOfLife)).get()?.value;
}

/**
 * Sizes for the metrics: counts that an index answers.
 * @param overdueBefore what was due before that is overdue
 */
export async function stats(db: Db, { overdueBefore }: { overdueBefore: string }) {
  const openTask = eq(tasks.status, 'open');
  const number = (query: { get(): { number: number } | undefined }) => query.get()!.number;
  const counted = { number: count() };
  const backlog = await outboxBacklog(db);
  return {
    customers: number(db.select(counted).from(customers)),
    purchases: number(db.select(counted).from(purchases)),
    openCases: number(db.select(counted).from(cases).where(eq(cases.status, 'open'))),
    openTasks: number(db.select(counted).from(tasks).where(openTask)),
    overdueTasks: number(
      db
        .select(counted)
        .from(tasks)
        .where(and(openTask, lt(tasks.dueAt, overdueBefore), isNull(tasks.pausedUntil))),
    ),
    outboxUndone: backlog.undone,
    outboxOldestAt: backlog.oldestAt,
    mails: await mailCounts(db),
    reportMails: await reportMailCounts(db),
    webhooks: await deliveryCounts(db),
    failingWebhooks: number(
      db.select(counted).from(webhooks).where(isNotNull(webhooks.failingSince)),
    ),
  };
}
