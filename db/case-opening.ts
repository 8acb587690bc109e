import { and, eq, isNull, max, sql } from 'drizzle-orm';
import type { CaseOpening } from '../domain/case.ts';
import { caseIdOf } from '../domain/ids.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { CaseRecord } from '../domain/records.ts';
import { caseOpened } from '../domain/webhooks.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, utc, writing, type Db } from './connection.ts';
import { enqueue } from './outbox.ts';
import { ensureCustomer } from './profiles.ts';
import { cases, customers } from './schema.ts';
import { announce } from './webhook-messages.ts';

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

/**
 * Opens a case, or returns the one that is open: a customer never has two.
 * @param asked the request for it, to be kept with the answer
 */
export async function openCase(
  db: Db,
  newCase: NewCase,
  asked?: Asked,
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
    if (asked) {
      const { caseId } = opened.record;
      const request = { ...asked.request, answer: opened.created ? 'created' : 'found' };
      insertDone(tx, { ...asked, request }, { action: 'case.open', target: caseId, caseId, at });
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
  enqueue(tx, {
    orderKey: customerId,
    kind: 'start-case',
    payload: openingOf(record, { policy, firstSeq: 1 }),
    at,
  });
  announce(tx, [caseOpened(record)], at);
  return { record, created: true };
}

/** @param firstSeq where the timeline of this run begins */
export function openingOf(
  record: CaseRecord,
  { policy, firstSeq }: { policy: VersionedPolicy; firstSeq: number },
): CaseOpening {
  const { caseId, customerId, episode, trigger, openedAt, statedCause, effectiveAt } = record;
  return {
    caseId,
    customerId,
    episode,
    trigger,
    openedAt,
    statedCause,
    effectiveAt,
    firstSeq,
    policy,
  };
}
