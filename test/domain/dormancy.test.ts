import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detectionRules, type DetectionRule } from '../../domain/detection.ts';
import { dormancyOf, lostAfter, type Detection } from '../../domain/dormancy.ts';
import type { FittedModel } from '../../domain/models/beta-geometric.ts';

// The published estimates for CDNOW; those of MBG/NBD by lifetimes 0.11.3.
const bgNbd: FittedModel = { model: 'bg-nbd', r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const mbgNbd: FittedModel = { model: 'mbg-nbd', r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
const thresholds = { 'fixed-days': 90, 'own-rhythm': 3, 'bg-nbd': 0.7, 'mbg-nbd': 0.7 };

function detection(rule: DetectionRule, rest: Partial<Detection> = {}): Detection {
  return {
    rule,
    threshold: thresholds[rule],
    fallback: null,
    basis: {
      rhythm: { intervalDays: 30, secondPurchaseDeciles: [5, 10, 15, 25, 40, 55, 80, 120, 160] },
      models: { 'bg-nbd': bgNbd, 'mbg-nbd': mbgNbd },
      horizonDays: 90,
    },
    secondPurchaseShare: 80,
    minimumSilenceDays: 60,
    maximumSilenceDays: 730,
    ...rest,
  };
}

describe('dormancy by the own rhythm', () => {
  const regular = [0, 30, 60, 90, 120];
  const frequent = [0, 7, 14, 21, 28, 35, 42, 49, 56, 63];
  // Four intervals of 30 and two of the company's 30; nine of 7 and two of 30 make 123 ÷ 11 = 11.2 days.
  it.each([
    ['a regular after exactly three intervals', regular, 90, 'active', null],
    ['a regular a day later', regular, 91, 'dormant', 90],
    ['a frequent buyer after exactly the minimum', frequent, 60, 'active', null],
    ['a frequent buyer a day later', frequent, 61, 'dormant', 60],
    ['a first-time buyer when 80 % of the others have come again', [0], 120, 'active', null],
    ['a first-time buyer a day later', [0], 121, 'dormant', 120],
    ['anybody after exactly the maximum', regular, 730, 'dormant', 90],
    ['anybody a day later', regular, 731, 'cold', 90],
    ['a first-time buyer after the maximum', [0], 731, 'cold', 120],
    ['whoever has just bought', regular, 0, 'active', null],
    // Three intervals of 400 and two of 30 make 252.
    ['whoever buys rarely, after the maximum', [0, 400, 800, 1_200], 816, 'dormant', 756],
    ['whoever buys rarely, long after it', [0, 400, 800, 1_200], 817, 'cold', 756],
  ] as const)('of %s', (_case, days, silence, state, lostAfterDays) => {
    const today = days.at(-1)! + silence;
    const dormancy = dormancyOf([...days], today, detection('own-rhythm'));
    expect(dormancy.state).toBe(state);
    expect(dormancy.lost?.lostAfterDays ?? null).toBe(lostAfterDays);
  });

  it('is unknown of whoever never bought', () => {
    expect(dormancyOf([], 9, detection('own-rhythm')).state).toBe('never-bought');
    expect(lostAfter([], detection('own-rhythm'))).toBeNull();
  });

  it('tells beforehand when it will set in', () => {
    expect(lostAfter(regular, detection('own-rhythm'))).toBe(90);
    expect(lostAfter([0], detection('own-rhythm'))).toBe(120);
    expect(lostAfter(regular, detection('fixed-days'))).toBe(90);
    expect(lostAfter(regular, detection('fixed-days', { threshold: 4_000 }))).toBeNull();
  });
});

it('finds first-time buyers by whichever comes first: the rule, or the time in which others come again', () => {
  const byRule = detection('fixed-days', { threshold: 70 });
  expect(lostAfter([0], byRule)).toBe(70);
  const late = detection('fixed-days', { threshold: 300 });
  expect(lostAfter([0], late)).toBe(120);
  expect(lostAfter([0], { ...late, secondPurchaseShare: 90 })).toBe(160);
  expect(lostAfter([0, 9], late)).toBe(300);
});

describe.each(detectionRules)('by the rule %s', (rule) => {
  const suspicion = { 'never-bought': -1, active: 0, dormant: 1, cold: 2 };
  const threshold = rule.endsWith('nbd')
    ? fc.double({ min: 0.3, max: 0.99, noNaN: true })
    : fc.double({ min: 1, max: rule === 'fixed-days' ? 400 : 10, noNaN: true });
  const anyDetection = fc
    .record({
      threshold,
      minimumSilenceDays: fc.integer({ min: 1, max: 200 }),
      maximumSilenceDays: fc.integer({ min: 1, max: 1_000 }),
      secondPurchaseShare: fc.constantFrom(10, 50, 90),
    })
    .map((rest) => detection(rule, rest));
  const gap = fc.integer({ min: 1, max: 300 });
  const life = fc
    .record({
      gaps: fc.array(gap, { maxLength: 8 }),
      silence: fc.integer({ min: 1, max: 1_200 }),
      laterBy: fc.integer({ min: 1, max: 1_200 }),
    })
    .filter(({ silence, laterBy }) => laterBy <= silence)
    .map(({ gaps, silence, laterBy }) => {
      let day = 0;
      const days = [day, ...gaps.map((gap) => (day += gap))];
      return { days, moreRecent: [...days.slice(0, -1), day + laterBy], today: day + silence };
    });

  it('nobody is more suspected after a more recent last purchase', () => {
    fc.assert(
      fc.property(life, anyDetection, ({ days, moreRecent, today }, by) => {
        const before = dormancyOf(days, today, by).state;
        const recent = dormancyOf(moreRecent, today, by).state;
        expect(suspicion[recent]).toBeLessThanOrEqual(suspicion[before]);
      }),
      { numRuns: 100 },
    );
  });

  it('nobody is less suspected as the silence goes on', () => {
    fc.assert(
      fc.property(life, anyDetection, gap, ({ days, today }, by, longer) => {
        const before = dormancyOf(days, today, by).state;
        const later = dormancyOf(days, today + longer, by).state;
        expect(suspicion[later]).toBeGreaterThanOrEqual(suspicion[before]);
      }),
      { numRuns: 100 },
    );
  });

  it('it sets in on the day that was told beforehand, never before the minimum silence', () => {
    fc.assert(
      fc.property(life, anyDetection, ({ days }, by) => {
        const after = lostAfter(days, by);
        fc.pre(after !== null);
        expect(after).toBeGreaterThanOrEqual(by.minimumSilenceDays);
        const last = days.at(-1)!;
        expect(dormancyOf(days, last + after, by).state).toBe('active');
        const first = dormancyOf(days, last + after + 1, by);
        expect(first.lost?.lostAfterDays).toBe(after);
      }),
      { numRuns: 100 },
    );
  });
});
