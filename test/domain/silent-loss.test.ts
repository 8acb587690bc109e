import { describe, expect, it } from '@jest/globals';
import { fallbackReasons } from '../../domain/dormancy.ts';
import {
  fallbackWords,
  silentLossText,
  triggerDetailOf,
  type SilentLoss,
} from '../../domain/silent-loss.ts';

const regular: SilentLoss = {
  rule: 'mbg-nbd',
  threshold: 0.75,
  fallback: null,
  purchaseDays: 6,
  intervalDays: 21,
  silentDays: 98,
  lostAfterDays: 63,
  usualIntervalDays: null,
  likelyPercent: 6.1,
  expectedPurchases: 0.09,
  horizonDays: 90,
  secondPurchaseDays: null,
  secondPurchaseShare: null,
};
const byRhythm: SilentLoss = {
  ...regular,
  ...{ rule: 'own-rhythm', threshold: 3, usualIntervalDays: 22.1 },
  ...{ likelyPercent: null, expectedPurchases: null, horizonDays: null },
};
const once: SilentLoss = {
  ...byRhythm,
  ...{ purchaseDays: 1, intervalDays: null, usualIntervalDays: 40 },
  ...{ silentDays: 130, lostAfterDays: 119, secondPurchaseDays: 119, secondPurchaseShare: 80 },
};

describe('why a customer counts as lost', () => {
  it.each([
    [
      regular,
      'Buys every 3 weeks, silent for 14 weeks: 6.1 % likely to buy in the next 90 days, lost after 9 weeks',
    ],
    [byRhythm, 'Buys every 3 weeks, silent for 14 weeks: lost after 9 weeks'],
    [
      { ...byRhythm, usualIntervalDays: 42 },
      'Buys every 3 weeks, silent for 14 weeks: lost after 9 weeks, as usual for such customers is every 6 weeks',
    ],
    [
      { ...byRhythm, rule: 'fixed-days', intervalDays: 1, silentDays: 12, lostAfterDays: 10 },
      'Buys every 1 day, silent for 12 days: lost after 10 days',
    ],
    [
      once,
      'Bought once, silent for 19 weeks, when 80 % of those who buy again do so within 17 weeks: lost after 17 weeks',
    ],
    [
      { ...once, secondPurchaseDays: null, secondPurchaseShare: null },
      'Bought once, silent for 19 weeks: lost after 17 weeks',
    ],
    [
      { ...byRhythm, fallback: 'too-few-customers' },
      'Buys every 3 weeks, silent for 14 weeks: lost after 9 weeks (own rhythm, because there are too few customers for a model)',
    ],
  ] as [SilentLoss, string][])('is told in plain words', (loss, text) => {
    expect(silentLossText(loss)).toBe(text);
  });

  it('has words for every fallback', () => {
    expect(new Set(fallbackReasons.map(fallbackWords)).size).toBe(fallbackReasons.length);
  });

  it('is another trigger detail for who never came a second time', () => {
    expect(triggerDetailOf(once)).toBe('no-second-purchase');
    expect(triggerDetailOf(regular)).toBe('out-of-rhythm');
  });
});
