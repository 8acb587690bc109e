import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { endOutside, projectCase, restartCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { commands, webhookDeliveries, webhooks } from '../../db/schema.ts';
import {
  deliveryCounts,
  deliveryFailed,
  deliverySucceeded,
  getDelivery,
  listDeliveries,
  pruneDeliveries,
  releaseDelivery,
  replayDeliveries,
  replayDelivery,
  sendTest,
  takeDeliveries,
} from '../../db/webhook-deliveries.ts';
import { confirmRevision, takeHeldCases } from '../../db/webhook-messages.ts';
import {
  activeWebhooks,
  changeWebhook,
  deleteWebhook,
  endpointsAtMost,
  getWebhook,
  rotateSecret,
} from '../../db/webhooks.ts';
import type { TimelineCode, TimelineData } from '../../domain/timeline.ts';
import { withDatabase } from '../support/database.ts';
import {
  anOpenCase,
  aWebhook,
  closedAsLost,
  everyPage,
  minute,
  projection,
  task,
} from './given.ts';

const boss = { actor: { actorId: 'boss', role: 'admin' } as const, request: {} };
const asked = { ...boss, idempotencyKey: null };
const entry = (code: TimelineCode, data: TimelineData = {}, at = minute(1)) => ({ at, code, data });

/** Everything that the endpoint has or is to hear, oldest first: `status occurrence`-like lines. */
async function told(db: Db, webhookId: string): Promise<string[]> {
  const { items } = await listDeliveries(db, { webhookId }, { limit: 200 });
  return items.reverse().map(({ status, type, payload }) => {
    const { data } = JSON.parse(payload) as { data: Record<string, string> };
    return `${status} ${type} ${data['taskId'] ?? data['step'] ?? data['caseId']}`;
  });
}

const take = (db: Db, webhookId: string, now: string, limit = 10) =>
  takeDeliveries(db, { webhookId, now, lease: after(now, 30_000), limit });

const after = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

const failure = {
  error: 'the receiver answered 500',
  responseStatus: 500,
  responseBody: null,
  pausedUntil: null,
  gone: false,
};

/** A case whose first write tells of a task. */
async function aCaseWithTask(db: Db) {
  const record = await anOpenCase(db, 'C1');
  const first = projection(record, 10, {
    finalBefore: 1,
    tasks: [task('t1')],
    timeline: {
      firstSeq: 1,
      entries: [
        entry('opened'),
        entry('step-entered', { step: 'measures' }),
        entry('task-opened', { taskId: 't1' }),
      ],
    },
  });
  return { record, first };
}

describe('what an endpoint is to hear', () => {
  it('is written with the case that is opened, and can be sent at once', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { webhookId: other } = await aWebhook(db, { types: ['case.closed'] });
      await anOpenCase(db, 'C1');
      await anOpenCase(db, 'C1');
      expect(await told(db, webhookId)).toEqual(['pending case.opened identification']);
      expect(await told(db, other)).toEqual([]);
      const [sent] = await take(db, webhookId, minute(0));
      expect(JSON.parse(sent!.payload)).toEqual({
        type: 'case.opened',
        timestamp: minute(0),
        data: {
          ...{ caseId: 'C1-e1', customerId: 'C1', episode: 1, trigger: 'manual' },
          ...{ step: 'identification', openedAt: minute(0) },
        },
      });
    }));

  it('is nothing that happened before the endpoint was there', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1');
      const { webhookId } = await aWebhook(db);
      expect(await told(db, webhookId)).toEqual([]);
    }));

  it('carries IDs and codes, and nothing that staff or the customer wrote', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const record = await anOpenCase(db, 'C1', { statedReason: 'Frau Muster war unfreundlich' });
      await projectCase(
        db,
        projection(record, 10, {
          state: { ...closedAsLost },
          tasks: [
            task('t1', { status: 'done', closedAt: minute(5), result: { outcome: 'refused' } }),
          ],
          timeline: {
            firstSeq: 1,
            entries: [
              entry('task-done', { taskId: 't1', type: 'recovery-call', outcome: 'refused' }),
              entry('regained', { by: 'purchase' }),
              entry('closed', { outcome: 'lost', reason: 'observation-over' }, minute(50)),
            ],
          },
        }),
        minute(50),
      );
      const { items } = await listDeliveries(db, { webhookId }, { limit: 10 });
      expect(items.map(({ payload }) => payload).join('\n')).not.toContain('Muster');
      const ofCase = { caseId: 'C1-e1', customerId: 'C1' };
      expect(items.reverse().map(({ payload }) => JSON.parse(payload) as unknown)).toMatchObject([
        { type: 'case.opened' },
        {
          type: 'task.completed',
          data: { ...ofCase, taskId: 't1', type: 'recovery-call', outcome: 'refused' },
        },
        { type: 'customer.regained', data: { ...ofCase, episode: 1, by: 'purchase' } },
        {
          type: 'case.closed',
          timestamp: minute(50),
          data: { ...ofCase, outcome: 'lost', reason: 'observation-over', closedAt: minute(50) },
        },
      ]);
    }));
});

