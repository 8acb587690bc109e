import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { projectCase } from '../../db/cases.ts';
import { noticeComplaints } from '../../db/complaints.ts';
import { noteEarlySigns } from '../../db/early-signs.ts';
import { acceptEvents } from '../../db/events.ts';
import { recordCancellations, recordPermissions } from '../../db/imports.ts';
import type { Db } from '../../db/open.ts';
import { completePreventiveTask } from '../../db/prevention.ts';
import { getTask } from '../../db/tasks.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anOpenCase,
  closedAsLost,
  event,
  messages,
  minute,
  projection,
  purchase,
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
  policyWith,
  shop,
  told,
  withCall,
} from './given-signs.ts';

describe('a sign before the loss', () => {
  it('gives a call that is due on the calendar, and says why', () =>
    withDatabase(async ({ db }) => {
      expect(await withCall(db)).toEqual({
        expectedGain: null,
        escalatedAt: null,
        measureId: null,
        offerId: null,
        mailId: null,
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

  it('is a low score, too, when the case that had asked for it is over', () =>
    withDatabase(async ({ db }) => {
      const score = (number: number) =>
        event('satisfaction.answered', 'C1', { data: { score: number }, time: now });
      await accept(db, [...buyer('C1'), score(7)], now);
      expect(await openTask(db)).toBeUndefined();
      await accept(db, [score(2)], now);
      expect(await openTask(db)).toMatchObject({
        ...{ type: 'prevention-call', sign: 'low-satisfaction', signData: { score: 2 } },
      });
      await anOpenCase(db, 'C2');
      await accept(db, [{ ...score(1), customerId: 'C2' }], now);
      expect(await answers(db)).toEqual({ 'low-satisfaction task': 1 });
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
