import { describe, expect, it } from '@jest/globals';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import {
  probabilitiesOfBest,
  probabilitiesOfHighest,
  type Sums,
} from '../../../domain/models/arms.ts';

describe('which of several is best', () => {
  /** scipy: the integral of one's density times the distribution functions of all others, by test/reference/arms.py. */
  it.each([
    ['3/20 6/20', [0.138578626, 0.861421374]],
    ['0/5 0/50', [0.894736842, 0.105263158]],
    ['120/1000 150/1000', [0.024932163, 0.975067837]],
    ['2/3 500/1000', [0.68712668, 0.31287332]],
    ['10/100 30/100 20/100', [0.000106458, 0.947518218, 0.052375325]],
    ['1/4 0/0 30/90 290/1000', [0.220584152, 0.587193295, 0.166944813, 0.02527774]],
  ])('of %s is as likely as scipy says', (text, expected) => {
    const arms = text.split(' ').map((one) => {
      const [hits, cases] = one.split('/').map(Number) as [number, number];
      return { hits, cases };
    });
    const found = probabilitiesOfBest(arms);
    found.forEach((one, i) => expect(Math.abs(one - expected[i]!)).toBeLessThan(1e-5));
  });

  it('is each as likely when nothing or the same is known', () => {
    const none = { hits: 0, cases: 0 };
    for (const one of probabilitiesOfBest([none, none, none])) expect(one).toBeCloseTo(1 / 3, 6);
    expect(probabilitiesOfBest([{ hits: 4, cases: 9 }])).toEqual([1]);
    expect(probabilitiesOfBest([])).toEqual([]);
  });

  it('adds up to 1, and goes to the clearly better one, also among very many cases', () => {
    const found = probabilitiesOfBest([
      { hits: 100_000, cases: 1_000_000 },
      { hits: 103_000, cases: 1_000_000 },
      { hits: 1, cases: 10 },
    ]);
    expect(found.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
    expect(found[1]).toBeGreaterThan(found[0]! * 1_000);
  });
});

/** So many cases with that mean and standard deviation. */
const sums = (cases: number, mean: number, deviation: number): Sums => ({
  ...{ cases, sum: cases * mean, squares: cases * (deviation ** 2 + mean ** 2) },
});

describe('which of several has the highest mean', () => {
  it('is as likely as the normal distribution says where much is known of each', () => {
    const [a, b] = [sums(40_000, 500, 900), sums(10_000, 510, 1_400)];
    // z = 10 / sqrt(900² / 40,000 + 1,400² / 10,000) = 0.6804, Φ(z) = 0.7519
    expect(probabilitiesOfHighest([a, b])[1]).toBeCloseTo(0.7519, 3);
    // Nothing is added or lost by one whose cases are so few that it could be anything.
    const three = probabilitiesOfHighest([a, b, sums(0, 0, 0)]);
    expect(three[1]! / three[0]!).toBeGreaterThan(1);
    expect(three[2]).toBeCloseTo(0.5, 1);
  });

  it('is as likely as drawing from the posteriors says', () => {
    const arms = [sums(4, 400, 300), sums(26, 300, 500), sums(60, 350, 250)];
    const found = probabilitiesOfHighest(arms);
    const drawn = byDrawing(arms, 40_000);
    found.forEach((one, i) => expect(one).toBeCloseTo(drawn[i]!, 2));
  });

  it('is alike as long as no two cases differ, in whatever unit, and whatever is added to all', () => {
    expect(probabilitiesOfHighest([])).toEqual([]);
    expect(probabilitiesOfHighest([sums(0, 0, 0), sums(0, 0, 0)])).toEqual([0.5, 0.5]);
    expect(probabilitiesOfHighest([sums(9, 0, 0), sums(2, 0, 0)])).toEqual([0.5, 0.5]);
    const inEuros = probabilitiesOfHighest([sums(50, -3, 9), sums(30, 1, 12)]);
    const inCents = probabilitiesOfHighest([sums(50, -300, 900), sums(30, 100, 1_200)]);
    const more = probabilitiesOfHighest([sums(50, 9_700, 900), sums(30, 10_100, 1_200)]);
    inEuros.forEach((one, i) => expect(one).toBeCloseTo(inCents[i]!, 6));
    inEuros.forEach((one, i) => expect(one).toBeCloseTo(more[i]!, 6));
  });

  it('waits for more than a few cases of which nobody came back', () => {
    const known = sums(100, 200, 400);
    expect(probabilitiesOfHighest([known, sums(4, 0, 0)])[1]).toBeGreaterThan(0.1);
    expect(probabilitiesOfHighest([known, sums(60, 0, 0)])[1]).toBeLessThan(0.001);
  });
});

/** Normal with unknown mean and spread after a prior of 1 and 20 cases: the spread first, then the mean. Even numbers of cases. */
function byDrawing(arms: Sums[], draws: number): number[] {
  const generator = xoroshiro128plus(7);
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))) *
    Math.cos(2 * Math.PI * uniformFloat64(generator));
  const all = arms.reduce(
    (a, b) => ({
      ...{ cases: a.cases + b.cases, sum: a.sum + b.sum, squares: a.squares + b.squares },
    }),
    sums(0, 0, 0),
  );
  const middle = all.sum / all.cases;
  const variance = all.squares / all.cases - middle ** 2;
  const wins = arms.map(() => 0);
  for (let i = 0; i < draws; i += 1) {
    const means = arms.map(({ cases, sum, squares }) => {
      const mean = sum / cases;
      let chiSquare = 0;
      for (let j = 0; j < (20 + cases) / 2; j += 1) {
        chiSquare -= 2 * Math.log(1 - uniformFloat64(generator));
      }
      const within = squares - cases * mean ** 2;
      const between = (cases / (1 + cases)) * (mean - middle) ** 2;
      const spread = (20 * variance + within + between) / chiSquare;
      return (middle + sum) / (1 + cases) + normal() * Math.sqrt(spread / (1 + cases));
    });
    wins[means.indexOf(Math.max(...means))]! += 1;
  }
  return wins.map((one) => one / draws);
}
