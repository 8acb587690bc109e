import { after } from '../../domain/duration.ts';
import { secondLifeOutcome } from '../../domain/facts.ts';
import { callUntilReached } from '../calls.ts';
import { now } from '../clock.ts';
import type { Ending, Recovery } from '../recovery.ts';

/**
 * Step 5: a returner is treated like a new customer. After-care as the policy plans it, a referral request where
 * satisfaction is high; then the observation period tells whether the second loyalty holds.
 */
export async function secondLoyalty(recovery: Recovery): Promise<Ending> {
  const { state } = recovery;
  const { afterCare, call, observation, referralFromScore, referralAfter } =
    recovery.policy.secondLoyalty;
  const returnedAt = state.regainedAt!;
  recovery.beginSecondLife();

  for (const care of afterCare) {
    const contact = await callUntilReached(recovery, {
      type: care.task,
      firstAt: after(returnedAt, care.after),
      rhythm: call,
    });
    if (contact.kind === 'interrupted') return recovery.endingFromOutside!;
    const score = contact.kind === 'spoke' ? contact.result.score : undefined;
    if (score === undefined) continue;

    state.satisfactionScore = score;
    recovery.tell('satisfaction-answered', { score });
    if (score < referralFromScore) continue;
    const referral = await callUntilReached(recovery, {
      type: 'referral-call',
      firstAt: after(now(), referralAfter),
      rhythm: call,
    });
    if (referral.kind === 'interrupted') return recovery.endingFromOutside!;
  }

  const ended = await recovery.observe(after(returnedAt, observation));
  if (ended === 'interrupted') return recovery.endingFromOutside!;
  const outcome = secondLifeOutcome({
    regainedBy: state.regainedBy!,
    purchasesSince: recovery.purchasesSinceReturn,
  });
  if (outcome === 'lost-again') return { outcome, reason: 'no-second-purchase' };
  return { outcome, reason: state.regainedBy === 'purchase' ? 'bought-again' : 'stayed' };
}
