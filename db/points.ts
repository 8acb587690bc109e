import { and, desc, eq, gte, lt, lte, max, sql } from 'drizzle-orm';
import { before, latest } from '../domain/duration.ts';
import { DomainError } from '../domain/errors.ts';
import {
  dueAtOf,
  entitlementsOf,
  entriesFor,
  isLossWithin,
  payrollPeriod,
  type Entitlement,
  type Occasion,
  type Work,
} from '../domain/incentives.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type {
  Page,
  PageOf,
  PayrollRecord,
  PointBalance,
  PointEntry,
  TaskRecord,
} from '../domain/records.ts';
import { speaksWithCustomer } from '../domain/tasks.ts';
import type { Outcome } from '../domain/words.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { policyOf } from './policies.ts';
import { apiKeys, cases, commands, payrollClosings, pointEntries, tasks } from './schema.ts';

/*
 * The ledger of points. What everybody should have follows from the facts as they stand; what differs from the ledger is
 * booked, in the transaction that brings the fact. So it does not matter in which order facts come, or how often.
 */

const customerId = sql.placeholder('customerId');
const caseId = sql.placeholder('caseId');

const statements = prepared((db) => ({
  episodes: db.select().from(cases).where(eq(cases.customerId, customerId)).prepare(),
  entries: db.select().from(pointEntries).where(eq(pointEntries.customerId, customerId)).prepare(),
  work: db
    .select({
      keyId: apiKeys.keyId,
      role: apiKeys.role,
      at: tasks.closedAt,
      type: tasks.type,
      result: tasks.result,
    })
    .from(tasks)
    .innerJoin(apiKeys, eq(apiKeys.keyId, tasks.completedBy))
    .where(and(eq(tasks.caseId, caseId), eq(tasks.status, 'done')))
    .prepare(),
  lastWorkers: db
    .select({ keyId: tasks.completedBy })
    .from(tasks)
    .where(
      and(
        eq(tasks.caseId, caseId),
        eq(tasks.status, 'done'),
        sql`${tasks.completedBy} is not null`,
      ),
    )
    .orderBy(desc(tasks.closedAt), desc(tasks.taskId))
    .limit(1)
    .prepare(),
  lastPrevention: db
    .select({ keyId: tasks.completedBy })
    .from(tasks)
    .where(
      and(
        eq(tasks.customerId, customerId),
        // Written out, so that SQLite recognises the partial index.
        sql`${tasks.completedBy} is not null and ${tasks.sign} is not null`,
        gte(tasks.closedAt, sql.placeholder('since')),
        lte(tasks.closedAt, sql.placeholder('until')),
      ),
    )
    .orderBy(desc(tasks.closedAt), desc(tasks.taskId))
    .limit(1)
    .prepare(),
  closers: db
    .select({ keyId: commands.actor })
    .from(commands)
    .where(
      and(
        eq(commands.caseId, caseId),
        eq(commands.action, 'case.close'),
        eq(commands.status, 'done'),
      ),
    )
    .prepare(),
  closedUntil: db
    .select({ until: max(payrollClosings.until) })
    .from(payrollClosings)
    .prepare(),
  task: db
    .select()
    .from(tasks)
    .where(eq(tasks.taskId, sql.placeholder('taskId')))
    .prepare(),
}));

type Case = typeof cases.$inferSelect;
type Entry = typeof pointEntries.$inferSelect;

/** Books what the facts of a customer have made of anybody's points. */
export function settlePoints(tx: Db, customerId: string, at: string): void {
  const { episodes, entries } = statements(tx);
  const booked = entries.all({ customerId });
  const all = episodes.all({ customerId });
  for (const episode of all) {
    const occasion = `regained/${episode.caseId}`;
    const own = booked.filter((entry) => entry.occasion === occasion);
    const regained = regainOf(tx, episode, all);
    if (regained) book(tx, regained, { customerId, own, at });
    else if (own.length > 0) correct(tx, [], { of: own[0]!, own, at });
  }
  for (const taskId of new Set(booked.flatMap((entry) => entry.taskId ?? []))) {
    const own = booked.filter((entry) => entry.taskId === taskId);
    const policy = policyOf(tx, own[0]!.policyVersion);
    const task = statements(tx).task.get({ taskId });
    const prevented = task && policy && preventionOf(tx, task, { policy, episodes: all });
    if (prevented) book(tx, prevented, { customerId, own, at });
  }
}

