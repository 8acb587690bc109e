import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { backcast, forecastAsOf, type CaseGroup } from '../../domain/forecast.ts';

const prior = () => 12;
const kind = { trigger: 'dormancy', tier: 'B' } as const;

describe('the forecast', () => {
  it('goes by the policy where nothing has been seen', () => {
    const open: CaseGroup[] = [
      { ...kind, opened: 0, decided: null, regained: false, cases: 100, value: 1_000_000 },
    ];
    const { open: cases, openValue, months } = forecastAsOf(open, { ago: 0, months: 6, prior });
    expect([cases, openValue]).toEqual([100, 1_000_000]);
    const total = months.reduce((sum, { regained }) => sum + regained, 0);
    expect(total).toBeGreaterThan(4);
    expect(total).toBeLessThan(12);
    expect(months.at(-1)!.regained).toBe(0);
    // What each brings is what it was worth.
    for (const { regained, value } of months) expect(value).toBeCloseTo(regained * 10_000, 3);
  });

  it('counts nothing that was not known at its time, and nothing without cases', () => {
    const story: CaseGroup[] = [
      { ...kind, opened: 3, decided: 1, regained: true, cases: 10, value: 100 },
      { ...kind, opened: 1, decided: null, regained: false, cases: 7, value: 70 },
    ];
    const at = (ago: number) => forecastAsOf(story, { ago, months: 1, prior });
    expect([4, 3, 2, 1, 0].map((ago) => at(ago).open)).toEqual([0, 10, 10, 7, 7]);
    expect(at(2).months[0]!.regained).toBeCloseTo(at(3).months[0]!.regained, 0);
    const { months, error } = backcast(story, prior);
    expect(months.map(({ ago, actual }) => [ago, actual.regained])).toEqual([
      [3, 0],
      [2, 10],
      [1, 0],
    ]);
    expect(error.regained).toBeGreaterThan(0);
    expect(backcast([], prior)).toEqual({ months: [], error: { regained: null, value: null } });
  });

  it('comes close to what happens in a company that goes on as before', () => {
    const generator = xoroshiro128plus(3);
    const chance = (percent: number) => uniformInt(generator, 0, 99_999) < percent * 1_000;
    const counted = new Map<string, CaseGroup>();
    for (let opened = 20; opened >= -3; opened -= 1) {
      for (let i = 0; i < 400; i += 1) {
        let [decided, regained]: [number | null, boolean] = [null, false];
        for (let month = opened, age = 0; month >= -4 && decided === null; month -= 1, age += 1) {
          if (chance(age < 3 ? 8 : 2)) [decided, regained] = [month, true];
          else if (chance(age === 3 ? 60 : 3)) decided = month;
        }
        const key = JSON.stringify([opened, decided, regained]);
        const one = { ...kind, opened, decided, regained, cases: 0, value: 0 };
        const known = counted.get(key) ?? one;
        counted.set(key, { ...known, cases: known.cases + 1, value: known.value + 5_000 });
      }
    }
    const groups = [...counted.values()];
    const { error } = backcast(groups, prior);
    expect(error.regained).toBeLessThan(0.2);
    // Four months on from now, which the story knows and the forecast does not.
    const now = forecastAsOf(groups, { ago: 0, months: 4, prior });
    const actual = groups
      .filter(({ opened, decided, regained }) => regained && opened >= 0 && decided! < 0)
      .reduce((sum, { cases }) => sum + cases, 0);
    const expected = now.months.reduce((sum, { regained }) => sum + regained, 0);
    expect(Math.abs(expected / actual - 1)).toBeLessThan(0.15);
  });
});