describe('an attempt that Temporal discards', () => {
  it('is not told: what a projection says is held until it is final', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      expect(await told(db, webhookId)).toEqual([
        'pending case.opened identification',
        'held case.step-changed measures',
        'held task.created t1',
      ]);
      // However long it takes: a worker that is away for a day comes back to the same rows.
      const due = await take(db, webhookId, minute(2_000));
      expect(due.map(({ type }) => type)).toEqual(['case.opened']);
    }));

  it('leaves nothing behind when the next attempt goes another way', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      // The second attempt has heard of a purchase before it could open the task.
      await projectCase(
        db,
        projection(record, 20, {
          finalBefore: 1,
          state: { regainedAt: minute(2), regainedBy: 'purchase' },
          timeline: {
            firstSeq: 1,
            entries: [
              entry('opened'),
              entry('purchase'),
              entry('regained', { by: 'purchase' }),
              entry('step-entered', { step: 'second-loyalty' }),
            ],
          },
        }),
        minute(2),
      );
      await confirmRevision(db, { caseId: 'C1-e1', revision: 20, at: minute(3) });
      expect(await told(db, webhookId)).toEqual([
        'pending case.opened identification',
        'pending customer.regained C1-e1',
        'pending case.step-changed second-loyalty',
      ]);
    }));

  it('is told once, under one ID, when the next attempt comes to the same', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      const before = (await listDeliveries(db, { webhookId }, { limit: 10 })).items;
      await projectCase(db, { ...first, revision: 20 }, minute(2));
      const now = (await listDeliveries(db, { webhookId }, { limit: 10 })).items;
      expect(now.map(({ deliveryId }) => deliveryId)).toEqual(
        before.map(({ deliveryId }) => deliveryId),
      );
      expect(now.map(({ status }) => status)).toEqual(['held', 'held', 'pending']);
    }));

  it('may be discarded twice: that an attempt says the same as the one before confirms nothing', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      await projectCase(db, { ...first, revision: 20 }, minute(2));
      const third = { firstSeq: 1, entries: [entry('opened')] };
      await projectCase(db, projection(record, 30, { timeline: third }), minute(3));
      expect(await told(db, webhookId)).toEqual(['pending case.opened identification']);
    }));

  it('that writes late, when the next one has written, tells nothing', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      const timeline = { firstSeq: 1, entries: [entry('opened')] };
      await projectCase(db, projection(record, 20, { timeline }), minute(2));
      expect(await projectCase(db, first, minute(3))).toBe('stale');
      expect(await told(db, webhookId)).toEqual(['pending case.opened identification']);
    }));

  it('does not count as confirmed by a second write of the same attempt', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      const timeline = { firstSeq: 4, entries: [entry('task-rescheduled')] };
      const second = { finalBefore: 1, timeline, tasks: [task('t1')] };
      await projectCase(db, projection(record, 11, second), minute(1));
      expect(await told(db, webhookId)).toEqual([
        'pending case.opened identification',
        'held case.step-changed measures',
        'held task.created t1',
      ]);
    }));
});

