import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCase } from '../../db/cases.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
let number = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

async function tell(type: string, subject: string, data: object): Promise<void> {
  number += 1;
  const event = { specversion: '1.0', id: `e${number}`, source: 's', type, subject, data };
  const { status } = await api.post('/api/v1/events', event, { as: 'sales-system' });
  expect(status).toBe(202);
}

async function aDuplicate(email: string): Promise<string> {
  const profile = { name: 'Anna', kind: 'consumer', email };
  const { db, policy } = api;
  const customerId = `F${number}`;
  await tell('customer.updated', customerId, profile);
  await openCase(db, {
    ...{ customerId, trigger: 'manual', statedCause: null, statedReason: null },
    ...{ effectiveAt: null, openedBy: 'boss', policy, at: new Date().toISOString() },
  });
  await tell('customer.updated', `X${number}`, profile);
  const { body } = await api.get('/api/v1/customers/duplicates', { as: 'manager' });
  expect(body.items[0]).toMatchObject({
    formerId: customerId,
    alike: ['email'],
    sureness: 'likely',
  });
  return body.items[0].duplicateId;
}

test('a manager confirms or rejects a possible duplicate, once', async () => {
  const path = `/api/v1/customers/duplicates/${await aDuplicate('anna@mail.example')}`;
  const headers = { 'idempotency-key': 'confirm-1' };
  const confirm = () => api.post(`${path}/confirm`, undefined, { as: 'manager', headers });
  expect((await confirm()).body).toMatchObject({ status: 'confirmed' });
  expect((await confirm()).status).toBe(200);
  expect((await api.post(`${path}/reject`)).status).toBe(409);
  const confirmed = await api.get('/api/v1/customers/duplicates?status=confirmed');
  expect(confirmed.body.items).toHaveLength(1);

  const other = `/api/v1/customers/duplicates/${await aDuplicate('bert@mail.example')}`;
  expect((await api.post(`${other}/reject`)).body).toMatchObject({ status: 'rejected' });
  expect((await api.get('/api/v1/customers/duplicates')).body.items).toEqual([]);
  expect((await api.post('/api/v1/customers/duplicates/none/confirm')).status).toBe(404);
});

test('nothing personal is logged of it', () => {
  expect(api.log()).not.toContain('@mail.example');
});
