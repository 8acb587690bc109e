import { and, asc, desc, eq, gt, gte, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { SignData } from '../domain/early-signs.ts';
import { stillStands, type FactDetails } from '../domain/facts.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Actor, CustomerUpdate, SalesEvent } from '../domain/records.ts';
import {
  type Channel,
  type CustomerKind,
  type EarlySign,
  type EventType,
  type Purpose,
} from '../domain/words.ts';
import { keepStated, statedBy, type Stated } from './case-causes.ts';
import { openCaseIn } from './case-opening.ts';
import { recordComplaint } from './complaints.ts';
import { prepared, utc, type Db } from './connection.ts';
import { tellOfLostChannels } from './contacts.ts';
import { noteSign } from './early-signs.ts';
import {
  caseForFacts,
  factId,
  noteCancelled,
  noteDeath,
  noteObjection,
  reportFact,
  type CaseForFacts,
} from './facts.ts';
import { bookReturned } from './ledger.ts';
import { redeemOffer } from './offers.ts';
import { closeAfterPermission, closePreventiveTask } from './preventive-tasks.ts';
import { applyProfile, ensureCustomer } from './profiles.ts';
import { antedatePurchase, newsWhenReported, returnOrder, storePurchase } from './purchases.ts';
import { aboutCancelling, customers, events, forRecovery, permissions } from './schema.ts';

const customerId = sql.placeholder('customerId');
const time = sql.placeholder('time');
const updatedAt = sql`${sql.placeholder('at')}`;
const theCustomer = eq(customers.customerId, customerId);

const latestIn = (column: SQLiteColumn) => sql`max(coalesce(${column}, ''), ${time})`;

const statements = prepared((db) => ({
  standing: db
    .select({
      cancelledAt: customers.cancelledAt,
      lastCancellationAt: customers.lastCancellationAt,
      lastWithdrawalAt: customers.lastWithdrawalAt,
      lastPurchaseAt: customers.lastPurchaseAt,
    })
    .from(customers)
    .where(theCustomer)
    .prepare(),
  cancelled: db
    .update(customers)
    .set({ lastCancellationAt: latestIn(customers.lastCancellationAt), updatedAt })
    .where(theCustomer)
    .prepare(),
  withdrawn: db
    .update(customers)
    .set({ lastWithdrawalAt: latestIn(customers.lastWithdrawalAt), updatedAt })
    .where(theCustomer)
    .prepare(),
  bounced: db
    .update(customers)
    .set({ bouncedEmail: sql`${sql.placeholder('email')}`, updatedAt })
    .where(theCustomer)
    .prepare(),
  cancellationsSince: db
    .select({ data: events.data })
    .from(events)
    .where(
      and(
        eq(events.type, 'cancellation.received'),
        aboutCancelling,
        eq(events.customerId, customerId),
        gt(events.time, sql.placeholder('withdrawnAt')),
        gte(events.time, sql.placeholder('purchasedAt')),
        gte(events.receivedAt, sql.placeholder('openedAt')),
      ),
    )
    .orderBy(desc(events.time), desc(events.eventSeq))
    .prepare(),
  withdrawal: db
    .select({ source: events.source, eventId: events.eventId })
    .from(events)
    .where(
      and(
        eq(events.type, 'cancellation.withdrawn'),
        aboutCancelling,
        eq(events.customerId, customerId),
        eq(events.time, time),
      ),
    )
    .orderBy(asc(events.eventSeq))
    .limit(1)
    .prepare(),
  newestPermissions: db
    .select({ at: permissions.at, granted: permissions.granted })
    .from(permissions)
    .where(
      and(
        eq(permissions.customerId, customerId),
        eq(permissions.channel, sql.placeholder('channel')),
        forRecovery,
      ),
    )
    .orderBy(desc(permissions.at), desc(permissions.permissionId))
    .limit(3)
    .prepare(),
}));

export type Context = { policy: VersionedPolicy; at: string; actor: Actor };
type Effect = (tx: Db, event: SalesEvent, context: Context) => void;
type LateEffect = (tx: Db, event: SalesEvent, context: Pick<Context, 'at'>) => void;

/** Of what comes in masses and forbids nothing: it may also come a while after the event. */
export const lateEffects = {
  'purchase.recorded': (tx, event, { at }) => {
    const { orderId, amount, currency, product } = event.data as {
      orderId: string;
      amount: number;
      currency: string;
      product?: string;
    };
    const { customerId, time: purchasedAt } = event;
    const purchase = { customerId, orderId, amount, currency, product, purchasedAt };
    const eventId = () => factIdOf(event);
    const isNew = storePurchase(tx, purchase, { at, eventId, isNews: newsWhenReported });
    if (!isNew) antedatePurchase(tx, purchase, at);
  },

  'order.delivered': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const open = caseForFacts(tx, event.customerId);
    if (!open || event.time <= open.openedAt) return;
    const { orderId } = event.data as { orderId?: string };
    tellCase(tx, event, context, { kind: 'delivery', ...(orderId && { orderId }) });
  },
} satisfies Partial<Record<EventType, LateEffect>>;

