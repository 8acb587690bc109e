import { describe, expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import { consequencesOf } from '../../db/consequences.ts';
import { getCustomer } from '../../db/customers.ts';
import { recordCancellations, recordPermissions, recordPurchases } from '../../db/imports.ts';
import type { Db } from '../../db/open.ts';
import { completePreventiveTask, rescheduleTaskWithoutCase } from '../../db/prevention.ts';
import { closeOverduePreventiveTasks } from '../../db/preventive-tasks.ts';
import { commands } from '../../db/schema.ts';
import { assignTask, claimTask, getTask, listTasks } from '../../db/tasks.ts';
import { listDeliveries } from '../../db/webhook-deliveries.ts';
import { after } from '../../domain/duration.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  aWebhook,
  bert,
  event,
  minute,
  projection,
  purchase,
  task,
} from './given.ts';
import {
  answers,
  buyer,
  complaint,
  considered,
  daysAgo,
  laterBy,
  now,
  openTask,
  permission,
  told,
  withCall,
} from './given-signs.ts';

describe('a preventive task closes', () => {
  const purchases = [
    { customerId: 'C1', orderId: 'i1', purchasedAt: minute(9), amount: 1, currency: 'EUR' },
  ];
  const closings: [string, string, (db: Db) => Promise<unknown>][] = [
    ['a case that a person opens', 'case-opened', (db) => anOpenCase(db, 'C1', { at: minute(9) })],
    [
      'a cancellation',
      'case-opened',
      (db) => accept(db, [event('cancellation.received', 'C1', { time: minute(9) })], minute(9)),
    ],
    [
      'a purchase',
      'purchase',
      (db) => accept(db, [purchase('C1', 'o9', { time: minute(9) })], minute(9)),
    ],
    ['an imported purchase', 'purchase', (db) => recordPurchases(db, { purchases, at: minute(9) })],
    [
      'an imported cancellation',
      'cancellation',
      (db) =>
        recordCancellations(db, {
          cancellations: [{ customerId: 'C1', receivedAt: minute(9) }],
          at: minute(9),
        }),
    ],
    [
      'an objection',
      'objection',
      (db) => accept(db, [event('customer.objected', 'C1')], minute(9)),
    ],
    ['a death', 'death', (db) => accept(db, [event('customer.deceased', 'C1')], minute(9))],
    [
      'a refusal of its channel',
      'permission-withdrawn',
      (db) => accept(db, [permission('phone', false, minute(9))], minute(9)),
    ],
    [
      'an imported refusal of its channel',
      'permission-withdrawn',
      async (db) => {
        const refusal = { customerId: 'C1', channel: 'phone', granted: false } as const;
        await recordPermissions(db, {
          permissions: [{ ...refusal, at: minute(9) }],
          at: minute(9),
        });
      },
    ],
  ];

  it.each(closings)('by %s, with the reason %s', (_what, closeReason, happens) =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      await happens(db);
      expect(await getTask(db, taskId)).toMatchObject({
        status: 'cancelled',
        closeReason,
        closedAt: minute(9),
      });
      expect(await openTask(db)).toBeUndefined();
    }),
  );

  it('by its deadline, however long ago that was, and not before', () =>
    withDatabase(async ({ db }) => {
      const { taskId, deadlineAt } = await withCall(db);
      const before = new Date(Date.parse(deadlineAt) - 1).toISOString();
      expect(await closeOverduePreventiveTasks(db, before)).toBe(0);
      expect(await getTask(db, taskId)).toMatchObject({ status: 'open' });
      expect(await closeOverduePreventiveTasks(db, laterBy(30))).toBe(1);
      expect(await getTask(db, taskId)).toMatchObject({
        closeReason: 'deadline',
        closedAt: laterBy(30),
      });
      expect(await closeOverduePreventiveTasks(db, laterBy(31))).toBe(0);
    }));

  it('by nothing that leaves its reason standing', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db, [
        purchase('C1', 'late', { time: daysAgo(1) }),
        permission('email', false, minute(1)),
        permission('phone', true, minute(5)),
        permission('phone', false, minute(4)),
        complaint({ complaintId: 'T1', answeredAt: minute(6) }),
      ]);
      await anOpenCase(db, 'C2');
      expect(await getTask(db, taskId)).toMatchObject({ status: 'open' });
    }));

  it('by no purchase when it is about a withdrawn permission', () =>
    withDatabase(async ({ db }) => {
      const withdrawal = [permission('email', true, daysAgo(9)), permission('email', false)];
      await accept(db, [...buyer('C1'), ...withdrawal]);
      await accept(db, [purchase('C1', 'o9', { time: minute(9) })], minute(9));
      expect(await openTask(db)).toMatchObject({ sign: 'permission-withdrawn' });
    }));

  it('by no deadline of a case: tasks of cases are left to their workflows', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const open = { ...task('case-task'), deadlineAt: minute(20) };
      await projectCase(db, projection(record, 1, { tasks: [open] }), minute(1));
      expect(await closeOverduePreventiveTasks(db, laterBy(99))).toBe(0);
      expect(await getTask(db, open.taskId)).toMatchObject({ status: 'open', sign: null });
    }));
});

