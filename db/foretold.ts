import type { VersionedPolicy } from '../domain/policy.ts';
import type { CaseRecord } from '../domain/records.ts';
import type { Channel } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { planContactIn, type PlannedContact } from './contact-plan.ts';

/** A case as it stands, and what is said of it: from here it is foretold what its workflow will do. */
export type Foretold = {
  record: CaseRecord;
  policy: VersionedPolicy;
  at: string;
  /** nobody can be reached under the phone number */
  wrongNumber: boolean;
};

/** A cancellation that can still be averted before it takes effect. */
export function isUrgent({ record: { effectiveAt }, at }: Foretold): boolean {
  return effectiveAt !== null && effectiveAt > at;
}

/** When the case would make such a contact. Call it where what it writes is taken back. */
export function foreseen(
  tx: Db,
  { record, policy, at }: Foretold,
  {
    channel,
    notBefore,
    attempt = 1,
    agreed = false,
    atAnyTime = false,
  }: {
    channel: Channel | null;
    notBefore: string;
    attempt?: number;
    agreed?: boolean;
    /** a call that does not wait for a good time of day */
    atAnyTime?: boolean;
  },
): PlannedContact {
  const { customerId, caseId } = record;
  const { timeZone, contact } = policy;
  const hours = atAnyTime ? { ...contact, timesOfDay: [] } : contact;
  const asked = { customerId, caseId, timeZone, contact: hours, channel };
  return planContactIn(tx, { ...asked, notBefore, attempt, agreed }, at);
}
