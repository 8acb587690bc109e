import { and, asc, countDistinct, eq, gt, lte, sql } from 'drizzle-orm';
import { after, latest } from '../domain/duration.ts';
import { targetGroupOf } from '../domain/identification.ts';
import { caseIdOf } from '../domain/ids.ts';
import { bookings, itemsOf, sumsOf, type LedgerEntry } from '../domain/ledger.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import { lossOf, secondLifeOf, secondLossCauseOf, type SecondLife } from '../domain/success.ts';
import { isSpokenTo, speaksWithCustomer } from '../domain/tasks.ts';
import { excluded, placeholders } from './columns.ts';
import { compiled, prepared, writingTogether, type Db } from './connection.ts';
import { judgeCase } from './judgements.ts';
import { lateReturnOf } from './late-returns.ts';
import { policyOf } from './policies.ts';
import { settlePoints } from './points.ts';
import {
  caseFigures,
  caseOffers,
  cases,
  contacts,
  ledger,
  mails,
  purchases,
  tasks,
} from './schema.ts';

/** Counted up when figures of old cases are to be made anew: the worker does it at its start. */
const figureRules = 1;

/** Cases booked in one transaction. */
const atOnce = 200;

const caseId = sql.placeholder('caseId');
const ofCustomer = eq(purchases.customerId, sql.placeholder('customerId'));

const statements = prepared((db) => ({
  find: db
    .select({
      customerId: cases.customerId,
      episode: cases.episode,
      openedAt: cases.openedAt,
      closedAt: cases.closedAt,
      lostAt: cases.lostAt,
      cancelled: cases.cancelled,
      outcome: cases.outcome,
      endReason: cases.endReason,
      trigger: cases.trigger,
      effectiveAt: cases.effectiveAt,
      tier: cases.tier,
      cause: cases.cause,
      playbookId: cases.playbookId,
      playbookVersion: cases.playbookVersion,
      decision: cases.decision,
      controlGroup: cases.controlGroup,
      regainedAt: cases.regainedAt,
      regainedBy: cases.regainedBy,
      secondLifetimeValue: cases.secondLifetimeValue,
      policyVersion: cases.policyVersion,
    })
    .from(cases)
    .where(eq(cases.caseId, caseId))
    .prepare(),
  returned: db.$client
    .prepare(
      "select case_id from cases where customer_id = ? and (regained_at is not null or outcome in ('lost', 'control-group'))",
    )
    .pluck(),
  page: db.$client
    .prepare('select case_id from cases where case_id > ? order by case_id limit ?')
    .pluck(),
  counts: db
    .select({
      all: sql<number>`(select count(*) from cases)`,
      booked: sql<number>`(select count(*) from case_figures)`,
      outdated: sql<number>`(select count(*) from case_figures where rules < ${figureRules})`,
    })
    .from(sql`(select 1)`)
    .prepare(),
  tasks: db
    .select({
      taskId: tasks.taskId,
      type: tasks.type,
      outcome: sql<string>`${tasks.result} ->> '$.outcome'`,
      minutes: sql<number | null>`${tasks.result} ->> '$.minutes'`,
      at: sql<string>`${tasks.closedAt}`,
    })
    .from(tasks)
    .where(and(eq(tasks.caseId, caseId), eq(tasks.status, 'done')))
    .prepare(),
  contacts: db
    .select({ contactId: contacts.commandId, channel: contacts.channel, at: contacts.at })
    .from(contacts)
    .where(eq(contacts.caseId, caseId))
    .prepare(),
  mails: db
    .select({ at: sql<string>`coalesce(${mails.finishedAt}, ${mails.createdAt})` })
    .from(mails)
    .where(and(eq(mails.caseId, caseId), eq(mails.status, 'sent')))
    .prepare(),
  offers: db
    .select({
      measureId: caseOffers.measureId,
      offerId: caseOffers.offerId,
      cost: caseOffers.cost,
      grantedAt: sql<string>`${caseOffers.grantedAt}`,
      redeemedAt: caseOffers.redeemedAt,
    })
    .from(caseOffers)
    .where(and(eq(caseOffers.caseId, caseId), eq(caseOffers.status, 'granted')))
    .prepare(),
  purchases: db
    .select({
      orderId: purchases.orderId,
      amount: purchases.amount,
      currency: purchases.currency,
      at: purchases.purchasedAt,
    })
    .from(purchases)
    .where(
      and(
        ofCustomer,
        gt(purchases.purchasedAt, sql.placeholder('after')),
        lte(purchases.purchasedAt, sql.placeholder('until')),
      ),
    )
    .prepare(),
  due: db
    .select({ caseId: caseFigures.caseId })
    .from(caseFigures)
    .where(
      and(
        // Written out, so that SQLite recognises the partial index.
        sql`${caseFigures.strictRegain} = 'pending' and ${caseFigures.strictUntil} is not null`,
        lte(caseFigures.strictUntil, sql.placeholder('at')),
      ),
    )
    .limit(atOnce)
    .prepare(),
  daysBefore: db
    .select({ days: countDistinct(sql`substr(${purchases.purchasedAt}, 1, 10)`) })
    .from(purchases)
    .where(and(ofCustomer, lte(purchases.purchasedAt, sql.placeholder('until'))))
    .prepare(),
  entries: db
    .select()
    .from(ledger)
    .where(eq(ledger.caseId, caseId))
    .orderBy(asc(ledger.entrySeq))
    .prepare(),
  book: compiled(
    db,
    db
      .insert(ledger)
      .values(placeholders(ledger, ['entrySeq']))
      .prepare(),
  ),
  show: compiled(
    db,
    db
      .insert(caseFigures)
      .values(placeholders(caseFigures))
      .onConflictDoUpdate({ target: caseFigures.caseId, set: excluded(caseFigures) })
      .prepare(),
  ),
}));

