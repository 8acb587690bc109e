import type { PurchaseHistory } from './dormancy.ts';
import { bestEffort, isDoubtful, type ChanceOfReturn } from './gain.ts';
import type { Policy } from './policy.ts';
import { secondLifetimeOf, type SecondLifetime, type ValueModels } from './second-lifetime.ts';
import type { Cause, Decision, Phase, TargetGroup, Tier, Trigger } from './words.ts';

/** What is known of a customer when the case opens, as a workflow may carry it: numbers and codes only. */
export type CustomerFacts = {
  purchaseDays: number;
  lastPurchaseAt: string | null;
  secondLifetimeValue: number;
  /** what the value is made of; left out by facts that were collected before there was more than the value */
  secondLifetime?: SecondLifetime;
  tier: Tier;
  chance: ChanceOfReturn;
  /** earlier cases of this customer that ended with a return, whatever came of it */
  earlierReturns: number;
  objected: boolean;
  deceased: boolean;
  /** drawn into the control group */
  controlGroup?: boolean;
  /** 0 to 99: what cases of old were drawn by */
  controlGroupDraw?: number;
};

export function tierOf(value: number, from: Policy['identification']['tierFrom']): Tier {
  if (value >= from.A) return 'A';
  if (value >= from.B) return 'B';
  return value >= from.C ? 'C' : 'D';
}

/** Value and tier of a purchase history. */
export function worthOf(
  history: PurchaseHistory,
  policy: Policy['identification'],
  models: ValueModels,
): { secondLifetimeValue: number; secondLifetime: SecondLifetime; tier: Tier } {
  const secondLifetime = secondLifetimeOf(history, policy, models);
  const { value } = secondLifetime;
  return { secondLifetimeValue: value, secondLifetime, tier: tierOf(value, policy.tierFrom) };
}

export const decisionReasons = [
  'deceased',
  'objected',
  'natural-loss',
  'wanted-loss',
  'third-chance',
  'expected-gain',
  'unknown-value',
  'doubtful',
  'manager-decided',
  'manager-silent',
] as const;
export type DecisionReason = (typeof decisionReasons)[number];

/** The engine's verdict, or the question it puts to a manager. */
export type Verdict =
  | { decidedBy: 'engine'; decision: Decision; reason: DecisionReason }
  | { decidedBy: 'manager'; reason: DecisionReason };

/**
 * Step 1: is this customer to be won back? Death and objection forbid it; a cause that nobody can or wants to undo
 * speaks against it, which a manager decides for valuable tiers; whoever already came back once needs a manager's
 * approval, since there is almost never a third chance; otherwise the expected gain decides, and where that is
 * doubtful for a valuable tier, a manager.
 */
export function identify(
  facts: CustomerFacts,
  stated: Cause | null,
  policy: Policy['identification'],
): Verdict {
  const forbid = (reason: DecisionReason): Verdict => ({
    decidedBy: 'engine',
    decision: 'do-not-pursue',
    reason,
  });
  if (facts.deceased) return forbid('deceased');
  if (facts.objected) return forbid('objected');

  const against: DecisionReason | null =
    stated === null
      ? null
      : policy.naturalLossCauses.includes(stated)
        ? 'natural-loss'
        : policy.wantedLossCauses.includes(stated)
          ? 'wanted-loss'
          : null;
  if (against) {
    return policy.managerDecidesTiers.includes(facts.tier)
      ? { decidedBy: 'manager', reason: against }
      : forbid(against);
  }
  if (facts.earlierReturns > 0) return { decidedBy: 'manager', reason: 'third-chance' };
  const { secondLifetimeValue: value, chance } = facts;
  if (policy.managerDecidesTiers.includes(facts.tier) && isDoubtful(value, chance, policy)) {
    return { decidedBy: 'manager', reason: 'doubtful' };
  }
  const { decision } = bestEffort(value, chance.percent, policy.effort);
  return { decidedBy: 'engine', decision, reason: 'expected-gain' };
}

export function inControlGroup(
  { controlGroup, controlGroupDraw = 100 }: CustomerFacts,
  trigger: Trigger,
  policy: Policy['identification'],
): boolean {
  const { controlGroupTriggers, controlGroupPercent } = policy;
  return (
    controlGroup ??
    (controlGroupTriggers.includes(trigger) && controlGroupDraw < controlGroupPercent)
  );
}

/** Where a customer stands, and why in plain words. */
export type Standing<Name> = { is: Name; because: string };

/** Z0 cold, Z1 prospect, Z2 first-time buyer, Z3 bought twice, Z4 regular. */
export function targetGroupOf(purchaseDays: number, cold: boolean): Standing<TargetGroup> {
  if (cold) return { is: 'Z0', because: 'silent for so long that a case is not worth it' };
  switch (purchaseDays) {
    case 0:
      return { is: 'Z1', because: 'has not bought yet' };
    case 1:
      return { is: 'Z2', because: 'bought on one day' };
    case 2:
      return { is: 'Z3', because: 'bought on two days' };
    default:
      return { is: 'Z4', because: `bought on ${purchaseDays} days` };
  }
}

/** Where the customer stands in the life cycle; a regained customer re-enters socialisation. */
export function phaseOf(at: {
  purchaseDays: number;
  lost: boolean;
  cancelled: boolean;
  openCase: boolean;
  returned: boolean;
}): Standing<Phase> {
  if (at.returned) return { is: 'socialisation', because: 'has come back and is observed' };
  if (at.openCase) {
    return at.cancelled
      ? { is: 'termination', because: 'has cancelled, and a case is open' }
      : { is: 'revitalisation', because: 'is being won back' };
  }
  if (at.cancelled) return { is: 'abstinence', because: 'has cancelled' };
  if (at.lost) return { is: 'abstinence', because: 'has left silently' };
  switch (at.purchaseDays) {
    case 0:
      return { is: 'acquisition', because: 'has not bought yet' };
    case 1:
      return { is: 'socialisation', because: 'bought on one day so far' };
    case 2:
    case 3:
      return { is: 'growth', because: `bought on ${at.purchaseDays} days so far` };
    default:
      return { is: 'maturity', because: `bought on ${at.purchaseDays} days` };
  }
}