describe('what is held', () => {
  const released = [
    'pending case.opened identification',
    'pending case.step-changed measures',
    'pending task.created t1',
  ];

  it('is released by the next workflow task, which Temporal begins only after it has stored the last', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      const next = projection(record, 30, {
        finalBefore: 4,
        tasks: [task('t1'), task('t2')],
        timeline: { firstSeq: 4, entries: [entry('task-opened', { taskId: 't2' })] },
      });
      await projectCase(db, next, minute(3));
      expect(await told(db, webhookId)).toEqual([...released, 'held task.created t2']);
    }));

  it('is released when the workflow reports the revision that the database shows, and no other', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      const confirm = (revision: number) =>
        confirmRevision(db, { caseId: 'C1-e1', revision, at: minute(2) });
      expect([await confirm(9), await confirm(11)]).toEqual([false, false]);
      expect((await deliveryCounts(db, webhookId)).counts).toMatchObject({ held: 2, pending: 1 });
      expect(await confirm(10)).toBe(true);
      expect(await told(db, webhookId)).toEqual(released);
    }));

  it('is asked about after a moment, by one process at a time', () =>
    withDatabase(async ({ db }) => {
      await aWebhook(db);
      const { first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      const ask = (now: string) => takeHeldCases(db, { now, lease: after(now, 10_000), limit: 4 });
      expect(await ask(minute(1))).toEqual([]);
      const due = [{ caseId: 'C1-e1', customerId: 'C1', heldSince: minute(1) }];
      expect(await ask(minute(2))).toEqual(due);
      expect(await ask(minute(2))).toEqual([]);
      expect(await ask(minute(3))).toEqual(due);
    }));

  it('is released with the closing of the case, which an ordinary activity writes', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      const timeline = { firstSeq: 4, entries: [entry('closed')] };
      const closing = projection(record, 11, { state: closedAsLost, timeline });
      await projectCase(db, closing, minute(2));
      await projectCase(db, closing, minute(2));
      expect(await told(db, webhookId)).toEqual([...released, 'pending case.closed C1-e1']);
    }));

  it('is released when somebody ends the workflow in Temporal: nothing else can be written any more', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      await endOutside(db, { caseId: 'C1-e1', at: minute(2) });
      await endOutside(db, { caseId: 'C1-e1', at: minute(3) });
      expect(await told(db, webhookId)).toEqual([...released, 'pending case.closed C1-e1']);
    }));

  it('stands when the case begins again, with its timeline', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const { record, first } = await aCaseWithTask(db);
      await projectCase(db, first, minute(1));
      // The case was started once, so that its start is not under way.
      db.$client.prepare('update outbox set done_at = created_at').run();
      expect(await restartCase(db, { caseId: 'C1-e1', at: minute(2) })).toBe(true);
      const timeline = { firstSeq: 5, entries: [entry('opened')] };
      await projectCase(db, projection(record, 40, { finalBefore: 5, timeline }), minute(3));
      expect(await told(db, webhookId)).toEqual(released);
    }));
});

