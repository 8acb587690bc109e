import { describe, expect, it } from '@jest/globals';
import { listCases, openCaseOf, projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import {
  beginScheduledScan,
  finishScan,
  getScan,
  listScans,
  listWaiting,
  openFromScan,
  openWaiting,
  saveScanPage,
  startScan,
} from '../../db/scans.ts';
import { scanCandidates } from '../../db/schema.ts';
import { after } from '../../domain/duration.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import { withDatabase } from '../support/database.ts';
import { aSilentLoss } from '../support/silent-losses.ts';
import {
  accept,
  anOpenCase,
  aPolicy,
  closedAsLost,
  event,
  messages,
  minute,
  projection,
  purchase,
} from './given.ts';

const candidate = (customerId: string, gainPerHour: number) => ({
  customerId,
  secondLifetimeValue: 5_000,
  expectedGain: gainPerHour,
  gainPerHour,
  silentLoss: aSilentLoss,
  lastPurchaseAt: minute(0),
});

/** A running scan that has found these customers, by what they promise. */
async function aScan(db: Db, values: Record<string, number>): Promise<void> {
  const found = Object.entries(values).map(([id, value]) => candidate(id, value));
  await accept(
    db,
    found.map(({ customerId }) => purchase(customerId, 'o1')),
  );
  await startScan(db, { scanId: 's1', at: minute(10) });
  const page = { scanId: 's1', cursor: 'Z', scanned: found.length, dormant: 9, candidates: found };
  await saveScanPage(db, page);
}

async function open(db: Db, { capacity = 60, limit = 20 } = {}) {
  const policy = withCapacity(await aPolicy(db), capacity);
  return openFromScan(db, {
    scanId: 's1',
    policy,
    at: minute(20),
    limit,
  });
}

function withCapacity(policy: VersionedPolicy, capacity: number): VersionedPolicy {
  return { ...policy, team: { ...policy.team, capacity } };
}

async function dormant(db: Db): Promise<string[]> {
  const { items } = await listCases(db, { trigger: 'dormancy' }, { limit: 100 });
  return items.map(({ customerId }) => customerId).sort();
}

describe('starting a scan', () => {
  it('has Temporal told, and gives the running one while there is one', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1'), purchase('C2', 'o1')]);
      const { record, created } = await startScan(db, { scanId: 's1', at: minute(1) });
      expect(created).toBe(true);
      expect(record).toMatchObject({ scanId: 's1', status: 'running', total: 2, scanned: 0 });
      expect(await startScan(db, { scanId: 's2', at: minute(2) })).toEqual({
        record,
        created: false,
      });
      expect(await messages(db)).toMatchObject([
        { kind: 'start-scan', orderKey: '/scan', payload: { scanId: 's1' } },
      ]);
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(3) });
      expect((await startScan(db, { scanId: 's2', at: minute(4) })).created).toBe(true);
      expect(await getScan(db, 's3')).toBeUndefined();
    }));
});

describe('a page of a scan', () => {
  it('counts once, however often it is saved', () =>
    withDatabase(async ({ db }) => {
      await startScan(db, { scanId: 's1', at: minute(1) });
      const first = {
        scanId: 's1',
        cursor: 'C5',
        scanned: 5,
        dormant: 9,
        candidates: [candidate('C3', 1)],
      };
      await saveScanPage(db, first);
      await saveScanPage(db, first);
      await saveScanPage(db, {
        scanId: 's1',
        cursor: 'C7',
        scanned: 2,
        dormant: 9,
        candidates: [],
      });
      await saveScanPage(db, first);
      expect(await getScan(db, 's1')).toMatchObject({
        ...{ scanned: 7, dormant: 18, worthwhile: 1, cursor: 'C7' },
      });
    }));
});

