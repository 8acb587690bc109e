import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { newcombe, wilson, type Interval, type Share } from '../../../domain/statistics/rates.ts';

const rounded = (interval: Interval | null) => interval?.map((end) => Number(end.toFixed(4)));
const of = (hits: number, cases: number): Share => ({ hits, cases });

describe('the interval of a rate', () => {
  /** Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3. */
  it.each([
    [81, 263, [0.2553, 0.3662]],
    [15, 148, [0.0624, 0.1605]],
    [0, 20, [0, 0.1611]],
    [1, 29, [0.0061, 0.1718]],
  ])('of %i in %i is the published one', (hits, cases, published) => {
    expect(rounded(wilson(of(hits, cases)))).toEqual(published);
  });

  it('ends at 1 when all of them did, and is unknown without any', () => {
    expect(rounded(wilson(of(20, 20)))).toEqual([0.8389, 1]);
    expect(wilson(of(0, 0))).toBeNull();
  });
});

describe('the interval of a difference of rates', () => {
  /** Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10. */
  it.each([
    [of(56, 70), of(48, 80), [0.0524, 0.3339]],
    [of(9, 10), of(3, 10), [0.1705, 0.809]],
    [of(6, 7), of(2, 7), [0.0582, 0.8062]],
    [of(5, 56), of(0, 29), [-0.0381, 0.1926]],
    [of(0, 10), of(0, 20), [-0.1611, 0.2775]],
    [of(0, 10), of(0, 10), [-0.2775, 0.2775]],
    [of(10, 10), of(0, 20), [0.6791, 1]],
    [of(10, 10), of(0, 10), [0.6075, 1]],
  ])('of %j and %j is the published one', (a, b, published) => {
    expect(rounded(newcombe(a, b))).toEqual(published);
  });

  it('is unknown when one of them has no cases', () => {
    expect(newcombe(of(1, 2), of(0, 0))).toBeNull();
  });
});

describe('intervals keep their promise', () => {
  const generator = xoroshiro128plus(20_261_123);
  const drawn = (rate: number, cases: number): Share => {
    let hits = 0;
    for (let i = 0; i < cases; i += 1)
      if (uniformInt(generator, 0, 999_999) < rate * 1e6) hits += 1;
    return { hits, cases };
  };
  const covers = (interval: Interval | null, truth: number) =>
    interval !== null && interval[0] <= truth && truth <= interval[1];
  const rounds = 4_000;
  const coverage = (draw: () => Interval | null, truth: number) =>
    Array.from({ length: rounds }, draw).filter((interval) => covers(interval, truth)).length /
    rounds;

  it.each([
    [0.3, 40],
    [0.12, 150],
    [0.5, 400],
  ])('a true rate of %d in samples of %i is covered 95 times in 100', (rate, cases) => {
    const share = coverage(() => wilson(drawn(rate, cases)), rate);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.975);
  });

  it.each([
    [0.25, 400, 0.15, 60],
    [0.3, 80, 0.3, 80],
    [0.1, 300, 0.05, 100],
  ])('a true uplift from %d (%i) over %d (%i) as well', (treated, many, control, few) => {
    const truth = treated - control;
    const share = coverage(() => newcombe(drawn(treated, many), drawn(control, few)), truth);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.975);
  });
});
