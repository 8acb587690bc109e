import { randomInt } from 'node:crypto';
import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  ne,
  or,
  sql,
} from 'drizzle-orm';
import type { CaseState } from '../domain/case.ts';
import { before } from '../domain/duration.ts';
import { DomainError } from '../domain/errors.ts';
import type { OfferToName } from '../domain/mails.ts';
import {
  offerOutsideCatalogue,
  offerVerdict,
  pendingOffer,
  type ApprovalReason,
  type Offer,
  type OfferFacts,
  type OfferLimits,
  type OfferVerdict,
  type CaseOffer,
  type OfferRecord,
} from '../domain/offers.ts';
import type { PermissionVerdict } from '../domain/permission.ts';
import type { OptimisationPolicy } from '../domain/policy.ts';
import type { CaseRecord } from '../domain/records.ts';
import type { Cause, Channel } from '../domain/words.ts';
import { offerResults } from './arms.ts';
import { keyedChance } from './chance.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { permissionInCase } from './contacts.ts';
import { bookCase } from './ledger.ts';
import { offerByLot, type TriedOffer } from './offer-lots.ts';
import { caseOffers, cases, offers } from './schema.ts';

const ofCase = eq(caseOffers.caseId, sql.placeholder('caseId'));

const statements = prepared((db) => ({
  find: db
    .select()
    .from(offers)
    .where(eq(offers.offerId, sql.placeholder('offerId')))
    .prepare(),
  cancelled: db
    .select({ cancelled: cases.cancelled })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
  // What was offered in a measure in the end: what only waited for a manager has no code.
  made: db
    .select({ offerId: caseOffers.offerId })
    .from(caseOffers)
    .where(
      and(
        ofCase,
        eq(caseOffers.measureId, sql.placeholder('measureId')),
        isNotNull(caseOffers.code),
      ),
    )
    .orderBy(desc(caseOffers.proposedAt))
    .limit(1)
    .prepare(),
  pending: db
    .select()
    .from(caseOffers)
    .where(and(ofCase, inArray(caseOffers.status, pendingOffer)))
    .prepare(),
}));

/** Adds the offers that are not known; what managers have changed since stays. */
export async function seedOffers(db: Db, catalogue: Offer[], at: string): Promise<void> {
  if (catalogue.length === 0) return;
  const rows = catalogue.map((content) => ({ offerId: content.offerId, content, changedAt: at }));
  db.insert(offers).values(rows).onConflictDoNothing().run();
}

/** Puts an offer into the catalogue, or changes it there; offers that were made stay as they are. */
export async function putOffer(
  db: Db,
  content: Offer,
  { asked, at }: { asked: Asked; at: string },
): Promise<void> {
  const { offerId } = content;
  writing(db, (tx) => {
    const change = { content, changedAt: at, retiredAt: null };
    tx.insert(offers)
      .values({ offerId, ...change })
      .onConflictDoUpdate({ target: offers.offerId, set: change })
      .run();
    insertDone(tx, asked, { action: 'offer.put', target: offerId, caseId: null, at });
  });
}

/** @throws DomainError `not-found` */
export async function retireOffer(
  db: Db,
  offerId: string,
  { asked, at }: { asked: Asked; at: string },
): Promise<void> {
  writing(db, (tx) => {
    const known = statements(tx).find.get({ offerId });
    if (!known) throw new DomainError('not-found', 'There is no such offer.');
    tx.update(offers).set({ retiredAt: at }).where(eq(offers.offerId, offerId)).run();
    insertDone(tx, asked, { action: 'offer.retire', target: offerId, caseId: null, at });
  });
}

/** The catalogue by ID, with what each has cost this month. */
export async function listOffers(db: Db, at: string): Promise<OfferRecord[]> {
  const spent = new Map(
    db
      .select({ offerId: caseOffers.offerId, cost: sql<number>`sum(${caseOffers.cost})` })
      .from(caseOffers)
      .where(countsIn(monthOf(at)))
      .groupBy(caseOffers.offerId)
      .all()
      .map(({ offerId, cost }) => [offerId, cost]),
  );
  const all = db.select().from(offers).orderBy(asc(offers.offerId)).all();
  return all.map((one) => ({ ...one, spentThisMonth: spent.get(one.offerId) ?? 0 }));
}

