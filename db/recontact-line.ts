import { and, eq } from 'drizzle-orm';
import { isCall, isSpokenTo } from '../domain/tasks.ts';
import type { Db } from './connection.ts';
import { recontacts, tasks } from './schema.ts';

/**
 * Notes at the end of a case when the customer wanted to hear from us, if nobody has tried then: by the last that they
 * said, in the transaction that closes it.
 */
export function noteAgreedRecontact(
  tx: Db,
  closed: { caseId: string; customerId: string; closedAt: string; expectedGain: number | null },
): void {
  const { caseId, customerId, closedAt, expectedGain } = closed;
  const ofCase = tx.select().from(tasks).where(eq(tasks.caseId, caseId)).all();
  const last = ofCase
    .filter(({ status, type, result }) => status === 'done' && isSpokenTo(type, outcomeOf(result)))
    .sort((a, b) => (a.closedAt! < b.closedAt! ? 1 : -1))[0];
  const wished = last?.result?.['recontactAt'];
  if (typeof wished !== 'string') return;
  const dueAt = new Date(wished).toISOString();
  if (dueAt <= closedAt && ofCase.some((one) => isCall(one.type) && one.dueAt >= dueAt)) return;
  tx.insert(recontacts)
    .values({
      ...{ caseId, customerId, origin: 'agreed', dueAt, status: 'waiting' },
      expectedGain: expectedGain ?? 0,
    })
    // The end may be written again, when the customer has long been turned to.
    .onConflictDoNothing()
    .run();
}

function outcomeOf(result: Record<string, unknown> | null): string {
  return String(result?.['outcome']);
}

/** The case goes on: what its end had promised does not hold. */
export function dropRecontact(tx: Db, caseId: string): void {
  tx.delete(recontacts)
    .where(and(eq(recontacts.caseId, caseId), eq(recontacts.status, 'waiting')))
    .run();
}
