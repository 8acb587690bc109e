import type { PastCustomer } from '../../domain/backtest.ts';
import { DomainError } from '../../domain/errors.ts';
import { dayOf } from '../../domain/models/history.ts';
import { minorDigits } from '../../domain/money.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { readPurchases, type BadLine } from '../../imports/files.ts';

/** `first` and `last`: the days of the first and the last purchase of all. */
export type Past = { customers: PastCustomer[]; first: number; last: number };

type Order = { day: number; amount: number; currency: string };

const shownAtMost = 5;

/**
 * Everybody's purchase days from a CSV file. Bad lines are left out and told to `problems`; an order that stands there
 * twice counts once. Spend is in major units of the file's most frequent currency; what was paid in others counts as
 * a purchase, but not as spend.
 * @throws DomainError `invalid` when the file cannot be read, lacks a column or holds no good purchase
 */
export async function readPast(path: string, problems: NodeJS.WritableStream): Promise<Past> {
  const orders = new Map<string, Map<string, Order>>();
  const currencies = new Map<string, number>();
  const badLines: BadLine[] = [];
  let badCount = 0;
  const onBadLine = (bad: BadLine) => {
    badCount += 1;
    if (badLines.length < shownAtMost) badLines.push(bad);
  };
  const settings = { at: new Date().toISOString(), timeZone: standardPolicy.timeZone, onBadLine };
  for await (const purchases of readPurchases(path, settings)) {
    for (const { customerId, orderId, purchasedAt, amount, currency } of purchases) {
      let own = orders.get(customerId);
      if (!own) orders.set(customerId, (own = new Map<string, Order>()));
      if (own.has(orderId)) continue;
      own.set(orderId, { day: dayOf(purchasedAt), amount, currency });
      currencies.set(currency, (currencies.get(currency) ?? 0) + 1);
    }
  }
  for (const { line, field, reason } of badLines) {
    problems.write(`${path}, line ${line}: ${field ? `${field} ` : ''}${reason}\n`);
  }
  if (badCount === 1) problems.write('1 problem in a bad line, which is left out\n');
  if (badCount > 1) problems.write(`${badCount} problems in bad lines, which are left out\n`);
  if (orders.size === 0) throw new DomainError('invalid', `${path} holds no good purchase.`);

  const [currency] = [...currencies].toSorted((a, b) => b[1] - a[1])[0]!;
  const customers = [...orders.values()].map((own): PastCustomer => {
    const spendByDay = new Map<number, number>();
    for (const order of own.values()) {
      const minor = order.currency === currency ? order.amount : 0;
      spendByDay.set(order.day, (spendByDay.get(order.day) ?? 0) + minor);
    }
    const days = [...spendByDay.keys()].sort((a, b) => a - b);
    return { days, spend: days.map((day) => spendByDay.get(day)! / 10 ** minorDigits(currency)) };
  });
  let first = Infinity;
  let last = -Infinity;
  for (const { days } of customers) {
    first = Math.min(first, days[0]!);
    last = Math.max(last, days.at(-1)!);
  }
  return { customers, first, last };
}
