import { playbookResults } from '../db/arms.ts';
import { keyedChance } from '../db/chance.ts';
import type { Db } from '../db/open.ts';
import { nameOf } from '../db/playbooks.ts';
import { armAt, trialOf, type TrialState } from '../domain/optimisation.ts';
import type { Playbook } from '../domain/playbooks.ts';
import type { OptimisationPolicy } from '../domain/policy.ts';
import type { Cause, Tier } from '../domain/words.ts';

/** With which probability the playbook was taken, and all that could have been: `a@1 0.25, b@3 0.75`. */
export type Tried = { probability: number; arms: string; trial: TrialState };

/**
 * One of the playbooks that fit a case equally well, by how they have done with its cause and tier. The same for the case
 * however often it is asked, as long as nothing else is known of the others.
 */
export async function tryOne(
  db: Db,
  equals: Playbook[],
  about: { caseId: string; cause: Cause; tier: Tier; policy: OptimisationPolicy; at: string },
): Promise<{ playbook: Playbook; tried: Tried }> {
  const { caseId, policy, ...of } = about;
  const { judgedAfter } = policy;
  const results = await playbookResults(db, equals, { ...of, judgedAfter });
  const { probabilities, state } = trialOf(results, policy);
  const place = armAt(keyedChance(db, `playbook/${caseId}`), probabilities);
  const arms = equals.map((one, i) => `${nameOf(one)} ${probabilities[i]!.toFixed(4)}`).join(', ');
  const tried = { probability: probabilities[place]!, arms, trial: state };
  return { playbook: equals[place]!, tried };
}
