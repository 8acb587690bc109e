import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { meanDifferenceInterval, meanInterval } from '../../../domain/statistics/bootstrap.ts';
import { uplift } from '../../../domain/statistics/uplift.ts';

const seeded = (seed: number) => {
  const generator = xoroshiro128plus(seed);
  return (below: number) => uniformInt(generator, 0, below - 1);
};

/**
 * Survival in days of 7 treated and 9 control mice, with the standard errors of their means that the bootstrap comes to:
 * Efron and Tibshirani (1993), An Introduction to the Bootstrap, tables 2.1 and 2.2 (23.36 and 13.35 or so).
 */
const treated = [94, 197, 16, 38, 99, 141, 23];
const control = [52, 104, 146, 10, 51, 30, 40, 27, 46];

describe('the bootstrap interval of a mean', () => {
  it.each([
    [treated, 86.86, 23.36],
    [control, 56.22, 13.35],
  ])('is as wide as the published standard error says for %j', (values, mean, error) => {
    const [low, high] = meanInterval(values, seeded(1))!;
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
    expect((high - low) / 2 / 1.96).toBeGreaterThan(error * 0.9);
    expect((high - low) / 2 / 1.96).toBeLessThan(error * 1.1);
  });

  it('is the same for the same seed, and unknown for fewer than two values', () => {
    expect(meanInterval(treated, seeded(3))).toEqual(meanInterval(treated, seeded(3)));
    expect(meanInterval([1], seeded(3))).toBeNull();
    expect(meanDifferenceInterval([1, 2], [3], seeded(3))).toBeNull();
  });
});

it('an interval of very many values is as wide as their standard error says', () => {
  const values = Array.from({ length: 40_000 }, (_, i) => (i % 10 === 0 ? 5_000 : 0));
  const [low, high] = meanInterval(values, seeded(2))!;
  expect((low + high) / 2).toBeCloseTo(500, -1);
  expect((high - low) / 2 / 1.96 / (1_500 / Math.sqrt(40_000))).toBeCloseTo(1, 1);
});

describe('the uplift', () => {
  it('is the difference of rates and of what a case brings', () => {
    const found = uplift(
      { hits: 2, cases: 4, results: [1_000, 0, 500, -100] },
      { hits: 1, cases: 4, results: [0, 400, 0, 0] },
      seeded(5),
    )!;
    expect(found.rate.value).toBe(0.25);
    expect(found.resultPerCase.value).toBe(250);
    expect(found).toMatchObject({ treated: { hits: 2, cases: 4 }, control: { hits: 1, cases: 4 } });
    const none = { hits: 0, cases: 0, results: [] };
    expect(uplift({ hits: 2, cases: 4, results: [1, 2, 3, 4] }, none, seeded(5))).toBeNull();
  });

  it('covers the true one about 95 times in 100, in rate and in money', () => {
    const pick = seeded(11);
    const draw = (rate: number, cases: number) => {
      const back = Array.from({ length: cases }, () => pick(1_000) < rate * 1_000);
      // Who comes back brings 2,000 to 11,999, 7,000 on average; everybody costs 300.
      const results = back.map((one) => (one ? 2_000 + pick(10_000) : 0) - 300);
      return { hits: back.filter(Boolean).length, cases, results };
    };
    const rounds = 200;
    const covered = { rate: 0, money: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const { rate, resultPerCase } = uplift(draw(0.3, 120), draw(0.2, 80), pick)!;
      if (rate.interval[0] <= 0.1 && rate.interval[1] >= 0.1) covered.rate += 1;
      const truth = 0.1 * 6_999.5;
      const [low, high] = resultPerCase.interval;
      if (low <= truth && truth <= high) covered.money += 1;
    }
    for (const share of [covered.rate / rounds, covered.money / rounds]) {
      expect(share).toBeGreaterThan(0.91);
      expect(share).toBeLessThan(0.985);
    }
  });
});
