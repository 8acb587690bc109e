import type { OfferRefusal } from '../../domain/offers.ts';
import type { Channel } from '../../domain/words.ts';
import { prepareOffer } from '../activities.ts';
import { whyNot } from '../calls.ts';
import type { OfMeasure } from '../case-tasks.ts';
import { now } from '../clock.ts';
import type { Recovery } from '../recovery.ts';

/** What is offered, and what it costs us, in minor units. */
export type Concession = { concession: string; cost: number };

/**
 * What may be offered: the concession that the playbook names, or one of its alternatives where the policy tries what works;
 * where it may not be or no manager approves it in time, its fallback in the catalogue. The cost is set aside until the
 * measure is over.
 */
export async function offerFor(
  recovery: Recovery,
  {
    ofMeasure,
    channels,
    alternatives = [],
    ...wished
  }: Concession & {
    ofMeasure: OfMeasure;
    /** that may stand for it */
    alternatives: string[] | undefined;
    /** on which it can be made */
    channels: Channel[];
  },
): Promise<Concession | 'not-eligible' | 'not-permitted' | 'skipped' | 'interrupted'> {
  const { opening, state, policy } = recovery;
  const refusedMeasures = (state.plan ?? [])
    .filter(({ result }) => result === 'refused')
    .map(({ id }) => id);
  const { optimisation, currency } = policy;
  const lot =
    optimisation && alternatives.length > 0
      ? { alternatives, policy: optimisation, currency }
      : undefined;
  const ask = (offerId: string, how: { approved: boolean; lot?: typeof lot }) =>
    prepareOffer({
      caseId: opening.caseId,
      customerId: opening.customerId,
      measureId: ofMeasure.measureId,
      trigger: opening.trigger,
      cause: recovery.cause,
      tier: state.tier!,
      secondLifetimeValue: state.secondLifetimeValue!,
      limits: policy.offers,
      company: { timeZone: policy.timeZone, contact: policy.contact },
      cost: wished.cost,
      offerId,
      channels,
      refusedMeasures,
      ...how,
    });
  const asked: string[] = [];
  let concession: string | null = wished.concession;
  while (concession !== null && !asked.includes(concession)) {
    const isFirst = asked.length === 0;
    let answer = await ask(concession, { approved: false, ...(isFirst && { lot }) });
    // Answers of old name none.
    const offerId: string = answer.offerId ?? concession;
    asked.push(offerId);
    if (answer.tried) recovery.tell('offer-drawn', { concession: offerId, ...answer.tried });
    if (answer.kind === 'not-permitted') {
      recovery.tell('contact-not-permitted', { type: 'offer-call', ...whyNot(answer) });
      return 'not-permitted';
    }
    let reason: OfferRefusal = 'not-approved';
    if (answer.kind === 'approval') {
      const { cost } = answer;
      recovery.tell('approval-asked', {
        ...{ concession: offerId, cost, currency, reason: answer.reason },
      });
      const waited = await recovery.ask({
        type: 'approve-offer',
        dueAt: now(),
        window: answer.approveWithin,
        until: answer.approveUntil,
        ...ofMeasure,
        offerId,
      });
      if (waited.kind === 'interrupted') return 'interrupted';
      if (waited.kind === 'withdrawn') return 'skipped';
      if (waited.kind === 'answered' && waited.result.outcome === 'approved') {
        recovery.tell('offer-approved', { concession: offerId });
        answer = await ask(offerId, { approved: true });
      }
    }
    if (answer.kind === 'allowed') return { concession: offerId, cost: answer.cost };
    if (answer.kind === 'refused') reason = answer.reason;
    recovery.tell('offer-refused', { concession: offerId, reason });
    concession = answer.fallback;
  }
  return 'not-eligible';
}
