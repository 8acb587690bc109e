import { setImmediate } from 'node:timers/promises';
import { and, count, desc, eq, getTableColumns, isNull, lt, ne, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Candidate } from '../domain/candidates.ts';
import { after } from '../domain/duration.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { CandidateRecord, Page, PageOf, ScanRecord } from '../domain/records.ts';
import type { ScanDetection } from '../domain/silent-loss.ts';
import { openCaseIn } from './case-opening.ts';
import { countOpen } from './cases.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { countScannable, scannable } from './customers.ts';
import { enqueue } from './outbox.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { customers, scanCandidates, scans } from './schema.ts';

/** No customer's: an ID holds no slash. */
const scanOrder = '/scan';

/**
 * Starts a dormancy scan, or returns the one that is running: there is one at a time.
 * @param asked the request for it, to be kept with the answer
 */
export async function startScan(
  db: Db,
  { scanId, at }: { scanId: string; at: string },
  asked?: Asked,
): Promise<{ record: ScanRecord; created: boolean }> {
  return writing(db, (tx) => {
    const started = beginIn(tx, { scanId, origin: 'request', at });
    if (started.created) {
      enqueue(tx, { orderKey: scanOrder, kind: 'start-scan', payload: { scanId }, at });
    }
    if (asked) {
      const request = { ...asked.request, answer: started.created ? 'created' : 'found' };
      const target = started.record.scanId;
      insertDone(tx, { ...asked, request }, { action: 'scan.start', target, caseId: null, at });
    }
    return started;
  });
}

/**
 * Begins the scan whose workflow the schedule has started; the same again when its activity is repeated.
 * @returns undefined while another scan is running, or after it has ended
 */
export async function beginScheduledScan(
  db: Db,
  { scanId, at }: { scanId: string; at: string },
): Promise<ScanRecord | undefined> {
  return writing(db, (tx) => {
    const before = scanOf(tx, scanId);
    if (before) return before.status === 'running' ? before : undefined;
    const { record, created } = beginIn(tx, { scanId, origin: 'schedule', at });
    return created ? record : undefined;
  });
}

function beginIn(
  tx: Db,
  { scanId, origin, at }: Pick<ScanRecord, 'scanId' | 'origin'> & { at: string },
): { record: ScanRecord; created: boolean } {
  const running = runningIn(tx);
  if (running) return { record: running, created: false };
  const record = tx
    .insert(scans)
    .values({ scanId, origin, status: 'running', startedAt: at, total: countScannable(tx) })
    .returning()
    .get();
  return { record, created: true };
}

export async function getScan(db: Db, scanId: string): Promise<ScanRecord | undefined> {
  return scanOf(db, scanId);
}

export async function runningScan(db: Db): Promise<ScanRecord | undefined> {
  return runningIn(db);
}

function runningIn(db: Db): ScanRecord | undefined {
  return db
    .select()
    .from(scans)
    .where(sql`${scans.status} = 'running'`)
    .get();
}

const newestFirst: Listing<ScanRecord> = {
  name: 'scans',
  keyOf: ({ startedAt, scanId }) => [startedAt, scanId],
  keyParts: 2,
  order: 'descending',
};

export async function listScans(db: Db, page: Page): Promise<PageOf<ScanRecord>> {
  const from = startOf(newestFirst, page);
  const rows = db
    .select()
    .from(scans)
    .where(from && sql`(${scans.startedAt}, ${scans.scanId}) < (${from[0]}, ${from[1]})`)
    .orderBy(desc(scans.startedAt), desc(scans.scanId))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows, page);
}

/** Notes how the scan tells the lost from the others. */
export async function noteDetection(
  db: Db,
  { scanId, detection }: { scanId: string; detection: ScanDetection },
): Promise<void> {
  db.update(scans).set({ detection }).where(eq(scans.scanId, scanId)).run();
}

