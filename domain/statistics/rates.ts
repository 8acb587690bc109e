/** So many of so many: `hits` of `cases`, whole numbers, `hits` at most `cases`. */
export type Share = { hits: number; cases: number };

/** From where to where, in 95 of 100 samples around what is true. */
export type Interval = [low: number, high: number];

/** The 97.5 % point of the normal distribution. */
export const z95 = 1.959963984540054;

/**
 * 95 % interval of a rate, 0 to 1: Wilson's score interval without continuity correction, which keeps its promise for
 * few cases and at 0 and 1. Source: Wilson (1927), JASA 22, 209-212; method 3 of Newcombe (1998), Statistics in Medicine
 * 17, 857-872.
 * @returns null without cases
 */
export function wilson({ hits, cases }: Share): Interval | null {
  if (cases === 0) return null;
  const rate = hits / cases;
  const z2 = z95 * z95;
  const middle = 2 * hits + z2;
  const half = z95 * Math.sqrt(z2 + 4 * hits * (1 - rate));
  const below = 2 * (cases + z2);
  // Exact at the ends, where rounding would leave something over.
  return [
    hits === 0 ? 0 : (middle - half) / below,
    hits === cases ? 1 : Math.min(1, (middle + half) / below),
  ];
}

/**
 * 95 % interval of the difference of two independent rates, a - b, -1 to 1: the hybrid score interval, method 10 of
 * Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in Medicine 17,
 * 873-890.
 * @returns null when either has no cases
 */
export function newcombe(a: Share, b: Share): Interval | null {
  const [ofA, ofB] = [wilson(a), wilson(b)];
  if (!ofA || !ofB) return null;
  const [rateA, rateB] = [a.hits / a.cases, b.hits / b.cases];
  const difference = rateA - rateB;
  return [
    difference - Math.hypot(rateA - ofA[0], ofB[1] - rateB),
    difference + Math.hypot(ofA[1] - rateA, rateB - ofB[0]),
  ];
}
