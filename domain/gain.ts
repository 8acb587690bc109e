import { durationMs } from './duration.ts';
import type { Policy } from './policy.ts';
import type { Cause, Decision, Tier, Trigger } from './words.ts';

const dayMs = 86_400_000;

/** How cases of one kind went in which somebody tried to win the customer back. */
export type ReturnRate = { cases: number; regained: number };

const priorWeight = 5;

/** What a chance of return depends on. */
export type Prospect = {
  trigger: Trigger;
  tier: Tier;
  cause: Cause | null;
  /** since the customer was lost, in days; 0 for who is just leaving */
  lostDays: number;
};

export type ChanceOfReturn = {
  /** 0 to 100 */
  percent: number;
  /** the policy's prior, or what cases of the same kind have shown */
  from: 'policy' | 'measured';
  /** the cases behind a measured chance */
  cases: number;
};

/**
 * How likely the customer comes back when asked with full effort. The policy's prior is the rate of the trigger times
 * the factors of tier and cause, halved for every `halvesEvery` since the loss. The rate of cases of the same trigger,
 * tier and cause replaces it, or of the same trigger and tier, where there are at least `measuredFrom` of them; the prior
 * then counts like `priorWeight` cases more, so that nobody is given up for ever because the first ones went badly.
 */
export function chanceOfReturn(
  { trigger, tier, cause, lostDays }: Prospect,
  policy: Policy['identification']['chance'],
  measured: { ofCause: ReturnRate; ofTier: ReturnRate },
): ChanceOfReturn {
  const prior = Math.min(
    100,
    policy.byTrigger[trigger] *
      policy.tierFactor[tier] *
      (cause === null ? 1 : (policy.causeFactor[cause] ?? 1)) *
      0.5 ** (lostDays / (durationMs(policy.halvesEvery) / dayMs)),
  );
  const enough = [measured.ofCause, measured.ofTier].find(
    ({ cases }) => cases >= policy.measuredFrom,
  );
  if (!enough) return { percent: prior, from: 'policy', cases: 0 };
  const { cases, regained } = enough;
  const percent = (100 * regained + priorWeight * prior) / (cases + priorWeight);
  return { percent, from: 'measured', cases };
}

export type Gain = {
  decision: Decision;
  /** expected margin less the cost of trying, minor units; 0 for `do-not-pursue` */
  amount: number;
  /** the gain for each hour of work, minor units; 0 for `do-not-pursue` */
  perHour: number;
};

/**
 * The effort that promises most: value × chance of return − cost, where less than full effort has its share of the
 * chance. Nothing that costs more than it promises is done.
 * @param value expected second lifetime value, minor units
 * @param percent chance of return with full effort, 0 to 100
 */
export function bestEffort(
  value: number,
  percent: number,
  effort: Policy['identification']['effort'],
): Gain {
  const efforts = (['pursue', 'pursue-light'] as const).map((decision): Gain => {
    const { chanceShare, cost, hours } = effort[decision];
    const amount = Math.round(value * (percent / 100) * (chanceShare / 100)) - cost;
    return { decision, amount, perHour: Math.round(amount / hours) };
  });
  const best = efforts.reduce((one, other) => (other.amount > one.amount ? other : one));
  return best.amount > 0 ? best : { decision: 'do-not-pursue', amount: 0, perHour: 0 };
}

/**
 * Whether it hangs on how good the chance really is: a chance that is off by `percent` of itself would turn the
 * decision to try into one not to, or the other way round.
 */
export function isDoubtful(
  value: number,
  chance: ChanceOfReturn,
  { effort, doubtPercent }: Policy['identification'],
): boolean {
  const triedAt = (factor: number) =>
    bestEffort(value, Math.min(100, chance.percent * factor), effort).decision !== 'do-not-pursue';
  return triedAt(1 - doubtPercent / 100) !== triedAt(1 + doubtPercent / 100);
}
