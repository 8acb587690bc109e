import { playbookResults } from '../db/arms.ts';
import { keyedChance } from '../db/chance.ts';
import type { Db } from '../db/open.ts';
import { nameOf } from '../db/playbooks.ts';
import { takenByLot, type Tried } from '../domain/optimisation.ts';
import type { Playbook } from '../domain/playbooks.ts';
import type { OptimisationPolicy } from '../domain/policy.ts';
import type { Cause, Tier } from '../domain/words.ts';

/**
 * One of the playbooks that fit a case equally well, by how they have done with its cause and tier. The same for the case
 * however often it is asked, as long as nothing else is known of the others.
 */
export async function tryOne(
  db: Db,
  equals: Playbook[],
  about: {
    caseId: string;
    cause: Cause;
    tier: Tier;
    policy: OptimisationPolicy;
    currency: string;
    at: string;
  },
): Promise<{ playbook: Playbook; tried: Tried }> {
  const { caseId, policy, ...of } = about;
  const results = await playbookResults(db, equals, { ...of, policy });
  const chance = keyedChance(db, `playbook/${caseId}`);
  const { arm, ...drawn } = takenByLot(results, { chance, policy });
  return { playbook: equals.find((one) => nameOf(one) === arm)!, tried: drawn };
}