/**
 * Keeps what the scan found on one page of customers; a page kept before changes nothing.
 * @param page `cursor`: the last customer of the page; `scanned`: how many it has; `dormant`: how many of them are,
 * worth a case or not
 */
export async function saveScanPage(
  db: Db,
  page: {
    scanId: string;
    cursor: string;
    scanned: number;
    dormant: number;
    candidates: Candidate[];
  },
): Promise<void> {
  const { scanId, cursor, scanned, dormant, candidates } = page;
  writing(db, (tx) => {
    const saved = tx
      .update(scans)
      .set({
        cursor,
        scanned: sql`${scans.scanned} + ${scanned}`,
        dormant: sql`${scans.dormant} + ${dormant}`,
        worthwhile: sql`${scans.worthwhile} + ${candidates.length}`,
      })
      .where(
        and(
          eq(scans.scanId, scanId),
          eq(scans.status, 'running'),
          or(isNull(scans.cursor), lt(scans.cursor, cursor)),
        ),
      )
      .run();
    if (saved.changes === 0 || candidates.length === 0) return;
    tx.insert(scanCandidates)
      .values(candidates.map((candidate) => ({ ...candidate, scanId })))
      .run();
  });
}

type Opening = {
  policy: VersionedPolicy;
  at: string;
  limit: number;
};

/**
 * Opens cases for the candidates who promise most for each hour of work, at most `limit`, as far as there is room beside the open cases.
 * Whoever has bought, cancelled or objected since the scan looked is left out.
 * @returns `left`: how many more would have room
 */
export async function openFromScan(
  db: Db,
  { scanId, ...opening }: Opening & { scanId: string },
): Promise<{ opened: number; left: number }> {
  return writing(db, (tx) => {
    const scan = scanOf(tx, scanId);
    return scan?.status === 'running' ? openBest(tx, scan, opening) : { opened: 0, left: 0 };
  });
}

/**
 * Gives places of the team that have become free to whom the last scan left waiting, in their order.
 * @returns as openFromScan
 */
export async function openWaiting(
  db: Db,
  opening: Opening,
): Promise<{ opened: number; left: number }> {
  return writing(db, (tx) => {
    const scan = lastCompleted(tx);
    if (!scan || isExpired(scan, opening)) return { opened: 0, left: 0 };
    const result = openBest(tx, scan, opening);
    tx.update(scans)
      .set({ waiting: countWaiting(tx, scan) })
      .where(eq(scans.scanId, scan.scanId))
      .run();
    return result;
  });
}

function isExpired({ startedAt }: ScanRecord, { policy, at }: Pick<Opening, 'policy' | 'at'>) {
  return after(startedAt, policy.scan.waitAtMost) <= at;
}

function openBest(
  tx: Db,
  scan: ScanRecord,
  { policy, at, limit }: Opening,
): { opened: number; left: number } {
  const { scanId } = scan;
  const room = Math.max(0, policy.team.capacity - countOpen(tx));
  const best = waitingOf(tx, scan, Math.min(limit, room));
  for (const { customerId, silentLoss } of best) {
    openCaseIn(tx, {
      customerId,
      trigger: 'dormancy',
      silentLoss,
      statedCause: null,
      statedReason: null,
      effectiveAt: null,
      openedBy: scanId,
      policy,
      at,
    });
  }
  tx.update(scans)
    .set({ opened: sql`${scans.opened} + ${best.length}` })
    .where(eq(scans.scanId, scanId))
    .run();
  return {
    opened: best.length,
    left: countWaiting(tx, scan, { atMost: room - best.length }),
  };
}

const bestFirst: Listing<CandidateRecord> = {
  name: 'candidates',
  keyOf: ({ gainPerHour, customerId }) => [String(gainPerHour), customerId],
  keyParts: 2,
  order: 'descending',
};

