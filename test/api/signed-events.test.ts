import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startApi, type Api, type Json } from '../support/api.ts';

const fromEnvironment = `whsec_${Buffer.from('a secret of the environment!').toString('base64')}`;

let api: Api;
beforeAll(async () => {
  api = await startApi({ webhookSecrets: [fromEnvironment] });
});
afterAll(() => api.stop());

let sent = 0;
function purchase(subject: string) {
  sent += 1;
  const data = { orderId: `O${sent}`, amount: 4_990, currency: 'EUR' };
  return {
    specversion: '1.0',
    id: `E${sent}`,
    source: 'shop',
    type: 'purchase.recorded',
    subject,
    data,
  };
}

/** Signed by the reference package of Standard Webhooks. */
function signed(secret: string, body: string, { at = new Date(), id = `msg_${sent}` } = {}) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}
const send = (body: string, headers: Record<string, string>) =>
  api.post('/api/v1/events', body, { as: null, headers });
const sendSigned = (secret: string, event: object = purchase('C-1')) => {
  const body = JSON.stringify(event);
  return send(body, signed(secret, body));
};
const newSecret = async (name: string): Promise<{ secretId: string; secret: string }> =>
  (await api.post('/api/v1/signing-secrets', { name })).body;

describe('a signed event', () => {
  test('needs no key, and acts as the sales system', async () => {
    const { secret, secretId } = await newSecret('shop');
    const event = { ...purchase('C-SIGNED'), type: 'cancellation.received', data: {} };
    const { status, body } = await sendSigned(secret, event);
    expect([status, body]).toEqual([202, { accepted: 1, duplicates: 0 }]);
    const { body: opened } = await api.get('/api/v1/cases/C-SIGNED-e1');
    expect(opened.openedBy).toBe(secretId);
    const { body: list } = await api.get('/api/v1/signing-secrets');
    expect(list.items.find((one: Json) => one.secretId === secretId).lastUsedAt).not.toBeNull();
  });

  test('may be signed with a secret of the environment', async () => {
    expect((await sendSigned(fromEnvironment)).status).toBe(202);
  });

  test('that is replayed within the tolerance changes nothing', async () => {
    const body = JSON.stringify(purchase('C-REPLAY'));
    const headers = signed(fromEnvironment, body);
    expect((await send(body, headers)).body).toEqual({ accepted: 1, duplicates: 0 });
    expect((await send(body, headers)).body).toEqual({ accepted: 0, duplicates: 1 });
    expect((await api.get('/api/v1/customers/C-REPLAY')).body.value.purchases).toBe(1);
  });

  test('is checked over the bytes that came, in batches and binary mode, too', async () => {
    const batch = `[ ${JSON.stringify(purchase('C-2'))} ,\n${JSON.stringify(purchase('C-2'))} ]`;
    const type = { 'content-type': 'application/cloudevents-batch+json' };
    expect((await send(batch, { ...signed(fromEnvironment, batch), ...type })).body.accepted).toBe(
      2,
    );
    const data = '{ "orderId": "Ö-1",  "amount": 1, "currency": "EUR" }';
    const { status } = await send(data, {
      ...signed(fromEnvironment, data),
      ...{ 'ce-specversion': '1.0', 'ce-id': 'bin-1', 'ce-source': 'shop' },
      ...{ 'ce-type': 'purchase.recorded', 'ce-subject': 'C-2' },
    });
    expect(status).toBe(202);
  });

  test.each<[string, (headers: Record<string, string>) => object, string, RegExp]>([
    ['without an ID', () => ({ 'webhook-id': '' }), 'webhook-id', /required/],
    ['without a time', () => ({ 'webhook-timestamp': '' }), 'webhook-timestamp', /required/],
    [
      'with another ID',
      () => ({ 'webhook-id': 'other' }),
      'webhook-signature',
      /none of the valid/,
    ],
    [
      'with a time that is none',
      () => ({ 'webhook-timestamp': '1e9' }),
      'webhook-timestamp',
      /whole seconds/,
    ],
    [
      'with a broken signature',
      () => ({ 'webhook-signature': 'v1,AAAA v2,x' }),
      'webhook-signature',
      /none of the valid/,
    ],
    [
      'with a later time than was signed',
      (h) => ({ 'webhook-timestamp': String(Number(h['webhook-timestamp']) + 1) }),
      'webhook-signature',
      /none of the valid/,
    ],
  ])('%s is refused and says why', async (_what, change, field, rule) => {
    const body = JSON.stringify(purchase('C-REFUSED'));
    const headers = signed(fromEnvironment, body);
    const answer = await send(body, { ...headers, ...change(headers) });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
    expect(answer.body.errors).toEqual([{ field, rule: expect.stringMatching(rule) }]);
    expect((await api.get('/api/v1/customers/C-REFUSED')).status).toBe(404);
  });

  test.each([
    [-301, 401],
    [-298, 202],
    [298, 202],
    [302, 401],
  ])('sent %i seconds from our clock is answered with %i', async (seconds, status) => {
    const body = JSON.stringify(purchase('C-3'));
    const at = new Date(Date.now() + seconds * 1_000);
    const answer = await send(body, signed(fromEnvironment, body, { at }));
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.body.errors[0].field).toBe('webhook-timestamp');
  });

  test('with a changed body, or a secret that is not ours, is refused alike', async () => {
    const body = JSON.stringify(purchase('C-4'));
    const changed = await send(body.replace('4990', '1'), signed(fromEnvironment, body));
    const stranger = await sendSigned(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    expect(changed.status).toBe(401);
    expect(stranger.body.detail).toBe(changed.body.detail);
  });

  test('is not read as JSON before its signature is known to be right', async () => {
    const wrong = { ...signed(fromEnvironment, '{}'), 'webhook-id': 'other' };
    expect((await send('{ "broken', wrong)).status).toBe(401);
    expect((await send('{ "broken', signed(fromEnvironment, '{ "broken'))).status).toBe(400);
  });

  test('signs for nothing but events', async () => {
    const body = JSON.stringify({ customerId: 'C-1', trigger: 'manual' });
    const headers = signed(fromEnvironment, body);
    expect((await api.post('/api/v1/cases', body, { as: null, headers })).status).toBe(401);
  });
});

