import { probabilitiesOfBest, probabilitiesOfHighest, type Sums } from './models/arms.ts';
import type { Objective, OptimisationPolicy } from './policy.ts';
import { wilson, type Interval, type Share } from './statistics/rates.ts';
import { smallBelow } from './success-figures.ts';

/* Which of several ways does better, and how it is tried. */

/** What ways have come to. `margin`: of each case the margin less concessions, minor units; by `regained` left out. */
export type Result = Share & { margin?: Omit<Sums, 'cases'> };

/** One way and what it has come to: `playbook@version`, or an offer. */
export type ArmResult = Result & { arm: string };

export type ComparedArm = ArmResult & {
  interval: Interval | null;
  /** too few cases to be compared */
  small: boolean;
  /** the probability that none of the arms that are not small is better; null: of small ones, or of a single one */
  bestProbability: number | null;
  rank: number | null;
};

/** The likeliest arm is suggested from this probability on. */
export const suggestedFrom = 0.8;

export type Comparison = {
  /** the likeliest first, small ones behind them */
  arms: ComparedArm[];
  suggestion: { arm: string; probability: number } | null;
};

/** Compares ways by one objective. */
export function compared(results: readonly ArmResult[], objective: Objective): Comparison {
  const large = results.filter(({ cases }) => cases >= smallBelow);
  const probabilities = large.length > 1 ? likelihoods[objective](large) : [];
  const found = new Map(large.map((one, i) => [one, probabilities[i] ?? null]));
  const shown = results.map((one) => ({
    ...one,
    interval: wilson(one),
    small: one.cases < smallBelow,
    bestProbability: found.get(one) ?? null,
  }));
  const sorted = shown.sort(
    (a, b) =>
      Number(a.small) - Number(b.small) ||
      (b.bestProbability ?? 0) - (a.bestProbability ?? 0) ||
      b.cases - a.cases ||
      (a.arm < b.arm ? -1 : 1),
  );
  const arms = sorted.map((one, i) => ({
    ...one,
    rank: one.bestProbability === null ? null : i + 1,
  }));
  const probability = arms[0]?.bestProbability ?? 0;
  const suggestion = probability >= suggestedFrom ? { arm: arms[0]!.arm, probability } : null;
  return { arms, suggestion };
}

/**
 * How likely each is the best: by how often it worked, beta-binomial after a uniform prior; by what it left us on
 * average, a t distribution after the conjugate prior.
 */
const likelihoods: Record<Objective, (results: readonly Result[]) => number[]> = {
  regained: probabilitiesOfBest,
  margin: (results) =>
    probabilitiesOfHighest(
      results.map(({ cases, margin = { sum: 0, squares: 0 } }) => ({ cases, ...margin })),
    ),
};

export function objectiveOf(policy: OptimisationPolicy | undefined): Objective {
  return policy?.objective ?? 'regained';
}

/** `sure`: one is the best; `enough`: they have been tried often enough, the likeliest is taken. */
export const trialStates = ['running', 'sure', 'enough'] as const;
export type TrialState = (typeof trialStates)[number];

export type Trial = {
  /** in the order given, together 1 */
  probabilities: number[];
  state: TrialState;
};

/**
 * With which probability each arm is taken: by Thompson sampling, where an arm is taken as often as it is likely to be the
 * best (Thompson 1933, Biometrika 25, 285-294), mixed with the policy's floor, so that it is known for every choice and
 * what is worse now can still show that it is not. When the trial is over the likeliest is always taken.
 */
export function trialOf(arms: readonly Result[], policy: OptimisationPolicy): Trial {
  const best = likelihoods[objectiveOf(policy)](arms);
  const leader = best.indexOf(Math.max(...best));
  const state = stateOf(arms, best[leader]!, policy);
  if (state !== 'running') {
    return { probabilities: arms.map((_, i) => (i === leader ? 1 : 0)), state };
  }
  const floor = Math.min(policy.floorPercent / 100, 1 / arms.length);
  const free = 1 - floor * arms.length;
  return { probabilities: best.map((one) => floor + free * one), state };
}

function stateOf(
  arms: readonly Share[],
  best: number,
  { stopAtPercent, casesAtMost }: OptimisationPolicy,
): TrialState {
  const fewest = Math.min(...arms.map(({ cases }) => cases));
  if (fewest >= smallBelow && best >= stopAtPercent / 100) return 'sure';
  return fewest >= casesAtMost ? 'enough' : 'running';
}

/** With which probability one was taken, all that could have been (`a@1 0.2500, b@3 0.7500`), and by what. */
export type Tried = {
  probability: number;
  arms: string;
  trial: TrialState;
  objective: Objective;
};

/**
 * Takes one of several by lot.
 * @param chance 0 up to, and not including, 1
 */
export function takenByLot(
  results: readonly ArmResult[],
  { chance, policy }: { chance: number; policy: OptimisationPolicy },
): Tried & { arm: string } {
  const { probabilities, state: trial } = trialOf(results, policy);
  const place = armAt(chance, probabilities);
  const arms = results.map(({ arm }, i) => `${arm} ${probabilities[i]!.toFixed(4)}`).join(', ');
  return {
    ...{ arm: results[place]!.arm, probability: probabilities[place]!, arms, trial },
    objective: objectiveOf(policy),
  };
}

/**
 * The arm that a chance falls on.
 * @param chance 0 up to, and not including, 1
 * @returns its place
 */
export function armAt(chance: number, probabilities: readonly number[]): number {
  let upTo = 0;
  for (const [i, probability] of probabilities.entries()) {
    upTo += probability;
    if (chance < upTo) return i;
  }
  // What rounding has left over.
  return probabilities.findLastIndex((one) => one > 0);
}
