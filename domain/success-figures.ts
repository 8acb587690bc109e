import { resultOf, type LedgerSums } from './ledger.ts';
import { wilson, type Interval, type Share } from './statistics/rates.ts';
import type { Uplift } from './statistics/uplift.ts';
import type { Outcome, StrictRegain } from './words.ts';

/** What the figures of success control can be split by. */
export const successSplits = [
  'cause',
  'playbook',
  'measure',
  'offer',
  'tier',
  'trigger',
  'target-group',
  'team',
  'agent',
  'period',
] as const;
export type SuccessSplit = (typeof successSplits)[number];

/** Groups with fewer contacted cases of known result say too little to be compared: they are marked and not ranked. */
export const smallBelow = 20;

/** After how many days it is asked whether who has come back is still there. */
export const stayDays = [90, 180, 365] as const;

/** Counts and sums of a group of cases whose result is known, as the database has them. */
export type SuccessCounts = LedgerSums & {
  cases: number;
  reached: number;
  contacted: number;
  /** came back, whatever the strict rule says of it; of all, and of the contacted */
  returned: number;
  returnedAfterContact: number;
  /** days from opening to return, the median; null: nobody came back */
  daysToRegain: number | null;
  /** by `stayDays`: returns that are so long ago, and how many of those customers were not lost again by then */
  stayed: { of: number; there: number }[];
  /** of all, of the contacted, and of those who were no control group */
  strict: Record<StrictRegain, number>;
  strictAfterContact: Record<'regained' | 'pending', number>;
  regainedByUs: number;
  secondLosses: { same: number; other: number; unknown: number };
  /** of closed cases */
  outcomes: Record<Outcome, number>;
};

export type SuccessGroup = SuccessCounts & {
  /** null: of cases of which this is not known */
  group: string | null;
  /** what people call it, where that is not `group` */
  label: string | null;
  uplift: Uplift | null;
};

export type SuccessFigures = {
  small: boolean;
  /** by the strict rule, of the contacted whose result is known */
  regainedRate: number | null;
  regainedRateInterval: Interval | null;
  /** whoever came back, of the contacted */
  returnRate: number | null;
  returnRateInterval: Interval | null;
  /** all costs, minor units above 0 */
  cost: number;
  costPerRegain: number | null;
  /** margin less cost */
  result: number;
  /** result ÷ cost */
  returnOnCost: number | null;
};

/** What follows from the counts. */
export function figuresOf(counts: SuccessCounts): SuccessFigures {
  const { contacted, strictAfterContact, regainedByUs, work, contact, concession } = counts;
  const cost = 0 - (work + contact + concession);
  const result = resultOf(counts);
  const { regained: hits, pending } = strictAfterContact;
  const regained = { hits, cases: contacted - pending };
  const returned = { hits: counts.returnedAfterContact, cases: contacted };
  return {
    small: regained.cases < smallBelow,
    regainedRate: rateOf(regained),
    regainedRateInterval: wilson(regained),
    returnRate: rateOf(returned),
    returnRateInterval: wilson(returned),
    cost,
    costPerRegain: regainedByUs === 0 ? null : Math.round(cost / regainedByUs),
    result,
    returnOnCost: cost === 0 ? null : result / cost,
  };
}

function rateOf({ hits, cases }: Share): number | null {
  return cases === 0 ? null : hits / cases;
}

/**
 * Groups as they are shown: months in their order, others by their regained rate, the small ones behind them, and what is
 * not known last.
 * @returns with the place of each, from 1; null for small ones and for what is not known
 */
export function ranked<G extends SuccessGroup>(
  groups: readonly G[],
  by: SuccessSplit,
): (G & { rank: number | null })[] {
  const rate = (one: G) => figuresOf(one).regainedRate ?? -1;
  const isCompared = (one: G) => one.group !== null && !figuresOf(one).small;
  const large = groups.filter(isCompared).sort((a, b) => rate(b) - rate(a) || byName(a, b));
  const small = groups
    .filter((one) => !isCompared(one))
    .sort(
      (a, b) =>
        Number(a.group === null) - Number(b.group === null) || b.cases - a.cases || byName(a, b),
    );
  const rankOf = new Map(
    large.map((one) => [one, 1 + large.findIndex((other) => rate(other) === rate(one))]),
  );
  const shown = [...large, ...small].map((one) => ({ ...one, rank: rankOf.get(one) ?? null }));
  if (by !== 'period') return shown;
  return shown.sort(byName);
}

/** What is not known comes last. */
function byName(a: SuccessGroup, b: SuccessGroup): number {
  if (a.group === null || b.group === null)
    return Number(a.group === null) - Number(b.group === null);
  return a.group < b.group ? -1 : 1;
}
