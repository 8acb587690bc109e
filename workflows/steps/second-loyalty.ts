import { patched } from '@temporalio/workflow';
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
 * Step 5: a returner is treated like a new customer. After-care as the policy plans it, beside it calls after deliveries
 * and a referral request where satisfaction is high; when the observation is over it tells whether the second loyalty
 * holds, and whatever is still open ends with it.
 */
export async function secondLoyalty(recovery: Recovery): Promise<Ending> {
  const { secondLife } = recovery;
  recovery.beginSecondLife();
  secondLife.begin((call) => recovery.beside(() => callBeside(recovery, call)));
  if (patched('ends-with-the-observation')) {
    recovery.beside(() => care(recovery));
    await recovery.observe(observationEnd(recovery));
    recovery.end(holds(recovery));
  } else {
    await careAndObserve(recovery);
  }
  secondLife.end();
  await recovery.untilNothingBeside();
  return recovery.endingFromOutside ?? holds(recovery);
}

function holds({ state, purchasesSinceReturn }: Recovery): Ending {
  const outcome = secondLifeOutcome({
    regainedBy: state.regainedBy!,
    purchasesSince: purchasesSinceReturn,
  });
  if (outcome === 'lost-again') return { outcome, reason: 'no-second-purchase' };
  return { outcome, reason: state.regainedBy === 'purchase' ? 'bought-again' : 'stayed' };
}

function observationEnd(recovery: Recovery): () => string {
  const { observation } = recovery.policy.secondLoyalty;
  return recovery.movedByPauses(() => after(recovery.state.regainedAt!, observation));
}

/** The contacts of the plan, one after the other, until the case takes a turn. */
async function care(recovery: Recovery): Promise<'over' | 'interrupted'> {
  const { secondLife } = recovery;
  for (let next = secondLife.nextCare(); next; next = secondLife.nextCare()) {
    if ((await careFor(recovery, next)) === 'interrupted') return 'interrupted';
    if ((await referral(recovery)) === 'interrupted') return 'interrupted';
  }
  return 'over';
}

/** In cases of old: the observation ends only when the last contact is over. */
async function careAndObserve(recovery: Recovery): Promise<void> {
  if ((await care(recovery)) === 'interrupted') return;
  const until = observationEnd(recovery);
  for (;;) {
    const ended = await recovery.observe(until, () => recovery.secondLife.isReferralWanted);
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
