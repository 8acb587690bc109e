import { durationMs } from './duration.ts';
import type { Policy } from './policy.ts';

const dayMs = 86_400_000;

/** A customer's purchases boiled down: distinct purchase days and money, from the database. */
export type PurchaseHistory = {
  /** distinct days with a purchase, ISO 8601, ascending */
  purchasedAt: string[];
  /** sum of all purchases, minor units */
  totalAmount: number;
};

export type Rhythm = {
  purchaseDays: number;
  lastPurchaseAt: string | null;
  /** median of the intervals between purchase days, in days; null with fewer than two purchase days */
  intervalDays: number | null;
  /** since the last purchase, in days; null without one */
  silentDays: number | null;
};

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How often the customer buys and how long they have been silent at `now` (ISO 8601). */
export function rhythmOf(history: PurchaseHistory, now: string): Rhythm {
  const days = history.purchasedAt.map((at) => Date.parse(at) / dayMs);
  const last = history.purchasedAt.at(-1) ?? null;
  return {
    purchaseDays: days.length,
    lastPurchaseAt: last,
    intervalDays: days.length < 2 ? null : median(days.slice(1).map((day, i) => day - days[i]!)),
    silentDays:
      last === null ? null : Math.max(0, Date.parse(now) / dayMs - Date.parse(last) / dayMs),
  };
}

export type Dormancy = {
  state: 'never-bought' | 'active' | 'dormant' | 'cold';
  /** the silence in days from which this customer counts as dormant; null without a purchase */
  dormantAfterDays: number | null;
};

/**
 * Whether a customer has left silently, against their own rhythm: silent for longer than `intervalFactor` of their
 * median interval, but never before `minimumSilence`; a first-time buyer after `firstTimeBuyerSilence`; cold, that
 * is too long ago for a case, after `maximumSilence`, though whoever buys rarely is dormant for at least
 * `minimumSilence` before.
 */
export function dormancyOf(rhythm: Rhythm, policy: Policy['dormancy']): Dormancy {
  if (rhythm.silentDays === null) return { state: 'never-bought', dormantAfterDays: null };
  const inDays = (duration: Policy['dormancy']['minimumSilence']) => durationMs(duration) / dayMs;
  const dormantAfterDays =
    rhythm.intervalDays === null
      ? inDays(policy.firstTimeBuyerSilence)
      : Math.max(inDays(policy.minimumSilence), rhythm.intervalDays * policy.intervalFactor);
  const coldAfterDays = Math.max(
    inDays(policy.maximumSilence),
    dormantAfterDays + inDays(policy.minimumSilence),
  );
  const state =
    rhythm.silentDays > coldAfterDays
      ? 'cold'
      : rhythm.silentDays > dormantAfterDays
        ? 'dormant'
        : 'active';
  return { state, dormantAfterDays };
}

/**
 * What a regained customer would bring within the policy's horizon, in minor units: margin × average purchase day
 * × purchase days expected at the earlier pace, which is measured over `paceOverAtLeast` or longer. A first-time buyer
 * is taken to buy once more; nobody is taken to buy more often than weekly. A plain extrapolation of the past, no
 * probability model.
 */
export function secondLifetimeValue(
  history: PurchaseHistory,
  policy: Policy['identification'],
): number {
  const purchaseDays = history.purchasedAt.length;
  if (purchaseDays === 0) return 0;
  const spanDays = Math.max(
    (Date.parse(history.purchasedAt.at(-1)!) - Date.parse(history.purchasedAt[0]!)) / dayMs,
    durationMs(policy.paceOverAtLeast) / dayMs,
  );
  const horizonDays = durationMs(policy.valueHorizon) / dayMs;
  const expectedDays =
    purchaseDays === 1
      ? 1
      : Math.min(((purchaseDays - 1) / spanDays) * horizonDays, horizonDays / 7);
  const averageDay = history.totalAmount / purchaseDays;
  return Math.round((policy.marginPercent / 100) * averageDay * expectedDays);
}