describe('opening cases from a scan', () => {
  it('takes those who promise most first, a few at a time', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 10, C2: 50, C3: 30, C4: 40 });
      expect(await open(db, { limit: 2 })).toEqual({ opened: 2, left: 2 });
      expect(await dormant(db)).toEqual(['C2', 'C4']);
      expect(await open(db, { limit: 2 })).toEqual({ opened: 2, left: 0 });
      expect(await open(db)).toEqual({ opened: 0, left: 0 });
      expect(await getScan(db, 's1')).toMatchObject({ opened: 4 });
      expect(await openCaseOf(db, 'C1')).toMatchObject({ trigger: 'dormancy', openedBy: 's1' });
    }));

  it('leaves out whoever has bought since what the scan saw, even before it began', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 10, C2: 50 });
      // Bought before the scan looked, but reported after it.
      await accept(db, [purchase('C2', 'late', { time: minute(5) })]);
      expect(await open(db)).toEqual({ opened: 1, left: 0 });
      expect(await dormant(db)).toEqual(['C1']);
    }));

  it('leaves no more open than the team can serve; the control group needs no room', () =>
    withDatabase(async ({ db }) => {
      const control = await anOpenCase(db, 'control');
      await projectCase(db, projection(control, 1, { state: { controlGroup: true } }), minute(1));
      await anOpenCase(db, 'busy');
      await aScan(db, { C1: 10, C2: 50, C3: 30, C4: 40 });
      expect(await open(db, { capacity: 3, limit: 1 })).toEqual({ opened: 1, left: 1 });
      expect(await open(db, { capacity: 3 })).toEqual({ opened: 1, left: 0 });
      expect(await dormant(db)).toEqual(['C2', 'C4']);
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(30) });
      expect(await getScan(db, 's1')).toMatchObject({
        status: 'completed',
        opened: 2,
        waiting: 2,
        finishedAt: minute(30),
        error: null,
      });
    }));

  it('leaves out who bought, cancelled, objected or got a case since the scan looked', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { bought: 1, cancelled: 2, objected: 3, open: 4, silent: 5 });
      await accept(db, [
        purchase('bought', 'o2', { time: minute(15) }),
        event('cancellation.received', 'cancelled', { time: minute(15) }),
        event('customer.objected', 'objected', { time: minute(15) }),
      ]);
      await anOpenCase(db, 'open');
      expect(await open(db)).toEqual({ opened: 1, left: 0 });
      expect(await dormant(db)).toEqual(['silent']);
    }));

  it('does not open a case again that ended meanwhile', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 1 });
      await open(db);
      const record = (await openCaseOf(db, 'C1'))!;
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(21));
      expect(await open(db)).toEqual({ opened: 0, left: 0 });
    }));

  it('ends with the scan', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 1 });
      await finishScan(db, { scanId: 's1', status: 'failed', error: 'why', at: minute(11) });
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(12) });
      expect(await open(db)).toEqual({ opened: 0, left: 0 });
      expect(await getScan(db, 's1')).toMatchObject({ status: 'failed', error: 'why', waiting: 1 });
    }));
});

describe('a scan by the schedule', () => {
  it('begins under the name of its workflow, once, and not beside another one', () =>
    withDatabase(async ({ db }) => {
      const begin = (scanId: string) => beginScheduledScan(db, { scanId, at: minute(1) });
      expect(await begin('night-1')).toMatchObject({ origin: 'schedule', status: 'running' });
      expect(await begin('night-1')).toMatchObject({ scanId: 'night-1' });
      expect(await begin('night-2')).toBeUndefined();
      expect(await messages(db)).toEqual([]);
      await finishScan(db, { scanId: 'night-1', status: 'completed', at: minute(2) });
      expect(await begin('night-1')).toBeUndefined();
      await startScan(db, { scanId: 's2', at: minute(3) });
      const { items } = await listScans(db, { limit: 10 });
      expect(items.map(({ scanId }) => scanId)).toEqual(['s2', 'night-1']);
    }));
});

