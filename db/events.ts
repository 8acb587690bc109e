import { and, desc, eq, sql } from 'drizzle-orm';
import type { Fact } from '../domain/facts.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Actor, CustomerUpdate, SalesEvent } from '../domain/records.ts';
import { isCause, type Channel, type CustomerKind, type EventType } from '../domain/words.ts';
import { openCaseIn } from './case-opening.ts';
import { prepared, utc, writing, type Db } from './connection.ts';
import { caseForFacts, factId, reportFact } from './facts.ts';
import { applyProfile, ensureCustomer } from './profiles.ts';
import { newsWhenReported, storePurchase } from './purchases.ts';
import { customers, events, permissions } from './schema.ts';

const customerId = sql.placeholder('customerId');
const time = sql.placeholder('time');
const updatedAt = sql`${sql.placeholder('at')}`;
const theCustomer = eq(customers.customerId, customerId);

const statements = prepared((db) => ({
  insert: db
    .insert(events)
    .values({
      source: sql.placeholder('source'),
      eventId: sql.placeholder('eventId'),
      type: sql.placeholder('type'),
      customerId,
      time,
      receivedAt: sql.placeholder('at'),
      data: sql.placeholder('data'),
    })
    .onConflictDoNothing()
    .prepare(),
  cancelled: db
    .update(customers)
    .set({ cancelledAt: sql`max(coalesce(${customers.cancelledAt}, ''), ${time})`, updatedAt })
    .where(theCustomer)
    .prepare(),
  withdrawn: db
    .update(customers)
    .set({ cancelledAt: null, updatedAt })
    .where(theCustomer)
    .prepare(),
  objected: db
    .update(customers)
    .set({ objectedAt: sql`coalesce(${customers.objectedAt}, ${time})`, updatedAt })
    .where(theCustomer)
    .prepare(),
  deceased: db
    .update(customers)
    .set({ deceasedAt: sql`coalesce(${customers.deceasedAt}, ${time})`, updatedAt })
    .where(theCustomer)
    .prepare(),
  newestPermission: db
    .select({ at: permissions.at })
    .from(permissions)
    .where(
      and(
        eq(permissions.customerId, customerId),
        eq(permissions.channel, sql.placeholder('channel')),
      ),
    )
    .orderBy(desc(permissions.at))
    .limit(1)
    .prepare(),
}));

type Context = { policy: VersionedPolicy; at: string; actor: Actor };
type Effect = (tx: Db, event: SalesEvent, context: Context) => void;

/**
 * Takes in a batch of the sales system's events, all or nothing: every event with its effect and its message to the
 * customer's case in one transaction. A `source` and `eventId` seen before, in this batch too, is a duplicate and
 * changes nothing.
 */
export async function acceptEvents(
  db: Db,
  { events: batch, ...context }: Context & { events: SalesEvent[] },
): Promise<{ accepted: number; duplicates: number }> {
  return writing(db, (tx) => {
    let accepted = 0;
    for (const event of batch) {
      if (accept(tx, { ...event, time: utc(event.time) }, context)) accepted += 1;
    }
    return { accepted, duplicates: batch.length - accepted };
  });
}

function accept(tx: Db, event: SalesEvent, context: Context): boolean {
  if (statements(tx).insert.run({ ...event, at: context.at }).changes === 0) return false;
  if (isKnown(event.type)) effects[event.type](tx, event, context);
  return true;
}

function isKnown(type: string): type is EventType {
  return Object.hasOwn(effects, type);
}

const effects: Record<EventType, Effect> = {
  'customer.updated': (tx, event, { at }) => {
    applyProfile(tx, profileIn(event), { profileAt: event.time, at });
  },

  'purchase.recorded': (tx, event, { at }) => {
    const { orderId, amount, currency } = event.data as {
      orderId: string;
      amount: number;
      currency: string;
    };
    storePurchase(
      tx,
      { customerId: event.customerId, orderId, amount, currency, purchasedAt: event.time },
      { at, eventId: () => factIdOf(event), isNews: newsWhenReported },
    );
  },

  'cancellation.received': (tx, event, context) => {
    const { reason, effectiveAt: effective } = event.data as {
      reason?: string;
      effectiveAt?: string;
    };
    const cause = isCause(reason) ? reason : null;
    const effectiveAt = effective ? utc(effective) : null;
    ensureCustomer(tx, event.customerId, context.at);
    statements(tx).cancelled.run({ ...event, at: context.at });
    const { created } = openCaseIn(tx, {
      customerId: event.customerId,
      trigger: 'cancellation',
      statedCause: cause,
      statedReason: cause ? null : (reason ?? null),
      effectiveAt,
      openedBy: context.actor.actorId,
      policy: context.policy,
      at: context.at,
    });
    if (!created) tellCase(tx, event, context, { kind: 'cancellation', cause, effectiveAt });
  },

  'cancellation.withdrawn': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    statements(tx).withdrawn.run({ ...event, at: context.at });
    tellCase(tx, event, context, { kind: 'cancellation-withdrawn' });
  },

  'permission.changed': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    const { channel, granted } = addPermission(tx, event);
    const newest = statements(tx).newestPermission.get({ ...event, channel })!;
    if (newest.at === event.time) {
      tellCase(tx, event, context, { kind: 'permission', channel, granted });
    }
  },

  'customer.objected': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    statements(tx).objected.run({ ...event, at: context.at });
    tellCase(tx, event, context, { kind: 'objection' });
  },

  'customer.deceased': (tx, event, context) => {
    ensureCustomer(tx, event.customerId, context.at);
    statements(tx).deceased.run({ ...event, at: context.at });
    tellCase(tx, event, context, { kind: 'death' });
  },

  'complaint.recorded': (tx, event, { at }) => ensureCustomer(tx, event.customerId, at),
  'order.delivered': (tx, event, { at }) => ensureCustomer(tx, event.customerId, at),
};

type FactDetails = Fact extends infer F
  ? F extends Fact
    ? Omit<F, 'eventId' | 'at'>
    : never
  : never;

function tellCase(tx: Db, event: SalesEvent, { at }: Context, details: FactDetails): void {
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
  const { name, kind, email, phone, country, language, ...extra } = data as {
    kind?: CustomerKind;
  } & Record<'name' | 'email' | 'phone' | 'country' | 'language', string | undefined>;
  return { customerId, name, kind, email, phone, country, language, extra };
}

function addPermission(
  tx: Db,
  { customerId, source, time, data }: SalesEvent,
): { channel: Channel; granted: boolean } {
  const { channel, granted, legalBasis, proof } = data as {
    channel: Channel;
    granted: boolean;
    legalBasis?: string;
    proof?: string;
  };
  tx.insert(permissions)
    .values({ customerId, channel, granted, legalBasis, proof, at: time, source })
    .run();
  return { channel, granted };
}
