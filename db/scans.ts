import { and, count, desc, eq, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { ScanRecord } from '../domain/records.ts';
import { openCaseIn } from './case-opening.ts';
import { countOpen } from './cases.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { countScannable, scannable } from './customers.ts';
import { enqueue } from './outbox.ts';
import { customers, scanCandidates, scans } from './schema.ts';

export type Candidate = Omit<typeof scanCandidates.$inferSelect, 'scanId'>;

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
    const started = startIn(tx, { scanId, at });
    if (asked) {
      const request = { ...asked.request, answer: started.created ? 'created' : 'found' };
      const target = started.record.scanId;
      insertDone(tx, { ...asked, request }, { action: 'scan.start', target, caseId: null, at });
    }
    return started;
  });
}

function startIn(
  tx: Db,
  { scanId, at }: { scanId: string; at: string },
): { record: ScanRecord; created: boolean } {
  const running = tx
    .select()
    .from(scans)
    .where(sql`${scans.status} = 'running'`)
    .get();
  if (running) return { record: running, created: false };
  // Only a running scan needs its candidates.
  tx.delete(scanCandidates).run();
  const record = tx
    .insert(scans)
    .values({ scanId, status: 'running', startedAt: at, total: countScannable(tx) })
    .returning()
    .get();
  enqueue(tx, { orderKey: 'scan', kind: 'start-scan', payload: { scanId }, at });
  return { record, created: true };
}

export async function getScan(db: Db, scanId: string): Promise<ScanRecord | undefined> {
  return scanOf(db, scanId);
}

/**
 * Keeps what the scan found on one page of customers; a page kept before changes nothing.
 * @param page `cursor`: the last customer of the page; `scanned`: how many it has
 */
export async function saveScanPage(
  db: Db,
  page: { scanId: string; cursor: string; scanned: number; candidates: Candidate[] },
): Promise<void> {
  const { scanId, cursor, scanned, candidates } = page;
  writing(db, (tx) => {
    const saved = tx
      .update(scans)
      .set({
        cursor,
        scanned: sql`${scans.scanned} + ${scanned}`,
        dormant: sql`${scans.dormant} + ${candidates.length}`,
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

/**
 * Opens cases for the most valuable candidates, at most `limit`, as far as there is room beside the open cases.
 * Whoever has bought, cancelled or objected since the scan looked is left out.
 * @param capacity cases the team may have open at once; the policy's own limit counts as well
 * @returns `left`: how many more would have room
 */
export async function openFromScan(
  db: Db,
  request: { scanId: string; capacity: number; policy: VersionedPolicy; at: string; limit: number },
): Promise<{ opened: number; left: number }> {
  const { scanId, capacity, policy, at, limit } = request;
  return writing(db, (tx) => {
    const scan = scanOf(tx, scanId);
    if (scan?.status !== 'running') return { opened: 0, left: 0 };
    const room = Math.max(0, Math.min(capacity, policy.team.capacity) - countOpen(tx));
    const best = bestCandidates(tx, scan, Math.min(limit, room));
    for (const { customerId } of best) {
      openCaseIn(tx, {
        customerId,
        trigger: 'dormancy',
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
      left: Math.min(room - best.length, countWaiting(tx, scan)),
    };
  });
}

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
  writing(db, (tx) => {
    const scan = scanOf(tx, scanId);
    if (scan?.status !== 'running') return;
    tx.update(scans)
      .set({ status, error: error ?? null, finishedAt: at, waiting: countWaiting(tx, scan) })
      .where(eq(scans.scanId, scanId))
      .run();
  });
}

function scanOf(db: Db, scanId: string): ScanRecord | undefined {
  return db.select().from(scans).where(eq(scans.scanId, scanId)).get();
}

const asCustomer = eq(customers.customerId, scanCandidates.customerId);

/** Candidates of whom what the scan saw still holds. */
function stillLost(db: Db, { scanId, startedAt }: ScanRecord) {
  return and(
    eq(scanCandidates.scanId, scanId),
    lte(customers.lastPurchaseAt, startedAt),
    scannable(db),
  );
}

function bestCandidates(db: Db, scan: ScanRecord, limit: number): { customerId: string }[] {
  return db
    .select({ customerId: scanCandidates.customerId })
    .from(scanCandidates)
    .innerJoin(customers, asCustomer)
    .where(stillLost(db, scan))
    .orderBy(desc(scanCandidates.secondLifetimeValue), desc(scanCandidates.customerId))
    .limit(limit)
    .all();
}

function countWaiting(db: Db, scan: ScanRecord): number {
  return db
    .select({ number: count() })
    .from(scanCandidates)
    .innerJoin(customers, asCustomer)
    .where(stillLost(db, scan))
    .get()!.number;
}
