import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadSecrets } from '../config/secrets.ts';
import { getCase, openCaseCount } from '../db/cases.ts';
import { getCustomer } from '../db/customers.ts';
import { listKeys } from '../db/keys.ts';
import { outboxBacklog } from '../db/outbox.ts';
import { events } from '../db/schema.ts';
import {
  aCaseWithTasks,
  anOpenCase,
  aStartedCase,
  aWebhook,
  messages,
  minute,
  task,
} from './db/given.ts';
import { inProcesses, withDatabase, withDataDir } from './support/database.ts';

/* What holds between processes that are real: they start anew for every test, which takes them a second. */

describe('where several processes are at work,', () => {
  it('the database is safe when several start on an empty folder at once', () =>
    withDataDir(async (dataDir) => {
      // Folder after folder at agreed moments: a single start rarely meets the other process.
      const rounds = `async (_db, load, number) => {
        const { openDatabase, closeDatabase } = await load('db/open.ts');
        const applied = [];
        const first = Math.ceil(Date.now() / 1000) * 1000 + 1000;
        for (let round = 0; round < 10; round += 1) {
          while (Date.now() < first + round * 100);
          const db = await openDatabase(${JSON.stringify(dataDir)} + '/' + round);
          applied.push(db.$client.prepare('select count(*) as n from __drizzle_migrations').get().n);
          closeDatabase(db);
        }
        return applied;
      }`;
      const known = readdirSync(join(import.meta.dirname, '../db/migrations')).filter((name) =>
        name.endsWith('.sql'),
      ).length;
      const applied = await inProcesses<number[]>(dataDir, 3, rounds);
      expect(new Set(applied.flat())).toEqual(new Set([known]));
    }));

  it('the database keeps what was committed by one that is killed', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const dying = inProcesses(
        1,
        `async (db, load) => {
          const { anOpenCase } = await load('test/db/given.ts');
          await anOpenCase(db, 'C1');
          process.kill(process.pid, 'SIGKILL');
        }`,
      );
      await expect(dying).rejects.toThrow();
      expect(await getCase(db, 'C1-e1')).toMatchObject({ status: 'open' });
    }));

  it('the first admin key is made by one of several that start at once', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const secrets = await inProcesses<string | null>(
        3,
        `async (db, load) => {
          const { ensureAdminKey } = await load('db/keys.ts');
          return (await ensureAdminKey(db, { at: '2026-11-02T08:00:00.000Z' })).secret;
        }`,
      );
      expect(secrets.filter((secret) => secret !== null)).toHaveLength(1);
      expect(await listKeys(db)).toHaveLength(1);
    }));

  it('the key of the secrets is the same for all that start at once', () =>
    withDataDir(async (dataDir) => {
      const sealed = await inProcesses<string>(
        dataDir,
        4,
        `async (_db, load, n) => (await load('config/secrets.ts')).loadSecrets(${JSON.stringify(dataDir)}).seal('from ' + n)`,
      );
      expect(sealed.map((one) => loadSecrets(dataDir).unseal(one))).toEqual(
        [0, 1, 2, 3].map((n) => `from ${n}`),
      );
    }));

  it('a batch of events is accepted once when several deliver it at the same time', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const results = await inProcesses<{ accepted: number; duplicates: number }>(
        3,
        `async (db, load) => {
          const { accept, purchase, event } = await load('test/db/given.ts');
          const sum = { accepted: 0, duplicates: 0 };
          for (let i = 0; i < 40; i += 1) {
            const { accepted, duplicates } = await accept(db, [
              purchase('C' + i, 'o1'),
              event('cancellation.received', 'C' + i),
            ]);
            sum.accepted += accepted;
            sum.duplicates += duplicates;
          }
          return sum;
        }`,
      );
      expect(results.map(({ accepted, duplicates }) => accepted + duplicates)).toEqual([
        80, 80, 80,
      ]);
      expect(results.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(80);
      expect(db.select().from(events).all()).toHaveLength(80);
      expect(await getCustomer(db, 'C7')).toMatchObject({ purchases: 1 });
      expect(await messages(db)).toHaveLength(40);
    }));

  it('one case per customer is opened when several try at once', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const created = await inProcesses<number>(
        3,
        `async (db, load) => {
          const { openCase } = await load('db/cases.ts');
          const { aPolicy, minute } = await load('test/db/given.ts');
          const policy = await aPolicy(db);
          let created = 0;
          for (let i = 0; i < 100; i += 1) {
            const opened = await openCase(db, {
              customerId: 'C' + i, trigger: 'manual', statedCause: null, statedReason: null,
              effectiveAt: null, openedBy: 'x', policy, at: minute(0),
            });
            if (opened.created) created += 1;
          }
          return created;
        }`,
      );
      expect(created.reduce((sum, n) => sum + n, 0)).toBe(100);
      expect(await messages(db)).toHaveLength(100);
      expect(await openCaseCount(db)).toBe(100);
    }));

  it('a scan is started by one of several', () =>
    withDatabase(async ({ inProcesses }) => {
      const created = await inProcesses<boolean>(
        3,
        `async (db, load, number) => {
          const { startScan } = await load('db/scans.ts');
          return (await startScan(db, { scanId: 's' + number, at: '2026-11-02T08:00:00.000Z' })).created;
        }`,
      );
      expect(created.filter(Boolean)).toHaveLength(1);
    }));

  it('a task is completed by one of several', () =>
    withDatabase(async ({ db, inProcesses }) => {
      await aStartedCase(db);
      const begun = await inProcesses<number>(
        3,
        `async (db, load, number) => {
          const { beginCommand } = await load('db/commands.ts');
          let begun = 0;
          for (let i = 0; i < 30; i += 1) {
            await beginCommand(db, {
              commandId: number + '-' + i, actor: { actorId: 'a' + number, role: 'agent' },
              action: 'task.complete', target: 't' + i, caseId: 'C1-e1', request: {},
              idempotencyKey: null, at: '2026-11-02T08:00:00.000Z', lease: '2026-11-02T08:00:00.000Z',
            }).then(() => (begun += 1), (error) => { if (error.code !== 'conflict') throw error; });
          }
          return begun;
        }`,
      );
      expect(begun.reduce((sum, n) => sum + n, 0)).toBe(30);
      expect(await outboxBacklog(db)).toMatchObject({ undone: 30 });
    }));

  it('a task is claimed by one of several people in several of them', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const ids = Array.from({ length: 60 }, (_, i) => `t${i}`);
      await aCaseWithTasks(
        db,
        'C1',
        ids.map((id) => task(id)),
      );
      const won = await inProcesses<string[]>(
        3,
        `async (db, load, number) => {
          const { claimTask } = await load('db/tasks.ts');
          const won = [];
          for (let i = 0; i < 60; i += 1) {
            const taskId = 't' + i;
            const actor = { actorId: 'agent-' + number, role: 'agent' };
            const claimed = await claimTask(db, { taskId, actor, at: '2026-11-02T08:00:00.000Z' })
              .catch((error) => { if (error.code !== 'conflict') throw error; });
            if (claimed) won.push(taskId);
          }
          return won;
        }`,
      );
      expect(won.flat().sort()).toEqual(ids.sort());
    }));

  it('the next task goes to one person only, however many ask in how many of them', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const ids = Array.from({ length: 90 }, (_, i) => `t${i}`);
      await aCaseWithTasks(
        db,
        'C1',
        ids.map((id) => task(id)),
      );
      const got = await inProcesses<string[]>(
        3,
        `async (db, load, number) => {
          const { nextTask } = await load('db/handing-out.ts');
          const { standardPolicy: policy } = await load('domain/standard-policy.ts');
          const got = [];
          for (let i = 0; ; i += 1) {
            const actor = { actorId: 'agent-' + number + '-' + i, role: 'agent' };
            const { task } = await nextTask(db, { actor, teamId: null, policy,
              at: '2026-11-02T09:00:00.000Z', idempotencyKey: null });
            if (!task) return got;
            got.push(task.taskId);
            // So that the others get their turn, too.
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
        }`,
      );
      expect(got.flat().sort()).toEqual(ids.sort());
    }));

  it('a message of a webhook is taken by one of several that ask at once', () =>
    withDatabase(async ({ db, inProcesses }) => {
      const { webhookId } = await aWebhook(db);
      for (const n of Array(20).keys()) await anOpenCase(db, `C${n}`);
      const taken = await inProcesses<string[]>(
        3,
        `async (db, load) => {
          const { takeDeliveries } = await load('db/webhook-deliveries.ts');
          const take = { webhookId: '${webhookId}', now: '${minute(1)}', lease: '${minute(2)}', limit: 3 };
          const taken = [];
          for (let more = true; more; ) {
            const some = await takeDeliveries(db, take);
            taken.push(...some.map(({ deliveryId }) => deliveryId));
            more = some.length > 0;
          }
          return taken;
        }`,
      );
      expect(taken.flat()).toHaveLength(20);
      expect(new Set(taken.flat()).size).toBe(20);
    }));
});
