import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  dormancyOf,
  rhythmOf,
  secondLifetimeValue,
  type PurchaseHistory,
} from '../../domain/dormancy.ts';
import { standardPolicy, type Policy } from '../../domain/policy.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const newYear = Date.parse('2026-01-01T00:00:00Z');

/** The moment so many days after the New Year of 2026. */
function day(days: number): string {
  return new Date(newYear + days * dayMs).toISOString();
}

function boughtOn(...days: number[]): PurchaseHistory {
  return { purchasedAt: days.map(day), totalAmount: days.length * 5_000 };
}

describe('the rhythm of a customer', () => {
  it('who never bought is unknown', () => {
    expect(rhythmOf(boughtOn(), day(10))).toEqual({
      purchaseDays: 0,
      lastPurchaseAt: null,
      intervalDays: null,
      silentDays: null,
    });
  });

  it('who bought once has no interval, only a silence', () => {
    expect(rhythmOf(boughtOn(3), day(10))).toEqual({
      purchaseDays: 1,
      lastPurchaseAt: day(3),
      intervalDays: null,
      silentDays: 7,
    });
  });

  it('who bought twice is the time between', () => {
    expect(rhythmOf(boughtOn(0, 30), day(45.5))).toEqual({
      purchaseDays: 2,
      lastPurchaseAt: day(30),
      intervalDays: 30,
      silentDays: 15.5,
    });
  });

  it('of many purchases is their median interval, which one long gap does not move', () => {
    expect(rhythmOf(boughtOn(0, 200, 210, 222), day(230)).intervalDays).toBe(12);
    expect(rhythmOf(boughtOn(0, 12, 212, 222, 236), day(240)).intervalDays).toBe(13);
  });

  it('knows no silence of less than nothing when a purchase is dated ahead', () => {
    expect(rhythmOf(boughtOn(3), day(1)).silentDays).toBe(0);
  });
});