/**
 * Brings ledger and figures of a case to what the other tables say of it, in the transaction that changes one of them.
 * Called again it changes nothing.
 * @returns how many entries it has added
 */
export function bookCase(tx: Db, caseId: string, at: string): number {
  const record = statements(tx).find.get({ caseId });
  if (!record) return 0;
  const { customerId, episode } = record;
  // A second life ends with the next loss.
  const before = episode > 1 ? [caseIdOf(customerId, episode - 1)] : [];
  return bookEach(tx, [caseId, ...before], at);
}

/** The same for every case of a customer that a purchase or a withdrawal may belong to. */
export function bookReturned(tx: Db, customerId: string, at: string): void {
  bookEach(tx, statements(tx).returned.all(customerId) as string[], at);
}

/**
 * Books every case anew: those from before there was a ledger, and a proof that the others agree, since then nothing is
 * added.
 */
export async function bookAll(db: Db, at: string): Promise<{ cases: number; added: number }> {
  const booked = { cases: 0, added: 0 };
  for (let last = ''; ;) {
    const page = statements(db).page.all(last, atOnce) as string[];
    booked.added += await writingTogether(db, (tx) => bookEach(tx, page, at));
    booked.cases += page.length;
    if (page.length < atOnce) return booked;
    last = page.at(-1)!;
  }
}

/** Judges those returns for good whose observation is over. @returns how many */
export async function judgeDue(db: Db, at: string): Promise<number> {
  let judged = 0;
  for (let found = atOnce; found === atOnce;) {
    const due = statements(db).due.all({ at });
    const caseIds = due.map(({ caseId }) => caseId);
    await writingTogether(db, (tx) => bookEach(tx, caseIds, at));
    found = due.length;
    judged += found;
  }
  return judged;
}

/** Whether there are cases from before there was a ledger, or before its rules were what they are now. */
export async function hasUnbooked(db: Db): Promise<boolean> {
  const { all, booked, outdated } = statements(db).counts.get()!;
  return all > booked - outdated;
}

/** What was booked for a case, in that order. */
export async function ledgerOf(db: Db, caseId: string): Promise<LedgerEntry[]> {
  const rows = statements(db).entries.all({ caseId });
  return rows.map(({ entrySeq: _, caseId: __, ...entry }) => entry);
}

