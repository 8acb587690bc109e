import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { areaUnderCurve, backtest, matthewsCorrelation } from '../../domain/backtest.ts';
import { dayOf } from '../../domain/models/history.ts';
import { cdnowUntil } from '../support/cdnow.ts';

function dice() {
  const generator = xoroshiro128plus(7);
  return (below: number) => uniformInt(generator, 0, below - 1);
}

const cdnow = cdnowUntil('1998-06-30');
const options = { split: dayOf('1997-09-30'), horizonDays: 273, resamples: 100 };
const result = backtest(cdnow, { ...options, pick: dice() });
const ruleOf = (name: string) => result.rules.find(({ rule }) => rule === name)!;

describe('a backtest', () => {
  it('judges by who bought after the split', () => {
    const known = cdnow.filter(({ days }) => days[0]! <= options.split);
    const lost = known.filter(({ days }) => days.at(-1)! <= options.split);
    expect(result).toMatchObject({ customers: known.length, lost: lost.length });
    const silent = (days: number[]) =>
      options.split - days.filter((day) => day <= options.split).at(-1)!;
    const { threshold, precision, recall, flagged } = ruleOf('fixed-days');
    const called = known.filter(({ days }) => silent(days) > threshold);
    const right = called.filter((customer) => lost.includes(customer));
    expect(flagged).toBe(called.length / known.length);
    expect(precision).toBe(right.length / called.length);
    expect(recall).toBe(right.length / lost.length);
  });

  it('tries several thresholds of every rule and takes the best', () => {
    expect(result.rules.map(({ rule }) => rule)).toEqual([
      'fixed-days',
      'own-rhythm',
      'bg-nbd',
      'mbg-nbd',
    ]);
    for (const { mcc, tried, threshold } of result.rules) {
      expect(Math.max(...tried.map((each) => each.mcc ?? -1))).toBe(mcc);
      expect(tried.find((each) => each.threshold === threshold)!.mcc).toBe(mcc);
    }
  });

  it('looks at first-time and repeat buyers apart', () => {
    for (const { firstTimeBuyers, repeatBuyers, lost } of result.rules) {
      expect([firstTimeBuyers.customers, repeatBuyers.customers]).toEqual([1411, 946]);
      expect(firstTimeBuyers.lost + repeatBuyers.lost).toBe(lost);
    }
  });

  it('recommends the rule that it favours, with how sure that is', () => {
    const best = result.rules.toSorted((a, b) => b.mcc! - a.mcc!)[0]!;
    expect(result.recommended).toEqual({ rule: best.rule, threshold: best.threshold });
    expect(best.mccInterval![0]).toBeLessThan(best.mcc!);
    expect(best.mccInterval![1]).toBeGreaterThan(best.mcc!);
    expect(result.rules.reduce((sum, { wins }) => sum + wins, 0)).toBeCloseTo(1, 12);
  });

  it('puts every customer into one of ten bands of a model rule', () => {
    for (const name of ['bg-nbd', 'mbg-nbd']) {
      const bands = ruleOf(name).calibration!;
      expect(bands).toHaveLength(10);
      expect(bands.reduce((sum, { customers }) => sum + customers, 0)).toBe(2357);
      for (const { from, to, predicted } of bands) {
        if (predicted === null) continue;
        expect(predicted).toBeGreaterThanOrEqual(from);
        expect(predicted).toBeLessThanOrEqual(to);
      }
    }
    expect(ruleOf('fixed-days').calibration).toBeNull();
  });

  it('says the same again with the same dice', () => {
    expect(backtest(cdnow, { ...options, pick: dice() })).toEqual(result);
  });

  it('recommends nothing by a handful of customers, however well a rule tells them apart', () => {
    const told = (each: number) =>
      Array.from({ length: 2 * each }, (_, i) => ({
        days: i % 2 ? [0, 90, 200] : [0],
        spend: [1, 1, 1],
      }));
    const of = (each: number) =>
      backtest(told(each), { split: 100, horizonDays: 100, pick: dice(), resamples: 50 });
    expect(of(29).rules[0]).toMatchObject({ rule: 'fixed-days', mcc: expect.closeTo(1, 12) });
    expect(of(29).recommended).toBeNull();
    expect(of(30).recommended).toMatchObject({ rule: 'fixed-days' });
  });

  it('recommends nothing when nobody can be told from anybody', () => {
    // All bought on the same day; every other one came back.
    const alike = Array.from({ length: 200 }, (_, i) => ({
      days: i % 2 ? [0, 200] : [0],
      spend: [1, 1],
    }));
    const chance = backtest(alike, { split: 100, horizonDays: 100, pick: dice(), resamples: 50 });
    expect(chance.recommended).toBeNull();
    expect(chance.fits['bg-nbd']).toMatchObject({ fitted: false, reason: 'too-few-customers' });
    expect(chance.rules.map(({ rule }) => rule)).toEqual(['fixed-days', 'own-rhythm']);
    expect(chance.rules[0]).toMatchObject({ mcc: null, auc: 0.5 });
  });
});

describe('the figures of a rule', () => {
  /* numpy and scipy: test/reference/backtest.py. */

  it('have the correlation of what was said with what was', () => {
    // 90 and 5 called lost, of whom were lost: 90 true, 5 false, 10 missed, 95 rightly left alone.
    const counts = { lostFlagged: 90, flagged: 95, lost: 100, customers: 200 };
    expect(matthewsCorrelation(counts)).toBeCloseTo(0.8510644963469861, 12);
    expect(matthewsCorrelation({ ...counts, lostFlagged: 0, flagged: 0 })).toBeNull();
  });

  it('have an area under the curve in which equal scores count half', () => {
    const scored = (lost: number[], others: number[]) => [
      ...lost.map((score) => ({ score, lost: true })),
      ...others.map((score) => ({ score, lost: false })),
    ];
    expect(areaUnderCurve(scored([3, 4], [1, 2]))).toBe(1);
    expect(areaUnderCurve(scored([2, 2], [2, 2, 2]))).toBe(0.5);
    // Pairs: 3>1, 3>2, 2>1, 2=2: 3.5 of 4.
    expect(areaUnderCurve(scored([3, 2], [1, 2]))).toBe(0.875);
    expect(areaUnderCurve(scored([3, 2], []))).toBeNull();
    const lost = [0.9, 3.1, 2.2, 2.2, 5.0, 0.4, 1.7];
    const others = [0.1, 2.2, 1.7, 0.4, 0.3, 1.2, 0.4, 3.1, 0.2];
    expect(areaUnderCurve(scored(lost, others))).toBeCloseTo(0.7619047619047619, 12);
  });
});
