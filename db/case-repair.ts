import { and, eq, inArray, isNull, ne } from 'drizzle-orm';
import type { CaseProjection } from '../domain/case.ts';
import type { CaseRecord } from '../domain/records.ts';
import { caseClosed } from '../domain/webhooks.ts';
import { tellCausesAgain } from './case-causes.ts';
import { lostAtOf, openingOf } from './case-opening.ts';
import { cancelOpenTasks } from './case-tasks.ts';
import { nextSeq, writeTimeline } from './case-timeline.ts';
import { writing, type Db } from './connection.ts';
import { bookCase } from './ledger.ts';
import { enqueue } from './outbox.ts';
import { newestVersionOf, policyOf } from './policies.ts';
import { closePreventiveTask } from './preventive-tasks.ts';
import { ensureCustomer } from './profiles.ts';
import { cases, outbox } from './schema.ts';
import { announce, settleCase } from './webhook-messages.ts';

/**
 * Closes a case whose workflow somebody ended in Temporal.
 * @returns false when the case was closed already
 */
export async function endOutside(
  db: Db,
  { caseId, at }: { caseId: string; at: string },
): Promise<boolean> {
  return writing(db, (tx) => endOutsideIn(tx, caseId, at));
}

function endOutsideIn(tx: Db, caseId: string, at: string): boolean {
  const ending = { outcome: 'stopped', endReason: 'ended-outside' } as const;
  const closed = tx
    .update(cases)
    .set({ ...ending, status: 'closed', closedAt: at, nextDueAt: null, pausedUntil: null })
    .where(and(eq(cases.caseId, caseId), eq(cases.status, 'open')))
    .returning()
    .get();
  if (!closed) return false;
  cancelOpenTasks(tx, { caseId, at });
  const data = { outcome: ending.outcome, reason: ending.endReason };
  const firstSeq = nextSeq(tx, caseId);
  writeTimeline(tx, caseId, { firstSeq, entries: [{ at, code: 'closed', data }] });
  bookCase(tx, caseId, at);
  // Nothing is left that could write the timeline in another way.
  settleCase(tx, { caseId, at });
  announce(tx, [caseClosed(closed, { ...data, at, seq: null })], at);
  return true;
}

/**
 * Has the workflow of an open case started again, from the beginning: for the reconciliation pass, when Temporal
 * does not know it. Its messages wait for the workflow, so the start must not queue behind them.
 * @returns false when the case is not open or its start is already on its way
 */
export async function restartCase(
  db: Db,
  { caseId, at }: { caseId: string; at: string },
): Promise<boolean> {
  return writing(db, (tx) => {
    const open = and(eq(cases.caseId, caseId), eq(cases.status, 'open'));
    const record = tx.select().from(cases).where(open).get();
    if (!record || startIsUnderWay(tx, record.customerId)) return false;
    tx.update(cases).set({ revision: 0 }).where(open).run();
    const { policyVersion } = record;
    const policy = policyOf(tx, policyVersion) ?? newestVersionOf(tx, policyVersion);
    if (!policy) throw new Error(`Policy ${policyVersion} of case ${caseId} is not stored`);
    const firstSeq = nextSeq(tx, caseId);
    const data = { what: 'its workflow was gone and begins again' };
    writeTimeline(tx, caseId, { firstSeq, entries: [{ at, code: 'repaired', data }] });
    enqueue(tx, {
      orderKey: restartKey(record.customerId),
      kind: 'start-case',
      payload: openingOf(record, { policy, firstSeq: firstSeq + 1 }),
      at,
    });
    tellCausesAgain(tx, { customerId: record.customerId, caseId, at });
    return true;
  });
}

function restartKey(customerId: string): string {
  return `${customerId}/restart`;
}

function startIsUnderWay(tx: Db, customerId: string): boolean {
  const start = tx
    .select({ outboxId: outbox.outboxId })
    .from(outbox)
    .where(
      and(
        inArray(outbox.orderKey, [customerId, restartKey(customerId)]),
        eq(outbox.kind, 'start-case'),
        isNull(outbox.doneAt),
      ),
    )
    .get();
  return start !== undefined;
}

/**
 * Gives back a case that runs in Temporal but that the database does not know, because it is an older copy. Another
 * case that such a copy shows as the customer's open one has long ended.
 */
export function restoreCase(tx: Db, opening: CaseProjection['opening'], at: string): CaseRecord {
  const { customerId, caseId, statedCause } = opening;
  ensureCustomer(tx, customerId, at);
  const others = tx
    .select({ caseId: cases.caseId })
    .from(cases)
    .where(
      and(eq(cases.customerId, customerId), eq(cases.status, 'open'), ne(cases.caseId, caseId)),
    )
    .all();
  for (const other of others) endOutsideIn(tx, other.caseId, at);
  closePreventiveTask(tx, { customerId, reason: 'case-opened', at });
  return tx
    .insert(cases)
    .values({
      ...opening,
      status: 'open',
      step: 'identification',
      cause: statedCause,
      lostAt: lostAtOf(tx, customerId) ?? opening.openedAt,
      cancelled: opening.trigger === 'cancellation',
      openedBy: 'reconciliation',
    })
    .returning()
    .get();
}