/** Books a preventive task in which the customer was reached, by the policy of that moment. */
export function bookPrevention(
  tx: Db,
  taskId: string,
  { policy, at }: { policy: VersionedPolicy; at: string },
): void {
  const task = statements(tx).task.get({ taskId })!;
  const { customerId } = task;
  const episodes = statements(tx).episodes.all({ customerId });
  const prevented = preventionOf(tx, task, { policy, episodes });
  if (prevented) book(tx, prevented, { customerId, own: [], at });
}

/** Undefined where nobody came back, or the case's policy gives no points. */
function regainOf(tx: Db, episode: Case, all: readonly Case[]): Occasion | undefined {
  const { caseId, regainedAt, regainedBy, effectiveAt, policyVersion, outcome } = episode;
  if (regainedAt === null) return undefined;
  const policy = policyOf(tx, policyVersion);
  if (!policy?.incentives) return undefined;
  const { observation } = policy.secondLoyalty;
  const averted =
    regainedBy === 'cancellation-withdrawn' && effectiveAt && regainedAt < effectiveAt;
  const later = all.filter((other) => other.episode > episode.episode);
  return {
    occasion: `regained/${caseId}`,
    achievement: averted ? 'averted' : 'regained',
    caseId,
    taskId: null,
    occurredAt: regainedAt,
    rules: policy.incentives,
    policyVersion,
    observation,
    work: workBefore(tx, caseId, regainedAt),
    letGoBy: letGoBy(tx, episode, all, before(episode.openedAt, observation)),
    lostAgain:
      outcome === 'lost-again' ||
      later.some((other) => isLossWithin(other, { since: regainedAt, observation })),
  };
}

function preventionOf(
  tx: Db,
  { taskId, customerId, completedBy, closedAt, result }: TaskRecord,
  { policy, episodes }: { policy: VersionedPolicy; episodes: readonly Case[] },
): Occasion | undefined {
  if (!policy.incentives || completedBy === null || closedAt === null) return undefined;
  if (result?.['outcome'] !== 'reached') return undefined;
  const key = tx.select().from(apiKeys).where(eq(apiKeys.keyId, completedBy)).get();
  const { observation } = policy.secondLoyalty;
  const span = { since: closedAt, observation };
  return {
    occasion: `prevented/${taskId}`,
    achievement: 'prevented',
    caseId: null,
    taskId,
    occurredAt: closedAt,
    rules: policy.incentives,
    policyVersion: policy.version,
    observation,
    work: key ? [{ keyId: completedBy, role: key.role, at: closedAt, reached: true }] : [],
    letGoBy: gaveUpBy(
      tx,
      episodes.filter(({ openedAt }) => openedAt <= closedAt),
    ),
    lostAgain: episodes.some(
      (episode) =>
        episode.customerId === customerId &&
        episode.openedAt > closedAt &&
        isLossWithin(episode, span),
    ),
  };
}

function workBefore(tx: Db, caseId: string, regainedAt: string): Work[] {
  return statements(tx)
    .work.all({ caseId })
    .flatMap(({ keyId, role, at, type, result }) =>
      at === null || at > regainedAt
        ? []
        : [{ keyId, role, at, reached: speaksWithCustomer(type, String(result?.['outcome'])) }],
    );
}

/**
 * Who had let the customer go before an episode: who closed an earlier one by hand, or was the last to work on the
 * one before, which ended without the customer, or was the last whose preventive task the loss followed.
 */
