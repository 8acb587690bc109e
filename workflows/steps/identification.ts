import { patched } from '@temporalio/workflow';
import { bestEffort } from '../../domain/gain.ts';
import {
  identify,
  inControlGroup,
  type CustomerFacts,
  type DecisionReason,
  type Verdict,
} from '../../domain/identification.ts';
import type { Decision } from '../../domain/words.ts';
import { collectFacts } from '../activities.ts';
import { now } from '../clock.ts';
import type { Ending, Recovery } from '../recovery.ts';

/** Step 1: who is it, what are they worth, do we want them back? Doubt about a valuable customer goes to a manager. */
export async function identification(recovery: Recovery): Promise<Ending | undefined> {
  const { opening, policy, state } = recovery;
  recovery.enter('identification');
  const facts = await collectFacts({
    customerId: opening.customerId,
    caseId: opening.caseId,
    episode: opening.episode,
    trigger: opening.trigger,
    cause: state.statedCause,
    policy: {
      ...{ identification: policy.identification, detection: policy.detection },
      ...{ timeZone: policy.timeZone, contact: policy.contact },
    },
  });
  state.tier = facts.tier;
  state.secondLifetimeValue = facts.secondLifetimeValue;
  state.expectedGain = bestEffort(
    facts.secondLifetimeValue,
    facts.chance.percent,
    policy.identification.effort,
  ).amount;

  const verdict = verdictOn(recovery, facts);
  if (verdict.decidedBy === 'engine') {
    decide(recovery, facts, verdict.decision, verdict.reason);
  } else {
    recovery.tell('manager-asked', { reason: verdict.reason, ...worth(recovery, facts) });
    const waited = await recovery.ask({
      type: 'decide-pursuit',
      dueAt: now(),
      window: policy.identification.managerDecidesWithin,
      until: facts.decideUntil,
    });
    if (waited.kind === 'interrupted') return recovery.endingFromOutside;
    if (waited.kind === 'answered') {
      decide(recovery, facts, waited.result.outcome as Decision, 'manager-decided');
    } else {
      decide(recovery, facts, policy.identification.onManagerSilence, 'manager-silent');
    }
  }

  if (state.decision === 'do-not-pursue') {
    return { outcome: 'not-pursued', reason: state.decisionReason! };
  }
  if (inControlGroup(facts, opening.trigger, policy.identification)) {
    state.controlGroup = true;
    recovery.tell('control-group');
  }
}

/**
 * Who cancels and is not known to have bought is worth something we do not know, not nothing: a shop may report
 * cancellations alone.
 */
function verdictOn({ opening, policy, state }: Recovery, facts: CustomerFacts): Verdict {
  const verdict = identify(facts, state.statedCause, policy.identification);
  const isUnknown = opening.trigger === 'cancellation' && facts.purchaseDays === 0;
  const isWorthless = verdict.decidedBy === 'engine' && verdict.reason === 'expected-gain';
  return isUnknown && isWorthless && patched('unknown-value')
    ? { decidedBy: 'manager', reason: 'unknown-value' }
    : verdict;
}

function worth({ policy }: Recovery, facts: CustomerFacts) {
  const { valueHorizon, marginPercent, discountPercent } = policy.identification;
  return {
    ...facts.secondLifetime,
    ...{ valueHorizon, marginPercent, discountPercent },
    tier: facts.tier,
    value: facts.secondLifetimeValue,
    chancePercent: Math.round(facts.chance.percent * 10) / 10,
    chanceFrom: facts.chance.from,
    chanceCases: facts.chance.cases,
    currency: policy.currency,
  };
}

function decide(
  recovery: Recovery,
  facts: CustomerFacts,
  decision: Decision,
  reason: DecisionReason,
): void {
  recovery.state.decision = decision;
  recovery.state.decisionReason = reason;
  recovery.tell('identified', {
    decision,
    reason,
    ...worth(recovery, facts),
    policyVersion: recovery.policy.version,
  });
}
