import { patched } from '@temporalio/workflow';
import { afterCall } from '../domain/call-rhythm.ts';
import type { CallRhythm } from '../domain/policy.ts';
import type { TaskResult, TaskType } from '../domain/tasks.ts';
import type { planContact } from './activities.ts';
import { now } from './clock.ts';
import type { OfMeasure } from './case-tasks.ts';
import type { Recovery } from './recovery.ts';

/** What became of a call: somebody spoke with the customer, it was given up, may not be made, or the case took a turn. */
export type CallEnd =
  | { kind: 'spoke'; result: TaskResult }
  | { kind: 'gave-up'; reason: string }
  /** law, customer or the case's limit did not let us, from the beginning or any more */
  | { kind: 'not-permitted'; reason: string }
  | { kind: 'interrupted'; result: TaskResult | null };

/**
 * Calls until somebody answers: by cadence and at another time of day after no answer, at the agreed time after
 * `callback`, on the date after `not-now`; the policy's rhythm limits each. Who wants to hear from us later than it waits
 * for is called no more, and gets a new case on that date. A call that no agent made within its window counts as one
 * without an answer.
 */
export async function callUntilReached(
  recovery: Recovery,
  {
    type,
    firstAt,
    rhythm,
    ofMeasure,
  }: { type: TaskType; firstAt: string; rhythm: CallRhythm; ofMeasure?: OfMeasure },
): Promise<CallEnd> {
  const giveUp = (reason: string): CallEnd => {
    recovery.tell('gave-up', { type, reason });
    return { kind: 'gave-up', reason };
  };
  let attempt = 1;
  let postponements = 0;
  const isUrgent = () => recovery.urgent && attempt === 1 && postponements === 0;
  let notBefore = firstAt;
  let agreed = false;
  for (;;) {
    if (recovery.wrongNumber) return giveUp('wrong-number');
    const plan = await recovery.planContact({
      ...{ channel: 'phone', notBefore, attempt, agreed, window: rhythm.window },
      // Who must be called within hours is not kept waiting for a good time of day, the first time.
      atAnyTime: isUrgent(),
    });
    if (!plan.permitted) {
      recovery.tell('contact-not-permitted', { type, ...whyNot(plan) });
      return { kind: 'not-permitted', reason: plan.reason ?? 'refused' };
    }
    const waited = await recovery.ask({
      type,
      dueAt: plan.dueAt,
      window: rhythm.window,
      until: plan.until,
      attempt,
      agreed,
      ...ofMeasure,
      because: plan.timeOfDay ?? {},
    });
    if (waited.kind === 'interrupted') return waited;
    if (waited.kind === 'withdrawn') {
      const { reason } = waited;
      const end = giveUp(reason);
      return reason === 'permission-withdrawn' ? { kind: 'not-permitted', reason } : end;
    }

    const result = waited.kind === 'answered' ? waited.result : { outcome: 'no-answer' };
    const next = afterCall({ attempt, postponements }, rhythm, result, now());
    if (next.kind === 'spoke') return { kind: 'spoke', result };
    if (next.kind === 'gave-up') {
      recovery.wrongNumber ||= next.reason === 'wrong-number';
      return giveUp(next.reason);
    }
    if (next.agreed === 'too-late' && patched('agreed-later')) {
      recovery.agreedLater = result.recontactAt!;
      return giveUp('agreed-later');
    }
    ({ attempt, postponements, notBefore } = next);
    agreed =
      next.agreed === 'as-wished' || (next.agreed === 'moved' && !patched('moved-is-not-agreed'));
  }
}

/** Why a contact was not planned, in codes. */
export function whyNot({
  reason,
  basis,
  rule,
}: Pick<Awaited<ReturnType<typeof planContact>>, 'reason' | 'basis' | 'rule'>) {
  return { ...(reason && { reason }), ...(basis && { basis }), ...(rule && { rule }) };
}
