import { after, earliest, latest, times } from './duration.ts';
import type { Measure } from './playbooks.ts';
import type { CallRhythm, Policy } from './policy.ts';
import type { TaskResult } from './tasks.ts';

/** How far the attempts at one call are. */
export type CallProgress = {
  /** from 1: grows with every attempt that nobody answered */
  attempt: number;
  /** how often the customer has put us off */
  postponements: number;
};

/** What a call leads to: another attempt, none any more, or a customer with whom somebody has spoken. */
export type AfterCall =
  | (CallProgress & {
      kind: 'again';
      notBefore: string;
      /**
       * at a time that the customer has named, or at another since that one was too far away; `too-late` is a date for
       * which the rhythm does not wait, which is another case's (of cases from before that rule: the next attempt's, moved)
       */
      agreed: 'as-wished' | 'moved' | 'too-late' | 'no';
    })
  | { kind: 'gave-up'; reason: 'no-answer' | 'put-off-too-often' | 'wrong-number' }
  | { kind: 'spoke' };

/**
 * Goes on by cadence after no answer, at the agreed time after `callback`, on the date after `not-now`; the rhythm
 * limits each.
 * @param now of the result, ISO 8601 UTC
 */
export function afterCall(
  { attempt, postponements }: CallProgress,
  rhythm: CallRhythm,
  { outcome, callbackAt, recontactAt }: TaskResult,
  now: string,
): AfterCall {
  switch (outcome) {
    case 'no-answer': {
      if (attempt >= rhythm.attempts) return { kind: 'gave-up', reason: 'no-answer' };
      const pause = rhythm.retryAfter[Math.min(attempt, rhythm.retryAfter.length) - 1]!;
      const notBefore = after(now, pause);
      return { kind: 'again', attempt: attempt + 1, postponements, notBefore, agreed: 'no' };
    }
    case 'callback':
    case 'not-now': {
      if (postponements >= rhythm.postponements) {
        return { kind: 'gave-up', reason: 'put-off-too-often' };
      }
      const isCallback = outcome === 'callback';
      const wished = isCallback ? callbackAt! : recontactAt!;
      const notBefore = earliest(latest(wished, now), after(now, rhythm.postponeAtMost));
      const isMoved = notBefore !== wished;
      const isTooLate = wished > notBefore;
      const agreed = isCallback ? (isMoved ? 'moved' : 'as-wished') : isTooLate ? 'too-late' : 'no';
      return { kind: 'again', attempt, postponements: postponements + 1, notBefore, agreed };
    }
    case 'wrong-number':
      return { kind: 'gave-up', reason: 'wrong-number' };
    default:
      return { kind: 'spoke' };
  }
}

/** The rhythm of a measure's call: the policy's, as far as the measure has none of its own. */
export function rhythmOfMeasure(
  {
    attempts,
    retryAfterDays,
    windowDays,
  }: Pick<Measure, 'attempts' | 'retryAfterDays' | 'windowDays'>,
  { measures: { call }, playbookDay }: Pick<Policy, 'measures' | 'playbookDay'>,
): CallRhythm {
  return {
    ...call,
    attempts: attempts ?? call.attempts,
    window: windowDays === undefined ? call.window : times(playbookDay, windowDays),
    retryAfter: retryAfterDays?.map((days) => times(playbookDay, days)) ?? call.retryAfter,
  };
}
