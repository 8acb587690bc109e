import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projectCase } from '../../db/cases.ts';
import { noticeComplaints } from '../../db/complaints.ts';
import { getCustomer } from '../../db/customers.ts';
import { countEarlySigns, noteEarlySigns } from '../../db/early-signs.ts';
import { acceptEvents } from '../../db/events.ts';
import { recordCancellations, recordPermissions, recordPurchases } from '../../db/imports.ts';
import type { Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { completePreventiveTask, reschedulePreventiveTask } from '../../db/prevention.ts';
import { closeOverduePreventiveTasks, preventiveTaskOf } from '../../db/preventive-tasks.ts';
import { commands } from '../../db/schema.ts';
import { assignTask, claimTask, getTask, listTasks } from '../../db/tasks.ts';
import { listDeliveries } from '../../db/webhook-deliveries.ts';
import { createWebhook } from '../../db/webhooks.ts';
import { after } from '../../domain/duration.ts';
import { standardPolicy, type Policy } from '../../domain/policy.ts';
import type { SalesEvent } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  bert,
  closedAsLost,
  event,
  messages,
  minute,
  projection,
  purchase,
  task,
} from './given.ts';
import { unlessRefused } from '../support/policies.ts';

const now = minute(0);
const daysAgo = (days: number) => new Date(Date.parse(now) - days * 86_400_000).toISOString();
const shop = { actorId: 'shop-key', role: 'sales-system' } as const;

async function policyWith(db: Db, limits: Partial<Policy['earlySigns']>) {
  const earlySigns = { ...standardPolicy.earlySigns, ...limits };
  return storePolicy(db, { ...unlessRefused, earlySigns }, now);
}

/** Somebody who has bought on two days. */
const buyer = (customerId: string) => [
  purchase(customerId, `${customerId}-a`, { time: daysAgo(60) }),
  purchase(customerId, `${customerId}-b`, { time: daysAgo(30) }),
];
const considered = (customerId: string, time = now) =>
  event('cancellation.considered', customerId, { time });
const permission = (channel: string, granted: boolean, time = now) =>
  event('permission.changed', 'C1', { time, data: { channel, granted } });
const complaint = (data: Record<string, unknown> = {}, time = now) =>
  event('complaint.recorded', 'C1', { time, data });

const openTask = (db: Db, customerId = 'C1') => preventiveTaskOf(db, customerId);

/** `sign answer` of every sign that was heard of, as often as it was. */
async function answers(db: Db): Promise<Record<string, number>> {
  const counts = await countEarlySigns(db);
  return Object.fromEntries(counts.map(({ sign, answer, signs }) => [`${sign} ${answer}`, signs]));
}

/** A customer with an open call about the cancellation page. */
async function withCall(db: Db, more: SalesEvent[] = []) {
  await accept(db, [...buyer('C1'), considered('C1'), ...more]);
  return (await openTask(db))!;
}

const laterBy = (days: number) => daysAgo(-days);
const told = <Fields extends object>(taskId: string, fields: Fields) => ({
  taskId,
  actor: anna,
  at: minute(30),
  idempotencyKey: null as string | null,
  policy: { ...standardPolicy, version: 'standard-1' },
  ...fields,
});

