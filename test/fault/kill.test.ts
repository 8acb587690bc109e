import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import { reconcile } from '../../relay/reconcile.ts';
import { createRecoveries } from '../../temporal/recoveries.ts';
import { disagreements } from './agreement.ts';
import * as cases from './case-checks.ts';
import { diceOf, type Dice } from './dice.ts';
import * as facts from './fact-checks.ts';
import { startLoad, type Journal } from './load.ts';
import * as orders from './order-checks.ts';
import { startSystem, type Part, type System } from '../support/system.ts';

/*
 * Worker, API and Temporal server are killed at random moments while people and a sales system work with them.
 *
 *   WINBACK_FAULT_SEED=17 WINBACK_FAULT_ROUNDS=100 npm test -- test/fault
 */

const seed = Number(process.env['WINBACK_FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const rounds = Number(process.env['WINBACK_FAULT_ROUNDS'] ?? 20);
/** Longer than the lease of a command that the API took in and did not live to deliver. */
const settledWithinMs = 90_000;
const runWithinMs = 120_000 + rounds * 30_000;

const victims: Part[][] = [
  ['worker'],
  ['api'],
  ['temporal'],
  ['worker', 'api'],
  ['worker', 'temporal'],
  ['api', 'temporal'],
  ['worker', 'api', 'temporal'],
];

describe(`killed at random moments (seed ${seed}, ${rounds} rounds)`, () => {
  let folder: string;
  let system: System;
  let journal: Journal;
  let db: Database.Database;
  let disagreement: string[];

  beforeAll(async () => {
    const dice = diceOf(seed);
    tell(`fault test: WINBACK_FAULT_SEED=${seed} WINBACK_FAULT_ROUNDS=${rounds}`);
    folder = await mkdtemp(join(tmpdir(), 'winback-fault-'));
    system = await startSystem(folder);
    const load = await startLoad(system, dice.fork());
    journal = load.journal;
    for (const [i, killed] of plan(dice).entries()) {
      // Now and then the next blow comes before everything works again.
      if (dice.chance(75)) await load.working();
      await round(system, dice, killed, i + 1);
    }
    await load.stop();
    disagreement = await settled(system);
    db = new Database(join(folder, 'winback.db'), { readonly: true });
    // One picture for all checks, since timers go on.
    db.exec('begin');
    tell(summary(system, journal, db));
  }, runWithinMs);

  afterAll(async () => {
    db?.close();
    await system?.stop();
    if (!process.env['WINBACK_FAULT_KEEP']) await rm(folder, { recursive: true, force: true });
    else tell(`kept ${folder}`);
  }, 60_000);

  test('no client gets an answer that it could not expect', () => {
    expect(journal.surprises).toEqual([]);
  });

  const promises = {
    'every event is stored once': facts.eventsStoredOnce,
    'every order counts once': facts.ordersCountedOnce,
    'the newest profile of a customer stands': facts.newestProfileStands,
    'a case hears every fact once': facts.factsToldOnce,
    'results are recorded as answered, with their text': orders.completionsKept,
    'the timeline tells every task once': cases.timelinesTellTheTasks,
    'timelines have no gaps': cases.timelinesHaveNoGaps,
    'cases are closed, paused and resumed as told': orders.managersObeyed,
    'whoever claimed a task has it': orders.claimsStand,
    'a customer has one open case, and episodes without gaps': cases.casesAreOneAfterTheOther,
    'closed cases have an outcome and nothing left to do': cases.closedCasesAreAtRest,
    'no open case waits for nothing': cases.nothingStalls,
    'the audit has every command once': orders.auditComplete,
    'scans end': cases.scansEnded,
  };
  test.each(Object.entries(promises))('%s', (_promise, check) => {
    expect(check(db, journal)).toEqual([]);
  });

  test('the database agrees with the workflows', () => {
    expect(disagreement).toEqual([]);
  });

  test('the reconciliation pass finds nothing to repair, and never did', async () => {
    const { client, connection } = await system.client();
    const own = await openDatabase(folder);
    const silent = { info: ignore, warn: ignore, error: ignore };
    const found = await reconcile({
      ...{ db: own, client, log: silent },
      recoveries: createRecoveries({ client, taskQueue: 'winback' }),
      clock: () => new Date().toISOString(),
    });
    closeDatabase(own);
    await connection.close();
    const cases = { restarted: [], endedOutside: [], rewritten: [], unanswered: [] };
    expect(found).toMatchObject({ ...cases, scansEnded: [] });
    const log = await readFile(join(folder, 'worker.log'), 'utf8');
    expect(log.split('\n').filter((line) => line.includes('had to repair'))).toEqual([]);
    expect(log.split('\n').filter((line) => /nondeterminis/i.test(line))).toEqual([]);
  });

  test('both database files are whole', async () => {
    await system.stop();
    for (const file of ['winback.db', 'temporal.db']) {
      const whole = new Database(join(folder, file));
      expect([file, whole.pragma('integrity_check', { simple: true })]).toEqual([file, 'ok']);
      whole.close();
    }
  }, 60_000);
});

/** Everybody is a victim twice at least, in an order by chance. */
function plan(dice: Dice): Part[][] {
  const all = Array.from({ length: rounds }, (_, i) =>
    i < 2 * victims.length ? victims[i % victims.length]! : dice.pick(victims),
  );
  return dice.shuffled(all);
}

async function round(system: System, dice: Dice, killed: Part[], number: number): Promise<void> {
  await pause(dice.between(500, 2_000));
  // Now and then the database is busy meanwhile, so that what an attempt began before the blow it ends long after.
  const busy = dice.chance(40) ? keepBusy(system, dice.between(500, 4_000)) : undefined;
  if (busy) await pause(dice.between(0, 300));
  await Promise.all(killed.map((part) => system.kill(part)));
  const downMs = dice.between(0, 1_500);
  await pause(downMs);
  const startedAt = performance.now();
  const started = Promise.all(killed.map((part) => system.start(part))).then(() => {
    const startMs = Math.round(performance.now() - startedAt);
    tell(`round ${number}: killed ${killed.join(', ')}; down ${downMs} ms, starting ${startMs} ms`);
  });
  // Or even while they are still starting.
  if (killed.includes('temporal') || dice.chance(75)) await started;
  else started.catch((error: Error) => tell(error.message));
  await busy;
}

/** Holds the database's write lock as a slow backup or disk would. */
async function keepBusy({ folder }: System, ms: number): Promise<void> {
  const db = new Database(join(folder, 'winback.db'));
  db.exec('begin immediate');
  await pause(ms);
  db.exec('commit');
  db.close();
}

/**
 * Until nothing is on its way any more, neither from the database to Temporal nor back; returns where the two then
 * tell different things.
 */
async function settled(system: System): Promise<string[]> {
  await system.ready();
  const db = new Database(join(system.folder, 'winback.db'), { readonly: true });
  const { client, connection } = await system.client();
  const underWay = () => ({
    messages: db.prepare('select * from outbox where done_at is null').all(),
    commands: db.prepare(`select * from commands where status = 'pending'`).all(),
    scans: db.prepare(`select * from scans where status = 'running'`).all(),
    unstarted: db.prepare(`select * from cases where status = 'open' and revision = 0`).all(),
  });
  const atRest = () => Object.values(underWay()).every((rows) => rows.length === 0);
  try {
    for (const deadline = Date.now() + settledWithinMs; Date.now() < deadline; await pause(200)) {
      if (!atRest()) continue;
      const found = await disagreements(db, client);
      if (atRest()) return found;
    }
    return [`not settled in ${settledWithinMs / 1_000} s: ${JSON.stringify(underWay(), null, 1)}`];
  } finally {
    await connection.close();
    db.close();
  }
}

function summary(system: System, journal: Journal, db: Database.Database): string {
  const number = (query: string) => db.prepare(query).pluck().get() as number;
  const kept = db
    .prepare(
      `select action, status, error ->> '$.code' as code, count(*) as number from commands
       where status = 'rejected' group by 1, 2, 3`,
    )
    .all() as { action: string; status: string; code: string; number: number }[];
  return [
    ...[...journal.answers].sort().map(([what, times]) => `  ${what}: ${times}`),
    `  broken off and sent again: ${journal.broken}`,
    `  events ${journal.events.size}, cases ${number('select count(*) from cases')}, closed ${number(`select count(*) from cases where status = 'closed'`)}, tasks done ${number(`select count(*) from tasks where status = 'done'`)}, discarded ${number(`select count(*) from tasks where close_reason = 'discarded'`)}`,
    ...kept.map(({ action, code, number: times }) => `  rejected ${action} ${code}: ${times}`),
    ...system.endedByItself.map(
      ({ part, words }) => `  ${part} ended by itself: ${words.slice(-300)}`,
    ),
  ].join('\n');
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

const ignore = () => undefined;
