import { rhythmOfMeasure } from '../../domain/call-rhythm.ts';
import { after, times, type Duration } from '../../domain/duration.ts';
import type { PlannedMeasure } from '../../domain/measure-plan.ts';
import type { MeasureResult } from '../../domain/playbooks.ts';
import {
  channelOf,
  channelOfMeasure,
  isCall,
  taskTypeOfMeasure,
  type TaskType,
} from '../../domain/tasks.ts';
import { chooseMeasures } from '../activities.ts';
import { callUntilReached, whyNot } from '../calls.ts';
import type { OfMeasure } from '../case-tasks.ts';
import { now } from '../clock.ts';
import { mail } from '../mails.ts';
import type { Ending, Recovery } from '../recovery.ts';
import { offerFor, type Concession } from './offers.ts';

/** Step 3: the playbook's measures one after the other, until one leads to the end or none is left. */
export async function measures(recovery: Recovery): Promise<Ending | undefined> {
  const { state, opening, plan } = recovery;
  if (recovery.returned || state.controlGroup || recovery.agreedLater) return;
  recovery.enter('measures');
  const chosen = await chooseMeasures({
    customerId: opening.customerId,
    caseId: opening.caseId,
    optimisation: recovery.policy.optimisation,
    currency: recovery.policy.currency,
    trigger: opening.trigger,
    triggerDetail: opening.triggerDetail,
    decision: state.decision!,
    cause: recovery.cause,
    tier: state.tier!,
  });
  if (!chosen) {
    recovery.tell('no-playbook');
    return;
  }
  // Cases of old have the playbook alone in their history.
  const isOlder = !('playbook' in chosen);
  const {
    playbook,
    because = null,
    alsoFitted = null,
    tried = {},
  } = 'playbook' in chosen ? chosen : { playbook: chosen };
  plan.choose(playbook, { isOlder });
  recovery.tell('playbook-chosen', { ...state.playbook, because, alsoFitted, ...tried });

  for (;;) {
    const measure = plan.begin();
    if (!measure) return;
    const result = await carryOut(recovery, measure);
    if (result === 'interrupted') return recovery.endingFromOutside;
    if (result !== 'skipped') plan.settle(measure.id, result);
    if (recovery.agreedLater) return;
  }
}

type Carried = MeasureResult | 'skipped' | 'interrupted';
/** How a measure is done, or what is done in its place. */
type Doing = NonNullable<PlannedMeasure['instead']> & Pick<PlannedMeasure, 'id' | 'afterDays'>;

async function carryOut(recovery: Recovery, measure: PlannedMeasure): Promise<Carried> {
  const { instead, ...doing } = measure;
  let offer: Concession | null = null;
  if (measure.kind === 'offer') {
    const agreed = await agreedOffer(recovery, measure);
    if (typeof agreed === 'string') return agreed;
    offer = agreed;
  }
  const offered = offer && { concession: offer.concession };
  let result = await done(recovery, { ...doing, ...offered });
  if (result === 'not-permitted' && instead) {
    recovery.tell('used-instead', { kind: instead.kind });
    result = await done(recovery, { ...instead, ...offered, id: measure.id, afterDays: 0 });
  }
  if (offer && (result === 'accepted' || result === 'sent')) grant(recovery, offer, result);
  return result;
}

/** What of it may be offered; cases of old offer what their playbook says. */
async function agreedOffer(
  recovery: Recovery,
  { instead, alternatives, ...measure }: PlannedMeasure,
): Promise<Concession | 'not-eligible' | 'not-permitted' | 'skipped' | 'interrupted'> {
  const { concession = '', cost = 0 } = measure;
  if (recovery.plan.isOlder) return { concession, cost };
  const channels = [measure, ...(instead ? [instead] : [])].flatMap(
    ({ kind }) => channelOfMeasure(kind) ?? [],
  );
  return offerFor(recovery, {
    ...{ concession, cost, alternatives, channels, ofMeasure: ofMeasure(measure) },
  });
}

async function done(recovery: Recovery, measure: Doing): Promise<Carried> {
  const type = taskTypeOfMeasure[measure.kind];
  if (type === null) return mail(recovery, measure, firstMoment(recovery, measure));
  return isCall(type) ? called(recovery, measure, type) : worked(recovery, measure, type);
}

async function called(recovery: Recovery, measure: Doing, type: TaskType): Promise<Carried> {
  const call = await callUntilReached(recovery, {
    type,
    firstAt: firstMoment(recovery, measure),
    rhythm: rhythmOfMeasure(measure, recovery.policy),
    ofMeasure: ofMeasure(measure),
  });
  if (call.kind === 'interrupted') return 'interrupted';
  if (call.kind === 'gave-up') return call.reason === 'skipped' ? 'skipped' : 'not-reached';
  if (call.kind === 'not-permitted') return 'not-permitted';
  return call.result.outcome === 'accepted' ? 'accepted' : 'refused';
}

async function worked(recovery: Recovery, measure: Doing, type: TaskType): Promise<Carried> {
  const { policy } = recovery;
  const { windowDays } = measure;
  const window = windowDays === undefined ? policy.measures.window : lasting(recovery, windowDays);
  const plan = await recovery.planContact({
    channel: channelOf(type),
    notBefore: firstMoment(recovery, measure),
    window,
  });
  if (!plan.permitted) {
    recovery.tell('contact-not-permitted', { type, ...whyNot(plan) });
    return 'not-permitted';
  }
  const waited = await recovery.ask({
    type,
    dueAt: plan.dueAt,
    window,
    until: plan.until,
    ...ofMeasure(measure),
  });
  switch (waited.kind) {
    case 'interrupted':
      return 'interrupted';
    case 'withdrawn':
      return waited.reason === 'skipped' ? 'skipped' : 'not-permitted';
    case 'deadline':
      return 'not-done';
    case 'answered':
      return waited.result.outcome as MeasureResult;
  }
}

/** Only the first measure is urgent: whoever has just heard from us is not written to within hours. */
function firstMoment(recovery: Recovery, { id, afterDays }: Doing): string {
  const ordinary = after(now(), lasting(recovery, afterDays));
  return recovery.plan.beginsWith(id) || recovery.plan.isOlder
    ? recovery.startOf(ordinary)
    : ordinary;
}

function lasting({ policy }: Recovery, playbookDays: number): Duration {
  return times(policy.playbookDay, playbookDays);
}

function ofMeasure({ id, queue, concession }: Doing): OfMeasure {
  return { measureId: id, queue: queue ?? null, ...(concession && { offerId: concession }) };
}

function grant(recovery: Recovery, offer: Concession, how: 'accepted' | 'sent'): void {
  recovery.state.concessionCost += offer.cost;
  recovery.tell(`offer-${how}`, { ...offer, currency: recovery.policy.currency });
}