export async function offersOfCase(db: Db, caseId: string): Promise<CaseOffer[]> {
  return db
    .select()
    .from(caseOffers)
    .where(eq(caseOffers.caseId, caseId))
    .orderBy(asc(caseOffers.proposedAt), asc(caseOffers.offerId))
    .all()
    .map((offer) => (offer.status === 'granted' ? offer : { ...offer, code: null }));
}

/**
 * What a mail or letter names: what it offers itself, in place of a call, or what was granted to the customer and can
 * still be redeemed, the newest of it.
 */
export async function offerToName(
  db: Db,
  {
    caseId,
    measureId,
    customerId,
  }: { caseId?: string | null; measureId?: string | null; customerId: string },
  at: string,
): Promise<OfferToName | null> {
  const own =
    caseId && measureId
      ? statements(db)
          .pending.all({ caseId })
          .find((offer) => offer.measureId === measureId)
      : undefined;
  if (own?.code) return toName(db, { ...own, code: own.code, expiresAt: expiryOf(own, at) });
  const granted = db
    .select()
    .from(caseOffers)
    .where(
      and(
        eq(caseOffers.customerId, customerId),
        eq(caseOffers.status, 'granted'),
        isNull(caseOffers.redeemedAt),
        gt(caseOffers.expiresAt, at),
      ),
    )
    .orderBy(desc(caseOffers.grantedAt))
    .get();
  return granted
    ? toName(db, { ...granted, code: granted.code!, expiresAt: granted.expiresAt! })
    : null;
}

function toName(
  db: Db,
  { offerId, code, expiresAt }: { offerId: string; code: string; expiresAt: string },
): OfferToName {
  const content = statements(db).find.get({ offerId })?.content;
  const { title, names } = content ?? offerOutsideCatalogue(offerId, 0);
  return { title, names, code, expiresAt };
}

export type OfferRequest = Omit<
  OfferFacts,
  'grantedBefore' | 'refusedBefore' | 'cancelledBefore' | 'spent' | 'secondLifetimeValue'
> & {
  caseId: string;
  customerId: string;
  measureId: string;
  offerId: string;
  secondLifetimeValue: number;
  /** of an offer that the catalogue does not know */
  cost: number;
  limits: OfferLimits;
  /** the measures of the case in which the customer said no; left out by cases of old */
  refusedMeasures?: string[];
  /** on which it can be made; left out: that is looked at later */
  channels?: Channel[];
  /** others that may stand for it, and how it is tried which is best; left out: it alone */
  lot?: OfferLot | undefined;
};

export type OfferLot = {
  alternatives: string[];
  policy: OptimisationPolicy;
  /** of the amounts in the policy */
  currency: string;
};

export type OfferAnswer = (
  OfferVerdict | ({ kind: 'not-permitted' } & Pick<PermissionVerdict, 'reason' | 'basis' | 'rule'>)
) & {
  /** what the answer is about: that which was asked for, or what was drawn in its place; answers of old lack it */
  offerId?: string;
  /** how it was drawn */
  tried?: TriedOffer;
  cost: number;
  /** what to offer when this one may not be */
  fallback: string | null;
};

/**
 * Judges an offer and, if it may be made or a manager is to approve it, sets its cost aside: of two cases at once only one
 * gets what is left of a budget. It takes the place of what was to be offered by the measure before. No manager is asked
 * about an offer that law or customer let us make on no channel. Where several may be made one is drawn. Asking again
 * changes nothing, and draws nothing anew.
 */
export async function proposeOffer(
  db: Db,
  request: OfferRequest,
  at: string,
): Promise<OfferAnswer> {
  const draw = request.lot && (await lotOf(db, request, request.lot, at));
  return writing(db, (tx) => proposeOfferIn(tx, request, at, draw));
}

