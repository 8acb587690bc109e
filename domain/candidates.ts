import { dormancyOf, type Detection, type PurchaseHistory } from './dormancy.ts';
import { bestEffort, chanceOfReturn, isDoubtful, type ReturnRate } from './gain.ts';
import { worthOf } from './identification.ts';
import type { Policy } from './policy.ts';
import type { ValueModels } from './second-lifetime.ts';
import { silentLossOf, type SilentLoss } from './silent-loss.ts';
import type { Tier } from './words.ts';

/* Whom a scan finds. */

/** What a scan goes by. */
export type Grounds = {
  policy: Pick<Policy, 'identification'>;
  detection: Detection;
  models: ValueModels;
  /** how many of those who were asked came back */
  rates: Record<Tier, { ofCause: ReturnRate; ofTier: ReturnRate }>;
};

type Customer = { customerId: string; history: PurchaseHistory };
type Dormant = Customer & { silentLoss: SilentLoss };

export type Candidate = {
  customerId: string;
  /** minor units, as `expectedGain` and `gainPerHour` */
  secondLifetimeValue: number;
  expectedGain: number;
  gainPerHour: number;
  silentLoss: SilentLoss;
  lastPurchaseAt: string;
};

/** @param today as `dayOf` counts */
export function lostSilently(one: Customer, { detection }: Grounds, today: number): Dormant[] {
  const dormancy = dormancyOf(one.history.days, today, detection);
  const silentLoss = silentLossOf(dormancy, detection);
  return silentLoss && dormancy.state === 'dormant' ? [{ ...one, silentLoss }] : [];
}

/** Whom to win back, with what that promises; a valuable one in doubt too, whom step 1 puts before a manager. */
export function worthwhile(
  { history, customerId, silentLoss }: Dormant,
  { policy: { identification }, models, rates }: Grounds,
): Candidate[] {
  const { tier, secondLifetimeValue } = worthOf(history, identification, models);
  const lostDays = silentLoss.silentDays - silentLoss.lostAfterDays;
  const prospect = { trigger: 'dormancy', tier, cause: null, lostDays } as const;
  const chance = chanceOfReturn(prospect, identification.chance, rates[tier]);
  const gain = bestEffort(secondLifetimeValue, chance.percent, identification.effort);
  const forManager =
    identification.managerDecidesTiers.includes(tier) &&
    isDoubtful(secondLifetimeValue, chance, identification);
  if (gain.decision === 'do-not-pursue' && !forManager) return [];
  const { amount: expectedGain, perHour: gainPerHour } = gain;
  const lastPurchaseAt = history.lastPurchaseAt!;
  return [
    { customerId, secondLifetimeValue, expectedGain, gainPerHour, silentLoss, lastPurchaseAt },
  ];
}