describe('a sign before the loss', () => {
  it('gives a call that is due on the calendar, and says why', () =>
    withDatabase(async ({ db }) => {
      expect(await withCall(db)).toEqual({
        expectedGain: null,
        escalatedAt: null,
        measureId: null,
        queue: null,
        taskId: 'C1-prevention-call-1',
        caseId: null,
        customerId: 'C1',
        type: 'prevention-call',
        step: 'second-loyalty',
        status: 'open',
        assignee: null,
        attempt: 1,
        agreed: false,
        createdAt: now,
        // The next day at ten in Berlin.
        dueAt: '2026-11-03T09:00:00.000Z',
        deadlineAt: '2026-11-10T09:00:00.000Z',
        pausedUntil: null,
        closedAt: null,
        closeReason: null,
        completedBy: null,
        result: null,
        sign: 'cancellation-considered',
        signAt: now,
        signData: {},
      });
      expect(await answers(db)).toEqual({ 'cancellation-considered task': 1 });
      expect(await messages(db)).toEqual([]);
    }));

  it('gives a letter to whom we may not call', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [...buyer('C1'), permission('phone', false, daysAgo(20))]);
      expect(await openTask(db)).toBeUndefined();
      await accept(db, [considered('C1')]);
      expect(await openTask(db)).toMatchObject({ type: 'prevention-letter' });
    }));

  const leftOut: [string, string, (db: Db) => Promise<unknown>][] = [
    ['is dead', 'deceased', (db) => accept(db, [event('customer.deceased', 'C1')])],
    ['has objected', 'objected', (db) => accept(db, [event('customer.objected', 'C1')])],
    [
      'has cancelled',
      'cancelled',
      (db) =>
        recordCancellations(db, {
          cancellations: [{ customerId: 'C1', receivedAt: daysAgo(1) }],
          at: now,
        }),
    ],
    ['has an open case', 'case', (db) => anOpenCase(db, 'C1', { at: daysAgo(1) })],
    [
      'had a case since',
      'case',
      async (db) => {
        const record = await anOpenCase(db, 'C1', { at: minute(1) });
        await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(50));
      },
    ],
    [
      'has bought since',
      'bought-since',
      (db) => accept(db, [purchase('C1', 'o9', { time: minute(1) })]),
    ],
    [
      'wants no call and no letter',
      'no-channel',
      (db) =>
        accept(db, [
          permission('phone', false, daysAgo(20)),
          permission('letter', false, daysAgo(20)),
        ]),
    ],
  ];

  it.each(leftOut)('of a customer who %s is only counted: %s', (_who, reason, before) =>
    withDatabase(async ({ db }) => {
      await accept(db, buyer('C1'));
      await before(db);
      await accept(db, [considered('C1')]);
      expect(await openTask(db)).toBeUndefined();
      expect(await answers(db)).toMatchObject({ [`cancellation-considered ${reason}`]: 1 });
    }),
  );

  it('of somebody who has hardly bought, or from long ago, is only counted', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'o1', { time: daysAgo(9) }), considered('C1')]);
      await accept(db, [...buyer('C2'), considered('C2', daysAgo(15))]);
      await accept(db, [considered('C3')]);
      expect(await answers(db)).toEqual({
        'cancellation-considered too-few-purchases': 2,
        'cancellation-considered history': 1,
      });
    }));

  it('gives no more tasks than the team can have open, and the next when one has ended', () =>
    withDatabase(async ({ db }) => {
      const policy = await policyWith(db, { openAtMost: 2 });
      const hear = (customerId: string, at = now) =>
        acceptEvents(db, {
          events: [...buyer(customerId), considered(customerId, at)],
          ...{ policy, at, actor: shop },
        });
      for (const customerId of ['C1', 'C2', 'C3']) await hear(customerId);
      expect(await openTask(db, 'C3')).toBeUndefined();
      expect(await answers(db)).toMatchObject({ 'cancellation-considered team-full': 1 });
      const { taskId } = (await openTask(db, 'C1'))!;
      await completePreventiveTask(db, told(taskId, { result: { outcome: 'reached' } }));
      await hear('C4', minute(40));
      expect(await openTask(db, 'C4')).toBeDefined();
    }));

  it('gives a customer one task in so long, however many signs there are', () =>
    withDatabase(async ({ db }) => {
      const withdrawal = [permission('email', true, daysAgo(9)), permission('email', false)];
      const { taskId } = await withCall(db, [considered('C1'), ...withdrawal]);
      expect(await answers(db)).toEqual({
        'cancellation-considered task': 1,
        'cancellation-considered recently': 1,
        'permission-withdrawn recently': 1,
      });
      await completePreventiveTask(db, told(taskId, { result: { outcome: 'reached' } }));
      await accept(db, [considered('C1', laterBy(89))], laterBy(89));
      expect(await openTask(db)).toBeUndefined();
      await accept(db, [considered('C1', laterBy(90))], laterBy(90));
      expect(await openTask(db)).toMatchObject({ taskId: 'C1-prevention-call-2' });
    }));
});

