import { createHash, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { and, asc, count, desc, eq, gt, lt, ne, or, sql } from 'drizzle-orm';
import { durationMs, type Duration } from '../domain/duration.ts';
import { DomainError, refused } from '../domain/errors.ts';
import {
  marksOf,
  type DuplicateStatus,
  type Likeness,
  type Particulars,
  type DuplicateRecord,
} from '../domain/identity.ts';
import type { Page, PageOf } from '../domain/records.ts';
import { insertDone, type Asked } from './commands.ts';
import { placeholders } from './columns.ts';
import { prepared, writing, type Db } from './connection.ts';
import { keepSearchWords } from './customer-search.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { cases, customerMarks, customers, duplicates, installation } from './schema.ts';

/* Who comes back under a new ID is no new customer: found by what both records have in common, decided by a manager. */

/** What more customers have in common is nobody's own: `info@`, a switchboard, a placeholder. */
const sharedByAtMost = 10;

const customerId = sql.placeholder('customerId');
const formerId = sql.placeholder('formerId');

const statements = prepared((db) => ({
  forget: db.delete(customerMarks).where(eq(customerMarks.customerId, customerId)).prepare(),
  keep: db.insert(customerMarks).values(placeholders(customerMarks)).prepare(),
  marks: db
    .select({ likeness: customerMarks.likeness, mark: customerMarks.mark })
    .from(customerMarks)
    .where(eq(customerMarks.customerId, customerId))
    .prepare(),
  sharing: db
    .select({ customerId: customerMarks.customerId })
    .from(customerMarks)
    .where(
      and(
        eq(customerMarks.likeness, sql.placeholder('likeness')),
        eq(customerMarks.mark, sql.placeholder('mark')),
        ne(customerMarks.customerId, customerId),
      ),
    )
    .limit(sharedByAtMost)
    .prepare(),
  lastCase: db
    .select({
      caseId: cases.caseId,
      status: cases.status,
      openedAt: cases.openedAt,
      lostAt: cases.lostAt,
      endReason: cases.endReason,
    })
    .from(cases)
    .where(eq(cases.customerId, customerId))
    .orderBy(desc(cases.episode))
    .limit(1)
    .prepare(),
  since: db
    .select({ createdAt: customers.createdAt, lastPurchaseAt: customers.lastPurchaseAt })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
  pair: db
    .select({ duplicateId: duplicates.duplicateId })
    .from(duplicates)
    .where(and(eq(duplicates.customerId, customerId), eq(duplicates.formerId, formerId)))
    .prepare(),
  person: db
    .select({ formerId: duplicates.formerId })
    .from(duplicates)
    // Written out, so that SQLite recognises the partial index.
    .where(and(eq(duplicates.customerId, customerId), sql`${duplicates.status} = 'confirmed'`))
    .prepare(),
}));

/** Whose a customer's purchases and other events are: those of a confirmed duplicate are the former customer's. */
export function personOf(db: Db, customerId: string): string {
  const { person } = statements(db);
  let found = customerId;
  for (let next = person.get({ customerId }); next; next = person.get({ customerId: found })) {
    found = next.formerId;
  }
  return found;
}

/** Keeps by what a customer can be recognised and found, and reports who may be the same person. */
export function recognise(
  tx: Db,
  { customerId, at, ...of }: Particulars & { customerId: string; at: string },
): void {
  mark(tx, customerId, of);
  keepSearchWords(tx, { customerId, ...of });
  noteDuplicates(tx, customerId, at);
}

function mark(tx: Db, customerId: string, of: Particulars): void {
  const { forget, keep } = statements(tx);
  forget.run({ customerId });
  for (const { likeness, text } of marksOf(of)) {
    const mark = createHash('sha256').update(text).digest('base64url');
    keep.run({ likeness, mark, customerId });
  }
}

/** Reports who may be this customer under another ID, each pair once for ever. */
export function noteDuplicates(tx: Db, customerId: string, at: string): void {
  for (const found of unreported(tx, customerId)) {
    tx.insert(duplicates)
      .values({ ...found, duplicateId: randomUUID(), foundAt: at, status: 'open' })
      .run();
  }
}

type Pair = Pick<DuplicateRecord, 'customerId' | 'formerId' | 'caseId'>;

/** Who may be this customer under another ID, and is not reported yet. */
function unreported(db: Db, customerId: string): (Pair & Pick<DuplicateRecord, 'alike'>)[] {
  const { marks, sharing, pair } = statements(db);
  const alike = new Map<string, Likeness[]>();
  for (const { likeness, mark } of marks.all({ customerId })) {
    const others = sharing.all({ likeness, mark, customerId });
    if (others.length >= sharedByAtMost) continue;
    for (const other of others) {
      alike.set(other.customerId, [...(alike.get(other.customerId) ?? []), likeness]);
    }
  }
  return [...alike].flatMap(([other, likenesses]) => {
    const isKnown =
      pair.get({ customerId, formerId: other }) ??
      pair.get({ customerId: other, formerId: customerId });
    if (isKnown) return [];
    const found = returnOf(db, customerId, other) ?? returnOf(db, other, customerId);
    return found ? [{ ...found, alike: likenesses }] : [];
  });
}

/** Whether one may be the other, who was lost: has no case, and has appeared or bought since the loss. */
function returnOf(db: Db, customerId: string, formerId: string): Pair | undefined {
  const { lastCase, since } = statements(db);
  const loss = lastCase.get({ customerId: formerId });
  if (!loss || loss.endReason === 'was-not-lost') return undefined;
  if (lastCase.get({ customerId })?.status === 'open') return undefined;
  const { createdAt, lastPurchaseAt } = since.get({ customerId })!;
  const isLater = createdAt > loss.openedAt || (lastPurchaseAt ?? '') > loss.lostAt;
  return isLater ? { customerId, formerId, caseId: loss.caseId } : undefined;
}

/** Cases that are looked at before others get their turn. */
const lookedAtOnce = 200;

/** Of the open cases: who may have bought under another ID since. */
export async function findDuplicates(db: Db, at: string): Promise<void> {
  for (let last = ''; ; await setImmediate()) {
    const page = db
      .select({ caseId: cases.caseId, customerId: cases.customerId })
      .from(cases)
      .where(and(eq(cases.status, 'open'), gt(cases.caseId, last)))
      .orderBy(asc(cases.caseId))
      .limit(lookedAtOnce)
      .all();
    // Nearly always there is nobody, and nobody waits for the lock.
    const found = page.filter(({ customerId }) => unreported(db, customerId).length > 0);
    if (found.length > 0) {
      writing(db, (tx) => found.forEach((one) => noteDuplicates(tx, one.customerId, at)));
    }
    if (page.length < lookedAtOnce) return;
    last = page.at(-1)!.caseId;
  }
}

const markedUpTo = 'customers-marked-and-found-up-to';

/**
 * Marks customers who were stored before there were marks and words to find them by, by ID; it goes on where it was.
 * @returns how many it has looked at, with a profile or without; 0: all are marked
 */
export async function markCustomers(db: Db, limit: number): Promise<number> {
  const ofCursor = eq(installation.name, markedUpTo);
  const cursor = db.select().from(installation).where(ofCursor).get()?.value ?? '';
  const after = gt(customers.customerId, cursor);
  const page = () =>
    db.select().from(customers).where(after).orderBy(asc(customers.customerId)).limit(limit).all();
  if (page().length === 0) return 0;
  return writing(db, (tx) => {
    const found = page();
    for (const { customerId, profileAt, ...profile } of found) {
      if (profileAt === null) continue;
      mark(tx, customerId, profile);
      keepSearchWords(tx, { customerId, ...profile });
    }
    const value = found.at(-1)?.customerId ?? cursor;
    tx.insert(installation)
      .values({ name: markedUpTo, value })
      .onConflictDoUpdate({ target: installation.name, set: { value } })
      .run();
    return found.length;
  });
}

const shown = {
  duplicateId: duplicates.duplicateId,
  customerId: duplicates.customerId,
  formerId: duplicates.formerId,
  caseId: duplicates.caseId,
  alike: duplicates.alike,
  foundAt: duplicates.foundAt,
  status: duplicates.status,
  decidedAt: duplicates.decidedAt,
  decidedBy: duplicates.decidedBy,
};

const newestFirst: Listing<DuplicateRecord> = {
  name: 'duplicates',
  keyOf: ({ foundAt, duplicateId }) => [foundAt, duplicateId],
  keyParts: 2,
  order: 'descending',
};

const dayMs = 86_400_000;

/** The newest first, of losses at most so long before they were found. */
export async function listDuplicates(
  db: Db,
  { status, within }: { status: DuplicateStatus; within: Duration },
  page: Page,
): Promise<PageOf<DuplicateRecord>> {
  const { foundAt, duplicateId } = duplicates;
  const [beforeAt, beforeId] = startOf(newestFirst, page) ?? [];
  const rows = db
    .select(shown)
    .from(duplicates)
    .innerJoin(cases, eq(cases.caseId, duplicates.caseId))
    .where(
      and(
        eq(duplicates.status, status),
        sql`julianday(${foundAt}) - julianday(${cases.openedAt}) <= ${durationMs(within) / dayMs}`,
        beforeAt === undefined
          ? undefined
          : or(lt(foundAt, beforeAt), and(eq(foundAt, beforeAt), lt(duplicateId, beforeId!))),
      ),
    )
    .orderBy(desc(foundAt), desc(duplicateId))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows, page);
}

