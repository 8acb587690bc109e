import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { newcombe, wilson, type Interval, type Share } from '../../../domain/statistics/rates.ts';

const near = ([low, high]: readonly [number, number]) => [
  expect.closeTo(low, 9),
  expect.closeTo(high, 9),
];
const of = (hits: number, cases: number): Share => ({ hits, cases });

/* The figures are those of statsmodels and scipy, printed by test/reference/rates.py. */

describe('the interval of a rate', () => {
  /** The first four are also in Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3, to 4 digits. */
  it.each([
    [81, 263, [0.2552885199, 0.366209577]],
    [15, 148, [0.0623863995, 0.1604872417]],
    [0, 20, [0, 0.1611251581]],
    [1, 29, [0.0061132143, 0.1717552188]],
    [20, 20, [0.8388748419, 1]],
    [3, 7, [0.1582198553, 0.7495416355]],
    [900, 100_000, [0.008433231, 0.0096044907]],
  ] as const)('of %i in %i is that of other programs', (hits, cases, expected) => {
    expect(wilson(of(hits, cases))).toEqual(near(expected));
  });

  it('ends exactly at 0 and at 1 when none or all of them did, and is unknown without any', () => {
    expect(wilson(of(0, 20))![0]).toBe(0);
    expect(wilson(of(20, 20))![1]).toBe(1);
    expect(wilson(of(0, 0))).toBeNull();
  });
});

describe('the interval of a difference of rates', () => {
  /** The first eight are also in Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10, to 4 digits. */
  it.each([
    [of(56, 70), of(48, 80), [0.0524314724, 0.333872654]],
    [of(9, 10), of(3, 10), [0.1705227239, 0.8090179735]],
    [of(6, 7), of(2, 7), [0.0582279275, 0.8062496375]],
    [of(5, 56), of(0, 29), [-0.0381371479, 0.1925600139]],
    [of(0, 10), of(0, 20), [-0.1611251581, 0.2775327999]],
    [of(0, 10), of(0, 10), [-0.2775327999, 0.2775327999]],
    [of(10, 10), of(0, 20), [0.6790860371, 1]],
    [of(10, 10), of(0, 10), [0.6075093504, 1]],
    [of(120, 400), of(9, 60), [0.0308865358, 0.2333040536]],
    [of(30, 90_000), of(1, 10_000), [-0.0002435013, 0.0003978943]],
  ] as const)('of %j and %j is that of other programs', (a, b, expected) => {
    expect(newcombe(a, b)).toEqual(near(expected));
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