/** Who waits for a place of the team, in the order in which they will get one. */
export async function listWaiting(
  db: Db,
  now: Pick<Opening, 'policy' | 'at'>,
  page: Page,
): Promise<PageOf<CandidateRecord>> {
  const from = startOf(bestFirst, page);
  const scan = lastCompleted(db);
  if (!scan || isExpired(scan, now)) return pageOf(bestFirst, [], page);
  const { gainPerHour, customerId } = scanCandidates;
  const rows = waitingOf(db, scan, page.limit + 1, [
    from && sql`(${gainPerHour}, ${customerId}) < (${Number(from[0])}, ${from[1]})`,
  ]);
  const records = rows.map(({ lastPurchaseAt: _lastPurchaseAt, ...row }) => ({
    ...row,
    foundAt: scan.startedAt,
  }));
  return pageOf(bestFirst, records, page);
}

/** How many wait for a place of the team, as of when one was last given. */
export async function waitingCandidates(
  db: Db,
  now: Pick<Opening, 'policy' | 'at'>,
): Promise<number> {
  const scan = lastCompleted(db);
  return scan && !isExpired(scan, now) ? scan.waiting : 0;
}

/** So that nobody waits for long who writes meanwhile. */
const forgottenAtOnce = 5_000;

/** Notes the end, once, with how many candidates still wait for room. */
export async function finishScan(
  db: Db,
  end: {
    scanId: string;
    status: 'completed' | 'failed';
    error?: string | undefined;
    at: string;
  },
): Promise<void> {
  const { scanId, status, error, at } = end;
  const scan = scanOf(db, scanId);
  if (scan?.status !== 'running') return;
  const finished = db
    .update(scans)
    .set({ status, error: error ?? null, finishedAt: at, waiting: countWaiting(db, scan) })
    .where(and(eq(scans.scanId, scanId), eq(scans.status, 'running')))
    .run();
  if (finished.changes === 0) return;
  // Whom a failed scan found is not the whole picture: those of the last good one go on waiting.
  const outdated =
    status === 'completed' ? ne(scanCandidates.scanId, scanId) : eq(scanCandidates.scanId, scanId);
  const some = db
    .select({ rowid: sql`rowid` })
    .from(scanCandidates)
    .where(outdated)
    .limit(forgottenAtOnce);
  const forget = db.delete(scanCandidates).where(sql`rowid in ${some}`);
  while (forget.run().changes === forgottenAtOnce) await setImmediate();
}

function scanOf(db: Db, scanId: string): ScanRecord | undefined {
  return db.select().from(scans).where(eq(scans.scanId, scanId)).get();
}

const asCustomer = eq(customers.customerId, scanCandidates.customerId);

/** Candidates of whom what the scan saw still holds. */
function stillLost(db: Db, { scanId }: ScanRecord) {
  return and(
    eq(scanCandidates.scanId, scanId),
    eq(customers.lastPurchaseAt, scanCandidates.lastPurchaseAt),
    scannable(db),
  );
}

function lastCompleted(db: Db): ScanRecord | undefined {
  return db
    .select()
    .from(scans)
    .where(eq(scans.status, 'completed'))
    .orderBy(desc(scans.startedAt), desc(scans.scanId))
    .limit(1)
    .get();
}

function waitingOf(db: Db, scan: ScanRecord, limit: number, conditions: (SQL | undefined)[] = []) {
  const { scanId: _scanId, ...columns } = getTableColumns(scanCandidates);
  return db
    .select(columns)
    .from(scanCandidates)
    .innerJoin(customers, asCustomer)
    .where(and(stillLost(db, scan), ...conditions))
    .orderBy(desc(scanCandidates.gainPerHour), desc(scanCandidates.customerId))
    .limit(limit)
    .all();
}

function countWaiting(db: Db, scan: ScanRecord, { atMost }: { atMost?: number } = {}): number {
  const waiting = db
    .select({ customerId: scanCandidates.customerId })
    .from(scanCandidates)
    .innerJoin(customers, asCustomer)
    .where(stillLost(db, scan));
  const counted = (atMost === undefined ? waiting : waiting.limit(atMost)).as('waiting');
  return db.select({ number: count() }).from(counted).get()!.number;
}
