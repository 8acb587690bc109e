import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applicableRule,
  companyRhythm,
  detectionRules,
  secondPurchaseWithin,
  suspicionOf,
  type DetectionBasis,
} from '../../domain/detection.ts';
import type { FittedModel } from '../../domain/models/beta-geometric.ts';

// The published estimates for CDNOW; those of MBG/NBD by lifetimes 0.11.3.
const bgNbd: FittedModel = { model: 'bg-nbd', r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const mbgNbd: FittedModel = { model: 'mbg-nbd', r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
const basis: DetectionBasis = {
  rhythm: { intervalDays: 30, secondPurchaseDeciles: [5, 10, 15, 25, 40, 55, 80, 120, 160] },
  models: { 'bg-nbd': bgNbd, 'mbg-nbd': mbgNbd },
  horizonDays: 90,
};
const rhythmScore = (days: number[], today: number) =>
  suspicionOf('own-rhythm', days, today, basis).score;
const year = 365;

describe('the rule of fixed days', () => {
  it('suspects by the silence alone', () => {
    expect(suspicionOf('fixed-days', [0, 10], 100, basis)).toEqual({
      score: 90,
      explanation: { rule: 'fixed-days', purchaseDays: 2, intervalDays: 10, silentDays: 90 },
    });
  });
});

describe("the rule of the customer's own rhythm", () => {
  it('measures a first-time buyer by the time in which others buy a second time', () => {
    expect(rhythmScore([0], 120)).toBe(3);
  });

  it('of two purchases believes the company more than the one interval', () => {
    // One interval of 3 days and two parts of the company's 30: 21 usual days.
    expect(suspicionOf('own-rhythm', [0, 3], 45, basis)).toEqual({
      score: 2,
      explanation: {
        rule: 'own-rhythm',
        purchaseDays: 2,
        intervalDays: 3,
        silentDays: 42,
        usualIntervalDays: 21,
        seasonalPauseDays: null,
      },
    });
  });

  it('of many purchases believes the customer, whom one long pause does not change', () => {
    const weekly = Array.from({ length: 60 }, (_, i) => i * 7 + (i > 50 ? 150 : 0));
    const last = weekly.at(-1)!;
    expect(rhythmScore(weekly, last + 70)).toBeGreaterThan(8);
    expect(rhythmScore(weekly, last + 7)).toBeLessThan(1);
  });

  it('suspects who bought every week more than who buys twice a year, after the same silence', () => {
    const weekly = Array.from({ length: 40 }, (_, i) => i * 7);
    const rarely = [0, 180, 360, 540];
    expect(rhythmScore(weekly, weekly.at(-1)! + 90)).toBeGreaterThan(5);
    expect(rhythmScore(rarely, rarely.at(-1)! + 90)).toBeLessThan(1);
  });

  it('does not mistake who buys every December for lost until a December has passed', () => {
    const december = (of: number) => [0, 5, 9, 16, 20].map((day) => of * year + 340 + day);
    const seasonal = [...december(0), ...december(1), ...december(2)];
    const last = seasonal.at(-1)!;
    for (const silence of [30, 90, 180, 300, 345]) {
      expect(rhythmScore(seasonal, last + silence)).toBeLessThan(1.1);
    }
    expect(rhythmScore(seasonal, last + year + 20)).toBeGreaterThan(10);
    const { explanation } = suspicionOf('own-rhythm', seasonal, last + 200, basis);
    expect(explanation).toMatchObject({ seasonalPauseDays: 345 });
  });

  it('does not excuse a silence at a time of year at which the customer used to buy', () => {
    const december = (of: number) => [0, 5, 9, 16, 20].map((day) => of * year + 340 + day);
    const june = (of: number) => december(of).map((day) => day + 180);
    const twice = [...december(0), ...june(0), ...december(1)];
    expect(rhythmScore(twice, twice.at(-1)! + 120)).toBeLessThan(1.1);
    expect(rhythmScore(twice, twice.at(-1)! + 260)).toBeGreaterThan(10);
  });

  // Distinct days with a mix of bursts and long pauses, up to some years.
  const gaps = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 500 })),
    {
      maxLength: 25,
    },
  );
  const life = fc.record({ gaps, silence: fc.nat(1_200), laterBy: fc.nat(1_200) }).map((drawn) => {
    let day = 0;
    const days = [day, ...drawn.gaps.map((gap) => (day += gap))];
    const laterBy = Math.min(drawn.laterBy, drawn.silence);
    return { days, today: day + drawn.silence, recent: [...days.slice(0, -1), day + laterBy] };
  });

  it('never suspects more after a more recent last purchase', () => {
    fc.assert(
      fc.property(life, ({ days, today, recent }) => {
        expect(rhythmScore(recent, today)).toBeLessThanOrEqual(rhythmScore(days, today));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never suspects less as the silence goes on', () => {
    fc.assert(
      fc.property(life, fc.nat(600), ({ days, today }, more) => {
        expect(rhythmScore(days, today + more)).toBeGreaterThanOrEqual(rhythmScore(days, today));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the model rules', () => {
  it('suspect by the probability of no purchase within the horizon, and say why', () => {
    const { score, explanation } = suspicionOf('bg-nbd', [0, 21, 42], 140, basis);
    if (explanation.rule !== 'bg-nbd') throw new Error(explanation.rule);
    expect(explanation).toMatchObject({ model: 'bg-nbd', intervalDays: 21, silentDays: 98 });
    expect(score).toBeCloseTo(1 - explanation.probabilityOfPurchase, 12);
    expect(explanation.expectedPurchases).toBeGreaterThan(explanation.probabilityOfPurchase);
    expect(explanation.probabilityAlive).toBeGreaterThan(explanation.probabilityOfPurchase);
  });

  it.each(['bg-nbd', 'mbg-nbd'] as const)(
    '%s judges first-time buyers by MBG/NBD, and nobody learns a P(alive) of theirs',
    (rule) => {
      const { score, explanation } = suspicionOf(rule, [0], 300, basis);
      expect(explanation).toMatchObject({ model: 'mbg-nbd', probabilityAlive: null });
      expect(score).toBeGreaterThan(0.9);
    },
  );

  it('give way to the own rhythm without a good fit', () => {
    const only = (model: FittedModel) => ({ ...basis, models: { [model.model]: model } });
    expect(detectionRules.map((rule) => applicableRule(rule, basis))).toEqual(detectionRules);
    expect(applicableRule('mbg-nbd', only(bgNbd))).toBe('own-rhythm');
    expect(applicableRule('bg-nbd', only(bgNbd))).toBe('own-rhythm');
    expect(applicableRule('mbg-nbd', only(mbgNbd))).toBe('mbg-nbd');
    expect(() => suspicionOf('mbg-nbd', [0, 5], 9, only(bgNbd))).toThrow('no good fit');
  });
});

describe("the company's rhythm", () => {
  it('is that of all customers', () => {
    const customers = Array.from({ length: 50 }, (_, i) => [0, i + 1, i + 11, i + 21]);
    const rhythm = companyRhythm(customers);
    expect(rhythm.intervalDays).toBe(10);
    expect(rhythm.secondPurchaseDeciles).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect(secondPurchaseWithin(rhythm, 80)).toBe(40);
  });

  it('is a standard one as long as there are few intervals', () => {
    expect(companyRhythm([[0, 7], [3]])).toEqual({
      intervalDays: 40,
      secondPurchaseDeciles: [5, 10, 15, 25, 40, 55, 80, 120, 160],
    });
  });
});
