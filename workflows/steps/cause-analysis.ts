import { patched } from '@temporalio/workflow';
import { layersOf, mostReliable } from '../../domain/causes.ts';
import { after } from '../../domain/duration.ts';
import type { Cause } from '../../domain/words.ts';
import { callUntilReached } from '../calls.ts';
import { now } from '../clock.ts';
import type { Ending, Recovery } from '../recovery.ts';

/**
 * Step 2: why did they leave? What a cancellation stated, or one of us has recorded already, is enough to begin with;
 * otherwise an agent asks. When nobody reaches the customer the cause is `unknown`, unless it was recorded meanwhile.
 */
export async function causeAnalysis(recovery: Recovery): Promise<Ending | undefined> {
  const { state, policy } = recovery;
  if (recovery.returned || state.controlGroup || state.decision === 'pursue-light') return;
  recovery.enter('cause-analysis');
  if (mostReliable(layersOf(state))) return;

  const rhythm = policy.causeAnalysis.call;
  const call = await callUntilReached(recovery, {
    type: 'cause-call',
    firstAt: recovery.startOf(after(now(), rhythm.firstAfter)),
    rhythm,
  });
  if (call.kind === 'interrupted') {
    // What they said counts, though they bought, or the case ended, in the same moment.
    if (call.result?.outcome === 'answered' && patched('heard-though-turned')) {
      record(recovery, call.result.cause as Cause);
    }
    return recovery.endingFromOutside;
  }
  const told = call.kind === 'spoke' && call.result.outcome === 'answered';
  if (!told && (state.verifiedCause ?? state.assessedCause)) return;
  record(recovery, told ? (call.result.cause as Cause) : 'unknown');
}

function record(recovery: Recovery, cause: Cause): void {
  recovery.state.assessedCause = cause;
  recovery.tell('cause-recorded', { layer: 'assessed', cause });
}