describe('a withdrawn permission', () => {
  it('is a sign when it is the newest word on its channel', () =>
    withDatabase(async ({ db }) => {
      await accept(db, buyer('C1'));
      await accept(db, [permission('email', true, minute(3))]);
      await accept(db, [permission('email', false, minute(2))]);
      expect(await answers(db)).toEqual({});
      await accept(db, [permission('email', false, minute(4))]);
      expect(await openTask(db)).toMatchObject({
        type: 'prevention-call',
        sign: 'permission-withdrawn',
        signAt: minute(4),
        signData: { channel: 'email' },
      });
    }));

  it('is none when nothing had been given, or nothing was left to withdraw', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [...buyer('C1'), permission('email', false, minute(1))]);
      await accept(db, [permission('email', false, minute(2))]);
      expect(await answers(db)).toEqual({});
    }));

  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];

  it.each(orders)('gives a task in whatever order the words before it come: %i %i %i', (...order) =>
    withDatabase(async ({ db }) => {
      const words = [
        permission('email', false, minute(1)),
        permission('email', true, minute(2)),
        permission('email', false, minute(3)),
      ];
      await accept(db, [...buyer('C1'), ...order.map((i) => words[i]!)]);
      expect(await openTask(db)).toMatchObject({
        signAt: minute(3),
        signData: { channel: 'email' },
      });
      expect(await answers(db)).toEqual({ 'permission-withdrawn task': 1 });
    }),
  );

  it.each(orders)('leaves nothing to do when it is given again: %i %i %i', (...order) =>
    withDatabase(async ({ db }) => {
      const words = [
        permission('email', true, minute(1)),
        permission('email', false, minute(2)),
        permission('email', true, minute(3)),
      ];
      await accept(db, [...buyer('C1'), ...order.map((i) => words[i]!)]);
      expect(await openTask(db)).toBeUndefined();
    }),
  );

  it.each([
    ['an event', (db: Db) => accept(db, [permission('email', true, minute(9))], minute(9))],
    [
      'an import',
      (db: Db) => {
        const given = { customerId: 'C1', channel: 'email', granted: true, at: minute(9) } as const;
        return recordPermissions(db, { permissions: [given], at: minute(9) });
      },
    ],
  ])('is over when %s gives it again on its channel', (_what, giveAgain) =>
    withDatabase(async ({ db }) => {
      const words = [permission('email', true, minute(1)), permission('email', false, minute(2))];
      await accept(db, [...buyer('C1'), ...words]);
      const { taskId } = (await openTask(db))!;
      await accept(db, [permission('visit', true, minute(8))], minute(8));
      expect(await getTask(db, taskId)).toMatchObject({ status: 'open' });
      await giveAgain(db);
      expect(await getTask(db, taskId)).toMatchObject({
        ...{ status: 'cancelled', closeReason: 'permission-given', closedAt: minute(9) },
      });
    }),
  );
});

describe('a complaint', () => {
  const notice = async (db: Db, at: string) =>
    noticeComplaints(db, { policy: await policyWith(db, {}), at });
  const recordedAt = minute(0);
  const inTime = new Date(Date.parse(laterBy(3)) - 1).toISOString();

  it('is a sign when nobody has answered in time, also after a restart, and once', () =>
    withDatabase(async ({ db, connect }) => {
      await accept(db, [...buyer('C1'), complaint({ complaintId: 'T1' })]);
      await notice(db, inTime);
      expect(await openTask(db)).toBeUndefined();
      const other = await connect();
      await notice(other, laterBy(5));
      expect(await openTask(db)).toMatchObject({
        sign: 'complaint-unanswered',
        signAt: recordedAt,
      });
      await notice(db, laterBy(6));
      expect(await answers(db)).toEqual({ 'complaint-unanswered task': 1 });
    }));

  it('without an ID of its own is one, too', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [...buyer('C1'), complaint(), complaint()]);
      await notice(db, laterBy(3));
      expect(await answers(db)).toEqual({
        'complaint-unanswered task': 1,
        'complaint-unanswered recently': 1,
      });
    }));

  it.each([
    ['after it', [0, 1]],
    ['before it', [1, 0]],
  ])('is none when its answer came %s', (_when, order) =>
    withDatabase(async ({ db }) => {
      const answered = { complaintId: 'T1', answeredAt: minute(2) };
      const both = [complaint({ complaintId: 'T1' }), complaint(answered, minute(2))];
      await accept(db, [...buyer('C1'), ...order.map((i) => both[i]!)]);
      await notice(db, laterBy(9));
      expect(await answers(db)).toEqual({});
    }),
  );

  it('closes its task when it is answered at last, and nothing else is left', () =>
    withDatabase(async ({ db }) => {
      const complaints = ['T1', 'T2'].map((complaintId) => complaint({ complaintId }));
      await accept(db, [...buyer('C1'), ...complaints]);
      await notice(db, laterBy(3));
      const { taskId } = (await openTask(db))!;
      const answer = (complaintId: string) =>
        accept(db, [complaint({ complaintId, answeredAt: laterBy(4) }, laterBy(4))], laterBy(4));
      await answer('T1');
      expect(await getTask(db, taskId)).toMatchObject({ status: 'open' });
      await answer('T2');
      expect(await getTask(db, taskId)).toMatchObject({
        status: 'cancelled',
        closeReason: 'complaint-answered',
        closedAt: laterBy(4),
      });
    }));

  it('of another customer or about another matter does not answer it', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [...buyer('C1'), complaint({ complaintId: 'T1' })]);
      const data = { complaintId: 'T1', answeredAt: minute(5) };
      await accept(db, [event('complaint.recorded', 'C2', { data })]);
      await accept(db, [complaint({ ...data, complaintId: 'T2' })]);
      await notice(db, laterBy(3));
      expect(await openTask(db)).toBeDefined();
    }));

  it('comes to the same in every order of arrival', () =>
    withDatabase(async ({ db }) => {
      let number = 0;
      const said = fc.record({
        complaintId: fc.constantFrom('T1', 'T2'),
        answeredAt: fc.option(fc.constantFrom(minute(20), minute(30)), { nil: undefined }),
      });
      const arrivals = fc
        .array(said, { minLength: 1, maxLength: 5 })
        .chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
          ),
        );
      await fc.assert(
        fc.asyncProperty(arrivals, async ([happened, order]) => {
          const policy = await policyWith(db, { openAtMost: 1_000_000 });
          const becomes = async (sequence: number[]) => {
            const customerId = `P${(number += 1)}`;
            const events = happened.map((data, i) =>
              event('complaint.recorded', customerId, { data, time: minute(10 + i) }),
            );
            await accept(db, [...buyer(customerId), ...sequence.map((i) => events[i]!)]);
            await noticeComplaints(db, { policy, at: laterBy(3.5) });
            return (await openTask(db, customerId))?.signAt;
          };
          expect(await becomes(order)).toBe(await becomes([...happened.keys()]));
        }),
        { numRuns: 60 },
      );
    }));
});

