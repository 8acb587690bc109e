import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { armAt, compared, takenByLot, trialOf } from '../../domain/optimisation.ts';
import type { OptimisationPolicy } from '../../domain/policy.ts';

const policy: OptimisationPolicy = {
  ...{ floorPercent: 10, stopAtPercent: 95, casesAtMost: 200, judgedAfter: '180d' },
};
const of = (hits: number, cases: number) => ({ hits, cases });
/** So many cases have left so much, all others nothing. */
const left = (hits: number, each: number) => ({
  margin: { sum: hits * each, squares: hits * each * each },
});
const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);

describe('the comparison of ways', () => {
  it('ranks by the probability to be the best, and suggests who is likely enough', () => {
    const { arms, suggestion } = compared(
      [
        { arm: 'a@1', ...of(10, 100) },
        { arm: 'b@2', ...of(30, 100) },
        { arm: 'c@1', ...of(20, 100) },
      ],
      'regained',
    );
    expect(arms.map(({ arm, rank }) => [arm, rank])).toEqual([
      ['b@2', 1],
      ['c@1', 2],
      ['a@1', 3],
    ]);
    expect(suggestion).toEqual({ arm: 'b@2', probability: arms[0]!.bestProbability });
    expect(suggestion!.probability).toBeGreaterThan(0.9);
    expect(sum(arms.map((one) => one.bestProbability!))).toBeCloseTo(1, 9);
  });

  it('marks small ones, never ranks them, and lets them change nothing among the others', () => {
    const large = [
      { arm: 'a@1', ...of(10, 100) },
      { arm: 'b@1', ...of(12, 100) },
    ];
    const alone = compared(large, 'regained');
    const { arms, suggestion } = compared([{ arm: 'new@1', ...of(19, 19) }, ...large], 'regained');
    expect(arms.slice(0, 2)).toEqual(alone.arms);
    expect(arms[2]).toMatchObject({ arm: 'new@1', small: true, rank: null, bestProbability: null });
    expect(suggestion).toBeNull();
  });

  it('by margin prefers who leaves more, however seldom', () => {
    const often = { arm: 'gift', ...of(60, 100), ...left(60, 1_000) };
    const seldom = { arm: 'none', ...of(40, 100), ...left(40, 2_500) };
    expect(compared([often, seldom], 'regained').suggestion).toMatchObject({ arm: 'gift' });
    const { arms, suggestion } = compared([often, seldom], 'margin');
    expect(suggestion).toMatchObject({ arm: 'none' });
    expect(arms.map(({ arm, rank }) => [arm, rank])).toEqual([
      ['none', 1],
      ['gift', 2],
    ]);
  });

  it('says nothing of a single one', () => {
    const { arms, suggestion } = compared([{ arm: 'a@1', ...of(90, 100) }], 'regained');
    expect(arms).toMatchObject([{ small: false, rank: null, bestProbability: null }]);
    expect(suggestion).toBeNull();
    expect(compared([], 'margin')).toEqual({ arms: [], suggestion: null });
  });
});

describe('the trial of equals', () => {
  it('begins with the same for all, and keeps the floor for each', () => {
    const begun = trialOf([of(0, 0), of(0, 0)], policy);
    expect(begun.state).toBe('running');
    for (const one of begun.probabilities) expect(one).toBeCloseTo(0.5, 6);
    const { probabilities } = trialOf([of(0, 19), of(15, 19)], policy);
    expect(probabilities[0]).toBeCloseTo(0.1, 4);
    expect(probabilities[1]).toBeCloseTo(0.9, 4);
  });

  it('gives more arms than the floor leaves room for the same share', () => {
    const arms = Array.from({ length: 12 }, (_, i) => of(i, 15));
    for (const one of trialOf(arms, policy).probabilities) expect(one).toBeCloseTo(1 / 12, 6);
  });

  it('is over when one is surely the best, but not before every arm has had a fair number', () => {
    expect(trialOf([of(2, 100), of(30, 100)], policy)).toEqual({
      ...{ probabilities: [0, 1], state: 'sure' },
    });
    expect(trialOf([of(0, 19), of(90, 100)], policy).state).toBe('running');
  });

  it('is over when all have been tried often enough, with the likeliest', () => {
    expect(trialOf([of(50, 200), of(51, 200)], policy)).toEqual({
      ...{ probabilities: [0, 1], state: 'enough' },
    });
    expect(trialOf([of(50, 200), of(51, 199)], policy).state).toBe('running');
  });

  it('goes by margin where the policy says so', () => {
    const arms = [
      { ...of(60, 100), ...left(60, 1_000) },
      { ...of(40, 100), ...left(40, 2_500) },
    ];
    expect(trialOf(arms, policy)).toEqual({ probabilities: [1, 0], state: 'sure' });
    const byMargin = { ...policy, objective: 'margin' as const };
    expect(trialOf(arms, byMargin)).toEqual({ probabilities: [0, 1], state: 'sure' });
    const begun = trialOf([of(0, 0), of(0, 0)], byMargin);
    expect(begun).toEqual({ probabilities: [0.5, 0.5], state: 'running' });
  });

  it('tells which one was taken, with which probability, among what and by what', () => {
    const results = [
      { arm: 'gift', ...of(0, 19) },
      { arm: 'credit', ...of(15, 19) },
    ];
    expect(takenByLot(results, { chance: 0.09, policy })).toEqual({
      ...{ arm: 'gift', probability: expect.closeTo(0.1, 4), arms: 'gift 0.1000, credit 0.9000' },
      ...{ trial: 'running', objective: 'regained' },
    });
    expect(takenByLot(results, { chance: 0.11, policy })).toMatchObject({ arm: 'credit' });
  });

  it('has probabilities that are those of the draw', () => {
    const share = fc.tuple(fc.nat(40), fc.nat(40)).map(([hits, misses]) => of(hits, hits + misses));
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 4 }), (arms) => {
        const { probabilities, state } = trialOf(arms, policy);
        expect(sum(probabilities)).toBeCloseTo(1, 9);
        const least = state === 'running' ? Math.min(0.1, 1 / arms.length) - 1e-9 : 0;
        expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(least);
        const steps = 2_000;
        const counts = probabilities.map(() => 0);
        for (let i = 0; i < steps; i += 1) counts[armAt((i + 0.5) / steps, probabilities)]! += 1;
        counts.forEach((count, i) => expect(count / steps).toBeCloseTo(probabilities[i]!, 2));
      }),
      { numRuns: 40 },
    );
  });

  it('never falls on an arm that is not taken, whatever rounding leaves', () => {
    expect(armAt(0.999_999_999, [0, 1, 0])).toBe(1);
    expect(armAt(0.999_999_999, [0.5, 0.499_999, 0])).toBe(1);
  });
});
