import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { kaplanMeier, medianTime, survivalAt } from '../../../domain/statistics/survival.ts';

/**
 * Weeks of remission under 6-MP, the plus for who was still in remission when last seen: Freireich et al. (1963), Blood 21,
 * 699-716; worked in Collett, Modelling Survival Data in Medical Research, and in R: `survfit(Surv(time, status) ~ 1,
 * conf.type = "log-log")`.
 */
const weeks = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'.split(' ');
const remission = weeks.map((text) => ({
  time: Number.parseInt(text, 10),
  ended: !text.endsWith('+'),
  count: 1,
}));

describe('Kaplan-Meier', () => {
  it('gives the published curve of remission under 6-MP with its interval', () => {
    const curve = kaplanMeier(remission).map(({ time, atRisk, events, survival, interval }) => [
      ...[time, atRisk, events],
      ...[survival, ...interval!].map((value) => Number(value.toFixed(3))),
    ]);
    expect(curve).toEqual([
      [6, 21, 3, 0.857, 0.62, 0.952],
      [7, 17, 1, 0.807, 0.563, 0.923],
      [10, 15, 1, 0.753, 0.503, 0.889],
      [13, 12, 1, 0.69, 0.432, 0.849],
      [16, 11, 1, 0.627, 0.368, 0.805],
      [22, 7, 1, 0.538, 0.268, 0.747],
      [23, 6, 1, 0.448, 0.188, 0.68],
    ]);
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
    const rounds = 1_500;
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