/** The same, for whoever has begun the transaction; without `draw` no alternative stands for the offer. */
export function proposeOfferIn(
  tx: Db,
  request: OfferRequest,
  at: string,
  draw?: Awaited<ReturnType<typeof lotOf>>,
): OfferAnswer {
  const { caseId, customerId, measureId, channels = [] } = request;
  const whyNot = (offerId: string) => {
    const { verdict } = judged(tx, { ...request, offerId }, at);
    return verdict.kind === 'allowed' ? null : verdict.reason;
  };
  const drawn = draw && offerByLot(tx, { caseId, measureId }, { ...draw, whyNot, at });
  const { offerId } = drawn ?? request;
  const { offer, verdict } = judged(tx, { ...request, offerId }, at);
  const { cost, fallback, validDays } = offer;
  const shown = { offerId, cost, fallback, ...(drawn && { tried: drawn.tried }) };
  const ofMeasure = and(eq(caseOffers.caseId, caseId), eq(caseOffers.measureId, measureId));
  tx.update(caseOffers)
    .set({ status: 'withdrawn' })
    .where(and(ofMeasure, inArray(caseOffers.status, pendingOffer)))
    .run();
  if (verdict.kind === 'refused') return { ...verdict, ...shown };
  if (verdict.kind === 'approval') {
    const asked = { customerId, caseId, purpose: 'recovery', at } as const;
    const verdicts = channels.map((channel) => permissionInCase(tx, { ...asked, channel }));
    const [refused] = verdicts;
    if (refused && !verdicts.some(({ permitted }) => permitted)) {
      const { reason, basis, rule } = refused;
      return { kind: 'not-permitted', reason, basis, rule, ...shown };
    }
  }
  const isMade = verdict.kind === 'allowed';
  const status = isMade ? 'proposed' : 'awaiting-approval';
  const { approved } = request;
  tx.insert(caseOffers)
    .values({
      ...{ caseId, measureId, offerId, customerId, cost, validDays, status, approved },
      ...{ proposedAt: at, code: isMade ? newCode() : null },
    })
    .onConflictDoUpdate({
      target: [caseOffers.caseId, caseOffers.measureId, caseOffers.offerId],
      set: {
        ...{ status, cost, approved },
        ...(isMade && { code: sql`coalesce(${caseOffers.code}, excluded.code)` }),
      },
      setWhere: ne(caseOffers.status, 'granted'),
    })
    .run();
  return { ...verdict, ...shown };
}

/** An offer that may be made, and why a manager is to approve it first. */
export type AllowedOffer = { offer: Offer; approval: ApprovalReason | null };

/**
 * What of the catalogue may be made in a case as things stand if this is its cause: what was made for the cause first, then
 * the cheapest.
 */
export async function offersAllowedIn(
  db: Db,
  { caseId, customerId, trigger, tier, secondLifetimeValue, plan }: CaseRecord,
  { cause, limits, at }: { cause: Cause; limits: OfferLimits; at: string },
): Promise<AllowedOffer[]> {
  if (tier === null || secondLifetimeValue === null) return [];
  const refused = (plan ?? []).filter(({ result }) => result === 'refused');
  const ofCase = {
    ...{ caseId, customerId, trigger, tier, secondLifetimeValue, cause, limits },
    ...{ measureId: '', cost: 0, approved: false, refusedMeasures: refused.map(({ id }) => id) },
  };
  const all = db.select().from(offers).orderBy(asc(offers.offerId)).all();
  return all
    .flatMap(({ offerId }) => {
      const { offer, verdict } = judged(db, { ...ofCase, offerId }, at);
      if (verdict.kind === 'refused') return [];
      return [{ offer, approval: verdict.kind === 'approval' ? verdict.reason : null }];
    })
    .sort(({ offer: one }, { offer: other }) => {
      const fits = Number(other.causes.includes(cause)) - Number(one.causes.includes(cause));
      return fits || one.cost - other.cost;
    });
}

/** What the draw among an offer and its alternatives goes by. */
async function lotOf(
  db: Db,
  { caseId, measureId, offerId, cause, tier }: OfferRequest,
  { alternatives, policy, currency }: OfferLot,
  at: string,
) {
  const of = { cause, tier, policy, currency, at };
  const results = await offerResults(db, [offerId, ...alternatives], of);
  return { results, policy, chance: keyedChance(db, `offer/${caseId}/${measureId}`) };
}

function judged(
  tx: Db,
  request: OfferRequest,
  at: string,
): { offer: Offer; verdict: OfferVerdict } {
  const { caseId, offerId, cost, limits } = request;
  const known = statements(tx).find.get({ offerId });
  const offer = known?.content ?? offerOutsideCatalogue(offerId, cost);
  if (known?.retiredAt) return { offer, verdict: { kind: 'refused', reason: 'retired' } };
  const cancelled = statements(tx).cancelled.get({ caseId })?.cancelled ?? false;
  const trigger = cancelled ? 'cancellation' : request.trigger;
  const facts = { ...request, ...factsOf(tx, request, at), trigger };
  return { offer, verdict: offerVerdict(offer, facts, limits) };
}

