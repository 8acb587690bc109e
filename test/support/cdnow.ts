import { readFileSync } from 'node:fs';
import { dayOf, distinctDays } from '../../domain/models/history.ts';

export type CdnowCustomer = {
  customerId: string;
  /** distinct purchase days, as `dayOf` counts them */
  days: number[];
  /** dollars on each of them */
  spend: number[];
};

export type CdnowOrder = {
  customerId: string;
  orderId: string;
  /** ISO 8601 */
  at: string;
  /** cents */
  amount: number;
};

/** Every purchase of examples/cdnow. */
export function cdnowOrders(): CdnowOrder[] {
  const file = new URL('../../examples/cdnow/purchases.csv', import.meta.url);
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [customerId, orderId, at, amount] = line.split(',') as [string, string, string, string];
    return { customerId, orderId, at, amount: Math.round(Number(amount) * 100) };
  });
}

/** The customers of examples/cdnow with what they bought up to and including a day (`1997-09-30`). */
export function cdnowUntil(day: string): CdnowCustomer[] {
  const purchases = new Map<string, CdnowOrder[]>();
  for (const order of cdnowOrders()) {
    if (order.at > day) continue;
    if (!purchases.has(order.customerId)) purchases.set(order.customerId, []);
    purchases.get(order.customerId)!.push(order);
  }
  return [...purchases].map(([customerId, bought]) => {
    const days = distinctDays(bought.map(({ at }) => at));
    const spendOn = (on: number) =>
      bought.reduce((sum, { at, amount }) => (dayOf(at) === on ? sum + amount / 100 : sum), 0);
    return { customerId, days, spend: days.map(spendOn) };
  });
}
