import { meanDifferenceInterval, meanOf, type Pick } from './bootstrap.ts';
import { newcombe, type Interval, type Share } from './rates.ts';

/** One side of the comparison, every case of it, whatever came of it. */
export type Arm = Share & {
  /** what each case has brought less what it has cost, minor units; nothing for who did not come back */
  results: readonly number[];
};

export type Difference = { value: number; interval: Interval };

/** What measures have added to what would have happened without them. */
export type Uplift = {
  treated: Share;
  control: Share;
  /** of the rate, -1 to 1 */
  rate: Difference;
  /** of the result of one case, minor units */
  resultPerCase: Difference;
};

/**
 * Treated against control cases, as they were drawn: rates by Newcombe's interval, money by the bootstrap.
 * @returns null when either has fewer than two cases
 */
export function uplift(treated: Arm, control: Arm, pick: Pick): Uplift | null {
  const rate = newcombe(treated, control);
  const money = meanDifferenceInterval(treated.results, control.results, pick);
  if (!rate || !money) return null;
  const share = ({ hits, cases }: Share): Share => ({ hits, cases });
  return {
    treated: share(treated),
    control: share(control),
    rate: {
      value: treated.hits / treated.cases - control.hits / control.cases,
      interval: rate,
    },
    resultPerCase: { value: meanOf(treated.results) - meanOf(control.results), interval: money },
  };
}
