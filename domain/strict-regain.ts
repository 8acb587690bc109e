import { after, earliest, type Duration } from './duration.ts';
import { distinctDays } from './models/history.ts';
import type { Policy, RegainRule, RegainRules } from './policy.ts';
import { ownPattern } from './second-lifetime.ts';
import type { StrictRegain, Trigger } from './words.ts';

export const strictReasons = [
  'withdrawn',
  'as-before',
  'less-than-before',
  'still-observed',
  'cancelled-again',
  'goods-returned',
  'no-return',
  'no-return-yet',
  'was-not-lost',
] as const;
export type StrictReason = (typeof strictReasons)[number];

/** Days on which something was bought, and minor units, whatever the currency. */
export type Pattern = { purchaseDays: number; spend: number };

export type StrictJudgement = {
  is: StrictRegain;
  because: StrictReason;
  /** the customer's own earlier rate over an equally long time; null: it does not matter */
  expected: Pattern | null;
  bought: Pattern | null;
  /** of what is pending: when it is judged for good, as far as that is known */
  until: string | null;
};

/** An order; `amount` is less what came back. */
export type KeptPurchase = { at: string; amount: number; returned: number };

export type JudgedCase = {
  trigger: Trigger;
  isOpen: boolean;
  wasNotLost: boolean;
  /** the loss that it is about */
  lostAt: string;
  regainedAt: string | null;
  regainedBy: 'purchase' | 'cancellation-withdrawn' | null;
  /** the next cancellation of whoever had come back */
  cancelledAgainAt: string | null;
};

/**
 * Regained by the strict rule: who explicitly withdrew the cancellation and did not repeat it, or bought again and over
 * the observation, counted from the return, comes to the policy's share of what was usual before. What is less is a half
 * return. A judgement on the facts as they are known: later ones correct it.
 */
export function judged(
  record: JudgedCase,
  purchases: readonly KeptPurchase[],
  terms: {
    rules: RegainRules;
    observation: Duration;
    identification: Pick<Policy['identification'], 'valueHorizon' | 'paceOverAtLeast'>;
  },
  at: string,
): StrictJudgement {
  const { regainedAt, regainedBy, cancelledAgainAt, lostAt } = record;
  if (record.wasNotLost) return plain('not', 'was-not-lost');
  if (regainedAt === null) {
    return record.isOpen ? plain('pending', 'no-return-yet') : plain('not', 'no-return');
  }
  const rule = terms.rules[record.trigger];
  const until = after(regainedAt, terms.observation);
  const isRepeated = cancelledAgainAt !== null && cancelledAgainAt <= until;
  if (regainedBy === 'cancellation-withdrawn' && rule.withdrawal) {
    return isRepeated ? plain('not', 'cancelled-again') : plain('regained', 'withdrawn');
  }
  const end = isRepeated ? earliest(until, cancelledAgainAt) : until;
  const kept = purchases.filter(({ amount, returned }) => amount > 0 || returned === 0);
  const since = kept.filter((one) => one.at > lostAt && one.at <= end);
  const before = kept.filter((one) => one.at <= lostAt);
  const earlier = { days: distinctDays(before.map((one) => one.at)), totalAmount: sum(before) };
  const expected = ownPattern(earlier, terms.observation, terms.identification);
  const boughtOn = distinctDays(since.map((one) => one.at));
  const bought = { purchaseDays: boughtOn.length, spend: sum(since) };
  const found = (is: StrictRegain, because: StrictReason): StrictJudgement => ({
    ...{ is, because, expected, bought },
    until: is === 'pending' ? until : null,
  });
  if (isRepeated) {
    return found(since.length > 0 ? 'half-return' : 'not', 'cancelled-again');
  }
  if (since.length > 0 && isNear(bought, expected, rule)) return found('regained', 'as-before');
  if (at < until) return found('pending', 'still-observed');
  if (since.length > 0) return found('half-return', 'less-than-before');
  return found('not', record.regainedBy === 'purchase' ? 'goods-returned' : 'no-return');
}

function plain(is: StrictRegain, because: StrictReason): StrictJudgement {
  return { is, because, expected: null, bought: null, until: null };
}

function sum(purchases: readonly KeptPurchase[]): number {
  return purchases.reduce((total, { amount }) => total + amount, 0);
}

function isNear(bought: Pattern, expected: Pattern, { sharePercent, of }: RegainRule): boolean {
  const share = sharePercent / 100;
  const byDays = bought.purchaseDays >= share * expected.purchaseDays;
  const bySpend = bought.spend >= share * expected.spend;
  switch (of) {
    case 'purchase-days':
      return byDays;
    case 'spend':
      return bySpend;
    case 'either':
      return byDays || bySpend;
    case 'both':
      return byDays && bySpend;
  }
}
