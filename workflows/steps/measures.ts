import { durationMs } from '../../domain/duration.ts';
import type { Measure } from '../../domain/playbooks.ts';
import { channelOf, type TaskType } from '../../domain/tasks.ts';
import { chooseMeasures, planContact } from '../activities.ts';
import { callUntilReached, whyNot } from '../calls.ts';
import { now } from '../clock.ts';
import type { Ending, Recovery } from '../recovery.ts';

const callTypes: Partial<Record<Measure['kind'], TaskType>> = {
  call: 'recovery-call',
  offer: 'offer-call',
};

/** Step 3: the playbook's measures one after the other, until the customer accepts or none is left. */
export async function measures(recovery: Recovery): Promise<Ending | undefined> {
  const { state, opening } = recovery;
  if (recovery.returned || state.controlGroup) return;
  recovery.enter('measures');
  const playbook = await chooseMeasures({
    trigger: opening.trigger,
    triggerDetail: opening.triggerDetail,
    decision: state.decision!,
    cause: recovery.cause,
    tier: state.tier!,
  });
  if (!playbook) {
    recovery.tell('no-playbook');
    return;
  }
  state.playbook = { playbookId: playbook.playbookId, version: playbook.version };
  recovery.tell('playbook-chosen', state.playbook);

  for (const measure of playbook.measures) {
    const end = await carryOut(recovery, measure);
    if (end === 'interrupted') return recovery.endingFromOutside;
    if (end === 'accepted') return;
  }
}

async function carryOut(
  recovery: Recovery,
  measure: Measure,
): Promise<'accepted' | 'go-on' | 'interrupted'> {
  const { policy } = recovery;
  const planned = Date.parse(now()) + measure.afterDays * durationMs(policy.playbookDay);
  const firstAt = recovery.startOf(new Date(planned).toISOString());

  const callType = callTypes[measure.kind];
  if (callType) {
    const call = await callUntilReached(recovery, {
      type: callType,
      firstAt,
      rhythm: policy.measures.call,
    });
    if (call.kind === 'interrupted') return 'interrupted';
    if (call.kind !== 'spoke' || call.result.outcome !== 'accepted') return 'go-on';
    if (measure.kind === 'offer') grant(recovery, measure);
    return 'accepted';
  }

  const type = measure.kind as 'letter' | 'visit' | 'remedy';
  const plan = await planContact({
    customerId: recovery.opening.customerId,
    caseId: recovery.opening.caseId,
    timeZone: policy.timeZone,
    contact: policy.contact,
    channel: channelOf(type),
    notBefore: firstAt,
    attempt: 1,
    agreed: false,
  });
  if (!plan.permitted) {
    recovery.tell('contact-not-permitted', { type, ...whyNot(plan) });
    return 'go-on';
  }
  const waited = await recovery.ask({ type, dueAt: plan.dueAt, window: policy.measures.window });
  if (waited.kind === 'interrupted') return 'interrupted';
  return waited.kind === 'answered' && waited.result.outcome === 'accepted' ? 'accepted' : 'go-on';
}

function grant(recovery: Recovery, offer: Measure & { kind: 'offer' }): void {
  recovery.state.concessionCost += offer.cost;
  recovery.tell('offer-accepted', {
    concession: offer.concession,
    cost: offer.cost,
    currency: recovery.policy.currency,
  });
}
