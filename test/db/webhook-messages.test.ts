import { describe, expect, it } from '@jest/globals';
import { endOutside, projectCase, restartCase } from '../../db/cases.ts';
import { deliveryCounts, listDeliveries } from '../../db/webhook-deliveries.ts';
import { confirmRevision, takeHeldCases } from '../../db/webhook-messages.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, aWebhook, closedAsLost, minute, projection, task } from './given.ts';
import { aCaseWithTask, after, entry, take, told } from './given-webhooks.ts';

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
