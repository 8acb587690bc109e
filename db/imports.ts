import { and, desc, eq, gte, or, sql } from 'drizzle-orm';
import type { VersionedPolicy } from '../domain/policy.ts';
import type {
  Cancellation,
  CustomerUpdate,
  PermissionChange,
  Purchase,
} from '../domain/records.ts';
import { keepStated, statedBy } from './case-causes.ts';
import { openCaseIn } from './case-opening.ts';
import { prepared, utc, writing, type Db } from './connection.ts';
import { personOf } from './duplicates.ts';
import { caseForFacts, factId, noteCancelled, reportFact } from './facts.ts';
import { closeAfterPermission, closePreventiveTask } from './preventive-tasks.ts';
import { tellOfLostChannels } from './contacts.ts';
import { applyProfile, ensureCustomer } from './profiles.ts';
import { newsWhenImported, storePurchase } from './purchases.ts';
import { cases, customers, events, permissions } from './schema.ts';

/* What files bring: mostly history. Everything may come again without changing anything. */

/** The source of events that came in a file, and of all fact IDs here. */
const source = 'import';

const customerId = sql.placeholder('customerId');
const at = sql.placeholder('at');

const statements = prepared((db) => ({
  keepCancellation: db
    .insert(events)
    .values({
      source,
      eventId: sql.placeholder('eventId'),
      type: 'cancellation.received',
      customerId,
      time: sql.placeholder('receivedAt'),
      receivedAt: at,
      data: sql.placeholder('data'),
    })
    .onConflictDoNothing()
    .prepare(),
  cancelled: db
    .update(customers)
    .set({
      lastCancellationAt: sql`max(coalesce(${customers.lastCancellationAt}, ''), ${sql.placeholder('receivedAt')})`,
      updatedAt: sql`${at}`,
    })
    .where(eq(customers.customerId, customerId))
    .prepare(),
  stands: db
    .select({ customerId: customers.customerId })
    .from(customers)
    .where(
      and(
        eq(customers.customerId, customerId),
        eq(customers.cancelledAt, sql.placeholder('receivedAt')),
      ),
    )
    .prepare(),
  caseSince: db
    .select({ caseId: cases.caseId })
    .from(cases)
    .where(
      and(
        eq(cases.customerId, customerId),
        or(eq(cases.status, 'open'), gte(cases.openedAt, sql.placeholder('receivedAt'))),
      ),
    )
    .limit(1)
    .prepare(),
  permissions: db
    .select({
      purpose: permissions.purpose,
      granted: permissions.granted,
      legalBasis: permissions.legalBasis,
      proof: permissions.proof,
      at: permissions.at,
    })
    .from(permissions)
    .where(
      and(
        eq(permissions.customerId, customerId),
        eq(permissions.channel, sql.placeholder('channel')),
      ),
    )
    .orderBy(desc(permissions.at), desc(permissions.permissionId))
    .prepare(),
  addPermission: db
    .insert(permissions)
    .values({
      customerId,
      channel: sql.placeholder('channel'),
      purpose: sql.placeholder('purpose'),
      granted: sql.placeholder('granted'),
      legalBasis: sql.placeholder('legalBasis'),
      proof: sql.placeholder('proof'),
      at,
      source,
    })
    .prepare(),
}));

/** Imports customers: fields that are not given stay as they are. All or nothing. */
export async function upsertCustomers(
  db: Db,
  { customers: updates, at }: { customers: CustomerUpdate[]; at: string },
): Promise<{ created: number; updated: number; unchanged: number }> {
  return writing(db, (tx) => {
    const counts = { created: 0, updated: 0, unchanged: 0 };
    for (const update of updates) {
      const { customerId } = update;
      const eventId = factId(source, 'customer', customerId, at);
      const applied = tellOfLostChannels(tx, { customerId, eventId, time: at, at }, () =>
        applyProfile(tx, update, { profileAt: at, at }),
      );
      counts[applied] += 1;
    }
    return counts;
  });
}

/** Imports purchases: an order known already changes nothing. All or nothing. */
export async function recordPurchases(
  db: Db,
  { purchases, at }: { purchases: Purchase[]; at: string },
): Promise<{ inserted: number; unchanged: number }> {
  return writing(db, (tx) => {
    let inserted = 0;
    for (const purchase of purchases) {
      const { orderId } = purchase;
      const customerId = personOf(tx, purchase.customerId);
      const stored = storePurchase(
        tx,
        { ...purchase, customerId, purchasedAt: utc(purchase.purchasedAt) },
        { at, eventId: () => factId(source, customerId, orderId), isNews: newsWhenImported },
      );
      if (stored) inserted += 1;
    }
    return { inserted, unchanged: purchases.length - inserted };
  });
}

