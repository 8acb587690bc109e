import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PurchaseHistory } from '../../domain/dormancy.ts';
import { expectedIfAlive, type FittedModel } from '../../domain/models/beta-geometric.ts';
import { expectedSpend } from '../../domain/models/gamma-gamma.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import {
  secondLifetimeOf,
  secondLifetimeText,
  type ValueModels,
} from '../../domain/second-lifetime.ts';

const policy: Policy['identification'] = {
  ...standardPolicy.identification,
  valueHorizon: '365d',
  marginPercent: 35,
  discountPercent: 0,
};
const none: ValueModels = { purchases: {}, spend: null };

function boughtOn(days: number[], totalAmount: number, firstDayAmount = 0): PurchaseHistory {
  return { days, lastPurchaseAt: null, totalAmount, firstDayAmount };
}
const value = (history: PurchaseHistory, change: Partial<Policy['identification']> = {}) =>
  secondLifetimeOf(history, { ...policy, ...change }, none).value;

describe('the second lifetime value without a model', () => {
  it('is nothing without a purchase', () => {
    expect(value(boughtOn([], 0))).toBe(0);
  });

  it('of a first-time buyer is the margin of one more such purchase', () => {
    // 35 % of 99.80
    expect(value(boughtOn([0], 9_980))).toBe(3_493);
  });

  it('goes on at the earlier pace', () => {
    // Four purchase days over 90 days, 480.00 in all: 120.00 a day, of which 35 % are 42.00.
    // Three intervals in 90 days make 365 × 3 ÷ 90 = 12.1667 days in the year to come: 42.00 × 12.1667 = 511.00.
    const history = boughtOn([0, 10, 60, 90], 48_000);
    expect(value(history)).toBe(51_100);
    // Looking 90 days ahead there are three: 42.00 × 3 = 126.00. At half the margin, 63.00.
    expect(value(history, { valueHorizon: '90d' })).toBe(12_600);
    expect(value(history, { valueHorizon: '90d', marginPercent: 17.5 })).toBe(6_300);
  });

  it('takes nobody to buy more often than weekly', () => {
    // Daily for a hundred days at 10.00 would be 365 more; weekly is 365 ÷ 7 = 52.143 times 3.50 = 182.50.
    const daily = Array.from({ length: 100 }, (_, i) => i);
    expect(value(boughtOn(daily, 100_000))).toBe(18_250);
  });

  it('does not take a burst for a pace: two days in a row are two purchases in 90 days', () => {
    // One more every 90 days is 365 ÷ 90 = 4.056 times 3.50 = 14.19.
    expect(value(boughtOn([0, 1], 2_000))).toBe(1_419);
  });

  it('counts later purchases less, by the middle of their quarter', () => {
    // Four quarters of 1 ÷ 4 of 100.00 each, 1/8, 3/8, 5/8 and 7/8 of 365 ÷ 365.25 years away, at 10 %:
    // 25 × (0.98816 + 0.96490 + 0.94218 + 0.92000) = 95.381.
    expect(value(boughtOn([0], 10_000), { marginPercent: 100, discountPercent: 10 })).toBe(9_538);
  });

  it('never falls when the customer spent more', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 10 }),
        fc.nat(1_000_000),
        fc.nat(1_000_000),
        (days, amount, more) => {
          const sorted = days.sort((a, b) => a - b);
          const of = (total: number) => value(boughtOn(sorted, total));
          expect(of(amount + more)).toBeGreaterThanOrEqual(of(amount));
          expect(of(amount)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('the second lifetime value by the models', () => {
  const mbgNbd: FittedModel = { model: 'mbg-nbd', r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 };
  const bgNbd: FittedModel = { model: 'bg-nbd', r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
  // Fader and Hardie's estimates for the CDNOW sample, in cents.
  const spend = { p: 6.25, q: 3.74, v: 1_545 };
  const models: ValueModels = { purchases: { 'mbg-nbd': mbgNbd, 'bg-nbd': bgNbd }, spend };

  it('is margin × expected spend × expected purchases of somebody who is there', () => {
    // Days 0, 14 and 70, of which the repeat days brought 80.00: x = 2, t = 10 weeks, however long the silence.
    const history = boughtOn([0, 14, 70], 11_000, 3_000);
    const lifetime = secondLifetimeOf(history, policy, models);
    const at = { frequency: 2, recency: 10, age: 10 };
    const purchases = expectedIfAlive(mbgNbd, at, 365 / 7);
    expect(lifetime).toMatchObject({ purchasesFrom: 'mbg-nbd', spendFrom: 'gamma-gamma' });
    expect(lifetime.purchases).toBeCloseTo(purchases, 9);
    const day = expectedSpend(spend, { frequency: 2, averageSpend: 4_000 });
    // (6.25 × (1545 + 2 × 4000)) ÷ (6.25 × 2 + 3.74 − 1) = 3914.45 cents.
    expect(day).toBeCloseTo(3_914.45, 1);
    expect(lifetime.value).toBe(Math.round(0.35 * day * purchases));
  });

  it('takes a first-time buyer for an average one', () => {
    const lifetime = secondLifetimeOf(boughtOn([0], 50_000, 50_000), policy, models);
    // 6.25 × 1545 ÷ 2.74 = 3524.2 cents, whatever the first order cost.
    expect(lifetime.spend).toBe(3_524);
    expect(lifetime.purchases).toBeGreaterThan(0.5);
    expect(lifetime.purchases).toBeLessThan(3);
  });

  it('prefers more frequent buyers', () => {
    const often = secondLifetimeOf(boughtOn([0, 7, 14, 21, 28], 25_000, 5_000), policy, models);
    const rarely = secondLifetimeOf(
      boughtOn([0, 90, 180, 270, 360], 25_000, 5_000),
      policy,
      models,
    );
    expect(often.value).toBeGreaterThan(rarely.value);
  });

  it('is told with what it is made of', () => {
    const lifetime = secondLifetimeOf(
      boughtOn([0], 9_990),
      { ...policy, discountPercent: 8 },
      none,
    );
    expect(secondLifetimeText(lifetime, { ...policy, discountPercent: 8 }, 'EUR')).toBe(
      '1.0 purchases of €99.90 (own pace, own average) within 365 days, 35 % margin, discounted by 8 % a year',
    );
  });
});