describe('signing secrets', () => {
  test('rotate: the old and the new one are valid together, until the old one is revoked', async () => {
    const first = await newSecret('billing');
    const second = await newSecret('billing');
    const third = await api.post('/api/v1/signing-secrets', { name: 'billing' });
    expect([third.status, third.body.code]).toEqual([409, 'conflict']);
    expect((await sendSigned(first.secret)).status).toBe(202);
    expect((await sendSigned(second.secret)).status).toBe(202);
    await api.call('DELETE', `/api/v1/signing-secrets/${first.secretId}`);
    expect((await sendSigned(first.secret)).status).toBe(401);
    expect((await sendSigned(second.secret)).status).toBe(202);
    expect((await api.post('/api/v1/signing-secrets', { name: 'billing' })).status).toBe(201);
  });

  test('one of several signatures is enough, as a sender sends them who rotates', async () => {
    const body = JSON.stringify(purchase('C-5'));
    const own = signed(fromEnvironment, body);
    const other = signed(`whsec_${Buffer.alloc(32, 9).toString('base64')}`, body);
    const both = `${other['webhook-signature']} ${own['webhook-signature']}`;
    expect((await send(body, { ...own, 'webhook-signature': both })).status).toBe(202);
  });

  test('are shown once, and kept sealed with a key that only we can read', async () => {
    const headers = { 'idempotency-key': 'secret-1' };
    const make = () => api.post('/api/v1/signing-secrets', { name: 'crm' }, { headers });
    const [made, again] = [await make(), await make()];
    expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(again.body).toEqual({ ...made.body, secret: null });
    const { body } = await api.get('/api/v1/signing-secrets');
    expect(JSON.stringify(body)).not.toContain(made.body.secret);
    const stored = api.db.$client.prepare('select * from signing_secrets').all();
    expect(JSON.stringify(stored)).not.toContain(made.body.secret.slice(6));
    const { mode } = statSync(join(dirname(api.db.$client.name), 'secrets.key'));
    expect(mode & 0o777).toBe(0o600);
  });

  test('an unknown one cannot be revoked', async () => {
    expect((await api.call('DELETE', '/api/v1/signing-secrets/none')).status).toBe(404);
  });
});
