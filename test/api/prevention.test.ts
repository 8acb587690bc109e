import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCase } from '../../db/cases.ts';
import { acceptEvents } from '../../db/events.ts';
import { findRises } from '../../db/loss-rises.ts';
import { proposeActions } from '../../db/prevention-actions.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

beforeAll(async () => {
  api = await startApi();
  const actor = { actorId: 'shop', role: 'sales-system' } as const;
  for (let i = 0; i < 24; i += 1) {
    const [customerId, at] = [`C${i}`, daysAgo(i < 20 ? 1 : 40 + i)];
    const { db, policy } = api;
    const sent = { source: 's', customerId, time: daysAgo(200) };
    const profile = { name: 'Anna', kind: 'consumer', region: 'DE-BY' };
    const bought = { orderId: 'O1', amount: 5_000, currency: 'EUR', product: 'box' };
    const events = [
      { ...sent, eventId: `u${i}`, type: 'customer.updated', data: profile },
      { ...sent, eventId: `p${i}`, type: 'purchase.recorded', data: bought },
    ];
    await acceptEvents(db, { events, policy, at: daysAgo(200), actor });
    await openCase(db, {
      ...{ customerId, trigger: 'manual', statedCause: 'disappointed-service' },
      ...{ statedReason: null, effectiveAt: null, openedBy: 'boss', policy, at },
    });
  }
});
afterAll(() => api.stop());

test('shows what losses have in common, the narrowest topics first', async () => {
  const { body } = await api.get('/api/v1/prevention/topics', { as: 'manager' });
  expect(body.topics).toHaveLength(4);
  expect(body.topics[0]).toMatchObject({
    ...{ cause: 'disappointed-service', product: 'box', region: 'DE-BY', cases: 24, over: true },
    ...{ lostRevenue: { amount: 120_000, currency: 'EUR' }, actionId: null },
  });
  const past = await api.get('/api/v1/prevention/topics?from=2001-01-01&to=2001-02-01');
  expect(past.body.topics).toEqual([]);
  const wrong = await api.get('/api/v1/prevention/topics?from=2001-02-01&to=2001-01-01');
  expect(wrong.status).toBe(400);
});

test('shows rises that nobody asked for', async () => {
  const { db, policy } = api;
  await findRises(db, { policy, at: new Date().toISOString() });
  const { body } = await api.get('/api/v1/reports/rises', { as: 'manager' });
  expect(body.rises).toMatchObject([
    { cause: 'disappointed-service', product: 'box', region: 'DE-BY', cases: 20 },
  ]);
  expect(Object.keys(body.definitions)).toContain('chance');
});

test('lets a manager take up what was proposed, change it and complete it', async () => {
  const { db, policy } = api;
  await proposeActions(db, { policy, at: new Date().toISOString() });
  const { body: page } = await api.get('/api/v1/prevention/actions?status=proposed');
  expect(page.items).toHaveLength(1);
  const { actionId, evidence } = page.items[0];
  expect(evidence).toMatchObject({ cases: 24, lostRevenue: { amount: 120_000 } });
  const path = `/api/v1/prevention/actions/${actionId}`;
  const change = (body: object) => api.call('PATCH', path, { as: 'manager', body });

  const unready = await change({ revision: 1, status: 'accepted' });
  expect([unready.status, unready.body.errors[0].field]).toEqual([400, 'owner']);
  const owner = api.keys.agent.record.keyId;
  const plan = { owner, dueAt: '2030-01-01T00:00:00Z', expectedFewerPercent: 20 };
  expect((await change({ revision: 1, ...plan, owner: 'nobody' })).status).toBe(400);
  const accepted = await change({ revision: 1, ...plan, status: 'accepted' });
  expect(accepted.body).toMatchObject({ ...{ status: 'accepted', owner, revision: 2 }, effect: null }); // prettier-ignore
  expect((await change({ revision: 1, title: 'Another' })).status).toBe(409);
  expect((await change({ revision: 2, status: 'in-progress' })).status).toBe(200);

  const headers = { 'idempotency-key': 'complete-1' };
  const complete = () => api.post(`${path}/complete`, { revision: 3 }, { as: 'manager', headers });
  const done = await complete();
  expect(done.body).toMatchObject({ status: 'done', effect: { verdict: 'too-early' } });
  expect(done.body.changes).toHaveLength(4);
  const again = await complete();
  expect([again.status, again.body.revision]).toEqual([200, 4]);
  expect((await api.get(path)).body.changes[3]).toMatchObject({
    changes: { status: ['in-progress', 'done'] },
  });
  expect((await api.get('/api/v1/prevention/actions/none')).status).toBe(404);
});

test('takes an action for a topic of one’s own, once for each topic', async () => {
  const body = { cause: 'neglected', title: 'Call everybody once a year' };
  const headers = { 'idempotency-key': 'create-1' };
  const create = (more: object = {}) =>
    api.post('/api/v1/prevention/actions', { ...body, ...more }, { as: 'manager', headers });
  const made = await create();
  expect(made.body).toMatchObject({ status: 'proposed', region: null, evidence: null });
  expect((await create()).body.actionId).toBe(made.body.actionId);
  expect((await create({ title: 'x' })).status).toBe(422);
  const again = await api.post('/api/v1/prevention/actions', body);
  expect(again.status).toBe(409);
  const category = { ...body, category: 'disappointed-service.delivery' };
  expect((await api.post('/api/v1/prevention/actions', category)).status).toBe(400);
  const mine = await api.get('/api/v1/prevention/actions?owner=me');
  expect(mine.body.items).toEqual([]);
});
