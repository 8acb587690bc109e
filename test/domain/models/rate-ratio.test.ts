import { describe, expect, it } from '@jest/globals';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { adjustedChances, chanceOfMore, rateRatio } from '../../../domain/models/rate-ratio.ts';

describe('the ratio of two rates', () => {
  // eba1977, Fredericia against three other towns, from R's help of `poisson.test`: rate ratio 1.971488, 95 % interval
  // 0.8584264 to 4.2772659. All digits here and below: scipy and statsmodels, test/reference/rate_ratio.py.
  const fredericia = { count: 11, exposure: 800 };
  const others = { count: 21, exposure: 3_011 };

  it('has the interval that R gives', () => {
    const { ratio, from, to } = rateRatio(fredericia, others);
    expect(ratio).toBeCloseTo(1.9714880952381, 12);
    expect(from).toBeCloseTo(0.85842640339164, 12);
    expect(to).toBeCloseTo(4.27726594365407, 12);
    expect(chanceOfMore(fredericia, others)).toBeCloseTo(0.0560086597876997, 12);
  });

  it('goes by the same sums with larger numbers, and with none', () => {
    const large = rateRatio({ count: 200, exposure: 3 }, { count: 150, exposure: 5 });
    expect([large.from, large.to]).toEqual([
      expect.closeTo(1.78924289393275, 10),
      expect.closeTo(2.76482668951418, 10),
    ]);
    const none = rateRatio({ count: 0, exposure: 1 }, { count: 5, exposure: 2 });
    expect(none).toEqual({ ratio: 0, from: 0, to: expect.closeTo(2.18255821036509, 12) });
    expect(rateRatio({ count: 5, exposure: 1 }, { count: 0, exposure: 2 })).toMatchObject({
      ratio: Infinity,
      to: Infinity,
    });
    expect(() => rateRatio({ count: 0, exposure: 1 }, { count: 0, exposure: 1 })).toThrow(
      'no rate of nothing',
    );
  });

  it('covers the true ratio at least as often as it says', () => {
    const random = xoroshiro128plus(7);
    const uniform = () => (random.next() >>> 0) / 2 ** 32;
    // Knuth's method.
    const poisson = (mean: number) => {
      let [events, product] = [-1, 1];
      do {
        events += 1;
        product *= uniform();
      } while (product > Math.exp(-mean));
      return events;
    };
    for (const [before, ratio] of [
      [8, 0.5],
      [20, 1],
      [30, 1.5],
    ] as const) {
      let covered = 0;
      const runs = 300;
      for (let run = 0; run < runs; run += 1) {
        const [now, then] = [poisson(before * ratio * 0.5), poisson(before)];
        if (now + then === 0) continue;
        const { from, to } = rateRatio({ count: now, exposure: 0.5 }, { count: then, exposure: 1 });
        if (from <= ratio && ratio <= to) covered += 1;
      }
      expect(covered / runs).toBeGreaterThanOrEqual(0.93);
    }
  });
});

describe('chances of many tests', () => {
  // statsmodels: test/reference/rate_ratio.py.
  it('are adjusted as statsmodels does it', () => {
    const adjusted = adjustedChances([0.01, 0.04, 0.03, 0.005, 0.55]);
    [0.025, 0.05, 0.05, 0.025, 0.55].forEach((chance, i) =>
      expect(adjusted[i]).toBeCloseTo(chance, 12),
    );
    expect(adjustedChances([])).toEqual([]);
  });
});