describe('completing a preventive task', () => {
  it('keeps the result and the audit in one, and is done once', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      const result = { outcome: 'reached', finding: 'neglected', note: 'Waits for a call.' };
      await completePreventiveTask(db, told(taskId, { result }));
      expect(await getTask(db, taskId)).toMatchObject({
        ...{ status: 'done', closedAt: minute(30), closeReason: null, completedBy: 'anna', result },
      });
      const second = completePreventiveTask(db, told(taskId, { result, actor: bert }));
      await expect(second).rejects.toMatchObject({ code: 'task-not-open' });
      expect(db.select().from(commands).all()).toMatchObject([
        {
          ...{ action: 'task.complete', target: taskId, caseId: null, actor: 'anna' },
          ...{ request: { result }, status: 'done', at: minute(30), finishedAt: minute(30) },
        },
      ]);
    }));

  it('is one request when it is repeated under its key, and refused for another', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      const callbackAt = '2026-11-05T15:30:00+01:00';
      const asked = { result: { outcome: 'callback', callbackAt }, idempotencyKey: 'k1' };
      await completePreventiveTask(db, told(taskId, asked));
      const moved = await getTask(db, taskId);
      await completePreventiveTask(db, told(taskId, { ...asked, at: minute(99) }));
      expect(await getTask(db, taskId)).toEqual(moved);
      const other = { result: { outcome: 'reached' }, idempotencyKey: 'k1' };
      await expect(completePreventiveTask(db, told(taskId, other))).rejects.toMatchObject({
        code: 'idempotency-key-reused',
      });
      expect(db.select().from(commands).all()).toHaveLength(1);
    }));

  it('with a callback moves it to the agreed time', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      const callback = async (callbackAt: string) => {
        await completePreventiveTask(
          db,
          told(taskId, { result: { outcome: 'callback', callbackAt } }),
        );
        return getTask(db, taskId);
      };
      expect(await callback('2026-11-05T15:30:00+01:00')).toMatchObject({
        ...{ status: 'open', agreed: true, result: null, closedAt: null },
        dueAt: '2026-11-05T14:30:00.000Z',
        deadlineAt: '2026-11-12T14:30:00.000Z',
      });
      expect(await callback('2026-10-01T10:00:00Z')).toMatchObject({ dueAt: minute(30) });
    }));

  it('with a callback further away than a task may be moved is refused and changes nothing', () =>
    withDatabase(async ({ db }) => {
      const task = await withCall(db);
      const { taskId } = task;
      const furthest = after(minute(30), standardPolicy.rescheduleAtMost);
      const callback = (callbackAt: string) =>
        completePreventiveTask(db, told(taskId, { result: { outcome: 'callback', callbackAt } }));
      const tooFar = new Date(Date.parse(furthest) + 1).toISOString();
      const foretold = async (callbackAt: string) => {
        const now = { at: minute(30), policy: standardPolicy };
        const all = await consequencesOf(db, (await getTask(db, taskId))!, { callbackAt }, now);
        return all.find(({ outcome }) => outcome === 'callback');
      };
      expect(await foretold(tooFar)).toMatchObject({ gaveUp: 'too-far' });
      expect(await foretold(furthest)).toMatchObject({ gaveUp: null, next: { dueAt: furthest } });
      await expect(callback(tooFar)).rejects.toMatchObject({
        code: 'invalid',
        fields: [{ field: 'result.callbackAt', rule: 'must be at most 60d away' }],
      });
      expect(await getTask(db, taskId)).toEqual(task);
      expect(db.select().from(commands).all()).toEqual([]);
      await callback(furthest);
      expect(await getTask(db, taskId)).toMatchObject({ dueAt: furthest, agreed: true });
    }));

  it('with do-not-contact is an objection', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      await completePreventiveTask(db, told(taskId, { result: { outcome: 'do-not-contact' } }));
      expect(await getTask(db, taskId)).toMatchObject({ status: 'done' });
      expect(await getCustomer(db, 'C1')).toMatchObject({ objectedAt: minute(30) });
      await accept(db, [considered('C1', laterBy(100))], laterBy(100));
      expect(await answers(db)).toMatchObject({ 'cancellation-considered objected': 1 });
    }));

  it.each(['no-answer', 'refused', 'not-now', 'wrong-number'])('with %s ends it', (outcome) =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      await completePreventiveTask(db, told(taskId, { result: { outcome } }));
      expect(await getTask(db, taskId)).toMatchObject({ status: 'done', result: { outcome } });
      expect(await getCustomer(db, 'C1')).toMatchObject({ objectedAt: null });
    }),
  );

  it('and moving leave tasks of cases to their workflows', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const own = task('case-task');
      await projectCase(db, projection(record, 1, { tasks: [own] }), minute(1));
      const { taskId } = own;
      const complete = completePreventiveTask(db, told(taskId, { result: { outcome: 'refused' } }));
      await expect(complete).rejects.toMatchObject({ code: 'task-not-open' });
      expect(await getTask(db, taskId)).toMatchObject({ status: 'open' });
    }));
});

