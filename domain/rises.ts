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
 * A loss makes one rise, the least probable, of equal ones the narrowest: a wider topic that only rises with a narrower
 * one, or a narrower one that does as all the others, is not told as well.
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
  const compare = (counts: (cell: LossCell) => boolean) => {
    const cases = casesAmong(now, counts);
    const earlier = casesAmong(baseline.cells, counts);
    const chance = chanceOfMore(
      { count: cases, exposure: exposure.now },
      { count: earlier, exposure: exposure.baseline },
    );
    return { cases, expected: (earlier * exposure.now) / exposure.baseline, chance };
  };
  const tested = pilesOf(now)
    .filter(({ cases }) => cases >= casesAtLeast)
    .map(({ cases: _, lostRevenue: __, ...topic }) => ({
      topic,
      ...compare((cell) => isWithin(cell, topic)),
    }));
  const adjusted = adjustedChances(tested.map(({ chance }) => chance));
  let risen = tested
    .map((one, i) => ({ ...one, adjusted: adjusted[i]! }))
    .filter(({ cases, expected, adjusted }) => cases > expected && adjusted <= falseShare);
  const told: typeof risen = [];
  while (risen.length > 0) {
    const left = risen
      .map((one) => {
        const isLeft = (cell: LossCell) =>
          isWithin(cell, one.topic) && !told.some(({ topic }) => isWithin(cell, topic));
        return { one, ...compare(isLeft) };
      })
      .filter(({ cases, chance }) => cases >= casesAtLeast && chance <= falseShare)
      .sort((a, b) => a.chance - b.chance)
      .map(({ one }) => one);
    told.push(...left.slice(0, 1));
    risen = left.slice(1);
  }
  return told.map(({ topic, cases, expected, adjusted: chance }) => ({
    ...topic,
    ...period,
    cases,
    expected,
    ratio: expected === 0 ? null : cases / expected,
    chance,
    basis: baseline.basis,
  }));
}

const casesAmong = (cells: readonly LossCell[], counts: (cell: LossCell) => boolean) =>
  cells.reduce((sum, cell) => (counts(cell) ? sum + cell.cases : sum), 0);

export type RiseRecord = Rise & {
  riseId: string;
  foundAt: string;
  lastSeenAt: string;
  /** null: it goes on */
  endedAt: string | null;
};
