import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { webhookMessages } from '../../api/schemas/webhook-message.ts';
import { loadSecrets } from '../../config/secrets.ts';
import { webhookTargets } from '../../config/webhook-targets.ts';
import { projectCase } from '../../db/cases.ts';
import { writing } from '../../db/connection.ts';
import { announce } from '../../db/webhook-messages.ts';
import { activeWebhooks } from '../../db/webhooks.ts';
import type { TimelineCode, TimelineData } from '../../domain/timeline.ts';
import { lossesRisen, messageTypes, webhookTypes } from '../../domain/webhooks.ts';
import { anOpenCase, closedAsLost, minute, projection, task } from '../db/given.ts';
import { startApi, type Api } from '../support/api.ts';
import { withDataDir } from '../support/database.ts';

let api: Api;
beforeAll(async () => {
  const resolve = async (hostname: string) => [
    { address: hostname === 'inside.example' ? '10.0.0.7' : '93.184.215.14', family: 4 },
  ];
  api = await startApi({ targets: webhookTargets({ allowPrivate: false, resolve }) });
});
afterAll(() => api.stop());

const hook = { url: 'https://crm.example/hook', types: ['case.opened'], description: 'CRM' };

async function aWebhook(body: object = {}): Promise<string> {
  const answer = await api.post('/api/v1/webhooks', { ...hook, ...body });
  expect(answer.status).toBe(201);
  return answer.body.webhookId as string;
}

const auditOf = (target: string) =>
  api.db.$client.prepare('select action from commands where target = ?').pluck().all(target);

describe('a webhook', () => {
  it('is made with a secret that is shown once and kept sealed', async () => {
    const made = await api.post('/api/v1/webhooks', hook);
    expect(made.status).toBe(201);
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { webhookId, secret } = made.body as { webhookId: string; secret: string };
    const shown = await api.get(`/api/v1/webhooks/${webhookId}`);
    expect(shown.body).toMatchObject({ ...hook, status: 'enabled', failingForDays: false });
    expect(shown.body).not.toHaveProperty('secret');
    const stored = (await activeWebhooks(api.db, '2026')).find(
      (one) => one.webhookId === webhookId,
    );
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6));
    expect(auditOf(webhookId)).toEqual(['webhook.create']);
    expect(api.log()).not.toContain(secret);
  });

  it('is made once, however often the request is repeated', async () => {
    const headers = { 'idempotency-key': 'hook-1' };
    const first = await api.post('/api/v1/webhooks', hook, { headers });
    const again = await api.post('/api/v1/webhooks', hook, { headers });
    expect(again.body).toEqual({ ...first.body, secret: null });
    const other = await api.post('/api/v1/webhooks', { ...hook, description: 'B' }, { headers });
    expect(other.status).toBe(422);
  });

  it.each([
    [{ url: 'https://10.0.0.1/' }, 'url', 'private, local or reserved'],
    [{ url: 'https://inside.example/' }, 'url', 'private, local or reserved'],
    [{ url: 'http://crm.example/' }, 'url', 'must begin with https'],
    [{ url: 'crm' }, 'url', 'must be a URL'],
    [{ types: [] }, 'types', ''],
    [{ types: ['case.opened', 'case.opened'] }, 'types', 'twice'],
    [{ types: ['webhook.test'] }, 'types[0]', ''],
    [{ secret: 'mine' }, 'secret', ''],
  ])('is refused with %j', async (body, field, rule) => {
    const { length } = (await api.get('/api/v1/webhooks')).body.items;
    const answer = await api.post('/api/v1/webhooks', { ...hook, ...body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field, rule: expect.stringContaining(rule) }]);
    expect((await api.get('/api/v1/webhooks')).body.items).toHaveLength(length);
  });

  it('is changed, disabled, enabled and deleted, each with its audit', async () => {
    const webhookId = await aWebhook();
    const path = `/api/v1/webhooks/${webhookId}`;
    const patch = (body: object) => api.call('PATCH', path, { body });
    expect((await patch({ types: ['case.closed'], description: null })).body).toMatchObject({
      ...{ types: ['case.closed'], description: null, url: hook.url },
    });
    expect((await patch({ url: 'https://inside.example/' })).status).toBe(400);
    expect((await patch({ status: 'gone' })).status).toBe(400);
    expect((await patch({ status: 'disabled' })).body).toMatchObject({ status: 'disabled' });
    expect((await api.post(`${path}/test`)).status).toBe(409);
    expect((await patch({ status: 'enabled' })).body).toMatchObject({ status: 'enabled' });
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect((await api.get(path)).status).toBe(404);
    expect((await patch({ status: 'enabled' })).status).toBe(404);
    expect(auditOf(webhookId)).toEqual([
      ...['webhook.create', 'webhook.change', 'webhook.change', 'webhook.change'],
      'webhook.delete',
    ]);
  });

  it('gets a new secret, and for a day both count', async () => {
    const webhookId = await aWebhook();
    const path = `/api/v1/webhooks/${webhookId}/rotate-secret`;
    const headers = { 'idempotency-key': 'rotate-1' };
    const { body } = await api.post(path, undefined, { headers });
    expect(body.secret).toMatch(/^whsec_/);
    const hours = (Date.parse(body.previousSecretUntil as string) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(24);
    expect((await api.post(path, undefined, { headers })).body.secret).toBeNull();
  });

  it('shows what it is told, can be tried, and has messages sent again', async () => {
    const webhookId = await aWebhook();
    const path = `/api/v1/webhooks/${webhookId}`;
    await anOpenCase(api.db, 'C-77');
    const headers = { 'idempotency-key': 'try-1' };
    const tried = await api.post(`${path}/test`, undefined, { headers });
    expect(tried).toMatchObject({ status: 202, body: { type: 'webhook.test', status: 'pending' } });
    expect((await api.post(`${path}/test`, undefined, { headers })).body).toEqual(tried.body);
    const first = await api.get(`${path}/deliveries?status=pending&limit=1`);
    expect(first.body.items).toMatchObject([{ deliveryId: tried.body.deliveryId }]);
    const cursor = encodeURIComponent(first.body.nextCursor as string);
    const { body } = await api.get(`${path}/deliveries?status=pending&limit=1&cursor=${cursor}`);
    expect(body).toMatchObject({
      items: [{ type: 'case.opened', message: { data: { customerId: 'C-77' } } }],
      nextCursor: null,
    });
    const { deliveryId } = body.items[0] as { deliveryId: string };
    const again = await api.post(`${path}/deliveries/${deliveryId}/replay`);
    expect(again).toMatchObject({ status: 202, body: { deliveryId, status: 'pending' } });
    expect((await api.post(`${path}/deliveries/unknown/replay`)).status).toBe(404);
    expect((await api.get(`${path}/deliveries?cursor=x`)).status).toBe(400);
    expect((await api.get('/api/v1/webhooks/unknown/deliveries')).status).toBe(404);
    expect((await api.get(path)).body.deliveries).toMatchObject({ pending: 2, delivered: 0 });
    const { body: metrics } = await api.get('/metrics');
    expect(metrics).toMatch(/winback_webhook_deliveries\{status="pending"\} \d/);
    expect(metrics).toMatch(/winback_webhooks_failing 0/);
  });
});

