import { after } from '../../domain/duration.ts';
import { secondLifeOutcome } from '../../domain/facts.ts';
import type { AfterCare } from '../../domain/policy.ts';
import { callUntilReached } from '../calls.ts';
import { now } from '../clock.ts';
import { mail } from '../mails.ts';
import type { Ending, Recovery } from '../recovery.ts';

/** The mail that asks how satisfied the customer is: its template, and its place of a measure. */
const satisfaction = { id: 'after-care.satisfaction', template: 'satisfaction', afterReturn: true };

/**
 * Step 5: a returner is treated like a new customer. After-care as the policy plans it, a referral request where
 * satisfaction is high; then the observation period tells whether the second loyalty holds.
 */
export async function secondLoyalty(recovery: Recovery): Promise<Ending> {
  const { state, secondLife } = recovery;
  const { afterCare, observation } = recovery.policy.secondLoyalty;
  const returnedAt = state.regainedAt!;
  recovery.beginSecondLife();

  for (const care of afterCare) {
    if ((await careFor(recovery, care)) === 'interrupted') return recovery.endingFromOutside!;
    if ((await referral(recovery)) === 'interrupted') return recovery.endingFromOutside!;
  }

  const until = recovery.movedByPauses(() => after(returnedAt, observation));
  for (;;) {
    const ended = await recovery.observe(until, () => secondLife.isReferralWanted);
    if (ended === 'interrupted') return recovery.endingFromOutside!;
    if (ended === 'deadline') break;
    if ((await referral(recovery)) === 'interrupted') return recovery.endingFromOutside!;
  }
  const outcome = secondLifeOutcome({
    regainedBy: state.regainedBy!,
    purchasesSince: recovery.purchasesSinceReturn,
  });
  if (outcome === 'lost-again') return { outcome, reason: 'no-second-purchase' };
  return { outcome, reason: state.regainedBy === 'purchase' ? 'bought-again' : 'stayed' };
}

async function careFor(recovery: Recovery, care: AfterCare): Promise<'over' | 'interrupted'> {
  const planned = after(recovery.state.regainedAt!, care.after);
  if (care.task === 'satisfaction-mail') {
    const mailed = await mail(recovery, satisfaction, planned);
    return mailed === 'interrupted' ? 'interrupted' : 'over';
  }
  const contact = await callUntilReached(recovery, {
    type: care.task,
    firstAt: recovery.secondLife.careFrom(care.task, planned),
    rhythm: recovery.policy.secondLoyalty.call,
  });
  if (contact.kind === 'interrupted') return 'interrupted';
  if (contact.kind !== 'spoke') return 'over';
  const { score, oldCause } = contact.result;
  if (score !== undefined) recovery.secondLife.hearScore(score);
  if (oldCause === 'still-there') recovery.secondLife.makeUp('old-cause');
  return 'over';
}

/** Once for each score that is high enough. */
async function referral(recovery: Recovery): Promise<'over' | 'interrupted'> {
  const { secondLife } = recovery;
  if (!secondLife.isReferralWanted) return 'over';
  secondLife.isReferralWanted = false;
  const { call, referralAfter } = recovery.policy.secondLoyalty;
  const asked = await callUntilReached(recovery, {
    type: 'referral-call',
    firstAt: after(now(), referralAfter),
    rhythm: call,
  });
  return asked.kind === 'interrupted' ? 'interrupted' : 'over';
}
