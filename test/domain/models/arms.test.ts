import { describe, expect, it } from '@jest/globals';
import { probabilitiesOfBest } from '../../../domain/models/arms.ts';

const logFactorial = (n: number) => {
  let sum = 0;
  for (let i = 2; i <= n; i += 1) sum += Math.log(i);
  return sum;
};
const logBeta = (a: number, b: number) =>
  logFactorial(a - 1) + logFactorial(b - 1) - logFactorial(a + b - 1);

/** P(B > A) in closed form: Evan Miller, Formulas for Bayesian A/B Testing (2013), formula 6. */
function miller(a: { hits: number; cases: number }, b: { hits: number; cases: number }): number {
  const [a1, b1, a2, b2] = [1 + a.hits, 1 + a.cases - a.hits, 1 + b.hits, 1 + b.cases - b.hits];
  let sum = 0;
  for (let i = 0; i < a2; i += 1) {
    sum += Math.exp(
      logBeta(a1 + i, b1 + b2) - Math.log(b2 + i) - logBeta(1 + i, b2) - logBeta(a1, b1),
    );
  }
  return sum;
}

describe('which of several is best', () => {
  it.each([
    [
      { hits: 3, cases: 20 },
      { hits: 6, cases: 20 },
    ],
    [
      { hits: 0, cases: 5 },
      { hits: 0, cases: 50 },
    ],
    [
      { hits: 120, cases: 1_000 },
      { hits: 150, cases: 1_000 },
    ],
    [
      { hits: 2, cases: 3 },
      { hits: 500, cases: 1_000 },
    ],
  ])('of %j and %j is as likely as the closed formula says', (a, b) => {
    const [, second] = probabilitiesOfBest([a, b]);
    expect(second).toBeCloseTo(miller(a, b), 5);
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
