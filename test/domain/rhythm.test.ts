import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Detection } from '../../domain/dormancy.ts';
import { rhythmOf } from '../../domain/rhythm.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';

const { decline } = standardPolicy.earlySigns;

function lostAfterDays(threshold: number): Detection {
  return {
    ...{ rule: 'fixed-days', threshold, fallback: null, secondPurchaseShare: 80 },
    basis: {
      rhythm: { intervalDays: 30, secondPurchaseDeciles: [5, 10, 15, 25, 40, 55, 80, 120, 160] },
      models: {},
      horizonDays: 90,
    },
    ...{ minimumSilenceDays: 1, maximumSilenceDays: 730 },
  };
}

const bought = (days: number[]) =>
  days.map((day) => ({ purchasedAt: new Date(day * 86_400_000).toISOString(), amount: 1_000 }));

describe('a rhythm', () => {
  const regular = bought([0, 30, 60, 90, 120]);

  it('has the next purchase, the suspicion and the loss in this order', () => {
    const { expectedDay, suspiciousDay, lostDay } = rhythmOf(regular, lostAfterDays(180), decline);
    expect([expectedDay, lostDay]).toEqual([150, 301]);
    expect(suspiciousDay).toBeGreaterThan(150);
    expect(suspiciousDay).toBeLessThan(301);
  });

  it('has no suspicion where the loss comes before it', () => {
    expect(rhythmOf(regular, lostAfterDays(30), decline)).toMatchObject({
      ...{ suspiciousDay: null, lostDay: 151 },
    });
  });

  it('never grows suspicious after the loss', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 400 }), (on, threshold) => {
        const { suspiciousDay, lostDay } = rhythmOf(bought(on), lostAfterDays(threshold), decline);
        return suspiciousDay === null || lostDay === null || suspiciousDay < lostDay;
      }),
    );
  });
});