function letGoBy(tx: Db, episode: Case, all: readonly Case[], since: string): string[] {
  const { customerId, openedAt } = episode;
  const prevention = statements(tx).lastPrevention.get({ customerId, since, until: openedAt });
  const earlier = all.filter((other) => other.episode < episode.episode);
  return [...gaveUpBy(tx, earlier), ...(prevention?.keyId ? [prevention.keyId] : [])];
}

const withoutTheCustomer: readonly (Outcome | null)[] = ['lost', 'lost-again', 'closed-by-manager'];

/** @param earlier a customer's episodes */
function gaveUpBy(tx: Db, earlier: readonly Case[]): string[] {
  const { closers, lastWorkers } = statements(tx);
  const closed = earlier.flatMap(({ caseId }) => closers.all({ caseId }));
  const last = earlier.toSorted((a, b) => b.episode - a.episode)[0];
  const gaveUp =
    last && withoutTheCustomer.includes(last.outcome)
      ? lastWorkers.all({ caseId: last.caseId })
      : [];
  return [...closed, ...gaveUp].flatMap(({ keyId }) => keyId ?? []);
}

function book(
  tx: Db,
  occasion: Occasion,
  { customerId, own, at }: { customerId: string; own: Entry[]; at: string },
): void {
  const { achievement, caseId, taskId, occurredAt, policyVersion } = occasion;
  const dueAt = dueAtOf(occasion);
  const of = { occasion: occasion.occasion, achievement, caseId, taskId, customerId, occurredAt };
  correct(tx, entitlementsOf(occasion), { of: { ...of, dueAt, policyVersion }, own, at });
}

type Subject = Pick<
  Entry,
  | 'occasion'
  | 'achievement'
  | 'caseId'
  | 'taskId'
  | 'customerId'
  | 'occurredAt'
  | 'dueAt'
  | 'policyVersion'
>;

function correct(
  tx: Db,
  entitlements: Entitlement[],
  { of, own, at }: { of: Subject; own: Entry[]; at: string },
): void {
  const people = new Map<string, { points: number; entries: number }>();
  for (const { keyId, points } of own) {
    const sum = people.get(keyId) ?? { points: 0, entries: 0 };
    people.set(keyId, { points: sum.points + points, entries: sum.entries + 1 });
  }
  const booked = [...people].map(([keyId, { points }]) => ({ keyId, points }));
  const entries = entriesFor(entitlements, booked);
  if (entries.length === 0) return;
  const payableAt = latest(of.dueAt, statements(tx).closedUntil.get()?.until ?? '');
  const { occasion, achievement, caseId, taskId, customerId, occurredAt, dueAt, policyVersion } =
    of;
  tx.insert(pointEntries)
    .values(
      entries.map((entry) => ({
        ...{ occasion, achievement, caseId, taskId, customerId, occurredAt, dueAt, policyVersion },
        ...entry,
        number: (people.get(entry.keyId)?.entries ?? 0) + 1,
        payableAt,
        bookedAt: at,
      })),
    )
    .run();
}

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
  const until = statements(db).closedUntil.get()?.until ?? '';
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
  const refuse = (why: string) => new DomainError('conflict', why);
  return writing(db, (tx) => {
    if (to > at) throw refuse(`The period ${period} is not over.`);
    const until = statements(tx).closedUntil.get()?.until ?? '';
    if (to <= until) throw refuse(`The period ${period} is closed.`);
    const open = tx
      .select({ payableAt: pointEntries.payableAt })
      .from(pointEntries)
      .where(and(gte(pointEntries.payableAt, until), lt(pointEntries.payableAt, from)))
      .orderBy(pointEntries.payableAt)
      .limit(1)
      .get();
    if (open) throw refuse(`Close ${open.payableAt.slice(0, 7)} first: it has points to pay.`);
    const record = { period, closedAt: at, closedBy: asked.actor.actorId };
    tx.insert(payrollClosings)
      .values({ ...record, until: to })
      .run();
    insertDone(tx, asked, { action: 'payroll.close', target: period, caseId: null, at });
    return record;
  });
}
