import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { openCaseOf, projectCase } from '../../db/cases.ts';
import { getCustomer, purchaseHistory } from '../../db/customers.ts';
import { ping, stats } from '../../db/health.ts';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import { getTask } from '../../db/tasks.ts';
import { mailStatuses } from '../../domain/mails.ts';
import { reportMailStatuses } from '../../domain/monthly-report.ts';
import { withDatabase, withDataDir } from '../support/database.ts';
import { accept, anOpenCase, minute, projection, purchase, task } from './given.ts';

function firstRelease(folder: string): number {
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  return journal.entries[0]!.when;
}

describe('opening the database', () => {
  it('creates the data folder with everything that leads to it', () =>
    withDataDir(async (folder) => {
      const db = await openDatabase(join(folder, 'a/b'));
      await ping(db);
      closeDatabase(db);
    }));

  it('waits for another process that is just creating the file', () =>
    withDataDir(async (dataDir) => {
      const other = new Database(join(dataDir, 'winback.db'));
      other.exec('begin immediate');
      const opening = openDatabase(dataDir);
      await pause(50);
      other.exec('commit');
      other.close();
      closeDatabase(await opening);
    }));

  it('finds what was written before', () =>
    withDataDir(async (dataDir) => {
      const first = await openDatabase(dataDir);
      const { caseId } = await anOpenCase(first, 'C1');
      closeDatabase(first);
      const second = await openDatabase(dataDir);
      expect((await openCaseOf(second, 'C1'))?.caseId).toBe(caseId);
      closeDatabase(second);
    }));

  it('brings a database of the first release with all that it holds to what it is now', () =>
    withDataDir(async (dataDir) => {
      const old = new Database(join(dataDir, 'winback.db'));
      const folder = join(import.meta.dirname, '../../db/migrations');
      old.exec(readFileSync(join(folder, '0000_foundation.sql'), 'utf8'));
      old.exec(
        `create table __drizzle_migrations (id serial primary key, hash text not null, created_at numeric);
         insert into __drizzle_migrations (hash, created_at) values ('first', ${firstRelease(folder)});
         insert into tasks (task_id, case_id, customer_id, type, step, status, attempt, created_at, due_at, deadline_at)
         values ('t1', 'C1-e1', 'C1', 'letter', 'measures', 'open', 1, '${minute(1)}', '${minute(2)}', '${minute(3)}');
         insert into purchases (customer_id, order_id, purchased_at, amount, currency)
         values ('C1', 'o2', '${minute(1)}', 700, 'EUR'), ('C2', 'o1', '${minute(2)}', 800, 'CHF'), ('C1', 'o1', '${minute(3)}', 900, 'EUR');
         insert into customers (customer_id, created_at, updated_at, purchases, total_amount, currency, last_purchase_at, cancelled_at)
         values ('C1', '${minute(3)}', '${minute(3)}', 2, 1600, 'EUR', '${minute(3)}', null), ('C2', '${minute(3)}', '${minute(3)}', 1, 800, 'CHF', '${minute(2)}', '${minute(5)}'),
           ('C3', '${minute(3)}', '${minute(3)}', 0, 0, null, null, null);
         insert into events (source, event_id, type, customer_id, time, received_at, data)
         values ('shop', 'e1', 'cancellation.received', 'C2', '${minute(5)}', '${minute(6)}', '{}'),
           ('shop', 'e2', 'cancellation.received', 'C3', '${minute(4)}', '${minute(5)}', '{}'), ('shop', 'e3', 'cancellation.withdrawn', 'C3', '${minute(7)}', '${minute(8)}', '{}');
         insert into cases (case_id, customer_id, episode, trigger, status, step, opened_at, policy_version, opened_by)
         values ('C1-e1', 'C1', 1, 'dormancy', 'open', 'measures', '${minute(9)}', 'standard-1', 'scan'), ('C2-e1', 'C2', 1, 'cancellation', 'open', 'measures', '${minute(6)}', 'standard-1', 'shop')`,
      );
      old.close();
      const db = await openDatabase(dataDir);
      expect(await getTask(db, 't1')).toMatchObject({
        ...{ caseId: 'C1-e1', type: 'letter', dueAt: minute(2), agreed: false },
        ...{ sign: null, signAt: null, signData: null },
      });
      expect(await purchaseHistory(db, 'C1')).toMatchObject({
        ...{ lastPurchaseAt: minute(3), totalAmount: 1_600, firstDayAmount: 1_600 },
      });
      // What was lost when, and what still stands, as it would have been kept from the beginning.
      const lost = db.all(sql`select case_id as caseId, lost_at as lostAt, cancelled from cases`);
      expect(lost).toEqual([
        { caseId: 'C1-e1', lostAt: minute(3), cancelled: 0 },
        { caseId: 'C2-e1', lostAt: minute(5), cancelled: 1 },
      ]);
      const cancelled = ['C1', 'C2', 'C3'].map((customerId) => getCustomer(db, customerId));
      expect((await Promise.all(cancelled)).map((one) => one?.cancelledAt)).toEqual([
        null,
        minute(5),
        null,
      ]);
      expect(await openCaseOf(db, 'C2')).toMatchObject({ caseId: 'C2-e1', historyLength: 0 });
      await accept(db, [purchase('C1', 'o1'), purchase('C2', 'o1'), purchase('C2', 'o2')]);
      expect(await stats(db, { overdueBefore: minute(10) })).toMatchObject({ purchases: 4 });
      closeDatabase(db);
    }));

  it('refuses a database that a newer program has changed', () =>
    withDataDir(async (dataDir) => {
      const db = await openDatabase(dataDir);
      db.run(sql`insert into __drizzle_migrations (hash, created_at) values ('x', 99999999999999)`);
      closeDatabase(db);
      await expect(openDatabase(dataDir)).rejects.toThrow('newer version');
    }));
});

describe('figures about the database', () => {
  it('count customers, purchases, open and overdue work, and what waits to be told', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1'), purchase('C2', 'o2'), purchase('C2', 'o3')]);
      const record = await anOpenCase(db, 'C1', { at: minute(3) });
      const tasks = [task('t1', { dueAt: minute(5) }), task('t2', { dueAt: minute(15) })];
      await projectCase(db, projection(record, 1, { tasks }), minute(4));
      expect(await stats(db, { overdueBefore: minute(10) })).toEqual({
        customers: 2,
        mails: Object.fromEntries(mailStatuses.map((status) => [status, 0])),
        reportMails: Object.fromEntries(reportMailStatuses.map((status) => [status, 0])),
        purchases: 3,
        openCases: 1,
        openTasks: 2,
        overdueTasks: 1,
        failingWebhooks: 0,
        webhooks: {
          counts: { delivered: 0, failed: 0, held: 0, pending: 0 },
          oldestPendingAt: null,
        },
        outboxUndone: 1,
        outboxOldestAt: minute(3),
      });
    }));
});
