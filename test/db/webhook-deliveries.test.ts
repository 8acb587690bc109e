import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { commands, webhookDeliveries, webhooks } from '../../db/schema.ts';
import {
  deliveryCounts,
  deliveryFailed,
  deliverySucceeded,
  getDelivery,
  listDeliveries,
  releaseDelivery,
  replayDeliveries,
  replayDelivery,
} from '../../db/webhook-deliveries.ts';
import { activeWebhooks, changeWebhook, getWebhook } from '../../db/webhooks.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, aWebhook, closedAsLost, minute, projection } from './given.ts';
import { asked, entry, failure, take } from './given-webhooks.ts';

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
