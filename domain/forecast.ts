import type { Policy } from './policy.ts';
import type { Tier, Trigger } from './words.ts';

/** The forecast's months are 30 days long and end now, so that every past one is a whole one. */
export const forecastDays = 30;

/** How many months ahead are forecast, and how many past ones are forecast again to see how well. */
export const monthsAhead = 6;
const monthsBack = 6;

/** Cases that are alike, by months counted backwards from now: 0 is the last 30 days. */
export type CaseGroup = {
  trigger: Trigger;
  tier: Tier | null;
  /** the month in which they were opened */
  opened: number;
  /** the month in which their result was known; null: not yet */
  decided: number | null;
  regained: boolean;
  cases: number;
  /** sum of their second lifetime values, minor units */
  value: number;
};

/** `percent` of return that the policy expects of a case, before there is any experience. */
export type Prior = (trigger: Trigger, tier: Tier | null) => number;

/** What the policy expects. */
export function priorOf({
  byTrigger,
  tierFactor,
}: Pick<Policy['identification']['chance'], 'byTrigger' | 'tierFactor'>): Prior {
  return (trigger, tier) =>
    Math.min(100, byTrigger[trigger] * (tier === null ? 1 : tierFactor[tier]));
}

/** How many cases' worth the policy's expectation weighs against what has been seen. */
const priorWeight = 20;
/** Months over which the policy's expectation is spread. */
const priorMonths = 4;
/** Ages beyond are taken together. */
const oldest = 24;

type Hazard = { regained: number; ended: number };

/** In the n-th month of a case that is still undecided: how likely it comes back, and how likely it ends otherwise. */
type Hazards = (one: Pick<CaseGroup, 'trigger' | 'tier'>, age: number) => Hazard;

/**
 * A life table with two ends (regained, closed otherwise) by trigger, tier and age in months, by what was known `ago`
 * months before now. Cells with few cases lean on the same age and trigger, those on the policy's expectation: each as
 * if so many more cases had shown it.
 */
function hazardsAsOf(groups: readonly CaseGroup[], ago: number, prior: Prior): Hazards {
  type Cell = { atRisk: number; regained: number; ended: number };
  const cells = new Map<string, Cell>();
  const add = (key: string, one: CaseGroup, month: number) => {
    const cell = cells.get(key) ?? { atRisk: 0, regained: 0, ended: 0 };
    cells.set(key, cell);
    cell.atRisk += one.cases;
    if (one.decided === month) cell[one.regained ? 'regained' : 'ended'] += one.cases;
  };
  for (const one of groups) {
    const last = Math.max(ago, one.decided ?? ago);
    for (let month = one.opened; month >= last; month -= 1) {
      const age = Math.min(oldest, one.opened - month);
      add(`${one.trigger}/${age}`, one, month);
      add(`${one.trigger}/${one.tier}/${age}`, one, month);
    }
  }
  const leaning = (key: string, on: Hazard): Hazard => {
    const { atRisk, regained, ended } = cells.get(key) ?? { atRisk: 0, regained: 0, ended: 0 };
    const of = (seen: number, expected: number) =>
      (seen + priorWeight * expected) / (atRisk + priorWeight);
    return { regained: of(regained, on.regained), ended: of(ended, on.ended) };
  };
  return ({ trigger, tier }, age) => {
    const at = Math.min(oldest, age);
    const expected = at < priorMonths ? prior(trigger, tier) / 100 / priorMonths : 0;
    const ofTrigger = leaning(`${trigger}/${at}`, {
      regained: expected,
      ended: 1 / priorMonths / 2,
    });
    return leaning(`${trigger}/${tier}/${at}`, ofTrigger);
  };
}

export type ForecastMonth = {
  /** returns expected */
  regained: number;
  /** what they are expected to bring, minor units */
  value: number;
};

/** What was open `ago` months before now, month by month from then on. */
export type Forecast = { open: number; openValue: number; months: ForecastMonth[] };

/** @param ago months before now; only what was known then counts */
export function forecastAsOf(
  groups: readonly CaseGroup[],
  { ago, months, prior }: { ago: number; months: number; prior: Prior },
): Forecast {
  const known = groups.filter(({ opened }) => opened >= ago);
  const hazards = hazardsAsOf(known, ago, prior);
  const open = known.filter(({ decided }) => decided === null || decided < ago);
  const ahead = Array.from({ length: months }, (): ForecastMonth => ({ regained: 0, value: 0 }));
  for (const one of open) {
    let undecided = 1;
    ahead.forEach((month, i) => {
      const { regained, ended } = hazards(one, one.opened - ago + 1 + i);
      month.regained += one.cases * undecided * regained;
      month.value += one.value * undecided * regained;
      undecided *= Math.max(0, 1 - regained - ended);
    });
  }
  return {
    open: open.reduce((sum, { cases }) => sum + cases, 0),
    openValue: open.reduce((sum, { value }) => sum + value, 0),
    months: ahead,
  };
}

export type PastMonth = {
  /** months before now in which it began */
  ago: number;
  forecast: ForecastMonth;
  /** of the cases that were open at its beginning */
  actual: ForecastMonth;
};

export type ForecastError = {
  /** mean of |forecast - actual| ÷ mean of actual; null when nobody came back */
  regained: number | null;
  value: number | null;
};

/** Each past month as it would have been forecast at its beginning, and how it came. Months without a case are left out. */
export function backcast(
  groups: readonly CaseGroup[],
  prior: Prior,
): { months: PastMonth[]; error: ForecastError } {
  const months = Array.from({ length: monthsBack }, (_, i) => monthsBack - i).flatMap(
    (ago): PastMonth[] => {
      const { open, months } = forecastAsOf(groups, { ago, months: 1, prior });
      const returned = groups.filter(
        ({ opened, decided, regained }) => regained && opened >= ago && decided === ago - 1,
      );
      const sum = (of: 'cases' | 'value') => returned.reduce((total, one) => total + one[of], 0);
      const actual = { regained: sum('cases'), value: sum('value') };
      return open === 0 ? [] : [{ ago, forecast: months[0]!, actual }];
    },
  );
  const errorOf = (of: keyof ForecastMonth): number | null => {
    const actual = months.reduce((sum, one) => sum + one.actual[of], 0);
    const missed = months.reduce(
      (sum, one) => sum + Math.abs(one.forecast[of] - one.actual[of]),
      0,
    );
    return actual === 0 ? null : missed / actual;
  };
  return { months, error: { regained: errorOf('regained'), value: errorOf('value') } };
}