describe('replaying many messages', () => {
  const givenUp = (webhookId: string) =>
    api.db.$client
      .prepare(
        `update webhook_deliveries set status = 'failed', attempts = 10, finished_at = occurred_at
         where webhook_id = ?`,
      )
      .run(webhookId);

  it('tells how many are on their way again, the same however often it is asked', async () => {
    const webhookId = await aWebhook();
    const path = `/api/v1/webhooks/${webhookId}`;
    for (const customerId of ['C-81', 'C-82']) await anOpenCase(api.db, customerId);
    givenUp(webhookId);
    const { items } = (await api.get(`${path}/deliveries`)).body;
    const since = items[0].occurredAt as string;
    const headers = { 'idempotency-key': 'replay-1' };
    const none = await api.post(`${path}/replay`, { until: since });
    expect(none).toMatchObject({ status: 202, body: { replayed: 0 } });
    const first = await api.post(`${path}/replay`, { since }, { headers });
    expect(first).toMatchObject({ status: 202, body: { replayed: 2 } });
    expect((await api.post(`${path}/replay`, { since }, { headers })).body).toEqual(first.body);
    expect((await api.get(path)).body.deliveries).toMatchObject({ pending: 2, failed: 0 });
    const delivered = { status: 'delivered' };
    expect((await api.post(`${path}/replay`, delivered, { headers })).status).toBe(422);
    expect((await api.post(`${path}/replay`, delivered)).body).toEqual({ replayed: 0 });
    expect(auditOf(webhookId)).toEqual(['webhook.create', ...Array(3).fill('webhook.replay-all')]);
  });

  it.each([[{ status: 'pending' }], [{ since: 'yesterday' }], [{ after: '2026-03-24' }]])(
    'refuses %j',
    async (body) => {
      const webhookId = await aWebhook();
      const answer = await api.post(`/api/v1/webhooks/${webhookId}/replay`, body);
      expect(answer.status).toBe(400);
      expect((await api.post('/api/v1/webhooks/none/replay', {})).status).toBe(404);
    },
  );
});

it('tells of everything as documented', async () => {
  const webhookId = await aWebhook({ types: [...webhookTypes] });
  const record = await anOpenCase(api.db, 'C-90');
  const entry = (code: TimelineCode, data: TimelineData = {}) => ({ at: minute(1), code, data });
  const entries = [
    entry('step-entered', { step: 'cause-analysis' }),
    entry('task-opened', { taskId: 't1' }),
    entry('task-done', { taskId: 't1', type: 'cause-call', outcome: 'answered' }),
    entry('regained', { by: 'purchase' }),
    entry('closed'),
  ];
  const timeline = { firstSeq: 2, entries };
  const told = { state: closedAsLost, tasks: [task('t1')], timeline };
  await projectCase(api.db, projection(record, 1, told), minute(1));
  const rise = {
    ...{ riseId: 'r1', cause: 'neglected' as const, category: null, product: 'box', region: null },
    ...{
      from: minute(0),
      to: minute(1),
      cases: 9,
      expected: 2.5,
      chance: 0.01,
      basis: 'season' as const,
    },
  };
  writing(api.db, (tx) => announce(tx, [lossesRisen({ ...rise, at: minute(1) })], minute(1)));
  await api.post(`/api/v1/webhooks/${webhookId}/test`);
  const { items } = (await api.get(`/api/v1/webhooks/${webhookId}/deliveries`)).body;
  expect(items.map(({ type }: { type: string }) => type).sort()).toEqual([...messageTypes].sort());
  for (const { type, message } of items) {
    const { schema } = webhookMessages.find((one) => one.type === type)!;
    expect(schema.parse(message)).toEqual(message);
  }
});

it('signs with what only this installation can read', () =>
  withDataDir(async (other) => {
    const [stored] = await activeWebhooks(api.db, '2026');
    expect(() => loadSecrets(other).unseal(stored!.secret)).toThrow();
  }));
