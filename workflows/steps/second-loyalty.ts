import { after } from '../../domain/duration.ts';
import { secondLifeOutcome } from '../../domain/facts.ts';
import type { AfterCare } from '../../domain/policy.ts';
import type { TaskType } from '../../domain/tasks.ts';
import { callUntilReached, type CallEnd } from '../calls.ts';
import { now } from '../clock.ts';
import { mail } from '../mails.ts';
import type { Ending, Recovery } from '../recovery.ts';
import type { CallBeside } from '../second-life.ts';

/** The mail that asks how satisfied the customer is: its template, and its place of a measure. */
const satisfaction = { id: 'after-care.satisfaction', template: 'satisfaction', afterReturn: true };

/**
 * Step 5: a returner is treated like a new customer. After-care as the policy plans it, and beside it a call after a
 * delivery and a referral request where satisfaction is high; then the observation period tells whether the second
 * loyalty holds.
 */
export async function secondLoyalty(recovery: Recovery): Promise<Ending> {
  const { state, secondLife } = recovery;
  recovery.beginSecondLife();
  secondLife.begin((call) => recovery.beside(() => callBeside(recovery, call)));
  await careAndObserve(recovery);
  secondLife.end();
  await recovery.untilNothingBeside();
  if (recovery.endingFromOutside) return recovery.endingFromOutside;
  const outcome = secondLifeOutcome({
    regainedBy: state.regainedBy!,
    purchasesSince: recovery.purchasesSinceReturn,
  });
  if (outcome === 'lost-again') return { outcome, reason: 'no-second-purchase' };
  return { outcome, reason: state.regainedBy === 'purchase' ? 'bought-again' : 'stayed' };
}

/** Until the observation is over or the case takes a turn. */
async function careAndObserve(recovery: Recovery): Promise<void> {
  const { secondLife } = recovery;
  for (let care = secondLife.nextCare(); care; care = secondLife.nextCare()) {
    if ((await careFor(recovery, care)) === 'interrupted') return;
    if ((await referral(recovery)) === 'interrupted') return;
  }
  const { observation } = recovery.policy.secondLoyalty;
  const until = recovery.movedByPauses(() => after(recovery.state.regainedAt!, observation));
  for (;;) {
    const ended = await recovery.observe(until, () => secondLife.isReferralWanted);
    if (ended !== 'over') return;
    if ((await referral(recovery)) === 'interrupted') return;
  }
}

async function careFor(recovery: Recovery, care: AfterCare): Promise<'over' | 'interrupted'> {
  const planned = after(recovery.state.regainedAt!, care.after);
  if (care.task === 'satisfaction-mail') {
    const mailed = await mail(recovery, satisfaction, planned);
    return mailed === 'interrupted' ? 'interrupted' : 'over';
  }
  const firstAt = recovery.secondLife.careFrom(care.task, planned);
  const contact = await call(recovery, { type: care.task, firstAt });
  return contact === 'interrupted' ? 'interrupted' : 'over';
}

async function callBeside(recovery: Recovery, { type, firstAt }: CallBeside): Promise<void> {
  const contact = await call(recovery, { type, firstAt });
  if (type === 'referral-call' && contact !== 'spoke') recovery.secondLife.missReferral();
}

/** Calls, and hears what the customer says of how they are. */
async function call(
  recovery: Recovery,
  { type, firstAt }: { type: TaskType; firstAt: string },
): Promise<CallEnd['kind']> {
  const rhythm = recovery.policy.secondLoyalty.call;
  const contact = await callUntilReached(recovery, { type, firstAt, rhythm });
  if (contact.kind === 'spoke') {
    const { score, oldCause } = contact.result;
    if (score !== undefined) recovery.secondLife.hearScore(score, now());
    if (oldCause === 'still-there') recovery.secondLife.makeUp('old-cause');
  }
  return contact.kind;
}

/** In cases of old, once for each score that is high enough; between the contacts of the plan. */
async function referral(recovery: Recovery): Promise<'over' | 'interrupted'> {
  const { secondLife } = recovery;
  if (!secondLife.isReferralWanted) return 'over';
  secondLife.isReferralWanted = false;
  const firstAt = after(now(), recovery.policy.secondLoyalty.referralAfter);
  const asked = await call(recovery, { type: 'referral-call', firstAt });
  return asked === 'interrupted' ? 'interrupted' : 'over';
}
