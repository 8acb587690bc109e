import { and, asc, eq, inArray, isNull, max, sql } from 'drizzle-orm';
import type { CaseOpening } from '../domain/case.ts';
import { caseIdOf } from '../domain/ids.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { CaseRecord } from '../domain/records.ts';
import { prepared, utc, writing, type Db } from './connection.ts';
import { enqueue } from './outbox.ts';
import { policyOf } from './policies.ts';
import { ensureCustomer } from './profiles.ts';
import { cases, customers, outbox } from './schema.ts';

export type NewCase = Pick<
  CaseRecord,
  'customerId' | 'trigger' | 'statedCause' | 'statedReason' | 'effectiveAt' | 'openedBy'
> & { policy: VersionedPolicy; at: string };

const customerId = sql.placeholder('customerId');

const statements = prepared((db) => ({
  open: db
    .select()
    .from(cases)
    .where(and(eq(cases.customerId, customerId), sql`${cases.status} = 'open'`))
    .prepare(),
  lastEpisode: db
    .select({ episode: max(cases.episode) })
    .from(cases)
    .where(eq(cases.customerId, customerId))
    .prepare(),
  insert: db
    .insert(cases)
    .values({
      caseId: sql.placeholder('caseId'),
      customerId,
      episode: sql.placeholder('episode'),
      trigger: sql.placeholder('trigger'),
      status: 'open',
      step: 'identification',
      cause: sql.placeholder('statedCause'),
      statedCause: sql.placeholder('statedCause'),
      statedReason: sql.placeholder('statedReason'),
      effectiveAt: sql.placeholder('effectiveAt'),
      openedAt: sql.placeholder('at'),
      policyVersion: sql.placeholder('policyVersion'),
      openedBy: sql.placeholder('openedBy'),
    })
    .returning()
    .prepare(),
}));

/** Opens a case, or returns the one that is open: a customer never has two. */
export async function openCase(
  db: Db,
  newCase: NewCase,
): Promise<{ record: CaseRecord; created: boolean }> {
  return writing(db, (tx) => {
    const { customerId, trigger, at } = newCase;
    ensureCustomer(tx, customerId, at);
    const opened = openCaseIn(tx, newCase);
    if (trigger === 'cancellation') {
      tx.update(customers)
        .set({ cancelledAt: at, updatedAt: at })
        .where(and(eq(customers.customerId, customerId), isNull(customers.cancelledAt)))
        .run();
    }
    return opened;
  });
}

/** The same inside a transaction that is already under way. */
export function openCaseIn(tx: Db, newCase: NewCase): { record: CaseRecord; created: boolean } {
  const { open, lastEpisode, insert } = statements(tx);
  const { customerId, policy, at } = newCase;
  const known = open.get({ customerId });
  if (known) return { record: known, created: false };
  const episode = (lastEpisode.get({ customerId })?.episode ?? 0) + 1;
  const record = insert.get({
    ...newCase,
    effectiveAt: newCase.effectiveAt && utc(newCase.effectiveAt),
    caseId: caseIdOf(customerId, episode),
    episode,
    policyVersion: policy.version,
  });
  enqueue(tx, { orderKey: customerId, kind: 'start-case', payload: openingOf(record, policy), at });
  return { record, created: true };
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
    const record = tx
      .update(cases)
      .set({ revision: 0 })
      .where(and(eq(cases.caseId, caseId), eq(cases.status, 'open')))
      .returning()
      .get();
    if (!record || startIsUnderWay(tx, record.customerId)) return false;
    const policy = policyOf(tx, record.policyVersion);
    if (!policy) throw new Error(`Policy ${record.policyVersion} of case ${caseId} is not stored`);
    const orderKey = restartKey(record.customerId);
    enqueue(tx, { orderKey, kind: 'start-case', payload: openingOf(record, policy), at });
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
    .orderBy(asc(outbox.outboxId))
    .get();
  return start !== undefined;
}

function openingOf(record: CaseRecord, policy: VersionedPolicy): CaseOpening {
  const { caseId, customerId, episode, trigger, openedAt, statedCause, effectiveAt } = record;
  return { caseId, customerId, episode, trigger, openedAt, statedCause, effectiveAt, policy };
}
