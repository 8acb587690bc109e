import gammaln from '@stdlib/math-base-special-gammaln';

/** Events counted over an exposure: time, or customers times time. */
export type Rate = { count: number; exposure: number };

/** How many times the one rate is of the other, with its 95 % interval; `Infinity` where the other count is 0. */
export type RateRatio = { ratio: number; from: number; to: number };

const alpha = 0.05;

/**
 * The ratio of two Poisson rates with its exact interval: given the sum of both counts, one of them is binomial, and
 * Clopper and Pearson's limits for its share are limits for the ratio (Lehmann and Romano, "Testing Statistical
 * Hypotheses", 3rd ed., 4.5; R's `poisson.test` for two samples). It covers the truth at least as often as it says.
 * @throws RangeError when nothing was counted at all
 */
export function rateRatio(one: Rate, other: Rate): RateRatio {
  const trials = one.count + other.count;
  if (trials === 0) throw new RangeError('no rate of nothing');
  const inRates = (share: number) =>
    share >= 1 ? Infinity : (share / (1 - share)) * (other.exposure / one.exposure);
  const from =
    one.count === 0 ? 0 : shareWhere((p) => tail(one.count, trials, p) - alpha / 2, 'rises');
  const to =
    other.count === 0
      ? 1
      : shareWhere((p) => 1 - tail(one.count + 1, trials, p) - alpha / 2, 'falls');
  return {
    ratio: inRates(one.count / trials),
    from: inRates(from),
    to: inRates(to),
  };
}

/**
 * How probable so many or more in `one` are by chance alone, if its rate is no higher than that of the other (one-sided,
 * the same conditional test).
 */
export function chanceOfMore(one: Rate, other: Rate): number {
  const share = one.exposure / (one.exposure + other.exposure);
  return tail(one.count, one.count + other.count, share);
}

/** P(X ≥ least) of a binomial X. */
function tail(least: number, trials: number, p: number): number {
  if (least <= 0 || p >= 1) return 1;
  if (least > trials || p <= 0) return 0;
  // The shorter side, from its largest term outwards.
  const upper = least > p * trials;
  const first = upper ? least : least - 1;
  let term = Math.exp(
    gammaln(trials + 1) -
      gammaln(first + 1) -
      gammaln(trials - first + 1) +
      first * Math.log(p) +
      (trials - first) * Math.log1p(-p),
  );
  const odds = p / (1 - p);
  let sum = 0;
  for (let k = first; k >= 0 && k <= trials && term > sum * 1e-17; k += upper ? 1 : -1) {
    sum += term;
    term *= upper ? ((trials - k) / (k + 1)) * odds : k / (trials - k + 1) / odds;
  }
  return Math.min(1, Math.max(0, upper ? sum : 1 - sum));
}

const halvings = 60;

/** Where a function that rises or falls over 0 to 1 is 0. */
function shareWhere(f: (share: number) => number, way: 'rises' | 'falls'): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i += 1) {
    const middle = (low + high) / 2;
    if (f(middle) > 0 === (way === 'rises')) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/**
 * Which of many tests hold when among those that do at most the share `falseShare` is expected to be false: Benjamini and
 * Hochberg (1995), "Controlling the False Discovery Rate", Journal of the Royal Statistical Society B 57 (1), 289-300.
 * @param chances of each test, 0 to 1
 * @returns their chances adjusted for the number of tests (R's `p.adjust(p, 'BH')`), in the order given
 */
export function adjustedChances(chances: readonly number[]): number[] {
  const order = chances.map((_, i) => i).sort((a, b) => chances[b]! - chances[a]!);
  const adjusted = new Array<number>(chances.length);
  let least = 1;
  order.forEach((i, rank) => {
    least = Math.min(least, (chances[i]! * chances.length) / (chances.length - rank));
    adjusted[i] = least;
  });
  return adjusted;
}
