import { kaplanMeier, medianTime, type SurvivalStep } from './statistics/survival.ts';

/** Customers who returned in one month, and the months (30 days) for which they were seen and stayed. */
export type Stay = {
  /** `2026-03` */
  cohort: string;
  /** whole months from the return to now, or to where the observation ended */
  seen: number;
  /** whole months from the return to the second loss; null: none so far */
  lostAfter: number | null;
  customers: number;
};

/** How many of a cohort bought in the `month`th month after their return, of those who were seen for all of it. */
export type Bought = { cohort: string; month: number; customers: number };

export type CohortMonth = {
  /** from 1: so many months of 30 days after the return */
  month: number;
  /** customers who returned so long ago */
  of: number;
  /** of them, not lost again by then */
  there: number;
  /** of them, who bought in the 30 days up to then, the return itself left out */
  bought: number;
};

export type Cohort = { cohort: string; returned: number; months: CohortMonth[] };

/** As many months as a triangle shows at most. */
export const monthsAtMost = 36;

/** Returned customers by the month of their return and the months since, oldest cohort first. */
export function triangleOf(stays: readonly Stay[], bought: readonly Bought[]): Cohort[] {
  const buyers = new Map(bought.map((one) => [`${one.cohort}/${one.month}`, one.customers]));
  const sum = (of: Stay[]) => of.reduce((total, { customers }) => total + customers, 0);
  return [...Map.groupBy(stays, ({ cohort }) => cohort)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([cohort, own]) => {
      const longest = Math.min(monthsAtMost, Math.max(...own.map(({ seen }) => seen)));
      const months = Array.from({ length: longest }, (_, i): CohortMonth => {
        const month = i + 1;
        const soLong = own.filter(({ seen }) => seen >= month);
        const there = soLong.filter(({ lostAfter }) => lostAfter === null || lostAfter >= month);
        const buying = buyers.get(`${cohort}/${month}`) ?? 0;
        return { month, of: sum(soLong), there: sum(there), bought: buying };
      });
      return { cohort, returned: sum(own), months };
    });
}

/** For how many days customers of a group were seen after their return, and whether the second loss ended it. */
export type Observed = { group: string | null; time: number; ended: boolean; count: number };

export type Curve = {
  group: string | null;
  returned: number;
  lostAgain: number;
  /** by when half are lost again; null: not seen yet */
  medianDays: number | null;
  steps: SurvivalStep[];
};

/** The survival of the second life by group, the biggest group first. */
export function curvesOf(observed: readonly Observed[]): Curve[] {
  return [...Map.groupBy(observed, ({ group }) => group)]
    .map(([group, own]) => {
      const count = (of: Observed[]) => of.reduce((sum, one) => sum + one.count, 0);
      const steps = kaplanMeier(own);
      return {
        group,
        returned: count(own),
        lostAgain: count(own.filter(({ ended }) => ended)),
        medianDays: medianTime(steps),
        steps,
      };
    })
    .sort((a, b) => b.returned - a.returned);
}
