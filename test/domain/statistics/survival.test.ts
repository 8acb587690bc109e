import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { kaplanMeier, medianTime, survivalAt } from '../../../domain/statistics/survival.ts';

/**
 * Weeks of remission under 6-MP, the plus for who was still in remission when last seen: Freireich et al. (1963), Blood 21,
 * 699-716. The figures are those of lifelines, which holds the same data, and of statsmodels, printed by
 * test/reference/survival.py.
 */
const weeks = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'.split(' ');
const remission = weeks.map((text) => ({
  time: Number.parseInt(text, 10),
  ended: !text.endsWith('+'),
  count: 1,
}));

describe('Kaplan-Meier', () => {
  it('gives the curve of remission under 6-MP with its interval as other programs do', () => {
    const expected = [
      [6, 21, 3, 0.8571428571, 0.6197179553, 0.9515517476],
      [7, 17, 1, 0.8067226891, 0.5631465646, 0.9228090192],
      [10, 15, 1, 0.7529411765, 0.5031995108, 0.8893618352],
      [13, 12, 1, 0.6901960784, 0.4316102225, 0.8490659633],
      [16, 11, 1, 0.6274509804, 0.367510856, 0.8049121895],
      [22, 7, 1, 0.5378151261, 0.2677789368, 0.7467907176],
      [23, 6, 1, 0.4481792717, 0.188052006, 0.6801426285],
    ] as const;
    expect(kaplanMeier(remission)).toEqual(
      expected.map(([time, atRisk, events, survival, low, high]) => ({
        ...{ time, atRisk, events, survival: expect.closeTo(survival, 9) },
        interval: [expect.closeTo(low, 9), expect.closeTo(high, 9)],
      })),
    );
    expect(medianTime(kaplanMeier(remission))).toBe(23);
  });

  it('counts several of the same time together, whatever their order', () => {
    const together = [...remission, ...remission].reverse();
    const counted = remission.map((one) => ({ ...one, count: 2 }));
    expect(kaplanMeier(together)).toEqual(kaplanMeier(counted));
  });

  it('is 1 before the first event, and without any', () => {
    const curve = kaplanMeier(remission);
    expect(survivalAt(curve, 5)).toBe(1);
    expect(survivalAt(curve, 12)).toBeCloseTo(0.7529, 4);
    expect(kaplanMeier([])).toEqual([]);
    expect(medianTime([])).toBeNull();
  });

  it('covers the true share 95 times in 100, though many are seen for a short time only', () => {
    const generator = xoroshiro128plus(7);
    const uniform = () => (uniformInt(generator, 0, 999_999) + 0.5) / 1e6;
    let covered = 0;
    const rounds = 800;
    for (let round = 0; round < rounds; round += 1) {
      const observed = Array.from({ length: 120 }, () => {
        const [lost, seen] = [-100 * Math.log(uniform()), 200 * uniform()];
        return { time: Math.min(lost, seen), ended: lost <= seen, count: 1 };
      });
      const last = kaplanMeier(observed).findLast(({ time }) => time <= 60)!;
      const [low, high] = last.interval!;
      const truth = Math.exp(-60 / 100);
      if (low <= truth && truth <= high) covered += 1;
    }
    expect(covered / rounds).toBeGreaterThan(0.93);
    expect(covered / rounds).toBeLessThan(0.975);
  });
});
