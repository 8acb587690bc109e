import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import type { CaseProjection, CaseState } from '../domain/case.ts';
import { caseIdOf } from '../domain/ids.ts';
import type { CaseRecord } from '../domain/records.ts';
import { settledLayers } from './case-causes.ts';
import { openAfterLossIn } from './case-opening.ts';
import { restoreCase } from './case-repair.ts';
import { writeTasks } from './case-tasks.ts';
import { writeTimeline } from './case-timeline.ts';
import { prepared, writingTogether, type Db } from './connection.ts';
import { bookCase } from './ledger.ts';
import { settleOffers } from './offers.ts';
import { settlePoints } from './points.ts';
import { newestVersionOf } from './policies.ts';
import { dropRecontact, noteAgreedRecontact } from './recontact-line.ts';
import { caseCauses, caseFigures, cases, customers, outbox } from './schema.ts';
import { announceProjection, retractCase } from './webhook-messages.ts';

const caseId = sql.placeholder('caseId');

/** What a projection says of its case. */
const writtenColumns = [
  'status',
  'step',
  'outcome',
  'endReason',
  'closedAt',
  'nextDueAt',
  'pausedUntil',
  'tier',
  'secondLifetimeValue',
  'expectedGain',
  'decision',
  'decisionReason',
  'controlGroup',
  'cause',
  'statedCause',
  'assessedCause',
  'verifiedCause',
  'playbookId',
  'playbookVersion',
  'plan',
  'contacted',
  'regainedAt',
  'regainedBy',
  'regainedAmount',
  'concessionCost',
  'satisfactionScore',
  'revision',
  'historyLength',
] as const;

const statements = prepared((db) => ({
  find: db.select().from(cases).where(eq(cases.caseId, caseId)).prepare(),
  exists: db.select({ caseId: cases.caseId }).from(cases).where(eq(cases.caseId, caseId)).prepare(),
  write: db
    .update(cases)
    .set(
      Object.fromEntries(
        writtenColumns.map((name) => [name, sql`${sql.param(sql.placeholder(name), cases[name])}`]),
      ) as Record<(typeof writtenColumns)[number], SQL>,
    )
    .where(eq(cases.caseId, caseId))
    .prepare(),
}));

/**
 * Makes the database show a case as its workflow has it, in one transaction. A revision may be written twice: by a
 * retry, or because Temporal discarded the attempt that wrote it first and the next one decided differently. Then
 * whatever the first has left is replaced.
 * @returns `stale` when a later revision is already written; then nothing changes
 */
export async function projectCase(
  db: Db,
  projection: CaseProjection,
  at: string,
): Promise<'written' | 'stale'> {
  const { opening, revision, historyLength, since, state, tasks, timeline, nextLoss } = projection;
  const { caseId, customerId } = opening;
  return writingTogether(db, (tx) => {
    const stored = statements(tx).find.get({ caseId }) ?? restoreCase(tx, opening, at);
    if (stored.revision > revision) return 'stale';
    if (stored.status === 'closed' && state.status === 'open') {
      withdrawNextEpisode(tx, stored);
      dropRecontact(tx, caseId);
    }
    const { pausedUntil, tier, plan, expectedGain = null } = state;
    const ofCase = { caseId, customerId, pausedUntil, tier, plan, expectedGain };
    writeTasks(tx, { ...ofCase, policyVersion: opening.policyVersion, given: tasks, since, at });
    settleOffers(tx, caseId, state, at);
    writeState(tx, { caseId, revision, historyLength, at }, state);
    if (state.endReason === 'do-not-contact') noteObjection(tx, customerId, at);
    writeTimeline(tx, caseId, timeline);
    bookCase(tx, caseId, at);
    announceProjection(tx, projection, at);
    // A later episode may turn out to be no loss, and so no second one.
    if (state.regainedAt !== null || stored.regainedAt !== null || stored.episode > 1) {
      settlePoints(tx, customerId, at);
    }
    if (nextLoss) openNextEpisode(tx, stored, nextLoss, at);
    if (state.outcome === 'lost') {
      const closedAt = state.closedAt!;
      noteAgreedRecontact(tx, { caseId, customerId, closedAt, expectedGain });
    }
    return 'written';
  });
}

/** What was said to one of us on the phone holds for every later case. */
function noteObjection(tx: Db, customerId: string, at: string): void {
  tx.update(customers)
    .set({ objectedAt: at, updatedAt: at })
    .where(and(eq(customers.customerId, customerId), isNull(customers.objectedAt)))
    .run();
}

function writeState(
  tx: Db,
  {
    at,
    ...written
  }: Pick<CaseProjection, 'revision' | 'historyLength'> & { caseId: string; at: string },
  { playbook, ...state }: CaseState,
): void {
  statements(tx).write.run({
    ...state,
    ...written,
    ...settledLayers(tx, { caseId: written.caseId, at }, state),
    expectedGain: state.expectedGain ?? null,
    playbookId: playbook?.playbookId ?? null,
    playbookVersion: playbook?.version ?? null,
  });
}

/** Once, however often the ending is written. The next episode gets what the policy has become since. */
function openNextEpisode(
  tx: Db,
  { customerId, episode, policyVersion, openedBy }: CaseRecord,
  loss: NonNullable<CaseProjection['nextLoss']>,
  at: string,
): void {
  if (statements(tx).exists.get({ caseId: caseIdOf(customerId, episode + 1) })) return;
  const policy = newestVersionOf(tx, policyVersion);
  if (!policy) throw new Error(`Policy ${policyVersion} is not stored`);
  openAfterLossIn(tx, {
    customerId,
    statedCause: loss.cause,
    statedReason: null,
    effectiveAt: loss.effectiveAt,
    cancelledAt: loss.at,
    openedBy,
    policy,
    at,
  });
}

/** Takes back the episode that a discarded ending has opened, so that the case can be the open one again. */
function withdrawNextEpisode(tx: Db, { customerId, episode }: CaseRecord): void {
  const next = caseIdOf(customerId, episode + 1);
  const unstarted = and(eq(cases.caseId, next), eq(cases.status, 'open'), eq(cases.revision, 0));
  if (tx.delete(cases).where(unstarted).run().changes === 0) return;
  tx.delete(caseCauses).where(eq(caseCauses.caseId, next)).run();
  tx.delete(caseFigures).where(eq(caseFigures.caseId, next)).run();
  retractCase(tx, next);
  tx.delete(outbox)
    .where(
      and(
        eq(outbox.orderKey, customerId),
        eq(outbox.kind, 'start-case'),
        sql`${outbox.doneAt} is null`,
        sql`${outbox.payload} ->> '$.caseId' = ${next}`,
      ),
    )
    .run();
}