/**
 * Imports cancellations as history: they open no case. A customer counts as cancelled as of the latest one, unless
 * they bought or withdrew it later. Like an imported purchase, one from after the opening of a case that is open is
 * news for that case. One that is known already changes nothing. All or nothing.
 */
export async function recordCancellations(
  db: Db,
  { cancellations, at }: { cancellations: Cancellation[]; at: string },
): Promise<{ inserted: number; unchanged: number }> {
  return writing(db, (tx) => {
    const { keepCancellation, cancelled, stands } = statements(tx);
    let inserted = 0;
    for (const { customerId: told, reason, ...cancellation } of cancellations) {
      const customerId = personOf(tx, told);
      const receivedAt = utc(cancellation.receivedAt);
      const effectiveAt = cancellation.effectiveAt ? utc(cancellation.effectiveAt) : null;
      const eventId = factId(source, 'cancellation', customerId, receivedAt);
      const data = { reason, ...(effectiveAt && { effectiveAt }) };
      if (keepCancellation.run({ eventId, customerId, receivedAt, at, data }).changes === 0)
        continue;
      inserted += 1;
      ensureCustomer(tx, customerId, at);
      cancelled.run({ customerId, receivedAt, at });
      if (!stands.get({ customerId, receivedAt })) continue;
      closePreventiveTask(tx, { customerId, reason: 'cancellation', at });
      const open = caseForFacts(tx, customerId);
      if (!open || receivedAt <= open.openedAt) continue;
      const stated = statedBy(tx, reason);
      const { caseId } = open;
      noteCancelled(tx, { caseId, cancelledAt: receivedAt, reason: stated.reason, effectiveAt });
      keepStated(tx, stated, { caseId, by: source, at });
      const { cause } = stated;
      reportFact(
        tx,
        { customerId, caseId, at },
        { kind: 'cancellation', eventId, at: receivedAt, cause, effectiveAt },
      );
    }
    return { inserted, unchanged: cancellations.length - inserted };
  });
}

/**
 * Opens cases for imported cancellations that still stand: the customer's last one, neither withdrawn nor followed by
 * a purchase, and without a case since. All or nothing.
 * @returns how many it has opened
 */
export async function openCancelledCases(
  db: Db,
  request: { cancellations: Cancellation[]; policy: VersionedPolicy; at: string },
): Promise<number> {
  const { cancellations, policy, at } = request;
  return writing(db, (tx) => {
    const { stands, caseSince } = statements(tx);
    const open = cancellations.filter(({ customerId: told, reason, ...cancellation }) => {
      const customerId = personOf(tx, told);
      const key = { customerId, receivedAt: utc(cancellation.receivedAt) };
      if (!stands.get(key) || caseSince.get(key)) return false;
      const stated = statedBy(tx, reason);
      openCaseIn(tx, {
        customerId,
        trigger: 'cancellation',
        statedCause: stated.cause,
        statedCategory: stated.category,
        statedReason: stated.reason,
        effectiveAt: cancellation.effectiveAt ?? null,
        openedBy: source,
        policy,
        at,
      });
      return true;
    });
    return open.length;
  });
}

/**
 * Imports the history of permissions. One that is known already changes nothing; one that changes what a customer
 * with an open case allows now is news for the case. All or nothing.
 */
export async function recordPermissions(
  db: Db,
  { permissions: changes, at }: { permissions: PermissionChange[]; at: string },
): Promise<{ inserted: number; unchanged: number }> {
  return writing(db, (tx) => {
    const { permissions: history, addPermission } = statements(tx);
    let inserted = 0;
    for (const change of changes) {
      const { channel, granted } = change;
      const customerId = personOf(tx, change.customerId);
      const row = {
        purpose: change.purpose ?? null,
        granted,
        legalBasis: change.legalBasis ?? null,
        proof: change.proof ?? null,
        at: utc(change.at),
      };
      const known = history.all({ customerId, channel });
      const isSame = (other: typeof row) =>
        (Object.keys(row) as (keyof typeof row)[]).every((name) => other[name] === row[name]);
      if (known.some(isSame)) continue;
      ensureCustomer(tx, customerId, at);
      addPermission.run({ customerId, channel, ...row });
      inserted += 1;
      if (row.purpose === 'service') continue;
      const before = known.find(({ purpose }) => purpose !== 'service');
      if (before && (before.at > row.at || before.granted === granted)) continue;
      closeAfterPermission(tx, { customerId, channel, granted, at });
      const open = caseForFacts(tx, customerId);
      if (!open) continue;
      const eventId = factId(source, 'permission', customerId, JSON.stringify({ channel, ...row }));
      reportFact(
        tx,
        { customerId, caseId: open.caseId, at },
        { kind: 'permission', eventId, at: row.at, channel, granted },
      );
    }
    return { inserted, unchanged: changes.length - inserted };
  });
}
