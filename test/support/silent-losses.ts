import type { SilentLoss } from '../../domain/silent-loss.ts';

/** Somebody who bought every month and has been silent for a hundred days, as a scan finds them. */
export const aSilentLoss: SilentLoss = {
  rule: 'own-rhythm',
  threshold: 3,
  fallback: null,
  purchaseDays: 5,
  intervalDays: 30,
  silentDays: 100,
  lostAfterDays: 90,
  usualIntervalDays: 30,
  likelyPercent: null,
  expectedPurchases: null,
  horizonDays: null,
  secondPurchaseDays: null,
  secondPurchaseShare: null,
};