describe('sending', () => {
  it('takes a message for one process only, until its lease is over, and then under the same ID', () =>
    withDatabase(async ({ db, connect }) => {
      const { webhookId } = await aWebhook(db);
      await anOpenCase(db, 'C1');
      const other = await connect();
      const [first] = await take(db, webhookId, minute(1));
      expect(await take(other, webhookId, minute(1))).toEqual([]);
      const [again] = await take(other, webhookId, minute(2));
      expect(again).toMatchObject({ deliveryId: first!.deliveryId, attempts: 2 });
    }));

  it('keeps the order of a customer until one message has failed for the third time', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const record = await anOpenCase(db, 'C1');
      await anOpenCase(db, 'C2');
      const timeline = { firstSeq: 1, entries: [entry('closed')] };
      await projectCase(db, projection(record, 10, { state: closedAsLost, timeline }), minute(1));
      for (const n of [2, 3, 4]) {
        const due = await take(db, webhookId, minute(n));
        expect(due.map(({ type }) => type)).not.toContain('case.closed');
        const at = minute(n);
        for (const { deliveryId } of due) {
          await deliveryFailed(db, { ...failure, webhookId, deliveryId, at, nextAttemptAt: at });
        }
      }
      const due = await take(db, webhookId, minute(5));
      expect(due.map(({ type }) => type)).toContain('case.closed');
    }));

  it('marks an endpoint that fails, and has everything sent at once when it is back', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      for (const n of [1, 2, 3, 4]) await anOpenCase(db, `C${n}`);
      const [a, b, c, d] = await take(db, webhookId, minute(1));
      const at = minute(1);
      for (const { deliveryId } of [a!, b!, c!]) {
        const nextAttemptAt = minute(300);
        await deliveryFailed(db, { ...failure, webhookId, deliveryId, at, nextAttemptAt });
      }
      expect(await getWebhook(db, webhookId)).toMatchObject({
        ...{ failingSince: at, consecutiveFailures: 3, lastError: failure.error },
      });
      expect(await take(db, webhookId, minute(1))).toEqual([]);
      const { deliveryId } = d!;
      await deliverySucceeded(db, { webhookId, deliveryId, responseStatus: 204, at: minute(2) });
      expect(await getWebhook(db, webhookId)).toMatchObject({
        ...{
          failingSince: null,
          consecutiveFailures: 0,
          lastSuccessAt: minute(2),
          lastError: null,
        },
      });
      expect(await take(db, webhookId, minute(2))).toHaveLength(3);
    }));

  it('gives a message up after its last attempt, visibly, and begins anew when it is replayed', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      await anOpenCase(db, 'C1');
      const [{ deliveryId } = { deliveryId: '' }] = await take(db, webhookId, minute(1));
      const of = { webhookId, deliveryId };
      await deliveryFailed(db, { ...failure, ...of, at: minute(1), nextAttemptAt: null });
      expect(await getDelivery(db, of)).toMatchObject({
        ...{ status: 'failed', finishedAt: minute(1), lastError: failure.error },
        ...{ responseStatus: 500, nextAttemptAt: null },
      });
      expect(await take(db, webhookId, minute(9_999))).toEqual([]);
      await replayDelivery(db, { ...of, at: minute(10_000) }, asked);
      expect(await take(db, webhookId, minute(10_000))).toMatchObject([
        { deliveryId, attempts: 1 },
      ]);
    }));

  it('sends nothing to an endpoint that is gone, and what waits for it when it is enabled again', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      await anOpenCase(db, 'C1');
      const [{ deliveryId } = { deliveryId: '' }] = await take(db, webhookId, minute(1));
      const gone = { ...failure, responseStatus: 410, gone: true, nextAttemptAt: null };
      await deliveryFailed(db, { ...gone, webhookId, deliveryId, at: minute(1) });
      expect(await getWebhook(db, webhookId)).toMatchObject({ status: 'gone' });
      expect(await activeWebhooks(db, minute(2))).toEqual([]);
      await anOpenCase(db, 'C2');
      await changeWebhook(db, { webhookId, status: 'enabled', at: minute(3) }, asked);
      expect(await activeWebhooks(db, minute(3))).toMatchObject([{ consecutiveFailures: 0 }]);
      expect(await take(db, webhookId, minute(3))).toHaveLength(2);
    }));

  it('leaves an endpoint alone for as long as its receiver asked for', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      await anOpenCase(db, 'C1');
      const [{ deliveryId } = { deliveryId: '' }] = await take(db, webhookId, minute(1));
      const busy = { ...failure, pausedUntil: minute(20), nextAttemptAt: minute(20) };
      await deliveryFailed(db, { ...busy, webhookId, deliveryId, at: minute(1) });
      expect(await activeWebhooks(db, minute(19))).toEqual([]);
      expect(await activeWebhooks(db, minute(20))).toHaveLength(1);
    }));

  it('does not count an attempt that the end of the process cut short', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      await anOpenCase(db, 'C1');
      const [{ deliveryId } = { deliveryId: '' }] = await take(db, webhookId, minute(1));
      await releaseDelivery(db, { deliveryId });
      expect(await take(db, webhookId, minute(1))).toMatchObject([{ deliveryId, attempts: 1 }]);
    }));
});

