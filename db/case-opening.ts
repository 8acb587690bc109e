import { randomUUID } from 'node:crypto';
import { and, eq, isNull, max, sql } from 'drizzle-orm';
import type { CaseOpening } from '../domain/case.ts';
import { stillStands } from '../domain/facts.ts';
import { caseIdOf } from '../domain/ids.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { CaseRecord } from '../domain/records.ts';
import { triggerDetailOf, type SilentLoss } from '../domain/silent-loss.ts';
import { caseOpened } from '../domain/webhooks.ts';
import { keepStated } from './case-causes.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, utc, writing, writingTogether, type Db } from './connection.ts';
import { noteDuplicates } from './duplicates.ts';
import { factId, noteCancelled, reportFact } from './facts.ts';
import { bookCase } from './ledger.ts';
import { enqueue } from './outbox.ts';
import { settlePoints } from './points.ts';
import { closePreventiveTask } from './preventive-tasks.ts';
import { ensureCustomer } from './profiles.ts';
import { cases, customers } from './schema.ts';
import { announce } from './webhook-messages.ts';

export type NewCase = Pick<
  CaseRecord,
  'customerId' | 'trigger' | 'statedCause' | 'statedReason' | 'effectiveAt' | 'openedBy'
> & {
  /** the company's own category of the stated cause */
  statedCategory?: string | null;
  /** to whom the customer goes, in their words */
  statedCompetitor?: string | null;
  policy: VersionedPolicy;
  at: string;
  silentLoss?: SilentLoss;
};

const customerId = sql.placeholder('customerId');

const statements = prepared((db) => ({
  standing: db
    .select({
      cancelledAt: customers.cancelledAt,
      lastWithdrawalAt: customers.lastWithdrawalAt,
      lastPurchaseAt: customers.lastPurchaseAt,
    })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
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
      triggerDetail: sql.placeholder('triggerDetail'),
      // As text: the column's own encoder would make the text `null` of none.
      silentLoss: sql`${sql.placeholder('silentLossText')}`,
      status: 'open',
      step: 'identification',
      cause: sql.placeholder('statedCause'),
      statedCause: sql.placeholder('statedCause'),
      statedReason: sql.placeholder('statedReason'),
      effectiveAt: sql.placeholder('effectiveAt'),
      lostAt: sql.placeholder('lostAt'),
      cancelled: sql.placeholder('cancelled'),
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
  return writingTogether(db, (tx) => {
    const { customerId, trigger, at } = newCase;
    ensureCustomer(tx, customerId, at);
    if (trigger === 'cancellation') {
      tx.update(customers)
        .set({ lastCancellationAt: at, updatedAt: at })
        .where(and(eq(customers.customerId, customerId), isNull(customers.cancelledAt)))
        .run();
    }
    const opened = openCaseIn(tx, newCase);
    if (trigger === 'cancellation' && !opened.created) {
      tellOfCancellation(tx, opened.record, newCase);
    }
    if (asked) {
      const { caseId } = opened.record;
      const request = { ...asked.request, answer: opened.created ? 'created' : 'found' };
      insertDone(tx, { ...asked, request }, { action: 'case.open', target: caseId, caseId, at });
    }
    return opened;
  });
}

function tellOfCancellation(tx: Db, { customerId, caseId }: CaseRecord, told: NewCase): void {
  const { statedCause, statedCategory = null, statedReason, openedBy: by, at } = told;
  const effectiveAt = told.effectiveAt && utc(told.effectiveAt);
  noteCancelled(tx, { caseId, cancelledAt: at, reason: statedReason, effectiveAt });
  keepStated(tx, { cause: statedCause, category: statedCategory }, { caseId, by, at });
  const fact = { kind: 'cancellation', cause: statedCause, effectiveAt } as const;
  reportFact(tx, { customerId, caseId, at }, { ...fact, at, eventId: factId(randomUUID()) });
}

/** The same inside a transaction that is already under way. */
export function openCaseIn(tx: Db, newCase: NewCase): { record: CaseRecord; created: boolean } {
  const { open, lastEpisode, insert } = statements(tx);
  const { customerId, policy, silentLoss = null, at } = newCase;
  const known = open.get({ customerId });
  if (known) return { record: known, created: false };
  const episode = (lastEpisode.get({ customerId })?.episode ?? 0) + 1;
  const record = insert.get({
    ...newCase,
    silentLossText: silentLoss && JSON.stringify(silentLoss),
    triggerDetail: silentLoss && triggerDetailOf(silentLoss),
    effectiveAt: newCase.effectiveAt && utc(newCase.effectiveAt),
    caseId: caseIdOf(customerId, episode),
    episode,
    policyVersion: policy.version,
    lostAt: lostAtOf(tx, customerId) ?? at,
    cancelled: newCase.trigger === 'cancellation',
  });
  const { statedCause: cause, statedCategory: category = null, openedBy: by } = newCase;
  const stated = { cause, category, competitor: newCase.statedCompetitor ?? null };
  keepStated(tx, stated, { caseId: record.caseId, by, at });
  enqueue(tx, {
    orderKey: customerId,
    kind: 'start-case',
    payload: openingOf(record, { policy, firstSeq: 1 }),
    at,
  });
  bookCase(tx, record.caseId, at);
  announce(tx, [caseOpened(record)], at);
  closePreventiveTask(tx, { customerId, reason: 'case-opened', at });
  settlePoints(tx, customerId, at);
  noteDuplicates(tx, customerId, at);
  return { record, created: true };
}

/** When a customer was lost, for all that is known now: with the cancellation that stands, else after the last purchase. */
export function lostAtOf(tx: Db, customerId: string): string | null {
  const { cancelledAt, lastPurchaseAt } = statements(tx).standing.get({ customerId }) ?? {};
  return cancelledAt ?? lastPurchaseAt ?? null;
}

/**
 * Opens the next case of a customer who cancelled while the one before was ending, unless the cancellation has been
 * withdrawn or annulled meanwhile.
 */
export async function openAfterLoss(db: Db, loss: NextLoss): Promise<void> {
  writing(db, (tx) => openAfterLossIn(tx, loss));
}

type NextLoss = Omit<NewCase, 'trigger'> & { cancelledAt: string };

export function openAfterLossIn(tx: Db, { cancelledAt, ...loss }: NextLoss): void {
  const known = statements(tx).standing.get({ customerId: loss.customerId });
  if (known && !stillStands(cancelledAt, known)) return;
  openCaseIn(tx, { ...loss, trigger: 'cancellation' });
}

/** @param firstSeq where the timeline of this run begins */
export function openingOf(
  record: CaseRecord,
  { policy, firstSeq }: { policy: VersionedPolicy; firstSeq: number },
): CaseOpening {
  const { caseId, customerId, episode, trigger, openedAt, statedCause, effectiveAt } = record;
  const { triggerDetail, silentLoss } = record;
  return {
    caseId,
    customerId,
    episode,
    trigger,
    triggerDetail,
    silentLoss,
    openedAt,
    statedCause,
    effectiveAt,
    firstSeq,
    policy,
  };
}
