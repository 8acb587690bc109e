import { asc, eq, inArray, sql } from 'drizzle-orm';
import type { PurchaseHistory } from '../domain/dormancy.ts';
import type { Purchase } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { caseForFacts, reportFact } from './facts.ts';
import { customers, purchases } from './schema.ts';

const statements = prepared((db) => ({
  insert: db
    .insert(purchases)
    .values({
      customerId: sql.placeholder('customerId'),
      orderId: sql.placeholder('orderId'),
      purchasedAt: sql.placeholder('purchasedAt'),
      amount: sql.placeholder('amount'),
      currency: sql.placeholder('currency'),
    })
    .onConflictDoNothing()
    .prepare(),
  standing: db
    .select({ cancelledAt: customers.cancelledAt, lastPurchaseAt: customers.lastPurchaseAt })
    .from(customers)
    .where(eq(customers.customerId, sql.placeholder('customerId')))
    .prepare(),
  add: db
    .insert(customers)
    .values({
      customerId: sql.placeholder('customerId'),
      createdAt: sql.placeholder('at'),
      updatedAt: sql.placeholder('at'),
      purchases: 1,
      totalAmount: sql.placeholder('amount'),
      currency: sql.placeholder('currency'),
      lastPurchaseAt: sql.placeholder('purchasedAt'),
    })
    .onConflictDoUpdate({
      target: customers.customerId,
      set: {
        updatedAt: sql`excluded.updated_at`,
        purchases: sql`${customers.purchases} + 1`,
        totalAmount: sql`${customers.totalAmount} + excluded.total_amount`,
        currency: sql`coalesce(${customers.currency}, excluded.currency)`,
        lastPurchaseAt: sql`max(coalesce(${customers.lastPurchaseAt}, ''), excluded.last_purchase_at)`,
        // Whoever buys after cancelling is a customer again, and may fall dormant again.
        cancelledAt: sql`case when excluded.last_purchase_at > ${customers.cancelledAt} then null else ${customers.cancelledAt} end`,
      },
    })
    .prepare(),
  moments: db
    .select({ at: purchases.purchasedAt })
    .from(purchases)
    .where(eq(purchases.customerId, sql.placeholder('customerId')))
    .orderBy(asc(purchases.purchasedAt))
    .prepare(),
  total: db
    .select({ amount: customers.totalAmount })
    .from(customers)
    .where(eq(customers.customerId, sql.placeholder('customerId')))
    .prepare(),
}));

/** What is known of a customer before a purchase is added to it. */
type Standing = { openedAt: string; cancelledAt: string | null; lastPurchaseAt: string | null };

/** Whether a purchase is news for the open case, or only completes the past. */
export type IsNews = (purchasedAt: string, standing: Standing) => boolean;

/**
 * A purchase reported by the sales system is news, unless it is a late report from before the loss: from before the
 * cancellation that stands, or, where nothing was cancelled, from before the last purchase that we knew of.
 */
export const newsWhenReported: IsNews = (purchasedAt, standing) =>
  purchasedAt >= standing.openedAt ||
  (standing.cancelledAt === null
    ? purchasedAt > (standing.lastPurchaseAt ?? '')
    : purchasedAt >= standing.cancelledAt);

/** An imported purchase is history, unless the case was already open. */
export const newsWhenImported: IsNews = (purchasedAt, { openedAt }) => purchasedAt > openedAt;

/**
 * Keeps a purchase, adds it to the customer's sums and reports it to their open case. An order that is already known
 * changes nothing.
 * @param purchase `purchasedAt` in the spelling of `utc`
 * @returns whether the order was new
 */
export function storePurchase(
  tx: Db,
  purchase: Purchase,
  { at, eventId, isNews }: { at: string; eventId: () => string; isNews: IsNews },
): boolean {
  const { insert, standing, add } = statements(tx);
  if (insert.run(purchase).changes === 0) return false;
  const { customerId, purchasedAt, amount, currency } = purchase;
  const open = caseForFacts(tx, customerId);
  if (open) {
    const known = standing.get({ customerId }) ?? { cancelledAt: null, lastPurchaseAt: null };
    if (isNews(purchasedAt, { ...known, openedAt: open.openedAt })) {
      const fact = {
        kind: 'purchase',
        eventId: eventId(),
        at: purchasedAt,
        amount,
        currency,
      } as const;
      reportFact(tx, { customerId, caseId: open.caseId, at }, fact);
    }
  }
  add.run({ customerId, purchasedAt, amount, currency, at });
  return true;
}

/** One customer's purchases, each UTC day by its last one. */
export function historyOf(db: Db, customerId: string): PurchaseHistory {
  const { moments, total } = statements(db);
  return {
    purchasedAt: lastOfEachDay(moments.all({ customerId }).map(({ at }) => at)),
    totalAmount: total.get({ customerId })?.amount ?? 0,
  };
}

/** The same for many at once, in the order given. */
export function historiesOf(
  db: Db,
  of: { customerId: string; totalAmount: number }[],
): { customerId: string; history: PurchaseHistory }[] {
  const moments = new Map<string, string[]>(of.map(({ customerId }) => [customerId, []]));
  const rows = db
    .select({ customerId: purchases.customerId, at: purchases.purchasedAt })
    .from(purchases)
    .where(inArray(purchases.customerId, [...moments.keys()]))
    .orderBy(asc(purchases.customerId), asc(purchases.purchasedAt))
    .all();
  for (const { customerId, at } of rows) moments.get(customerId)!.push(at);
  return of.map(({ customerId, totalAmount }) => ({
    customerId,
    history: { purchasedAt: lastOfEachDay(moments.get(customerId)!), totalAmount },
  }));
}

/** @param moments ISO 8601 UTC, ascending */
function lastOfEachDay(moments: string[]): string[] {
  const day = (at: string | undefined) => at?.slice(0, 10);
  return moments.filter((at, i) => day(at) !== day(moments[i + 1]));
}