function factsOf(
  tx: Db,
  { caseId, customerId, measureId, offerId, limits, refusedMeasures = [] }: OfferRequest,
  at: string,
): Pick<OfferFacts, 'grantedBefore' | 'refusedBefore' | 'cancelledBefore' | 'spent'> {
  const { made } = statements(tx);
  const granted = tx
    .select({ offerId: caseOffers.offerId })
    .from(caseOffers)
    .where(and(eq(caseOffers.customerId, customerId), eq(caseOffers.status, 'granted')))
    .all();
  const earlier = tx
    .select({ cases: count() })
    .from(cases)
    .where(
      and(
        eq(cases.customerId, customerId),
        ne(cases.caseId, caseId),
        or(eq(cases.trigger, 'cancellation'), eq(cases.cancelled, true)),
        gte(cases.openedAt, before(at, limits.noRewardWithin)),
      ),
    )
    .get()!;
  const isOther = or(ne(caseOffers.caseId, caseId), ne(caseOffers.measureId, measureId));
  const spent = tx
    .select({
      team: sql<number>`coalesce(sum(${caseOffers.cost}), 0)`,
      offer: sql<number>`coalesce(sum(case when ${caseOffers.offerId} = ${offerId} then ${caseOffers.cost} end), 0)`,
    })
    .from(caseOffers)
    .where(and(countsIn(monthOf(at)), isOther))
    .get()!;
  return {
    grantedBefore: granted.map((one) => one.offerId),
    refusedBefore: refusedMeasures.flatMap(
      (refused) => made.get({ caseId, measureId: refused })?.offerId ?? [],
    ),
    cancelledBefore: earlier.cases > 0,
    spent,
  };
}

/** The first moment of the month, UTC. */
function monthOf(at: string): string {
  return `${at.slice(0, 7)}-01T00:00:00.000Z`;
}

/** What is granted or set aside counts in the month in which it was proposed. */
function countsIn(month: string) {
  return and(
    inArray(caseOffers.status, [...pendingOffer, 'granted']),
    gte(caseOffers.proposedAt, month),
  );
}

/**
 * What became of the offers of a case, by its plan: one that was accepted, or sent where nobody could be asked, is
 * granted under its code; one that is over without that frees its budget. Called in the transaction that writes the
 * case.
 */
export function settleOffers(
  tx: Db,
  caseId: string,
  { plan, status, regainedAt }: CaseState,
  at: string,
): void {
  if (!plan) return;
  for (const offer of statements(tx).pending.all({ caseId })) {
    const measure = plan.find(({ id }) => id === offer.measureId);
    const result = measure?.status === 'done' ? measure.result : null;
    const granted = offer.status === 'proposed' && (result === 'accepted' || result === 'sent');
    const underWay = measure?.status === 'current' && status === 'open' && regainedAt === null;
    if (underWay) continue;
    tx.update(caseOffers)
      .set(
        granted
          ? {
              ...{ status: 'granted', grantedAt: at },
              ...{ code: offer.code ?? newCode(), expiresAt: expiryOf(offer, at) },
            }
          : { status: 'withdrawn' },
      )
      .where(
        and(
          eq(caseOffers.caseId, caseId),
          eq(caseOffers.measureId, offer.measureId),
          eq(caseOffers.offerId, offer.offerId),
        ),
      )
      .run();
  }
}

function expiryOf({ validDays }: { validDays: number }, at: string): string {
  return new Date(Date.parse(at) + validDays * 86_400_000).toISOString();
}

/** The sales system took a code. One that is not this customer's, or was taken before, changes nothing. */
export function redeemOffer(
  tx: Db,
  {
    customerId,
    code,
    orderId,
    redeemedAt,
    at,
  }: {
    customerId: string;
    code: string;
    orderId: string | undefined;
    redeemedAt: string;
    at: string;
  },
): void {
  const redeemed = tx
    .update(caseOffers)
    .set({ redeemedAt, orderId: orderId ?? null })
    .where(
      and(
        eq(caseOffers.code, code.trim().toUpperCase()),
        eq(caseOffers.customerId, customerId),
        isNull(caseOffers.redeemedAt),
      ),
    )
    .returning({ caseId: caseOffers.caseId })
    .get();
  if (redeemed) bookCase(tx, redeemed.caseId, at);
}

/** Letters and digits that nobody mistakes for one another on the phone. */
const letters = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** `WB-7KQ4-M2XP`: 39 bits, so that guessing one that is open is hopeless. */
function newCode(): string {
  const part = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return `WB-${part()}-${part()}`;
}
