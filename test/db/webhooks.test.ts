import { describe, expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import {
  deliveryCounts,
  deliveryFailed,
  deliverySucceeded,
  listDeliveries,
  pruneDeliveries,
  sendTest,
} from '../../db/webhook-deliveries.ts';
import {
  activeWebhooks,
  changeWebhook,
  deleteWebhook,
  endpointsAtMost,
  getWebhook,
  rotateSecret,
} from '../../db/webhooks.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, aWebhook, everyPage, minute } from './given.ts';
import { aCaseWithTask, asked, failure, take } from './given-webhooks.ts';

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
