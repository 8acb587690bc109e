import { after } from '../domain/duration.ts';
import type { Next } from '../domain/consequences.ts';
import type { AfterCare } from '../domain/policy.ts';
import type { TaskRecord, TimelineRecord } from '../domain/records.ts';
import type { Db } from './connection.ts';
import { foreseen, type Foretold } from './foretold.ts';

/* What the second loyalty (workflows/steps/second-loyalty.ts) will do next, foretold like the measures. */

/**
 * The after-care that follows a contact of it: what is planned next, or a call that is open beside it, if that is sooner.
 * @param ended the runs of calls, and the mails, that have ended or are open since the return, by type
 */
export function nextCare(
  tx: Db,
  case_: Foretold,
  beside: TaskRecord[],
  ended: (type: AfterCare['task']) => number,
): Next {
  const { record, policy } = case_;
  const planned = nextPlanned(tx, case_, ended);
  const [open] = beside.toSorted((a, b) => a.dueAt.localeCompare(b.dueAt));
  if (open && (!planned || open.dueAt <= planned.dueAt)) {
    return { kind: 'task', type: open.type, dueAt: open.dueAt };
  }
  const { observation } = policy.secondLoyalty;
  return planned ?? { kind: 'observation', dueAt: after(record.regainedAt!, observation) };
}

function nextPlanned(
  tx: Db,
  case_: Foretold,
  ended: (type: AfterCare['task']) => number,
): (Next & { dueAt: string }) | undefined {
  const { record, policy, wrongNumber } = case_;
  const left = new Map<AfterCare['task'], number>();
  for (const care of policy.secondLoyalty.afterCare) {
    const over = left.get(care.task) ?? ended(care.task);
    left.set(care.task, over - 1);
    const isMail = care.task === 'satisfaction-mail';
    if (over > 0 || (!isMail && wrongNumber)) continue;
    const { permitted, dueAt } = foreseen(tx, case_, {
      channel: isMail ? 'email' : 'phone',
      notBefore: after(record.regainedAt!, care.after),
    });
    if (!permitted) continue;
    return care.task === 'satisfaction-mail'
      ? { kind: 'mail', dueAt }
      : { kind: 'task', type: care.task, dueAt };
  }
  return undefined;
}

/** How often mails of the after-care were sent, or could not be. */
export function mailsOver(timeline: TimelineRecord[]): number {
  return timeline.filter(
    ({ code, data }) =>
      (code === 'mail-queued' || code === 'mail-not-sent') && data['template'] === 'satisfaction',
  ).length;
}