/** What an event of a type that we know changes, in the transaction that keeps it. */
export const effects: Record<EventType, Effect> = {
  ...lateEffects,

  'customer.updated': (tx, event, { at }) => {
    const { customerId, time } = event;
    tellOfLostChannels(tx, { customerId, eventId: factIdOf(event), time, at }, () =>
      applyProfile(tx, profileIn(event), { profileAt: time, at }),
    );
  },

  'cancellation.received': (tx, event, context) => {
    const { customerId, time } = event;
    ensureCustomer(tx, customerId, context.at);
    const before = statements(tx).standing.get({ customerId })!;
    statements(tx).cancelled.run({ ...event, at: context.at });
    const open = caseForFacts(tx, customerId);
    if (stillStands(time, before)) {
      if (open) tellOfCancellation(tx, event, context, open);
      // An older one belongs to a loss whose case the newer one has opened and which has closed.
      else if (time > (before.lastCancellationAt ?? '')) openByCancellation(tx, event, context);
    } else if (open && !open.cancelled && time >= (before.lastPurchaseAt ?? '')) {
      // The withdrawal came first and had nothing to withdraw then: the case hears of both, in their order.
      const withdrawnAt = before.lastWithdrawalAt!;
      tellOfCancellation(tx, event, context, open);
      const withdrawal = statements(tx).withdrawal.get({ customerId, time: withdrawnAt })!;
      const told = { ...event, ...withdrawal, time: withdrawnAt };
      tellCase(tx, told, context, { kind: 'cancellation-withdrawn' });
    }
  },

  'cancellation.withdrawn': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const { cancelledAt } = statements(tx).standing.get(event)!;
    statements(tx).withdrawn.run({ ...event, at: context.at });
    const open = caseForFacts(tx, event.customerId);
    // One that is older than the cancellation withdraws something else.
    if (open && (open.cancelled || cancelledAt !== null) && event.time >= open.lostAt) {
      const standing = !open.cancelled && { standing: true as const };
      tellCase(tx, event, context, { kind: 'cancellation-withdrawn', ...standing });
    }
    bookReturned(tx, event.customerId, context.at);
  },

  'permission.changed': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const { channel, purpose, granted } = addPermission(tx, event);
    // No task of ours is for anything but recovery.
    if (purpose === 'service') return;
    const [newest, before, third] = statements(tx).newestPermissions.all({ ...event, channel });
    const isNewest = newest!.at === event.time;
    if (isNewest) {
      tellCase(tx, event, context, { kind: 'permission', channel, granted });
      closeAfterPermission(tx, { customerId: event.customerId, channel, granted, at: context.at });
    }
    // Who had given nothing before has withdrawn nothing; what was given may be heard of last.
    const isNews = isNewest || (before!.at === event.time && !third?.granted);
    if (isNews && !newest!.granted && before?.granted) {
      const withdrawn = { ...event, time: newest!.at };
      noteShown(tx, withdrawn, context, 'permission-withdrawn', { channel });
    }
  },

  'customer.objected': (tx, event, context) => {
    const { customerId, time: objectedAt } = event;
    const { at } = context;
    ensureCustomer(tx, customerId, at);
    noteObjection(tx, { customerId, objectedAt, eventId: factIdOf(event), at });
    closePreventiveTask(tx, { customerId, reason: 'objection', at });
  },

  'customer.deceased': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const { customerId, time: deceasedAt } = event;
    noteDeath(tx, { customerId, deceasedAt, eventId: factIdOf(event), at: context.at });
    closePreventiveTask(tx, { customerId: event.customerId, reason: 'death', at: context.at });
  },

  'complaint.recorded': (tx, event, { at }) => {
    const { customerId, time: recordedAt, data } = event;
    const { complaintId = factIdOf(event), answeredAt } = data as {
      complaintId?: string;
      answeredAt?: string;
    };
    ensureCustomer(tx, customerId, at);
    const answer = answeredAt ? utc(answeredAt) : null;
    recordComplaint(tx, { customerId, complaintId, recordedAt, answeredAt: answer }, at);
  },

  'order.returned': (tx, event, { at }) => {
    const { customerId, time: returnedAt, data } = event;
    const { returnId = factIdOf(event), ...order } = data as {
      orderId: string;
      amount: number;
      returnId?: string;
    };
    ensureCustomer(tx, customerId, at);
    returnOrder(tx, { ...order, customerId, returnId, returnedAt }, at);
  },

  'satisfaction.answered': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const { score } = event.data as { score: number };
    if (caseForFacts(tx, event.customerId)) {
      return tellCase(tx, event, context, { kind: 'satisfaction', score });
    }
    // A link outlives its case: what is wrong must not be lost with it.
    const { makeUpToScore = -1 } = context.policy.secondLoyalty;
    if (score <= makeUpToScore) noteShown(tx, event, context, 'low-satisfaction', { score });
  },

  'offer.redeemed': (tx, { customerId, time, data }, { at }) => {
    const { code, orderId } = data as { code: string; orderId?: string };
    ensureCustomer(tx, customerId, at);
    redeemOffer(tx, { customerId, code, orderId, redeemedAt: time, at });
  },

  'cancellation.considered': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    noteShown(tx, event, context, 'cancellation-considered');
  },

  'mail.bounced': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const { email } = event.data as { email: string };
    statements(tx).bounced.run({ ...event, email, at: context.at });
    tellCase(tx, event, context, { kind: 'mail-bounced' });
  },
};

