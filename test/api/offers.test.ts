import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const offer = { offerId: 'apples', title: 'A box of apples', kind: 'gift', cost: 750 };
const put = (body: object, headers = {}) =>
  api.post('/api/v1/offers', body, { as: 'manager', headers });

it('a new offer never takes the place of another one', async () => {
  const headers = { 'idempotency-key': 'apples' };
  expect(await put({ ...offer, isNew: true }, headers)).toMatchObject({ status: 200 });
  expect(await put({ ...offer, isNew: true }, headers)).toMatchObject({ status: 200 });
  const { status, body } = await put({ ...offer, title: 'Pears', isNew: true });
  const rule = 'must not be that of another offer';
  expect([status, body.errors]).toEqual([400, [{ field: 'offerId', rule }]]);
  expect(await put({ ...offer, title: 'Pears' })).toMatchObject({ body: { title: 'Pears' } });
});

it('an offer that is its own fallback is refused, new or not', async () => {
  const { status, body } = await put({ ...offer, fallback: 'apples', isNew: true });
  expect([status, body.errors[0]]).toEqual([
    400,
    { field: 'fallback', rule: 'must be another offer' },
  ]);
});

it('a new template or playbook never takes the place of another one', async () => {
  const yaml = 'templateId: own\ntitle: Own\ntexts: { de: { subject: Hallo, body: Hallo } }\n';
  const publish = () => api.post('/api/v1/templates', { yaml, basedOn: 0 }, { as: 'manager' });
  expect(await publish()).toMatchObject({ status: 201, body: { version: 1 } });
  expect(await publish()).toMatchObject({ status: 409, body: { code: 'conflict' } });
});
