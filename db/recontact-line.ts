import { and, desc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from './connection.ts';
import { recontacts, tasks } from './schema.ts';

/**
 * Notes at the end of a case that the customer wanted to hear from us later than it lasted, in the transaction that
 * closes it.
 */
export function noteAgreedRecontact(
  tx: Db,
  closed: { caseId: string; customerId: string; closedAt: string; expectedGain: number | null },
): void {
  const { caseId, customerId, closedAt, expectedGain } = closed;
  const wished = sql<string>`${tasks.result} ->> '$.recontactAt'`;
  const agreed = tx
    .select({ dueAt: wished })
    .from(tasks)
    .where(and(eq(tasks.caseId, caseId), eq(tasks.status, 'done'), gt(wished, closedAt)))
    .orderBy(desc(tasks.closedAt))
    .get();
  if (!agreed) return;
  const dueAt = new Date(agreed.dueAt).toISOString();
  tx.insert(recontacts)
    .values({
      ...{ caseId, customerId, origin: 'agreed', dueAt, status: 'waiting' },
      expectedGain: expectedGain ?? 0,
    })
    // The end may be written again, when the customer has long been turned to.
    .onConflictDoNothing()
    .run();
}

/** The case goes on: what its end had promised does not hold. */
export function dropRecontact(tx: Db, caseId: string): void {
  tx.delete(recontacts)
    .where(and(eq(recontacts.caseId, caseId), eq(recontacts.status, 'waiting')))
    .run();
}
