import { and, desc, eq, gte, lte, max, sql } from 'drizzle-orm';
import { after, before, latest } from '../domain/duration.ts';
import {
  dueAtOf,
  entitlementsOf,
  entriesFor,
  isLossWithin,
  type Entitlement,
  type Occasion,
  type Work,
} from '../domain/incentives.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { TaskRecord } from '../domain/records.ts';
import { speaksWithCustomer } from '../domain/tasks.ts';
import type { Outcome, Role } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { lateReturnOf } from './late-returns.ts';
import { policyOf } from './policies.ts';
import {
  apiKeys,
  caseFigures,
  cases,
  commands,
  payrollClosings,
  pointEntries,
  tasks,
} from './schema.ts';

/*
 * The ledger of points. What everybody should have follows from the facts as they stand; what differs from the ledger is
 * booked, in the transaction that brings the fact. So it does not matter in which order facts come, or how often.
 */

const customerId = sql.placeholder('customerId');
const caseId = sql.placeholder('caseId');

/** Who completed a task earned as whoever they were then: they may have another role by now. */
const roleThen = sql<Role>`coalesce((select ${commands.role} from ${commands} where ${commands.target} = ${tasks.taskId} and ${commands.action} = 'task.complete' and ${commands.actor} = ${tasks.completedBy} and ${commands.status} in ('pending', 'done') order by ${commands.at} desc limit 1), ${apiKeys.role})`;

const statements = prepared((db) => ({
  concerned: db.$client
    .prepare(
      `select exists (select 1 from point_entries where customer_id = @customerId)
       or exists (select 1 from cases left join case_figures using (case_id) where customer_id = @customerId and (cases.regained_at is not null or case_figures.regained_at is not null))`,
    )
    .pluck(),
  episodes: db.select().from(cases).where(eq(cases.customerId, customerId)).prepare(),
  entries: db.select().from(pointEntries).where(eq(pointEntries.customerId, customerId)).prepare(),
  work: db
    .select({
      keyId: apiKeys.keyId,
      role: roleThen,
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
  judgement: db
    .select({ is: caseFigures.strictRegain })
    .from(caseFigures)
    .where(eq(caseFigures.caseId, caseId))
    .prepare(),
  closedUntil: db
    .select({ until: max(payrollClosings.until) })
    .from(payrollClosings)
    .prepare(),
  role: db
    .select({ role: roleThen })
    .from(tasks)
    .innerJoin(apiKeys, eq(apiKeys.keyId, tasks.completedBy))
    .where(eq(tasks.taskId, sql.placeholder('taskId')))
    .prepare(),
  task: db
    .select()
    .from(tasks)
    .where(eq(tasks.taskId, sql.placeholder('taskId')))
    .prepare(),
}));

/** The end of the last payroll period that is closed; empty: none is. */
export function payrollClosedUntil(db: Db): string {
  return statements(db).closedUntil.get()?.until ?? '';
}

type Case = typeof cases.$inferSelect;
type Entry = typeof pointEntries.$inferSelect;

/** Books what the facts of a customer have made of anybody's points. */
export function settlePoints(tx: Db, customerId: string, at: string): void {
  const { concerned, episodes, entries } = statements(tx);
  // Of most who are lost nobody has earned anything.
  if (!concerned.get({ customerId })) return;
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
  const { caseId, effectiveAt, policyVersion, outcome, endReason, lostAt } = episode;
  const { regainedAt, regainedBy } = lateReturnOf(tx, episode) ?? episode;
  if (regainedAt === null) return undefined;
  const policy = policyOf(tx, policyVersion);
  if (!policy?.incentives) return undefined;
  const { observation } = policy.secondLoyalty;
  // Of cases from before there was a strict rule the return itself counts.
  const is = statements(tx).judgement.get({ caseId })?.is ?? 'regained';
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
    strict: { is, until: after(regainedAt, policy.successControl.observation) },
    work: workBefore(tx, caseId, regainedAt),
    letGoBy: letGoBy(tx, episode, all, before(episode.openedAt, observation)),
    lostAgain:
      // A call that was still open lets a case outlast its observation.
      (outcome === 'lost-again' &&
        (endReason !== 'cancelled-again' || lostAt <= after(regainedAt, observation))) ||
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
  const worker = statements(tx).role.get({ taskId });
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
    strict: null,
    work: worker ? [{ ...worker, keyId: completedBy, at: closedAt, reached: true }] : [],
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
  const payableAt = latest(of.dueAt, payrollClosedUntil(tx));
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