describe('a preventive task in the inbox', () => {
  it('is moved with its deadline, claimed and assigned like others', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      const request = { dueAt: '2026-11-04T09:00:00.000Z' };
      await rescheduleTaskWithoutCase(db, told(taskId, { request }));
      await claimTask(db, { taskId, actor: anna, at: minute(31) });
      await assignTask(db, { taskId, assignee: 'bert', actor: anna, at: minute(32) });
      expect(await getTask(db, taskId)).toMatchObject({
        ...{ dueAt: request.dueAt, deadlineAt: '2026-11-11T09:00:00.000Z', assignee: 'bert' },
      });
      const audit = db.select().from(commands).all();
      expect(audit.map(({ action, caseId }) => [action, caseId])).toEqual([
        ['task.reschedule', null],
        ['task.claim', null],
        ['task.assign', null],
      ]);
    }));

  it('is found by its sign, and beside the tasks of cases', () =>
    withDatabase(async ({ db }) => {
      const { taskId } = await withCall(db);
      const record = await anOpenCase(db, 'C2');
      const other = task('case-task');
      await projectCase(db, projection(record, 1, { tasks: [other] }), minute(1));
      const listed = async (filter: Parameters<typeof listTasks>[1]) =>
        (await listTasks(db, filter, { limit: 10 })).items.map((one) => one.taskId);
      expect(await listed({ status: 'open' })).toEqual([other.taskId, taskId]);
      expect(await listed({ sign: 'cancellation-considered' })).toEqual([taskId]);
      expect(await listed({ sign: 'declining-rhythm' })).toEqual([]);
      expect(await listed({ type: 'prevention-call', status: 'open' })).toEqual([taskId]);
    }));

  it('is told to other systems at once, and so is its result', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db, { types: ['task.created', 'task.completed'] });
      const { taskId } = await withCall(db);
      await completePreventiveTask(db, told(taskId, { result: { outcome: 'reached' } }));
      const { items } = await listDeliveries(db, { webhookId }, { limit: 10 });
      const sign = 'cancellation-considered';
      const about = { taskId, caseId: null, customerId: 'C1', type: 'prevention-call', sign };
      expect(
        items.reverse().map((one) => [one.status, JSON.parse(one.payload) as unknown]),
      ).toEqual([
        [
          'pending',
          {
            type: 'task.created',
            timestamp: now,
            data: {
              ...about,
              ...{ step: 'second-loyalty', attempt: 1 },
              dueAt: '2026-11-03T09:00:00.000Z',
              deadlineAt: '2026-11-10T09:00:00.000Z',
            },
          },
        ],
        [
          'pending',
          { type: 'task.completed', timestamp: minute(30), data: { ...about, outcome: 'reached' } },
        ],
      ]);
    }));
});