/** The second life of a case so far, with the policy by which it is counted; null: nobody has come back. */
export async function secondLifeOfCase(db: Db, caseId: string): Promise<SecondLife | null> {
  const { record, next, policy } = lossesOf(db, caseId)!;
  return secondLifeOf(record, next, policy.identification.valueHorizon);
}

/** A case, the policy that it carries, and the next loss of its customer. */
function lossesOf(tx: Db, caseId: string) {
  const { find } = statements(tx);
  const found = find.get({ caseId });
  if (!found) return undefined;
  const record = { ...found, ...lateReturnOf(tx, { caseId, ...found }) };
  const next = find.get({ caseId: caseIdOf(record.customerId, record.episode + 1) });
  const isLoss = next && next.endReason !== 'was-not-lost';
  const policy = policyOf(tx, record.policyVersion) ?? standardPolicy;
  return { record, next: isLoss ? next : null, policy };
}

/** Books cases, and then the points of whom a case is judged otherwise than before. @returns the entries added */
function bookEach(tx: Db, caseIds: readonly string[], at: string): number {
  const booked = caseIds.map((caseId) => book(tx, caseId, at));
  const judged = booked.flatMap(({ judgedAnew }) => judgedAnew ?? []);
  for (const customerId of new Set(judged)) settlePoints(tx, customerId, at);
  return booked.reduce((sum, { added }) => sum + added, 0);
}

/** @returns how many entries were added, and the customer if the case is judged otherwise than before */
function book(tx: Db, caseId: string, at: string): { added: number; judgedAnew?: string } {
  const { entries, book, show, daysBefore, ...facts } = statements(tx);
  const losses = lossesOf(tx, caseId);
  if (!losses) return { added: 0 };
  const { record, next, policy } = losses;
  const { customerId, endReason, closedAt, openedAt, effectiveAt } = record;
  const { currency, costs = standardPolicy.costs, identification, successControl } = policy;
  const { valueHorizon, marginPercent } = identification;
  const life = secondLifeOf(record, next, valueHorizon);
  const work = facts.tasks.all({ caseId });
  const due = itemsOf(
    {
      tasks: work,
      contacts: facts.contacts.all({ caseId }),
      offers: facts.offers.all({ caseId }),
      purchases: life ? facts.purchases.all({ customerId, ...life }) : [],
    },
    { currency, costs, marginPercent },
  );
  const booked = entries.all({ caseId });
  const added = bookings(booked, due, at);
  for (const entry of added) book.run({ ...entry, caseId });
  const until = lossOf(record);
  const lostAgainAt = life?.lostAgainAt ?? null;
  // What was said to whoever was back already has not brought them back.
  const isBefore = ({ at }: { at: string }) =>
    record.regainedAt === null || at <= record.regainedAt;
  const workBefore = work.filter(isBefore);
  const { isNew, holds } = judgeCase(tx, { ...losses, caseId }, at);
  show.run({
    ...record,
    ...sumsOf([...booked, ...added], currency),
    caseId,
    // Who was not lost is no result of ours.
    decidedAt: endReason === 'was-not-lost' ? null : (record.regainedAt ?? closedAt),
    targetGroup: targetGroupOf(daysBefore.get({ customerId, until })!.days, false).is,
    reached: workBefore.some(({ type, outcome }) => isSpokenTo(type, outcome)),
    contacted:
      workBefore.some(({ type, outcome }) => speaksWithCustomer(type, outcome)) ||
      facts.mails.all({ caseId }).some(isBefore),
    regainedAfter: life && msBetween(record.openedAt, life.returnedAt),
    lostAgainAt,
    lostAgainAfter: life && lostAgainAt && msBetween(life.returnedAt, lostAgainAt),
    ...holds,
    observedUntil: after(latest(openedAt, effectiveAt ?? openedAt), successControl.observation),
    secondLossCause: lostAgainAt && secondLossCauseOf(record.cause, next?.cause ?? null),
    rules: figureRules,
  });
  return { added: added.length, ...(isNew && { judgedAnew: customerId }) };
}

function msBetween(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