function noteShown(
  tx: Db,
  { customerId, time }: SalesEvent,
  context: Context,
  sign: EarlySign,
  signData: SignData = {},
): void {
  noteSign(tx, customerId, { sign, signAt: time, signData }, context);
}

type Cancellation = Stated & { competitor: string | null; effectiveAt: string | null };

function cancellationIn(tx: Db, data: Record<string, unknown>): Cancellation {
  const {
    reason,
    competitor = null,
    effectiveAt,
  } = data as { reason?: string; competitor?: string; effectiveAt?: string };
  return {
    ...statedBy(tx, reason),
    competitor,
    effectiveAt: effectiveAt ? utc(effectiveAt) : null,
  };
}

function openByCancellation(tx: Db, event: SalesEvent, { policy, at, actor }: Context): void {
  const { cause, category, reason, competitor, effectiveAt } = cancellationIn(tx, event.data);
  openCaseIn(tx, {
    customerId: event.customerId,
    trigger: 'cancellation',
    statedCause: cause,
    statedCategory: category,
    statedCompetitor: competitor,
    statedReason: reason,
    effectiveAt,
    openedBy: actor.actorId,
    policy,
    at,
  });
}

/** The case hears all that its cancellations say, the newest word on each, so that an older one completes a newer one. */
function tellOfCancellation(
  tx: Db,
  event: SalesEvent,
  context: Context,
  { caseId, openedAt }: CaseForFacts,
): void {
  const { customerId, time } = event;
  const { standing, cancellationsSince } = statements(tx);
  const known = standing.get({ customerId })!;
  const standingOnes = cancellationsSince
    .all({
      customerId,
      openedAt,
      withdrawnAt: known.lastWithdrawalAt ?? '',
      purchasedAt: known.lastPurchaseAt ?? '',
    })
    .map(({ data }) => cancellationIn(tx, data));
  const own = cancellationIn(tx, event.data);
  const newest = <K extends keyof Cancellation>(key: K): Cancellation[K] =>
    standingOnes.find((one) => one[key] !== null)?.[key] ?? own[key];
  const effectiveAt = newest('effectiveAt');
  noteCancelled(tx, { caseId, cancelledAt: time, reason: newest('reason'), effectiveAt });
  const stated = standingOnes.find(({ cause }) => cause !== null) ?? own;
  keepStated(tx, stated, { caseId, by: context.actor.actorId, at: context.at });
  const details = { cause: stated.cause, effectiveAt };
  tellCase(tx, event, context, { kind: 'cancellation', ...details });
}

function tellCase(
  tx: Db,
  event: SalesEvent,
  { at }: Pick<Context, 'at'>,
  details: FactDetails,
): void {
  const { customerId } = event;
  const open = caseForFacts(tx, customerId);
  if (!open) return;
  const fact = { ...details, eventId: factIdOf(event), at: event.time };
  reportFact(tx, { customerId, caseId: open.caseId, at }, fact);
}

function factIdOf({ source, eventId }: SalesEvent): string {
  return factId(source, eventId);
}

function profileIn({ customerId, data }: SalesEvent): CustomerUpdate {
  const { name, kind, email, phone, country, language, timeZone, ...extra } = data as {
    kind?: CustomerKind;
  } & Record<Exclude<keyof CustomerUpdate, 'customerId' | 'kind' | 'extra'>, string | undefined>;
  return { customerId, name, kind, email, phone, country, language, timeZone, extra };
}

function addPermission(
  tx: Db,
  { customerId, source, time, data }: SalesEvent,
): { channel: Channel; purpose: Purpose | null; granted: boolean } {
  const {
    channel,
    purpose = null,
    granted,
    legalBasis,
    proof,
  } = data as {
    channel: Channel;
    purpose?: Purpose;
    granted: boolean;
    legalBasis?: string;
    proof?: string;
  };
  tx.insert(permissions)
    .values({ customerId, channel, purpose, granted, legalBasis, proof, at: time, source })
    .run();
  return { channel, purpose, granted };
}
