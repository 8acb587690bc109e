import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { meanDifferenceInterval } from '../../../domain/statistics/bootstrap.ts';
import type { Interval } from '../../../domain/statistics/rates.ts';
import { uplift } from '../../../domain/statistics/uplift.ts';

const seeded = (seed: number) => {
  const generator = xoroshiro128plus(seed);
  return (below: number) => uniformInt(generator, 0, below - 1);
};

/** Survival in days of treated and control mice: Efron and Tibshirani (1993), An Introduction to the Bootstrap, table 2.1. */
const treated = [94, 197, 16, 38, 99, 141, 23];
const control = [52, 104, 146, 10, 51, 30, 40, 27, 46];

describe('the bootstrap interval of a difference of means', () => {
  /** scipy.stats.bootstrap with a million samples: test/reference/bootstrap.py. */
  const [low, high] = [-21.14, 84.0];

  it('is the one of scipy, but for the chance of its thousand samples', () => {
    const ends = Array.from({ length: 40 }, (_, i) =>
      meanDifferenceInterval(treated, control, seeded(i))!,
    );
    const mean = (end: 0 | 1) => ends.reduce((sum, one) => sum + one[end], 0) / ends.length;
    expect(Math.abs(mean(0) - low)).toBeLessThan(0.7);
    expect(Math.abs(mean(1) - high)).toBeLessThan(0.7);
  });

  it('is the same for the same seed, and unknown for fewer than two values', () => {
    const once = meanDifferenceInterval(treated, control, seeded(3));
    expect(meanDifferenceInterval(treated, control, seeded(3))).toEqual(once);
    expect(meanDifferenceInterval([1, 2], [3], seeded(3))).toBeNull();
    expect(meanDifferenceInterval([3], [1, 2], seeded(3))).toBeNull();
  });

  it('is as wide for very many values as their standard errors say', () => {
    const values = Array.from({ length: 40_000 }, (_, i) => (i % 10 === 0 ? 5_000 : 0));
    const [low, high] = meanDifferenceInterval(values, values, seeded(2))!;
    expect(Math.abs(low + high) / 2).toBeLessThan(2);
    expect((high - low) / 2 / 1.96 / (1_500 * Math.sqrt(2 / 40_000))).toBeCloseTo(1, 1);
  });
});

describe('the uplift', () => {
  it('is the difference of rates and of what a case brings', () => {
    const found = uplift(
      { returned: [1_000, 500], others: [0, -100] },
      { returned: [400], others: [0, 0, 0] },
      seeded(5),
    )!;
    expect(found.rate.value).toBe(0.25);
    expect(found.resultPerCase.value).toBe(250);
    expect(found).toMatchObject({ treated: { hits: 2, cases: 4 }, control: { hits: 1, cases: 4 } });
  });

  it('says nothing of a single case, and lets a group without a return doubt its emptiness', () => {
    const many = { returned: Array<number>(30).fill(1_000), others: Array<number>(70).fill(0) };
    expect(uplift(many, { returned: [], others: [0] }, seeded(5))).toBeNull();
    expect(uplift({ returned: [], others: [] }, many, seeded(5))).toBeNull();
    const { value, interval } = uplift(
      many,
      { returned: [], others: [0, 0, 0, 0] },
      seeded(5),
    )!.resultPerCase;
    expect(value).toBe(300);
    expect(interval[0]).toBeLessThan(0);
    expect(interval[1]).toBeGreaterThan(300);
    const nobody = { returned: [], others: [-10, -20] };
    expect(uplift(nobody, nobody, seeded(5))!.resultPerCase.value).toBe(0);
  });

  const generator = seeded(11);
  /** Who comes back brings 2,000 to 11,999, 6,999.5 on average; everybody costs something. */
  const drawn = ({ rate, cases, cost }: { rate: number; cases: number; cost: number }) => {
    const back = Array.from({ length: cases }, () => generator(1_000) < rate * 1_000);
    const results = back.map((one) => (one ? 2_000 + generator(10_000) : 0) - cost);
    return {
      returned: results.filter((_, i) => back[i]),
      others: results.filter((_, i) => !back[i]),
    };
  };

  it.each([
    ['a fair number', { rate: 0.3, cases: 120 }, { rate: 0.2, cases: 80 }],
    ['a tenth of many', { rate: 0.3, cases: 400 }, { rate: 0.1, cases: 40 }],
    ['hardly a return', { rate: 0.15, cases: 200 }, { rate: 0.05, cases: 20 }],
    ['very many', { rate: 0.1, cases: 3_000 }, { rate: 0.05, cases: 600 }],
  ])(
    'covers the true one about 95 times in 100, in rate and in money, with a control group of %s',
    (_, treated, control) => {
      const truth = { rate: treated.rate - control.rate, money: 0 };
      truth.money = truth.rate * 6_999.5 - 300;
      const rounds = 200;
      const covered = { rate: 0, money: 0 };
      for (let round = 0; round < rounds; round += 1) {
        const of = [drawn({ ...treated, cost: 300 }), drawn({ ...control, cost: 0 })] as const;
        const { rate, resultPerCase } = uplift(...of, generator)!;
        const holds = ([low, high]: Interval, of: number) => low <= of && of <= high;
        if (holds(rate.interval, truth.rate)) covered.rate += 1;
        if (holds(resultPerCase.interval, truth.money)) covered.money += 1;
      }
      for (const share of [covered.rate / rounds, covered.money / rounds]) {
        expect(share).toBeGreaterThan(0.91);
        expect(share).toBeLessThanOrEqual(0.995);
      }
    },
  );
});
