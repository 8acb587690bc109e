import { seesCase, sightOf } from '../db/sight.ts';
import type { Sight } from '../domain/teams.ts';
import type { Call } from './route.ts';

type Caller = Pick<Call, 'db' | 'actor' | 'policy' | 'at'>;

/** What the caller sees of tasks and cases; null: everything. */
export function sightOfCaller({ db, actor, policy, at }: Caller): Sight | null {
  return sightOf(db, { actor, recoveryTeam: policy.team.id, at });
}

export function callerSees(call: Caller, caseId: string): boolean {
  const sight = sightOfCaller(call);
  return sight === null || seesCase(call.db, caseId, sight);
}
