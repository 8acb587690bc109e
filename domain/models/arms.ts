import gammaln from '@stdlib/math-base-special-gammaln';
import type { Share } from '../statistics/rates.ts';

const points = 8_192;
/** Beyond so many standard deviations nothing is left that would count. */
const farOut = 12;

/**
 * How likely each of several ways is the best one, by how often each has worked: their true rates after a uniform prior
 * are beta-distributed (a = 1 + hits, b = 1 + misses), and P(i is best) = ∫ fᵢ(x) Π Fⱼ(x) dx over all others j, by the
 * trapezoidal rule, to 5 digits. Two of them: the closed sum of Evan Miller, "Formulas for Bayesian A/B Testing" (2013).
 * @returns probabilities in the order given, together 1
 */
export function probabilitiesOfBest(arms: readonly Share[]): number[] {
  if (arms.length === 0) return [];
  const betas = arms.map(({ hits, cases }) => ({ a: 1 + hits, b: 1 + cases - hits }));
  const spans = betas.map(({ a, b }) => {
    const mean = a / (a + b);
    const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
    return [mean - farOut * deviation, mean + farOut * deviation] as const;
  });
  const from = Math.max(0, Math.min(...spans.map(([low]) => low)));
  const to = Math.min(1, Math.max(...spans.map(([, high]) => high)));
  const step = (to - from) / points;
  const densities = betas.map((beta) => {
    const density = densityOf(beta);
    const values = new Float64Array(points + 1);
    for (let i = 0; i <= points; i += 1) values[i] = density(from + i * step);
    return values;
  });
  const below = densities.map(cumulated);
  const weights = densities.map((own, i) => {
    const products = own.slice();
    products[0]! /= 2;
    products[points]! /= 2;
    for (const [j, other] of below.entries()) {
      if (j !== i) for (let x = 0; x <= points; x += 1) products[x]! *= other[x]!;
    }
    return products.reduce((sum, value) => sum + value, 0);
  });
  const areas = densities.map(areaOf);
  const total = weights.reduce((sum, weight, i) => sum + weight / areas[i]!, 0);
  return weights.map((weight, i) => weight / areas[i]! / total);
}

function densityOf({ a, b }: { a: number; b: number }): (x: number) => number {
  const logged = (times: number, of: number) => (times === 0 ? 0 : times * Math.log(of));
  const logBeta = gammaln(a) + gammaln(b) - gammaln(a + b);
  return (x) => Math.exp(logged(a - 1, x) + logged(b - 1, 1 - x) - logBeta);
}

function areaOf(density: Float64Array): number {
  const ends = (density[0]! + density.at(-1)!) / 2;
  return density.reduce((sum, value) => sum + value, 0) - ends;
}

/** The distribution function that belongs to a density, 0 to 1. */
function cumulated(density: Float64Array): Float64Array {
  const sums = new Float64Array(density.length);
  for (let i = 1; i < density.length; i += 1) {
    sums[i] = sums[i - 1]! + (density[i - 1]! + density[i]!) / 2;
  }
  const total = sums[points]!;
  return sums.map((sum) => sum / total);
}
