import { and, eq, max } from 'drizzle-orm';
import { cancelOtherTasks } from './case-projection.ts';
import { writing, type Db } from './connection.ts';
import { cases, timeline } from './schema.ts';

/**
 * Closes a case whose workflow somebody ended in Temporal.
 * @returns false when the case was closed already
 */
export async function endOutside(
  db: Db,
  { caseId, at }: { caseId: string; at: string },
): Promise<boolean> {
  const ending = { outcome: 'stopped', endReason: 'ended-outside' } as const;
  return writing(db, (tx) => {
    const closed = tx
      .update(cases)
      .set({ ...ending, status: 'closed', closedAt: at, nextDueAt: null, pausedUntil: null })
      .where(and(eq(cases.caseId, caseId), eq(cases.status, 'open')))
      .run();
    if (closed.changes === 0) return false;
    cancelOtherTasks(tx, { caseId, given: [], at });
    const last = tx
      .select({ seq: max(timeline.seq) })
      .from(timeline)
      .where(eq(timeline.caseId, caseId))
      .get();
    const data = { outcome: ending.outcome, reason: ending.endReason };
    tx.insert(timeline)
      .values({ caseId, seq: (last?.seq ?? 0) + 1, at, code: 'closed', data })
      .run();
    return true;
  });
}