describe('replaying what has ended', () => {
  /** Endpoints with one message for each minute from 0 on, each given up or delivered in minute 100. */
  async function anEndpointOf(db: Db, statuses: ('failed' | 'delivered')[]) {
    const { webhookId } = await aWebhook(db);
    db.insert(webhookDeliveries)
      .values(
        statuses.map((status, i) => ({
          ...{ deliveryId: `${webhookId}-${i}`, webhookId, type: 'case.opened' as const },
          ...{ occurrence: `o-${i}`, payload: '{}', occurredAt: minute(i), status, attempts: 10 },
          ...{ notBefore: minute(i), finishedAt: minute(100), customerId: 'C1' },
        })),
      )
      .run();
    return webhookId;
  }
  const again = async (db: Db, webhookId: string) => {
    const { items } = await listDeliveries(db, { webhookId, status: 'pending' }, { limit: 200 });
    return items.map(({ deliveryId }) => Number(deliveryId.slice(webhookId.length + 1))).reverse();
  };
  const at = minute(200);

  it('sends again what was given up, in order and from the first attempt on', () =>
    withDatabase(async ({ db }) => {
      const webhookId = await anEndpointOf(db, ['failed', 'delivered', 'failed']);
      const other = await anEndpointOf(db, ['failed']);
      expect(await replayDeliveries(db, { webhookId, status: 'failed', at }, asked)).toBe(2);
      expect(await again(db, webhookId)).toEqual([0, 2]);
      expect(await again(db, other)).toEqual([]);
      expect(await take(db, webhookId, at)).toMatchObject([
        { deliveryId: `${webhookId}-0`, attempts: 1 },
      ]);
      expect(await replayDeliveries(db, { webhookId, status: 'failed', at }, asked)).toBe(0);
    }));

  it('keeps to what happened in the time that was asked for', () =>
    withDatabase(async ({ db }) => {
      const webhookId = await anEndpointOf(db, ['failed', 'failed', 'failed', 'failed']);
      const replay = {
        webhookId,
        status: 'failed',
        since: minute(1),
        until: minute(3),
        at,
      } as const;
      expect(await replayDeliveries(db, replay, asked)).toBe(2);
      expect(await again(db, webhookId)).toEqual([1, 2]);
    }));

  it('sends again what was delivered, but not what is only being delivered meanwhile', () =>
    withDatabase(async ({ db }) => {
      const webhookId = await anEndpointOf(db, ['delivered', 'failed', 'delivered']);
      const before = { webhookId, status: 'delivered', at: minute(99) } as const;
      expect(await replayDeliveries(db, before, asked)).toBe(0);
      expect(await replayDeliveries(db, { ...before, at }, asked)).toBe(2);
      expect(await again(db, webhookId)).toEqual([0, 2]);
    }));

  it('lets others write in between when there are many, and is one entry of the audit', () =>
    withDatabase(async ({ db, connect }) => {
      const webhookId = await anEndpointOf(db, Array(2_500).fill('failed'));
      const others = await connect();
      const replayed = replayDeliveries(db, { webhookId, status: 'failed', at }, asked);
      let seen = 0;
      for (; seen === 0; await setImmediate()) {
        seen = (await deliveryCounts(others, webhookId)).counts.pending;
      }
      expect(seen).toBeLessThan(2_500);
      others.update(webhooks).set({ description: 'meanwhile' }).run();
      expect(await replayed).toBe(2_500);
      expect((await deliveryCounts(db, webhookId)).counts).toMatchObject({ pending: 2_500 });
      const audit = db.select().from(commands).where(eq(commands.action, 'webhook.replay-all'));
      expect(audit.all()).toMatchObject([
        { actor: 'boss', target: webhookId, request: { answer: { replayed: 2_500 } } },
      ]);
    }));

  it('knows no endpoint that is not there', () =>
    withDatabase(async ({ db }) => {
      const replay = { webhookId: 'none', status: 'failed', at } as const;
      await expect(replayDeliveries(db, replay, asked)).rejects.toMatchObject({
        code: 'not-found',
      });
    }));
});

