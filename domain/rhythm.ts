import { intervalsOf, median } from './detection.ts';
import { lostAfter, type Detection } from './dormancy.ts';
import { suspiciousAfter } from './early-signs.ts';
import { dayOf } from './models/history.ts';
import type { Policy } from './policy.ts';

/** How somebody buys, as a picture needs it. Days are counted as by `dayOf`. */
export type Rhythm = {
  /** ascending; `amount` in minor units */
  days: { day: number; amount: number; orders: number }[];
  /** median between two; null before the second */
  intervalDays: number | null;
  /** when the next purchase is due by that */
  expectedDay: number | null;
  /**
   * from when the silence is a sign of a loss to come (`declining-rhythm`); null: too few purchases to say, or the loss
   * comes before any sign
   */
  suspiciousDay: number | null;
  /** from when the customer counts as lost; null: never */
  lostDay: number | null;
};

/** @param purchases amounts in minor units, in any order */
export function rhythmOf(
  purchases: { purchasedAt: string; amount: number }[],
  detection: Detection,
  decline: Policy['earlySigns']['decline'],
): Rhythm {
  const byDay = new Map<number, { day: number; amount: number; orders: number }>();
  for (const { purchasedAt, amount } of purchases) {
    const day = dayOf(purchasedAt);
    const known = byDay.get(day) ?? { day, amount: 0, orders: 0 };
    byDay.set(day, { day, amount: known.amount + amount, orders: known.orders + 1 });
  }
  const days = [...byDay.values()].sort((a, b) => a.day - b.day);
  const numbers = days.map(({ day }) => day);
  const intervalDays = days.length > 1 ? median(intervalsOf(numbers)) : null;
  const later = (silence: number | null) =>
    silence === null || numbers.length === 0 ? null : numbers.at(-1)! + silence;
  const lost = lostAfter(numbers, detection);
  const suspicious = suspiciousAfter(numbers, decline);
  const isSign = suspicious !== null && (lost === null || suspicious <= lost);
  return {
    days,
    intervalDays,
    expectedDay: later(intervalDays === null ? null : Math.round(intervalDays)),
    suspiciousDay: later(isSign ? suspicious : null),
    lostDay: later(lost === null ? null : lost + 1),
  };
}
