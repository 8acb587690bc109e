import { and, count, desc, eq, getTableColumns, gt, inArray, sql } from 'drizzle-orm';
import type { PastCustomer } from '../domain/backtest.ts';
import type { PurchaseHistory } from '../domain/dormancy.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Purchase } from '../domain/records.ts';
import { placeholders } from './columns.ts';
import { compiled, prepared, type Db } from './connection.ts';
import { caseForFacts, reportFact, type CaseForFacts } from './facts.ts';
import { bookReturned } from './ledger.ts';
import { closeAfterPurchase } from './preventive-tasks.ts';
import { customers, orderReturns, purchases } from './schema.ts';

const statements = prepared((db) => ({
  insert: compiled(
    db,
    db.insert(purchases).values(placeholders(purchases)).onConflictDoNothing().prepare(),
  ),
  antedate: db
    .update(purchases)
    .set({
      purchasedAt: sql`${sql.placeholder('purchasedAt')}`,
      amount: sql`max(0, ${sql.placeholder('amount')} - ${purchases.returned})`,
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
  add: compiled(
    db,
    db
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
  ),
  keepReturn: db
    .insert(orderReturns)
    .values({
      customerId: sql.placeholder('customerId'),
      orderId: sql.placeholder('orderId'),
      returnId: sql.placeholder('returnId'),
      amount: sql.placeholder('amount'),
      returnedAt: sql.placeholder('returnedAt'),
    })
    .onConflictDoNothing()
    .prepare(),
  returned: db
    .select({ amount: sql<number>`coalesce(sum(${orderReturns.amount}), 0)` })
    .from(orderReturns)
    .where(
      and(
        eq(orderReturns.customerId, sql.placeholder('customerId')),
        eq(orderReturns.orderId, sql.placeholder('orderId')),
      ),
    )
    .prepare(),
  reduce: db
    .update(purchases)
    .set({
      amount: sql`max(0, ${purchases.amount} - ${sql.placeholder('amount')})`,
      returned: sql`${purchases.returned} + ${sql.placeholder('amount')}`,
    })
    .where(
      and(
        eq(purchases.customerId, sql.placeholder('customerId')),
        eq(purchases.orderId, sql.placeholder('orderId')),
      ),
    )
    .prepare(),
  moments: db
    .select({ at: purchases.purchasedAt, amount: purchases.amount })
    .from(purchases)
    .where(eq(purchases.customerId, sql.placeholder('customerId')))
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
  const { insert, add, returned: cameBack } = statements(tx);
  const returned = cameBack.get(purchase)!.amount;
  const amount = Math.max(0, purchase.amount - returned);
  const row = { ...purchase, product: purchase.product ?? null, amount, returned };
  if (insert.run(row).changes === 0) return false;
  const { customerId, purchasedAt, currency } = purchase;
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
  bookReturned(tx, customerId, at);
  return true;
}

/** An order that is reported again counts with its earliest report, whichever of them came first. */
export function antedatePurchase(tx: Db, purchase: Purchase, at: string): void {
  if (statements(tx).antedate.run(purchase).changes === 0) return;
  recountPurchases(tx, purchase.customerId, at);
}

type PurchaseRecord = Omit<typeof purchases.$inferSelect, 'customerId' | 'returned'>;

export type OrderReturn = {
  customerId: string;
  orderId: string;
  returnId: string;
  /** minor units of the order's currency, above 0 */
  amount: number;
  returnedAt: string;
};

/** Goods have come back: their order is worth less by them, once, whichever of them we hear of first. */
export function returnOrder(tx: Db, back: OrderReturn, at: string): void {
  const { keepReturn, reduce } = statements(tx);
  if (keepReturn.run(back).changes === 0) return;
  if (reduce.run(back).changes > 0) recountPurchases(tx, back.customerId, at);
}

/** What came back under one ID belongs to the orders of another. */
export function moveReturns(tx: Db, { from, to }: { from: string; to: string }, at: string): void {
  const theirs = eq(orderReturns.customerId, from);
  const backs = tx.select().from(orderReturns).where(theirs).all();
  tx.delete(orderReturns).where(theirs).run();
  for (const back of backs) returnOrder(tx, { ...back, customerId: to }, at);
}

/** Makes a customer's sums those of the purchases that are kept. */
export function recountPurchases(tx: Db, customerId: string, at: string): void {
  const own = eq(purchases.customerId, customerId);
  const latest = tx
    .select({ purchasedAt: purchases.purchasedAt, currency: purchases.currency })
    .from(purchases)
    .innerJoin(customers, eq(customers.customerId, purchases.customerId))
    .where(own)
    // Of several at the same moment the one counts that counted before.
    .orderBy(desc(purchases.purchasedAt), desc(eq(purchases.currency, customers.currency)))
    .get();
  const sums = tx
    .select({ purchases: count(), amount: sql<number>`coalesce(sum(${purchases.amount}), 0)` })
    .from(purchases)
    .where(own)
    .get()!;
  tx.update(customers)
    .set({
      purchases: sums.purchases,
      totalAmount: sums.amount,
      currency: latest?.currency ?? null,
      lastPurchaseAt: latest?.purchasedAt ?? null,
      updatedAt: at,
    })
    .where(eq(customers.customerId, customerId))
    .run();
  bookReturned(tx, customerId, at);
}

/** One customer's orders, the newest first. */
export async function listPurchases(db: Db, customerId: string): Promise<PurchaseRecord[]> {
  const { returned: _returned, customerId: own, ...rest } = getTableColumns(purchases);
  const rows = db.select(rest).from(purchases).where(eq(own, customerId)).all();
  return rows.sort(
    (a, b) => Number(a.purchasedAt < b.purchasedAt) - Number(a.purchasedAt > b.purchasedAt),
  );
}

/** One customer's purchases. */
export function historyOf(db: Db, customerId: string): PurchaseHistory {
  const { moments, total } = statements(db);
  const own = moments.all({ customerId }).sort(byTime);
  return boiledDown(own, total.get({ customerId })?.amount ?? 0);
}

/** The same for many at once, in the order given. */
export function historiesOf(
  db: Db,
  of: { customerId: string; totalAmount: number }[],
): { customerId: string; history: PurchaseHistory }[] {
  const own = purchasesOf(db, of);
  return of.map(({ customerId, totalAmount }) => ({
    customerId,
    history: boiledDown(own.get(customerId)!, totalAmount),
  }));
}

/** Everybody's purchase days with what each brought, minor units, whatever the currency; in the order given. */
export function pastOf(db: Db, of: { customerId: string }[]): PastCustomer[] {
  return [...purchasesOf(db, of).values()].map((own) => {
    const days: number[] = [];
    const spend: number[] = [];
    for (const { at, amount } of own) {
      const day = dayOf(at);
      if (days.at(-1) !== day) {
        days.push(day);
        spend.push(0);
      }
      spend[spend.length - 1]! += amount;
    }
    return { days, spend };
  });
}

type OnePurchase = { at: string; amount: number };

// A customer's purchases are few, and SQLite keeps them in another order.
const byTime = (a: OnePurchase, b: OnePurchase) => Number(a.at > b.at) - Number(a.at < b.at);

/** In the order of time. */
function purchasesOf(db: Db, of: { customerId: string }[]): Map<string, OnePurchase[]> {
  const own = new Map<string, OnePurchase[]>(of.map(({ customerId }) => [customerId, []]));
  const rows = db
    .select({
      customerId: purchases.customerId,
      at: purchases.purchasedAt,
      amount: purchases.amount,
    })
    .from(purchases)
    .where(inArray(purchases.customerId, [...own.keys()]))
    .all();
  for (const { customerId, at, amount } of rows) own.get(customerId)!.push({ at, amount });
  for (const one of own.values()) one.sort(byTime);
  return own;
}

/** @param own purchases in the order of time */
function boiledDown(own: OnePurchase[], totalAmount: number): PurchaseHistory {
  const days: number[] = [];
  let firstDayAmount = 0;
  for (const { at, amount } of own) {
    const day = dayOf(at);
    if (days.at(-1) !== day) days.push(day);
    if (days.length === 1) firstDayAmount += amount;
  }
  return { days, lastPurchaseAt: own.at(-1)?.at ?? null, totalAmount, firstDayAmount };
}
