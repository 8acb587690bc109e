import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { recordPurchases } from '../../db/imports.ts';
import { closeDatabase, openCopy, openDatabase, type Db } from '../../db/open.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import type { Purchase } from '../../domain/records.ts';
import { diceOf, type Dice } from './dice.ts';
import type { Json } from './load.ts';
import { startSystem, type Part, type System } from '../support/system.ts';

/*
 * The same customers in three systems: one scans undisturbed, the others lose their worker and their Temporal server
 * while the scan pages, and while it opens cases. A worker that dies is missed after up to 30 seconds, so the three run
 * side by side.
 *
 *   WINBACK_FAULT_SEED=17 npm test -- test/fault/scan
 */

const seed = Number(process.env['WINBACK_FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const customers = 40_000;
const capacity = 120;
/** cases closed before the second scan, so that it finds room for as many */
const closedBetween = 7;
const scanWithinMs = 400_000;
const dayMs = 86_400_000;

/** Nothing falls due while we look, and nobody but the scans gives away a place. */
const policy = {
  extends: 'standard',
  name: 'fault-scan',
  team: { capacity },
  scan: { refillEvery: '1d', startsPerMinute: 1_200 },
  identification: { controlGroupPercent: 0, doubtPercent: 0 },
};

/** A kill -9 as soon as the scan has come so far: a share of the customers looked at, or of the cases opened. */
type Blow = { parts: Part[]; during: 'paging' | 'opening'; share: number; afterMs: number };

type Scan = Record<'status' | 'scanId', string> &
  Record<'total' | 'scanned' | 'dormant' | 'worthwhile' | 'opened' | 'waiting', number>;

/** What one system came to. */
type Story = {
  first: Scan;
  /** the scan as each kill left it */
  killed: Scan[];
  /** customers with a case after the first scan */
  opened: string[];
  candidates: number;
  notRunning: string[];
  closed: string[];
  second: Scan;
  openAfterSecond: number;
  cases: { customerId: string; openedBy: string }[];
  endedByItself: System['endedByItself'];
  workerLog: string;
};

const dice = diceOf(seed);
const blow = (during: Blow['during'], parts: Part[], from: number, to: number): Blow => ({
  ...{ parts, during, share: dice.between(from, to) / 100, afterMs: dice.between(0, 60) },
});
const serverDiesWhilePaging = dice.chance(50);
const plans: Record<string, Blow[]> = {
  'not killed': [],
  'killed while it pages': [
    blow('paging', ['worker'], 1, 35),
    ...(serverDiesWhilePaging ? [blow('paging', ['temporal'], 36, 50)] : []),
    blow('paging', ['worker'], 51, 80),
  ],
  'killed while it opens': [
    blow('opening', ['worker'], 1, 40),
    ...(serverDiesWhilePaging ? [] : [blow('opening', ['temporal'], 41, 50)]),
    blow('opening', ['worker'], 51, 80),
  ],
};

const stories: Record<string, Story> = {};
let folder: string;
let best: string[];

beforeAll(async () => {
  tell(`fault test of the scan: WINBACK_FAULT_SEED=${seed}`);
  folder = await mkdtemp(join(tmpdir(), 'winback-fault-scan-'));
  const original = join(folder, 'original');
  const db = await openDatabase(original);
  best = await fill(db, dice);
  closeDatabase(db);
  const systems: System[] = [];
  try {
    // Starting takes all there is of the processors; what follows is mostly waiting.
    for (const name of Object.keys(plans)) {
      const own = join(folder, name.replaceAll(' ', '-'));
      await mkdir(own, { mode: 0o700 });
      closeDatabase(await openCopy(original, own));
      systems.push(await startSystem(own, policy));
    }
    await Promise.all(
      Object.entries(plans).map(async ([name, blows], i) => {
        stories[name] = await storyOf(systems[i]!, blows);
      }),
    );
  } finally {
    for (const system of systems) await system.stop();
  }
}, 900_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * Twice as many valuable customers as there is room, all of the same rhythm and long silent, each of whom spent more
 * than the one before; they lie anywhere among small customers of every kind.
 * @returns the valuable ones, the best first
 */
async function fill(db: Db, dice: Dice): Promise<string[]> {
  const today = Date.now();
  const ids = Array.from({ length: customers }, (_, n) => `C-${String(n).padStart(6, '0')}`);
  const valuable = dice.shuffled(ids).slice(0, 2 * capacity);
  const rank = new Map(valuable.map((customerId, i) => [customerId, i]));
  const purchasesOf = (customerId: string): Purchase[] => {
    const place = rank.get(customerId);
    const isValuable = place !== undefined;
    const number = isValuable ? 8 : dice.between(1, 6);
    const everyDays = isValuable ? 30 : dice.between(10, 90);
    const silentDays = isValuable ? 200 : dice.between(1, 900);
    const amount = isValuable
      ? 200_000 + 2_000 * (valuable.length - place)
      : dice.between(1, 3_000);
    return Array.from({ length: number }, (_, i) => ({
      customerId,
      orderId: `${customerId}-${i}`,
      purchasedAt: new Date(today - (silentDays + i * everyDays) * dayMs).toISOString(),
      amount,
      currency: 'EUR',
    }));
  };
  const at = new Date(today).toISOString();
  for (let from = 0; from < ids.length; from += 2_000) {
    const purchases = ids.slice(from, from + 2_000).flatMap(purchasesOf);
    await recordPurchases(db, { purchases, at });
  }
  return valuable;
}

async function storyOf(system: System, blows: Blow[]): Promise<Story> {
  const db = new Database(join(system.folder, 'winback.db'), { readonly: true });
  try {
    return await walk(system, db, blows);
  } finally {
    db.close();
  }
}

async function walk(system: System, db: Database.Database, blows: Blow[]): Promise<Story> {
  const killed: Scan[] = [];
  const scanId = await startScan(system);
  for (const { parts, ...when } of blows) {
    await until(() => hasCome(db, scanId, when));
    await pause(when.afterMs);
    for (const part of parts) await system.kill(part);
    killed.push(scanOf(db, scanId));
    for (const part of parts) await system.start(part);
  }
  const first = await ended(db, scanId);
  const opened = await casesAreRunning(system, db);

  const closed = opened.customerIds.slice(0, closedBetween);
  for (const customerId of closed) await close(system, db, customerId);
  const second = await ended(db, await startScan(system));
  await until(() => number(db, `select count(*) from outbox where done_at is null`) === 0);
  return {
    ...{ first, killed, second, closed },
    opened: opened.customerIds,
    notRunning: opened.notRunning,
    candidates: number(
      db,
      `select count(*) from scan_candidates where scan_id = '${second.scanId}'`,
    ),
    openAfterSecond: number(db, `select count(*) from cases where status = 'open'`),
    cases: db
      .prepare('select customer_id as customerId, opened_by as openedBy from cases')
      .all() as Story['cases'],
    endedByItself: system.endedByItself,
    workerLog: await readFile(join(system.folder, 'worker.log'), 'utf8'),
  };
}

async function startScan(system: System): Promise<string> {
  const { status, body } = await call(system, '/scans');
  if (status !== 201) throw new Error(`The scan was not started: ${status}`);
  return String(body['scanId']);
}

function hasCome(db: Database.Database, scanId: string, when: Omit<Blow, 'parts'>): boolean {
  const { status, scanned, total, opened } = scanOf(db, scanId);
  if (status !== 'running') throw new Error('The scan ended before it could be disturbed');
  const share = when.during === 'paging' ? scanned / total : opened / capacity;
  return share >= when.share;
}

async function ended(db: Database.Database, scanId: string): Promise<Scan> {
  await until(() => scanOf(db, scanId).status !== 'running');
  return scanOf(db, scanId);
}

/** Once everything is delivered: the customers with a case, and those of them whose workflow is not running. */
async function casesAreRunning(system: System, db: Database.Database) {
  await until(() => number(db, `select count(*) from outbox where done_at is null`) === 0);
  const open = db.prepare(`select customer_id from cases where status = 'open' order by 1`);
  const customerIds = open.pluck().all() as string[];
  const { client, connection } = await system.client();
  const notRunning: string[] = [];
  for (const customerId of customerIds) {
    const handle = client.workflow.getHandle(recoveryWorkflowId(customerId));
    const status = await handle.describe().then(
      (execution) => execution.status.name,
      (error: Error) => error.name,
    );
    if (status !== 'RUNNING') notRunning.push(`${customerId}: ${status}`);
  }
  await connection.close();
  return { customerIds, notRunning };
}

async function close(system: System, db: Database.Database, customerId: string): Promise<void> {
  const isOpen = `from cases where customer_id = '${customerId}' and status = 'open'`;
  const caseId = db.prepare(`select case_id ${isOpen}`).pluck().get() as string;
  await call(system, `/cases/${caseId}/close`, { reason: 'Makes room for the second scan' });
  await until(() => number(db, `select count(*) ${isOpen}`) === 0);
}

async function call(system: System, path: string, body?: object) {
  const key = system.keys.find(({ role }) => role === 'manager')!.secret;
  const answer = await fetch(`${system.url}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return { status: answer.status, body: (await answer.json()) as Record<string, Json> };
}

function scanOf(db: Database.Database, scanId: string): Scan {
  const row = db.prepare('select *, scan_id as scanId from scans where scan_id = ?').get(scanId);
  const { status, total, scanned, dormant, worthwhile, opened, waiting } = row as Scan;
  return { scanId, status, total, scanned, dormant, worthwhile, opened, waiting };
}

function number(db: Database.Database, query: string): number {
  return db.prepare(query).pluck().get() as number;
}

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + scanWithinMs; !isSo(); await pause(2)) {
    if (Date.now() > deadline)
      throw new Error(`Not within ${scanWithinMs / 1_000} s: ${isSo.toString()}`);
  }
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

describe.each(Object.keys(plans))(`a scan of ${customers} customers, %s (seed ${seed})`, (name) => {
  test('completes, and looks at each customer once', () => {
    const { first } = stories[name]!;
    expect(first).toMatchObject({ status: 'completed', total: customers, scanned: customers });
  });

  test('is really killed in the middle', () => {
    const { killed } = stories[name]!;
    expect(killed).toHaveLength(plans[name]!.length);
    for (const [i, { during }] of plans[name]!.entries()) {
      const { status, scanned, opened } = killed[i]!;
      expect(status).toBe('running');
      if (during === 'paging') expect(scanned).toBeLessThan(customers);
      else expect([scanned === customers, opened < capacity]).toEqual([true, true]);
    }
  });

  test('opens as many cases as the team can serve, those that promise most', () => {
    const { first, opened } = stories[name]!;
    expect(first.opened).toBe(capacity);
    expect(opened).toEqual(best.slice(0, capacity).sort());
  });

  test('finds and opens what the undisturbed one does', () => {
    const { first, opened } = stories[name]!;
    const undisturbed = stories['not killed']!;
    expect(opened).toEqual(undisturbed.opened);
    // Silence goes on between the two: somebody may just have crossed a threshold. A page is 2,000 customers.
    expect(Math.abs(first.dormant - undisturbed.first.dormant)).toBeLessThan(5);
    expect(first.waiting).toBe(first.worthwhile - capacity);
  });

  test('leaves no case without its running workflow', () => {
    expect(stories[name]!.notRunning).toEqual([]);
  });

  test('is followed by one that opens only the next best, where places have become free', () => {
    const { second, cases, closed, openAfterSecond, candidates } = stories[name]!;
    expect(second).toMatchObject({
      ...{ status: 'completed', total: customers - capacity, scanned: customers - capacity },
      opened: closedBetween,
    });
    expect(candidates).toBe(second.worthwhile);
    expect(openAfterSecond).toBe(capacity);
    const openedBy = (scanId: string) =>
      cases.filter((one) => one.openedBy === scanId).map(({ customerId }) => customerId);
    expect(openedBy(second.scanId).sort()).toEqual(
      best.slice(capacity, capacity + closedBetween).sort(),
    );
    expect(new Set(cases.map(({ customerId }) => customerId)).size).toBe(capacity + closed.length);
    expect(cases).toHaveLength(capacity + closed.length);
  });

  test('ends no process but those that were killed, and no workflow has to be repaired', () => {
    const { endedByItself, workerLog } = stories[name]!;
    expect(endedByItself).toEqual([]);
    expect(workerLog.split('\n').filter((line) => line.includes('had to repair'))).toEqual([]);
  });
});
