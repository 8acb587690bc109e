import { readFileSync } from 'node:fs';
import { dayOf, distinctDays } from '../../domain/models/history.ts';

export type CdnowCustomer = {
  customerId: string;
  /** distinct purchase days, as `dayOf` counts them */
  days: number[];
  /** dollars on each of them */
  spend: number[];
};

/** The customers of examples/cdnow with what they bought up to and including a day (`1997-09-30`). */
export function cdnowUntil(day: string): CdnowCustomer[] {
  const file = new URL('../../examples/cdnow/purchases.csv', import.meta.url);
  const purchases = new Map<string, { at: string; amount: number }[]>();
  for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
    const [customerId, , at, amount] = line.split(',') as [string, string, string, string];
    if (at > day) continue;
    if (!purchases.has(customerId)) purchases.set(customerId, []);
    purchases.get(customerId)!.push({ at, amount: Number(amount) });
  }
  return [...purchases].map(([customerId, bought]) => {
    const days = distinctDays(bought.map(({ at }) => at));
    const spendOn = (on: number) =>
      bought.reduce((sum, { at, amount }) => (dayOf(at) === on ? sum + amount : sum), 0);
    return { customerId, days, spend: days.map(spendOn) };
  });
}