export async function getDuplicate(
  db: Db,
  duplicateId: string,
): Promise<DuplicateRecord | undefined> {
  return db.select(shown).from(duplicates).where(eq(duplicates.duplicateId, duplicateId)).get();
}

/**
 * Notes what a manager says of two records; what they say is final.
 * @throws DomainError `not-found`; `conflict` when it is decided, when the one who has appeared has an open case or is
 * somebody else by now, or when the two are one person already
 */
export function decideDuplicate(
  tx: Db,
  duplicateId: string,
  { status, asked, at }: { status: 'confirmed' | 'rejected'; asked: Asked; at: string },
): DuplicateRecord {
  const one = eq(duplicates.duplicateId, duplicateId);
  const known = tx.select(shown).from(duplicates).where(one).get();
  if (!known) throw new DomainError('not-found', 'There is no such duplicate.');
  if (known.status !== 'open') throw refused('already-decided', `It is ${known.status} already.`);
  const { customerId, formerId } = known;
  if (status === 'confirmed') {
    if (personOf(tx, customerId) !== customerId) throw refused('somebody-else-already');
    if (personOf(tx, formerId) === customerId) throw refused('one-person-already');
    const { number } = tx
      .select({ number: count() })
      .from(cases)
      .where(and(eq(cases.customerId, customerId), eq(cases.status, 'open')))
      .get()!;
    if (number > 0) throw refused('close-case-first');
  }
  const decidedBy = asked.actor.actorId;
  const record = tx
    .update(duplicates)
    .set({ status, decidedAt: at, decidedBy })
    .where(one)
    .returning(shown)
    .get();
  const action = status === 'confirmed' ? 'duplicate.confirm' : 'duplicate.reject';
  insertDone(tx, asked, { action, target: duplicateId, caseId: known.caseId, at });
  return record;
}
