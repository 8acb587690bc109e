import { before, durationMs, type Duration } from './duration.ts';
import { adjustedChances, chanceOfMore } from './models/rate-ratio.ts';
import {
  isWithin,
  pilesOf,
  type LossCell,
  type PreventionPolicy,
  type Topic,
} from './prevention.ts';

/** Half-open: [from, to). */
export type Period = { from: string; to: string };

/** Losses of a topic that have risen beyond chance. */
export type Rise = Topic &
  Period & {
    cases: number;
    /** as many as one would expect in this period */
    expected: number;
    /** cases ÷ expected; null: none were expected */
    ratio: number | null;
    /** of so many or more by chance alone, adjusted for the number of topics looked at */
    chance: number;
    /** `season`: the same time of earlier years; `recent`: the time before, as long as there is no earlier year */
    basis: 'season' | 'recent';
  };

const year: Duration = '365d';
const earlierYears = 3;
const recentPeriods = 12;

/**
 * With what a period is compared: the same time of up to three earlier years, with the period before and after it, so
 * that a year's chance does not pass for its season; without a whole earlier year the twelve periods before.
 * @param since when the losses begin to be known
 */
export function baselineOf(
  at: string,
  length: Duration,
  since: string,
): { basis: Rise['basis']; periods: Period[] } {
  const ending = (to: string): Period => ({ from: before(to, length), to });
  const season: Period[] = [];
  let to = at;
  for (let i = 0; i < earlierYears; i += 1) {
    to = before(to, year);
    const later = new Date(Date.parse(to) + durationMs(length)).toISOString();
    const around = [ending(later), ending(to), ending(before(to, length))];
    // The period itself is no baseline, which it would be of a period that is longer than half a year.
    season.push(...around.filter((one) => one.from >= since && one.to <= before(at, length)));
  }
  if (season.length > 0) return { basis: 'season', periods: season };
  const recent: Period[] = [];
  for (let end = before(at, length); recent.length < recentPeriods; end = before(end, length)) {
    const period = ending(end);
    if (period.from < since) break;
    recent.push(period);
  }
  return { basis: 'recent', periods: recent };
}

/**
 * The topics that have risen, the least probable first: at least so many cases, and more than chance would bring in a
 * period like those of the baseline (`chanceOfMore`, by Benjamini and Hochberg over all topics that are large enough).
 * Of a rise and narrower ones within it that explain it, the narrower are told as well: each is a topic of its own.
 * @param now of the period itself
 * @param atRisk customers who could be lost, now and in all periods of the baseline together
 */
export function risesOf(
  period: Period,
  now: readonly LossCell[],
  baseline: { basis: Rise['basis']; cells: readonly LossCell[]; periods: number },
  { casesAtLeast, falseShare }: Pick<PreventionPolicy['rises'], 'casesAtLeast' | 'falseShare'>,
  atRisk: { now: number; baseline: number },
): Rise[] {
  if (baseline.periods === 0) return [];
  const known = atRisk.now > 0 && atRisk.baseline > 0;
  const exposure = known ? atRisk : { now: 1, baseline: baseline.periods };
  const tested = pilesOf(now)
    .filter(({ cases }) => cases >= casesAtLeast)
    .map(({ cases, lostRevenue: _, ...topic }) => {
      const earlier = baseline.cells
        .filter((cell) => isWithin(cell, topic))
        .reduce((sum, one) => sum + one.cases, 0);
      const expected = (earlier * exposure.now) / exposure.baseline;
      const chance = chanceOfMore(
        { count: cases, exposure: exposure.now },
        { count: earlier, exposure: exposure.baseline },
      );
      return { topic, cases, expected, chance };
    });
  const chances = adjustedChances(tested.map(({ chance }) => chance));
  return tested
    .map(({ topic, cases, expected }, i) => ({
      ...topic,
      ...period,
      cases,
      expected,
      ratio: expected === 0 ? null : cases / expected,
      chance: chances[i]!,
      basis: baseline.basis,
    }))
    .filter(({ cases, expected, chance }) => cases > expected && chance <= falseShare)
    .sort((a, b) => a.chance - b.chance || b.cases - a.cases);
}

export type RiseRecord = Rise & {
  riseId: string;
  foundAt: string;
  lastSeenAt: string;
  /** null: it goes on */
  endedAt: string | null;
};
