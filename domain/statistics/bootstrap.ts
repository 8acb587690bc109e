import type { Interval } from './rates.ts';

/** A whole number from 0 up to, and not including, `below`, each as likely. */
export type Pick = (below: number) => number;

/** Enough for the ends of a 95 % interval. */
const resamples = 1_000;

/** The mean of more values is as good as normally distributed: intervals cover the truth as often, and come much sooner. */
const manyValues = 100;

/**
 * 95 % interval of the difference of the means of two independent groups, `a` - `b`, by the percentiles of the means of
 * samples drawn with replacement. Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 8, 13.
 * @returns null when either has fewer than two values
 */
export function meanDifferenceInterval(
  a: readonly number[],
  b: readonly number[],
  pick: Pick,
): Interval | null {
  if (a.length < 2 || b.length < 2) return null;
  const ofB = resampledMeans(b, pick);
  return middle95(resampledMeans(a, pick).map((mean, i) => mean - ofB[i]!));
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How the mean could have come out as well. */
function resampledMeans(values: readonly number[], pick: Pick): Float64Array {
  const count = values.length;
  if (count > manyValues) {
    const mean = meanOf(values);
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
    const error = Math.sqrt(variance / count);
    return Float64Array.from({ length: resamples }, () => mean + error * normal(pick));
  }
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum += values[pick(count)]!;
    return sum / count;
  });
}

const steps = 1_000_000;

/** Standard normal, by the sum of twelve uniform numbers, whose variance is 1. */
function normal(pick: Pick): number {
  let sum = 0;
  for (let i = 0; i < 12; i += 1) sum += (pick(steps) + 0.5) / steps;
  return sum - 6;
}

function middle95(values: Float64Array): Interval {
  const sorted = values.toSorted();
  const cut = Math.floor(sorted.length * 0.025);
  return [sorted[cut]!, sorted[sorted.length - 1 - cut]!];
}
