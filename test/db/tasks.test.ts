import { describe, expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { commands } from '../../db/schema.ts';
import {
  assignTask,
  claimTask,
  getTask,
  escalateTasks,
  listTasks,
  reassignTasks,
} from '../../db/tasks.ts';
import { keepHolidays } from '../../db/holidays.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { TaskFilter } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import {
  aCaseWithTasks,
  anna,
  anOpenCase,
  bert,
  boss,
  everyPage,
  minute,
  projection,
  task,
} from './given.ts';

async function listed(db: Db, filter: TaskFilter): Promise<string[]> {
  const { items } = await listTasks(db, filter, { limit: 100 });
  return items.map(({ taskId }) => taskId);
}

const closed = { status: 'cancelled', closedAt: minute(2), closeReason: 'deadline' } as const;

describe('the inbox', () => {
  it('is complete over its pages, earliest due first, where many are due at once', () =>
    withDatabase(async ({ db }) => {
      const tasks = Array.from({ length: 11 }, (_, i) =>
        task(`t${i.toString().padStart(2, '0')}`, {
          dueAt: minute(i < 8 ? 20 : 10),
          ...(i % 4 === 0 ? closed : {}),
        }),
      );
      await aCaseWithTasks(db, 'C1', tasks);
      const pages = await everyPage((cursor) => listTasks(db, {}, { limit: 2, cursor }));
      expect(pages.flat().map(({ taskId }) => taskId)).toEqual(
        ['08', '09', '10', '00', '01', '02', '03', '04', '05', '06', '07'].map((n) => `t${n}`),
      );
      const open = await everyPage((cursor) =>
        listTasks(db, { status: 'open' }, { limit: 3, cursor }),
      );
      expect(open.map((page) => page.length)).toEqual([3, 3, 2]);
    }));

  it('neither repeats nor hides a task that others complete meanwhile', () =>
    withDatabase(async ({ db }) => {
      const ids = ['t1', 't2', 't3', 't4'];
      const record = await aCaseWithTasks(
        db,
        'C1',
        ids.map((id) => task(id)),
      );
      const first = await listTasks(db, { status: 'open' }, { limit: 2 });
      const left = projection(record, 2, {
        tasks: [task('t2'), task('t3'), task('t4')],
      });
      await projectCase(db, left, minute(3));
      const second = await listTasks(
        db,
        { status: 'open' },
        { limit: 2, cursor: first.nextCursor! },
      );
      expect(second.items.map(({ taskId }) => taskId)).toEqual(['t3', 't4']);
    }));

  it('filters by status, assignee, type, case and due time', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [
        task('call', { dueAt: minute(10) }),
        task('letter', { type: 'letter', dueAt: minute(20) }),
        task('over', { dueAt: minute(5), ...closed }),
      ]);
      await aCaseWithTasks(db, 'C2', [task('other', { dueAt: minute(30), agreed: true })]);
      await claimTask(db, { taskId: 'letter', actor: anna, at: minute(2) });
      expect(await listed(db, {})).toEqual(['over', 'call', 'letter', 'other']);
      expect(await listed(db, { status: 'open' })).toEqual(['call', 'letter', 'other']);
      expect(await listed(db, { status: 'cancelled' })).toEqual(['over']);
      expect(await listed(db, { assignee: 'anna' })).toEqual(['letter']);
      expect(await listed(db, { assignee: null, status: 'open' })).toEqual(['call', 'other']);
      expect(await listed(db, { type: 'letter' })).toEqual(['letter']);
      expect(await listed(db, { agreed: true, status: 'open' })).toEqual(['other']);
      expect(await listed(db, { caseId: 'C1-e1' })).toEqual(['over', 'call', 'letter']);
      expect(await listed(db, { dueBefore: minute(20), status: 'open' })).toEqual(['call']);
    }));
});

describe('claiming a task', () => {
  it('gives it to the one who asks, and asking again is fine', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1')]);
      expect(await claimTask(db, { taskId: 't1', actor: anna, at: minute(2) })).toMatchObject({
        taskId: 't1',
        assignee: 'anna',
      });
      await claimTask(db, { taskId: 't1', actor: anna, at: minute(3) });
      await expect(
        claimTask(db, { taskId: 't1', actor: bert, at: minute(3) }),
      ).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await getTask(db, 't1')).toMatchObject({ assignee: 'anna' });
    }));

  it('is refused for closed and unknown tasks', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1', closed)]);
      await expect(
        claimTask(db, { taskId: 't1', actor: anna, at: minute(3) }),
      ).rejects.toMatchObject({
        code: 'task-not-open',
      });
      await expect(
        claimTask(db, { taskId: 't9', actor: anna, at: minute(3) }),
      ).rejects.toMatchObject({
        code: 'not-found',
      });
    }));
});

describe('assigning a task', () => {
  it('takes it from whoever has it, and gives it back to the team', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1')]);
      await claimTask(db, { taskId: 't1', actor: anna, at: minute(2) });
      const change = { taskId: 't1', actor: boss, at: minute(3) };
      expect(await assignTask(db, { ...change, assignee: 'bert' })).toMatchObject({
        assignee: 'bert',
      });
      expect(await assignTask(db, { ...change, assignee: null })).toMatchObject({ assignee: null });
      expect(db.select().from(commands).all()).toMatchObject([
        { action: 'task.claim', actor: 'anna', target: 't1', caseId: 'C1-e1', status: 'done' },
        { action: 'task.assign', actor: 'boss', request: { assignee: 'bert' }, at: minute(3) },
        { action: 'task.assign', request: { assignee: null }, finishedAt: minute(3) },
      ]);
    }));

  it('is refused for a closed task, without a trace in the audit', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1', closed)]);
      const change = { taskId: 't1', assignee: 'bert', actor: anna, at: minute(3) };
      await expect(assignTask(db, change)).rejects.toMatchObject({ code: 'task-not-open' });
      expect(db.select().from(commands).all()).toEqual([]);
    }));
});

