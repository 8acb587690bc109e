import { and, desc, eq, gte, lt, sql } from 'drizzle-orm';
import { refused } from '../domain/errors.ts';
import {
  payrollPeriod,
  type PayrollRecord,
  type PointBalance,
  type PointEntry,
} from '../domain/incentives.ts';
import type { Page, PageOf } from '../domain/records.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { judgeDue } from './ledger.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { payrollClosedUntil } from './points.ts';
import { apiKeys, payrollClosings, pointEntries } from './schema.ts';

/* What the points that were booked come to: entry by entry, for each person, and in payroll periods. */

const shown = {
  entrySeq: pointEntries.entrySeq,
  achievement: pointEntries.achievement,
  keyId: pointEntries.keyId,
  caseId: pointEntries.caseId,
  taskId: pointEntries.taskId,
  points: pointEntries.points,
  reason: pointEntries.reason,
  policyVersion: pointEntries.policyVersion,
  occurredAt: pointEntries.occurredAt,
  dueAt: pointEntries.dueAt,
  payableAt: pointEntries.payableAt,
  bookedAt: pointEntries.bookedAt,
};

const newestFirst: Listing<PointEntry> = {
  name: 'points',
  keyOf: ({ entrySeq }) => [String(entrySeq)],
  keyParts: 1,
  order: 'descending',
};

/** The newest first; of one person, or of all. */
export async function listPointEntries(
  db: Db,
  keyId: string | undefined,
  page: Page,
): Promise<PageOf<PointEntry>> {
  const [start] = startOf(newestFirst, page) ?? [];
  const rows = db
    .select(shown)
    .from(pointEntries)
    .where(
      and(
        keyId === undefined ? undefined : eq(pointEntries.keyId, keyId),
        start === undefined ? undefined : lt(pointEntries.entrySeq, Number(start)),
      ),
    )
    .orderBy(desc(pointEntries.entrySeq))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows, page);
}

/** By name; of one person, or of all who have ever had an entry. */
export async function pointBalances(
  db: Db,
  { keyId, at }: { keyId?: string | undefined; at: string },
): Promise<PointBalance[]> {
  const until = payrollClosedUntil(db);
  const { payableAt, points } = pointEntries;
  const sumWhere = (condition: ReturnType<typeof sql>) =>
    sql<number>`coalesce(sum(case when ${condition} then ${points} end), 0)`;
  return db
    .select({
      keyId: pointEntries.keyId,
      name: sql<string>`coalesce(${apiKeys.name}, '')`,
      pending: sumWhere(sql`${payableAt} > ${at}`),
      payable: sumWhere(sql`${payableAt} <= ${at} and ${payableAt} >= ${until}`),
      paid: sumWhere(sql`${payableAt} < ${until}`),
    })
    .from(pointEntries)
    .leftJoin(apiKeys, eq(apiKeys.keyId, pointEntries.keyId))
    .where(keyId === undefined ? undefined : eq(pointEntries.keyId, keyId))
    .groupBy(pointEntries.keyId)
    .orderBy(sql`2`, pointEntries.keyId)
    .all();
}

/** What a payroll period pays, entry by entry, in the order in which it was booked. */
export async function payrollEntries(
  db: Db,
  period: string,
): Promise<(PointEntry & { name: string })[]> {
  const { from, to } = payrollPeriod(period);
  return db
    .select({ ...shown, name: sql<string>`coalesce(${apiKeys.name}, '')` })
    .from(pointEntries)
    .leftJoin(apiKeys, eq(apiKeys.keyId, pointEntries.keyId))
    .where(and(gte(pointEntries.payableAt, from), lt(pointEntries.payableAt, to)))
    .orderBy(pointEntries.entrySeq)
    .all();
}

/** The newest first. */
export async function listPayrollClosings(db: Db): Promise<PayrollRecord[]> {
  const { period, closedAt, closedBy } = payrollClosings;
  return db
    .select({ period, closedAt, closedBy })
    .from(payrollClosings)
    .orderBy(desc(period))
    .all();
}

/**
 * Closes a payroll period: nothing is added to it any more, and later corrections go to the next one.
 * @throws DomainError `conflict` when it is not over, is closed, or an earlier one has entries and is not closed
 */
export async function closePayroll(
  db: Db,
  period: string,
  { asked, at }: { asked: Asked; at: string },
): Promise<PayrollRecord> {
  const { from, to } = payrollPeriod(period);
  // What is due by then is judged by then.
  await judgeDue(db, at);
  return writing(db, (tx) => {
    if (to > at) throw refused('period-not-over', `The period ${period} is not over.`);
    const until = payrollClosedUntil(tx);
    if (to <= until) throw refused('period-closed', `The period ${period} is closed.`);
    const open = tx
      .select({ payableAt: pointEntries.payableAt })
      .from(pointEntries)
      .where(and(gte(pointEntries.payableAt, until), lt(pointEntries.payableAt, from)))
      .orderBy(pointEntries.payableAt)
      .limit(1)
      .get();
    if (open) {
      const first = open.payableAt.slice(0, 7);
      throw refused('earlier-period-first', `Close ${first} first: it has points to pay.`);
    }
    const record = { period, closedAt: at, closedBy: asked.actor.actorId };
    tx.insert(payrollClosings)
      .values({ ...record, until: to })
      .run();
    insertDone(tx, asked, { action: 'payroll.close', target: period, caseId: null, at });
    return record;
  });
}