describe('a rhythm that slows down', () => {
  const monthly = (customerId: string, lastDaysAgo: number) =>
    [0, 30, 60, 90].map((before) =>
      purchase(customerId, `${customerId}-${before}`, { time: daysAgo(lastDaysAgo + before) }),
    );
  const note = async (db: Db, customerIds: string[], limits = {}) => {
    const policy = await policyWith(db, limits);
    return noteEarlySigns(db, { customerIds, sign: 'declining-rhythm', policy, at: now });
  };

  it('gives a call with the numbers it rests on, within the limits, in the order given', () =>
    withDatabase(async ({ db }) => {
      await accept(
        db,
        ['C1', 'C2', 'C3'].flatMap((id) => monthly(id, 45)),
      );
      const noted = await note(db, ['C3', 'C1', 'C2'], { openAtMost: 2 });
      expect(noted).toEqual({ opened: 2, leftOut: 1 });
      expect(await openTask(db, 'C2')).toBeUndefined();
      expect(await openTask(db, 'C3')).toMatchObject({
        sign: 'declining-rhythm',
        signAt: daysAgo(45),
        signData: { usualDays: 30, longestDays: 30, silentDays: 45 },
      });
      expect(await answers(db)).toEqual({
        'declining-rhythm task': 2,
        'declining-rhythm team-full': 1,
      });
    }));

  it('is passed over when the customer has bought since the scan looked', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [...monthly('C1', 45), purchase('C1', 'new', { time: daysAgo(1) })]);
      expect(await note(db, ['C1', 'unknown'])).toEqual({ opened: 0, leftOut: 0 });
    }));

  it('is over with any later purchase, also one from before the scan that is reported late', () =>
    withDatabase(async ({ db }) => {
      await accept(db, monthly('C1', 45));
      await note(db, ['C1']);
      const { taskId } = (await openTask(db))!;
      await accept(db, [purchase('C1', 'older', { time: daysAgo(50) })]);
      expect(await getTask(db, taskId)).toMatchObject({ status: 'open' });
      await accept(db, [purchase('C1', 'newer', { time: daysAgo(2) })]);
      expect(await getTask(db, taskId)).toMatchObject({ closeReason: 'purchase' });
    }));
});

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
      await reschedulePreventiveTask(db, told(taskId, { request }));
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
      const types = ['task.created', 'task.completed'] as const;
      const endpoint = { url: 'https://crm.example/hook', description: null, secret: 'sealed' };
      const asked = { actor: anna, request: {}, idempotencyKey: null };
      const { webhookId } = await createWebhook(
        db,
        { ...endpoint, types: [...types], at: now },
        asked,
      );
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