describe('reassigning many tasks', () => {
  it('moves all open ones of somebody, each with the reason in its audit', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1'), task('t2'), task('t3'), task('t4')]);
      for (const taskId of ['t1', 't2'])
        await claimTask(db, { taskId, actor: anna, at: minute(2) });
      await claimTask(db, { taskId: 't3', actor: bert, at: minute(2) });
      const change = { from: 'anna', to: 'bert', reason: 'on holiday', actor: boss, at: minute(3) };
      expect(await reassignTasks(db, change)).toEqual({ reassigned: ['t1', 't2'], left: [] });
      expect(await listed(db, { assignee: 'bert' })).toEqual(['t1', 't2', 't3']);
      expect(await listed(db, { assignee: null })).toEqual(['t4']);
      const audit = db.select().from(commands).all().slice(3);
      expect(audit).toMatchObject(
        ['t1', 't2'].map((target) => ({
          action: 'task.assign',
          target,
          actor: 'boss',
          request: { assignee: 'bert', reason: 'on holiday' },
        })),
      );
    }));

  it('says which of the chosen it left alone, and why', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1'), task('t2'), task('t3', closed)]);
      await claimTask(db, { taskId: 't1', actor: anna, at: minute(2) });
      const taskIds = ['t1', 't2', 't3', 't9'];
      const change = { taskIds, from: 'anna', to: null, reason: 'ill', actor: boss, at: minute(3) };
      expect(await reassignTasks(db, change)).toEqual({
        reassigned: ['t1'],
        left: [
          { taskId: 't2', because: 'conflict' },
          { taskId: 't3', because: 'task-not-open' },
          { taskId: 't9', because: 'not-found' },
        ],
      });
      expect(await listed(db, { assignee: null, status: 'open' })).toEqual(['t1', 't2']);
    }));
});

describe('what waits for too long', () => {
  // 2026-11-02 is a Monday; work begins at 8:00 UTC.
  const days = (number: number) => minute(number * 24 * 60);
  const escalated = (db: Db) => listed(db, { escalated: true });

  it('becomes a manager’s business once, remedies as soon as they are overdue', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [
        task('call'),
        task('fix', { type: 'remedy', queue: 'service' }),
        task('later', { dueAt: days(3) }),
        task('over', closed),
      ]);
      const policy = standardPolicy;
      expect(await escalateTasks(db, { policy, at: days(1) })).toBe(0);
      expect(await escalateTasks(db, { policy, at: days(1.1) })).toBe(1);
      expect(await escalated(db)).toEqual(['fix']);
      expect(await escalateTasks(db, { policy, at: days(2.1) })).toBe(1);
      expect(await escalateTasks(db, { policy, at: days(2.2) })).toBe(0);
      expect(await escalated(db)).toEqual(['call', 'fix']);
      expect(await getTask(db, 'fix')).toMatchObject({ escalatedAt: days(1.1) });
      expect(db.select().from(commands).all()).toMatchObject([
        { action: 'task.escalate', target: 'fix', caseId: 'C1-e1', actor: 'engine' },
        { action: 'task.escalate', target: 'call', actor: 'engine', at: days(2.1) },
      ]);
    }));

  it('does not wait on a public holiday', () =>
    withDatabase(async ({ db }) => {
      await keepHolidays(db, standardPolicy.contact.region!, [
        { day: '2026-11-03', name: 'Tag der Tests' },
      ]);
      await aCaseWithTasks(db, 'C1', [task('fix', { type: 'remedy', queue: 'service' })]);
      const policy = standardPolicy;
      expect(await escalateTasks(db, { policy, at: days(1.1) })).toBe(0);
      expect(await escalateTasks(db, { policy, at: days(2.1) })).toBe(1);
    }));

  it('is counted anew when it is moved to later', () =>
    withDatabase(async ({ db }) => {
      const record = await aCaseWithTasks(db, 'C1', [task('t1')]);
      await escalateTasks(db, { policy: standardPolicy, at: days(3) });
      const write = (revision: number, dueAt: string) =>
        projectCase(db, projection(record, revision, { tasks: [task('t1', { dueAt })] }), days(3));
      await write(2, minute(10));
      expect(await escalated(db)).toEqual(['t1']);
      await write(3, days(4));
      expect(await escalated(db)).toEqual([]);
    }));

  it('does not escalate in a paused case, nor where the policy does not say when', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const state = { pausedUntil: days(30) };
      await projectCase(db, projection(record, 1, { tasks: [task('t1')], state }), minute(1));
      expect(await escalateTasks(db, { policy: standardPolicy, at: days(9) })).toBe(0);
      await aCaseWithTasks(db, 'C2', [task('t2')]);
      const { escalateAfter: _, ...policy } = standardPolicy;
      expect(await escalateTasks(db, { policy, at: days(9) })).toBe(0);
    }));
});