describe('webhooks', () => {
  it('are signed with the old secret as well for a while after a rotation', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      const rotation = { webhookId, secret: 'new', previousUntil: minute(60), at: minute(1) };
      const record = await rotateSecret(db, rotation, asked);
      expect(record).toMatchObject({ previousSecretUntil: minute(60) });
      expect(await activeWebhooks(db, minute(2))).toMatchObject([
        { secret: 'new', previousSecret: 'sealed', previousSecretUntil: minute(60) },
      ]);
    }));

  it(`are at most ${endpointsAtMost}`, () =>
    withDatabase(async ({ db }) => {
      for (const _ of Array(endpointsAtMost).keys()) await aWebhook(db);
      await expect(aWebhook(db)).rejects.toMatchObject({ code: 'conflict' });
    }));

  it('are deleted with everything that waits for them', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      await anOpenCase(db, 'C1');
      await deleteWebhook(db, { webhookId, at: minute(1) }, asked);
      await expect(getWebhook(db, webhookId)).rejects.toMatchObject({ code: 'not-found' });
      expect((await deliveryCounts(db)).counts).toMatchObject({ pending: 0 });
      await expect(deleteWebhook(db, { webhookId, at: minute(1) }, asked)).rejects.toMatchObject({
        code: 'not-found',
      });
    }));

  it('list their messages page by page, newest first, all or those of one status', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      for (const n of [1, 2, 3]) await anOpenCase(db, `C${n}`);
      const { first } = await aCaseWithTask(db);
      await projectCase(db, { ...first, finalBefore: 1 }, minute(1));
      const pages = await everyPage((cursor) =>
        listDeliveries(db, { webhookId }, { limit: 2, cursor }),
      );
      expect(pages.map((items) => items.map(({ type }) => type))).toEqual([
        ['task.created', 'case.step-changed'],
        ['case.opened', 'case.opened'],
        ['case.opened'],
      ]);
      const held = await listDeliveries(db, { webhookId, status: 'held' }, { limit: 10 });
      expect(held.items).toHaveLength(2);
    }));

  it('can be tried with a test message, except where nothing is sent', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db, { types: ['case.closed'] });
      expect(await sendTest(db, { webhookId, at: minute(1) }, asked)).toMatchObject({
        ...{ type: 'webhook.test', status: 'pending' },
      });
      await changeWebhook(db, { webhookId, status: 'disabled', at: minute(2) }, asked);
      await expect(sendTest(db, { webhookId, at: minute(3) }, asked)).rejects.toMatchObject({
        code: 'conflict',
      });
    }));

  it('forget what is long delivered or given up, and never what is still on its way', () =>
    withDatabase(async ({ db }) => {
      const { webhookId } = await aWebhook(db);
      for (const n of [1, 2, 3]) await anOpenCase(db, `C${n}`);
      const [a, b] = await take(db, webhookId, minute(1));
      const at = minute(1);
      const [one, two] = [a!.deliveryId, b!.deliveryId];
      await deliverySucceeded(db, { webhookId, deliveryId: one, responseStatus: 200, at });
      await deliveryFailed(db, { ...failure, webhookId, deliveryId: two, at, nextAttemptAt: null });
      await pruneDeliveries(db, { before: minute(1) });
      expect((await deliveryCounts(db)).counts).toMatchObject({ delivered: 1, failed: 1 });
      await pruneDeliveries(db, { before: minute(2), limit: 1 });
      const { delivered, failed } = (await deliveryCounts(db)).counts;
      expect(delivered + failed).toBe(1);
      await pruneDeliveries(db, { before: minute(2) });
      expect((await deliveryCounts(db)).counts).toMatchObject({
        ...{ delivered: 0, failed: 0, pending: 1 },
      });
      await changeWebhook(db, { webhookId, status: 'disabled', at }, asked);
      await pruneDeliveries(db, { before: minute(2) });
      expect((await deliveryCounts(db)).counts).toMatchObject({ pending: 0 });
    }));
});
