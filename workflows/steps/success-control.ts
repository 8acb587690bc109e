import { after, earliest, latest } from '../../domain/duration.ts';
import { now } from '../clock.ts';
import type { Ending, Recovery } from '../recovery.ts';

/**
 * Step 4: did it work? Only a withdrawn cancellation or a purchase within the observation period counts. The control
 * group is observed like everybody else, and its case ends here either way.
 */
export async function successControl(recovery: Recovery): Promise<Ending | undefined> {
  const { state, policy } = recovery;
  recovery.enter('success-control');
  if (!recovery.returned) {
    const from = latest(now(), recovery.effectiveAt ?? now());
    const observed = after(from, policy.successControl.observation);
    // On the date that was agreed with the customer their next case begins.
    const until = earliest(observed, recovery.agreedLater ?? observed);
    recovery.tell('observation-begun', { until });
    const ended = await recovery.observe(recovery.movedByPauses(() => until));
    if (ended === 'deadline') {
      return state.controlGroup
        ? { outcome: 'control-group', reason: 'observation-over' }
        : { outcome: 'lost', reason: 'observation-over' };
    }
  }
  if (recovery.endingFromOutside) return recovery.endingFromOutside;
  return state.controlGroup
    ? { outcome: 'control-group', reason: returnReason(recovery) }
    : undefined;
}

function returnReason({ state }: Recovery): Ending['reason'] {
  return state.regainedBy === 'purchase' ? 'bought-again' : 'stayed';
}