describe('candidates without a place', () => {
  const now = async (db: Db) => ({ policy: await aPolicy(db), at: minute(40) });
  const waiting = async (db: Db, limit = 100) => {
    const { items } = await listWaiting(db, await now(db), { limit });
    return items.map(({ customerId }) => customerId);
  };
  const fill = async (db: Db, capacity: number, limit = 20) => {
    const { policy, at } = await now(db);
    return openWaiting(db, { policy: withCapacity(policy, capacity), at, limit });
  };

  it('wait, ranked, and get the places that become free', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 10, C2: 50, C3: 30, C4: 40 });
      await open(db, { capacity: 1 });
      expect(await waiting(db)).toEqual([]);
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(30) });
      expect(await waiting(db)).toEqual(['C4', 'C3', 'C1']);
      expect(await fill(db, 1)).toEqual({ opened: 0, left: 0 });

      const record = (await openCaseOf(db, 'C2'))!;
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(31));
      expect(await fill(db, 1)).toEqual({ opened: 1, left: 0 });
      expect(await dormant(db)).toEqual(['C2', 'C4']);
      expect(await waiting(db)).toEqual(['C3', 'C1']);
      expect(await getScan(db, 's1')).toMatchObject({ opened: 2, waiting: 2 });
    }));

  it('get no more places at once than asked for, and the rest with the next steps', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 10, C2: 50, C3: 30, C4: 40 });
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(30) });
      expect(await fill(db, 3, 2)).toEqual({ opened: 2, left: 1 });
      expect(await waiting(db)).toEqual(['C3', 'C1']);
      expect(await fill(db, 3, 2)).toEqual({ opened: 1, left: 0 });
      expect(await waiting(db)).toEqual(['C1']);
    }));

  it('come in pages and leave when they buy', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 10, C2: 9, C3: 10 });
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(30) });
      const first = await listWaiting(db, await now(db), { limit: 2 });
      expect(first.items).toMatchObject([
        { customerId: 'C3', gainPerHour: 10, foundAt: minute(10) },
        { customerId: 'C1' },
      ]);
      const page = { limit: 2, cursor: first.nextCursor! };
      expect((await listWaiting(db, await now(db), page)).items).toMatchObject([
        { customerId: 'C2' },
      ]);
      await accept(db, [purchase('C3', 'o2', { time: minute(35) })]);
      expect(await waiting(db)).toEqual(['C1', 'C2']);
    }));

  it('are those of the last good scan, until it is too old', () =>
    withDatabase(async ({ db }) => {
      await aScan(db, { C1: 10 });
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(11) });
      await startScan(db, { scanId: 's2', at: minute(12) });
      const found = { cursor: 'Z', scanned: 1, dormant: 9, candidates: [candidate('C1', 5)] };
      await saveScanPage(db, { scanId: 's2', ...found });
      expect(await waiting(db)).toEqual(['C1']);
      await finishScan(db, { scanId: 's2', status: 'failed', error: 'why', at: minute(13) });
      expect((await listWaiting(db, await now(db), { limit: 1 })).items).toMatchObject([
        { gainPerHour: 10 },
      ]);
      const policy = await aPolicy(db);
      const tooLate = { policy, at: after(minute(10), policy.scan.waitAtMost) };
      expect((await listWaiting(db, tooLate, { limit: 1 })).items).toEqual([]);
      const opening = { ...tooLate, limit: 20 };
      expect(await openWaiting(db, opening)).toEqual({ opened: 0, left: 0 });
    }));

  it('are forgotten with the next good scan, however many they are', () =>
    withDatabase(async ({ db }) => {
      const many = Array.from({ length: 12_000 }, (_, i) => candidate(`C${i}`, 1));
      await startScan(db, { scanId: 's1', at: minute(1) });
      for (let from = 0; from < many.length; from += 2_000) {
        const candidates = many.slice(from, from + 2_000);
        const cursor = `page ${10 + from / 2_000}`;
        await saveScanPage(db, { scanId: 's1', cursor, scanned: 2_000, dormant: 9, candidates });
      }
      await finishScan(db, { scanId: 's1', status: 'completed', at: minute(2) });
      await expect(db.$count(scanCandidates)).resolves.toBe(12_000);
      await startScan(db, { scanId: 's2', at: minute(3) });
      await finishScan(db, { scanId: 's2', status: 'completed', at: minute(4) });
      await expect(db.$count(scanCandidates)).resolves.toBe(0);
    }));
});
