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

  it('is the cumulative incidence of statsmodels where much has been seen', () => {
    // Months of life in which so many came back, ended otherwise, or were last seen: test/reference/forecast.py.
    const seen = [
      { came: 40, ended: 10, open: 50 },
      { came: 30, ended: 25, open: 45 },
      { came: 12, ended: 60, open: 20 },
      { came: 3, ended: 30, open: 5 },
    ];
    // So many that what the policy expects weighs nothing.
    const times = 1e9;
    const story = seen.flatMap(({ came, ended, open }, i): CaseGroup[] => [
      // Only who has got through the first month is worth anything, so that only they are forecast in value.
      {
        ...{ ...kind, opened: i, decided: null, regained: false },
        ...{ cases: open * times, value: i === 0 ? 1 : 0 },
      },
      { ...kind, opened: i + 20, decided: 20, regained: true, cases: came * times, value: 0 },
      { ...kind, opened: i + 20, decided: 20, regained: false, cases: ended * times, value: 0 },
    ]);
    const { months } = forecastAsOf(story, { ago: 0, months: 3, prior });
    expect(months.map(({ value }) => value)).toEqual(
      [0.13043478, 0.07023411, 0.02679986].map((expected) => expect.closeTo(expected, 7)),
    );
  });

  it('has missed by the sum of what it was off, divided by all who came', () => {
    const story: CaseGroup[] = [
      { ...kind, opened: 3, decided: 1, regained: true, cases: 10, value: 100 },
      { ...kind, opened: 2, decided: 0, regained: true, cases: 6, value: 90 },
      { ...kind, opened: 1, decided: null, regained: false, cases: 7, value: 70 },
    ];
    const { months, error } = backcast(story, prior);
    const off = months.map(({ forecast, actual }) => [
      Math.abs(forecast.regained - actual.regained),
      Math.abs(forecast.value - actual.value),
    ]);
    const sum = (of: 0 | 1) => off.reduce((total, one) => total + one[of]!, 0);
    expect(error.regained).toBeCloseTo(sum(0) / 16, 12);
    expect(error.value).toBeCloseTo(sum(1) / 190, 12);
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
