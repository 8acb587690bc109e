import gammaln from '@stdlib/math-base-special-gammaln';
import type { Share } from '../statistics/rates.ts';

/** So many cases, the sum of what each came to, and the sum of its squares. */
export type Sums = { cases: number; sum: number; squares: number };

/** So fine for the narrowest of all, as far as the most suffice. */
const pointsPerDeviation = 64;
const mostPoints = 8_192;
/** Beyond so many standard deviations nothing is left that would count. */
const farOut = 12;

/**
 * How likely each of several ways is the best one, by how often each has worked: their true rates after a uniform prior
 * are beta-distributed (a = 1 + hits, b = 1 + misses). To 5 digits.
 * @returns probabilities in the order given, together 1
 */
export function probabilitiesOfBest(arms: readonly Share[]): number[] {
  if (arms.length === 0) return [];
  const betas = arms.map(({ hits, cases }) => ({ a: 1 + hits, b: 1 + cases - hits }));
  const spans = betas.map(({ a, b }) => {
    const mean = a / (a + b);
    const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
    return { low: mean - farOut * deviation, high: mean + farOut * deviation, deviation };
  });
  const from = Math.max(0, Math.min(...spans.map(({ low }) => low)));
  const to = Math.min(1, Math.max(...spans.map(({ high }) => high)));
  const narrowest = Math.min(...spans.map(({ deviation }) => deviation));
  const points = Math.min(mostPoints, Math.ceil((pointsPerDeviation * (to - from)) / narrowest));
  const nodes = Float64Array.from(
    { length: points + 1 },
    (_, i) => from + (i * (to - from)) / points,
  );
  // Logarithms are the cost: each is computed once for all arms.
  const [logs, counterLogs] = [nodes.map(Math.log), nodes.map((x) => Math.log(1 - x))];
  return bestAmong(
    nodes,
    betas.map((beta) => betaDensity(beta, { logs, counterLogs })),
  );
}

/** The prior weighs as many cases: for the mean, and for the spread. */
const priorCases = { mean: 1, spread: 20 };
/** Of a single one. All arms have the nodes of all, so that of many each needs fewer. */
const pointsOfOne = 768;
/** Beyond so many of its scales nothing is left of a t distribution with 20 degrees of freedom or more. */
const scalesOut = 40;

/**
 * How likely each of several ways has the highest mean, in whatever unit, most cases 0 or not: the true mean is
 * t-distributed after the conjugate prior of a normal distribution whose mean and spread are unknown (Gelman et al.,
 * Bayesian Data Analysis, 3rd edition, 3.3). The prior is made of the cases of all ways together, so that of who has had
 * few cases it is believed that they are as the others; alike until any two cases differ. To 4 digits.
 * @returns probabilities in the order given, together 1
 */
export function probabilitiesOfHighest(arms: readonly Sums[]): number[] {
  const total = (of: keyof Sums) => arms.reduce((all, arm) => all + arm[of], 0);
  const cases = total('cases');
  const mean = cases === 0 ? 0 : total('sum') / cases;
  const variance = cases === 0 ? 0 : total('squares') / cases - mean * mean;
  if (variance <= Number.EPSILON * mean * mean) return arms.map(() => 1 / arms.length);
  const posteriors = arms.map((arm) => posteriorOf(arm, { mean, variance }));
  const half = Math.asinh(scalesOut);
  const pointsOfEach = Math.ceil(pointsOfOne / Math.sqrt(arms.length));
  // Fine where any of them is narrow.
  const nodes = Float64Array.from(
    posteriors.flatMap(({ middle, scale }) =>
      Array.from(
        { length: pointsOfEach },
        (_, i) => middle + scale * Math.sinh(half * ((2 * i) / (pointsOfEach - 1) - 1)),
      ),
    ),
  ).sort();
  return bestAmong(nodes, posteriors.map(studentDensity));
}

type Student = { middle: number; scale: number; freedom: number };

function posteriorOf(
  { cases, sum, squares }: Sums,
  prior: { mean: number; variance: number },
): Student {
  const own = cases === 0 ? prior.mean : sum / cases;
  const known = priorCases.mean + cases;
  const freedom = priorCases.spread + cases;
  const spread =
    priorCases.spread * prior.variance +
    Math.max(0, squares - own * sum) +
    ((priorCases.mean * cases) / known) * (own - prior.mean) ** 2;
  return {
    middle: (priorCases.mean * prior.mean + sum) / known,
    scale: Math.sqrt(spread / freedom / known),
    freedom,
  };
}

function studentDensity({ middle, scale, freedom }: Student): Density {
  return (x) => Math.exp((-(freedom + 1) / 2) * Math.log1p(((x - middle) / scale) ** 2 / freedom));
}

/** @param of the nodes, and what they lack of 1 */
function betaDensity(
  { a, b }: { a: number; b: number },
  { logs, counterLogs }: Record<'logs' | 'counterLogs', Float64Array>,
): Density {
  const logged = (times: number, log: number) => (times === 0 ? 0 : times * log);
  const logBeta = gammaln(a) + gammaln(b) - gammaln(a + b);
  return (_, i) => Math.exp(logged(a - 1, logs[i]!) + logged(b - 1, counterLogs[i]!) - logBeta);
}

/** At a node, named by its value and its place; up to a constant factor. */
type Density = (x: number, i: number) => number;

/**
 * P(i is best) = ∫ fᵢ(x) Π Fⱼ(x) dx over all others j, by the trapezoidal rule.
 * @param nodes ascending
 */
function bestAmong(nodes: Float64Array, densities: readonly Density[]): number[] {
  const values = densities.map((density) => nodes.map(density));
  const below = values.map((own) => cumulated(nodes, own));
  // Of each arm the product of all others: of those before it times those behind it.
  const before = [nodes.map(() => 1)];
  for (const one of below) before.push(times(before.at(-1)!, one));
  let behind = nodes.map(() => 1);
  const weights = new Array<number>(values.length);
  for (let i = values.length - 1; i >= 0; i -= 1) {
    const own = values[i]!;
    const first = times(own, times(before[i]!, behind));
    weights[i] = area(nodes, first) / area(nodes, own);
    behind = times(behind, below[i]!);
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function times(a: Float64Array, b: Float64Array): Float64Array<ArrayBuffer> {
  const product = new Float64Array(a.length);
  for (let i = 0; i < a.length; i += 1) product[i] = a[i]! * b[i]!;
  return product;
}

/** The distribution function that belongs to a density, 0 to 1. */
function cumulated(nodes: Float64Array, density: Float64Array): Float64Array {
  const sums = new Float64Array(nodes.length);
  const total = area(nodes, density, sums);
  for (let i = 0; i < sums.length; i += 1) sums[i]! /= total;
  return sums;
}

/** The area below a curve; up to each node into `sums`. */
function area(nodes: Float64Array, curve: Float64Array, sums?: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < nodes.length; i += 1) {
    sum += ((curve[i - 1]! + curve[i]!) / 2) * (nodes[i]! - nodes[i - 1]!);
    if (sums) sums[i] = sum;
  }
  return sum;
}
