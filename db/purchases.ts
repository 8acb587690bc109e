import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { PurchaseHistory } from '../domain/dormancy.ts';
import type { Purchase } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { caseForFacts, reportFact, type CaseForFacts } from './facts.ts';
import { closeAfterPurchase } from './preventive-tasks.ts';
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
  antedate: db
    .update(purchases)
    .set({
      purchasedAt: sql`${sql.placeholder('purchasedAt')}`,
      amount: sql`${sql.placeholder('amount')}`,
      currency: sql`${sql.placeholder('currency')}`,
    })
    .where(
      and(
        eq(purchases.customerId, sql.placeholder('customerId')),
        eq(purchases.orderId, sql.placeholder('orderId')),
        gt(purchases.purchasedAt, sql.placeholder('purchasedAt')),
      ),
    )
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
        currency: sql`case when excluded.last_purchase_at >= coalesce(${customers.lastPurchaseAt}, '') then excluded.currency else ${customers.currency} end`,
        lastPurchaseAt: sql`max(coalesce(${customers.lastPurchaseAt}, ''), excluded.last_purchase_at)`,
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

/** Whether a purchase is news for the open case, or only completes the past. */
export type IsNews = (purchasedAt: string, open: CaseForFacts) => boolean;

/**
 * A purchase reported by the sales system is news, unless it is a late report from before the loss. The moment of the
 * loss does not move with purchases, so that it does not matter in which order they are reported.
 */
export const newsWhenReported: IsNews = (purchasedAt, { lostAt }) => purchasedAt > lostAt;

/** An imported purchase is history, unless the case was already open. */
export const newsWhenImported: IsNews = (purchasedAt, { openedAt, lostAt }) =>
  purchasedAt > openedAt && purchasedAt > lostAt;

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
  const { insert, add } = statements(tx);
  if (insert.run(purchase).changes === 0) return false;
  const { customerId, purchasedAt, amount, currency } = purchase;
  const open = caseForFacts(tx, customerId);
  if (open && isNews(purchasedAt, open)) {
    const fact = {
      kind: 'purchase',
      eventId: eventId(),
      at: purchasedAt,
      amount,
      currency,
    } as const;
    reportFact(tx, { customerId, caseId: open.caseId, at }, fact);
  }
  add.run({ customerId, purchasedAt, amount, currency, at });
  closeAfterPurchase(tx, { customerId, purchasedAt, at });
  return true;
}

/** An order that is reported again counts with its earliest report, whichever of them came first. */
export function antedatePurchase(tx: Db, purchase: Purchase, at: string): void {
  if (statements(tx).antedate.run(purchase).changes === 0) return;
  const own = eq(purchases.customerId, purchase.customerId);
  const latest = tx.select().from(purchases).where(own).orderBy(desc(purchases.purchasedAt)).get()!;
  const sums = tx
    .select({ amount: sql<number>`sum(${purchases.amount})` })
    .from(purchases)
    .where(own)
    .get()!;
  tx.update(customers)
    .set({
      totalAmount: sums.amount,
      currency: latest.currency,
      lastPurchaseAt: latest.purchasedAt,
      updatedAt: at,
    })
    .where(eq(customers.customerId, purchase.customerId))
    .run();
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