describe('dormancy', () => {
  const policy: Policy['dormancy'] = {
    minimumSilence: '60d',
    intervalFactor: 3,
    firstTimeBuyerSilence: '120d',
    maximumSilence: '730d',
  };
  const regular = boughtOn(0, 30, 60);
  const frequent = boughtOn(0, 7, 14);
  const firstTime = boughtOn(0);

  it.each([
    ['a regular after exactly three intervals', regular, 60 + 90, 'active', 90],
    ['a regular a minute later', regular, 60 + 90 + 1 / 1440, 'dormant', 90],
    ['a frequent buyer after exactly the minimum', frequent, 14 + 60, 'active', 60],
    ['a frequent buyer a minute later', frequent, 14 + 60 + 1 / 1440, 'dormant', 60],
    ['a first-time buyer after exactly their silence', firstTime, 120, 'active', 120],
    ['a first-time buyer a minute later', firstTime, 120 + 1 / 1440, 'dormant', 120],
    ['anybody after exactly the maximum', regular, 60 + 730, 'dormant', 90],
    ['anybody a minute later', regular, 60 + 730 + 1 / 1440, 'cold', 90],
    ['a first-time buyer after the maximum', firstTime, 731, 'cold', 120],
    ['whoever has just bought', regular, 60, 'active', 90],
    ['whoever never bought', boughtOn(), 1_000, 'never-bought', null],
  ] as const)('of %s', (_case, history, now, state, dormantAfterDays) => {
    expect(dormancyOf(rhythmOf(history, day(now)), policy)).toEqual({ state, dormantAfterDays });
  });

  const suspicion = { 'never-bought': -1, active: 0, dormant: 1, cold: 2 };
  const anyPolicy = fc
    .record({
      minimum: fc.integer({ min: 1, max: 200 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      firstTime: fc.integer({ min: 1, max: 400 }),
      maximum: fc.integer({ min: 1, max: 1_000 }),
    })
    .map(({ minimum, factor, firstTime, maximum }): Policy['dormancy'] => ({
      minimumSilence: `${minimum}d`,
      intervalFactor: factor,
      firstTimeBuyerSilence: `${firstTime}d`,
      maximumSilence: `${maximum}d`,
    }));
  const hours = (most: number) => fc.integer({ min: 1, max: most * 24 });
  // Purchases by their distance in hours, the silence after the last, and by how much later that could have been.
  const life = fc
    .record({
      gaps: fc.array(hours(300), { maxLength: 8 }),
      silence: hours(1_200),
      laterBy: hours(1_200),
    })
    .filter(({ silence, laterBy }) => laterBy <= silence)
    .map(({ gaps, silence, laterBy }) => {
      let at = newYear;
      const purchasedAt = [at, ...gaps.map((gap) => (at += gap * hourMs))];
      const iso = (times: number[]) => times.map((time) => new Date(time).toISOString());
      return {
        history: { purchasedAt: iso(purchasedAt), totalAmount: 1 },
        moreRecent: {
          purchasedAt: iso([...purchasedAt.slice(0, -1), at + laterBy * hourMs]),
          totalAmount: 1,
        },
        now: new Date(at + silence * hourMs).toISOString(),
      };
    });

  it('is never more suspected after a more recent last purchase', () => {
    fc.assert(
      fc.property(life, anyPolicy, ({ history, moreRecent, now }, policy) => {
        const before = dormancyOf(rhythmOf(history, now), policy).state;
        const recent = dormancyOf(rhythmOf(moreRecent, now), policy).state;
        expect(suspicion[recent]).toBeLessThanOrEqual(suspicion[before]);
      }),
      { numRuns: 500 },
    );
  });

  it('is never less suspected as the silence goes on', () => {
    fc.assert(
      fc.property(life, anyPolicy, hours(500), ({ history, now }, policy, longer) => {
        const later = new Date(Date.parse(now) + longer * hourMs).toISOString();
        const before = dormancyOf(rhythmOf(history, now), policy).state;
        expect(
          suspicion[dormancyOf(rhythmOf(history, later), policy).state],
        ).toBeGreaterThanOrEqual(suspicion[before]);
      }),
      { numRuns: 500 },
    );
  });

  it('never sets in before the minimum silence, however frequent the purchases were', () => {
    fc.assert(
      fc.property(life, anyPolicy, ({ history, now }, policy) => {
        fc.pre(history.purchasedAt.length > 1);
        const { dormantAfterDays } = dormancyOf(rhythmOf(history, now), policy);
        expect(dormantAfterDays).toBeGreaterThanOrEqual(parseInt(policy.minimumSilence));
      }),
    );
  });
});

describe('the second lifetime value', () => {
  const policy: Policy['identification'] = {
    ...standardPolicy.identification,
    valueHorizon: '365d',
    marginPercent: 35,
  };

  it('is nothing without a purchase', () => {
    expect(secondLifetimeValue(boughtOn(), policy)).toBe(0);
  });

  it('of a first-time buyer is the margin of one more such purchase', () => {
    // 35 % of 99.90
    expect(secondLifetimeValue({ purchasedAt: [day(0)], totalAmount: 9_990 }, policy)).toBe(3_497);
  });

  it('goes on at the earlier pace', () => {
    // Four purchase days over 90 days, 480.00 in all: 120.00 a day, of which 35 % are 42.00.
    // Three intervals in 90 days make 365 × 3 ÷ 90 = 12.1667 days in the year to come: 42.00 × 12.1667 = 511.00.
    const history = { purchasedAt: [0, 10, 60, 90].map(day), totalAmount: 48_000 };
    expect(secondLifetimeValue(history, policy)).toBe(51_100);
    // Looking 90 days ahead there are three: 42.00 × 3 = 126.00. At half the margin, 63.00.
    expect(secondLifetimeValue(history, { ...policy, valueHorizon: '90d' })).toBe(12_600);
    expect(
      secondLifetimeValue(history, { ...policy, valueHorizon: '90d', marginPercent: 17.5 }),
    ).toBe(6_300);
  });

  it('takes nobody to buy more often than weekly', () => {
    // Daily for a hundred days at 10.00 would be 365 more; weekly is 365 ÷ 7 = 52.143 times 3.50 = 182.50.
    const daily = {
      purchasedAt: Array.from({ length: 100 }, (_, i) => day(i)),
      totalAmount: 100_000,
    };
    expect(secondLifetimeValue(daily, policy)).toBe(18_250);
  });

  it('does not take a burst for a pace: two days in a row are two purchases in 90 days', () => {
    // One more every 90 days is 365 ÷ 90 = 4.056 times 3.50 = 14.19.
    const midnight = { purchasedAt: [day(0.99), day(1)], totalAmount: 2_000 };
    expect(secondLifetimeValue(midnight, policy)).toBe(1_419);
  });

  it('never falls when the customer spent more', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 10 }),
        fc.nat(1_000_000),
        fc.nat(1_000_000),
        (days, amount, more) => {
          const purchasedAt = days.sort((a, b) => a - b).map(day);
          const value = (totalAmount: number) =>
            secondLifetimeValue({ purchasedAt, totalAmount }, policy);
          expect(value(amount + more)).toBeGreaterThanOrEqual(value(amount));
          expect(value(amount)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
