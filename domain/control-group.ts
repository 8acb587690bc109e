import { identify, type CustomerFacts } from './identification.ts';
import type { Policy } from './policy.ts';
import type { Cause, Trigger } from './words.ts';

/** A case at its opening, as far as the control group's draw needs it. */
export type Drawable = {
  trigger: Trigger;
  cause: Cause | null;
  /** when a cancellation takes effect */
  effectiveAt: string | null;
};

/**
 * Whether a case can be drawn at all: its trigger has a control group, it could still be pursued, and no cancellation
 * could still be averted, unless the policy allows that.
 */
export function canBeDrawn(
  { trigger, cause, effectiveAt }: Drawable,
  facts: CustomerFacts,
  policy: Policy['identification'],
  at: string,
): boolean {
  if (policy.controlGroupPercent === 0 || !policy.controlGroupTriggers.includes(trigger)) {
    return false;
  }
  const isAvertable = effectiveAt !== null && effectiveAt > at;
  if (isAvertable && !policy.controlGroupBeforeEffective) return false;
  const verdict = identify(facts, cause, policy);
  // Of whom no purchase is known a manager decides.
  const isUnknown = trigger === 'cancellation' && facts.purchaseDays === 0;
  return verdict.decidedBy === 'manager' || verdict.decision !== 'do-not-pursue' || isUnknown;
}

/** The smallest number of cases of which `percent` are a whole number. */
export function blockOf(percent: number): number {
  let [a, b] = [100, percent];
  while (b > 0) [a, b] = [b, a % b];
  return 100 / a;
}

/**
 * Draws the next case of a stratum so that in each block exactly the share is drawn, and every choice of places is as
 * likely: selection sampling, Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S.
 * @param chance 0 up to, and not including, 1
 * @param place of the case among those of its stratum, from 0
 * @param drawn how many of its block are drawn already
 */
export function isDrawn(
  chance: number,
  { place, drawn, percent }: { place: number; drawn: number; percent: number },
): boolean {
  const block = blockOf(percent);
  const left = block - (place % block);
  return chance * left < (block * percent) / 100 - drawn;
}
