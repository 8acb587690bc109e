import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { beginImport, interruptImports } from '../../db/file-imports.ts';
import { startApi, type Answer, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const asBytes = { 'content-type': 'application/octet-stream' };

function upload(lines: string[], name = 'kunden.csv', headers = {}): Promise<Answer> {
  const request = { as: 'manager', headers: { ...asBytes, ...headers } } as const;
  return api.post(`/api/v1/imports?name=${name}`, lines.join('\n'), request);
}

async function start(importId: string, body: object): Promise<Answer> {
  return api.post(`/api/v1/imports/${importId}/start`, body, { as: 'manager' });
}

async function ended(importId: string): Promise<Json> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { body } = await api.get(`/api/v1/imports/${importId}`);
    if (body.status !== 'running') return body;
    await pause(50);
  }
  throw new Error('the import does not end');
}

const customers = [
  'Nr.;Wer;E-Mail;Land',
  'K-1;Jürgen Köhler;j@kunde.example;DE',
  'K-2;Anna Krause;a@kunde.example;DE',
  'K-3;Ben Blatt;kaputt;DE',
  'K-4;Cem Yılmaz;c@kunde.example;Germany',
];
const columns = { customerId: 0, name: 1, email: 2, country: 3 };

test('a file is shown as it was understood, tried on a copy, imported, and then gone', async () => {
  const { status, body } = await upload(customers);
  expect(status).toBe(201);
  const { importId } = body;
  const preview = (await api.get(`/api/v1/imports/${importId}/preview`)).body;
  expect(preview.likelyKind).toBe('customers');
  expect(preview.rows[0]).toEqual(['K-1', 'Jürgen Köhler', 'j@kunde.example', 'DE']);
  const guessed = preview.columns.customers.filter(({ at }: Json) => at !== null);
  expect(guessed.map(({ name, at }: Json) => [name, at])).toEqual([
    ['email', 2],
    ['country', 3],
  ]);

  const dry = await start(importId, { kind: 'customers', columns, dryRun: true });
  expect(dry.body).toMatchObject({ status: 'running', dryRun: true });
  const tried = await ended(importId);
  expect(tried).toMatchObject({
    ...{ status: 'completed', done: false, hasErrors: true, progress: 1 },
    counts: { added: 2, updated: 0, unchanged: 0, badLines: 2 },
  });
  expect((await api.get('/api/v1/customers/K-1')).status).toBe(404);
  const { body: errors, headers } = await api.get(`/api/v1/imports/${importId}/errors`);
  expect(headers.get('content-disposition')).toContain('attachment');
  expect(errors.split('\n')).toEqual([
    'file,line,field,reason,value',
    expect.stringMatching(/^"kunden.csv",4,"email",/),
    expect.stringMatching(/^"kunden.csv",5,"country",.*"Germany"$/),
    '',
  ]);

  const german = { headers: { 'accept-language': 'de-DE, de;q=0.9, en;q=0.5' } };
  const first = await api.get(`/api/v1/imports/${importId}/errors?format=json`, german);
  expect(first.body.items).toEqual([
    { line: 4, field: 'email', reason: expect.any(String) },
    {
      ...{ line: 5, field: 'country', value: 'Germany' },
      reason: 'müssen zwei Großbuchstaben wie DE sein, oder leer',
    },
  ]);

  await start(importId, { kind: 'customers', columns, dryRun: false });
  expect(await ended(importId)).toMatchObject({ status: 'completed', done: true });
  const { body: found } = await api.get('/api/v1/customers?search=koehl', { as: 'agent' });
  expect(found.items.map(({ customerId }: Json) => customerId)).toEqual(['K-1']);
  expect((await api.get(`/api/v1/imports/${importId}/preview`)).status).toBe(409);
  expect((await start(importId, { kind: 'customers', columns, dryRun: true })).status).toBe(409);
  expect(api.log()).not.toContain('Köhler');
});

test('the same upload under the same key is one; another one is refused', async () => {
  const key = { 'idempotency-key': 'upload-1' };
  const first = await upload(customers, 'a.csv', key);
  const again = await upload(customers, 'a.csv', key);
  expect(again.body.importId).toBe(first.body.importId);
  expect((await upload(['id', '1'], 'a.csv', key)).status).toBe(422);
});

test('what the values leave in doubt is asked for, and settled by saying it', async () => {
  const { body } = await upload(
    ['customerId,orderId,purchasedAt,amount,currency', 'K-1,1,03/04/2026,12.00,EUR'],
    'orders.csv',
  );
  const { importId } = body;
  const all = { customerId: 0, orderId: 1, purchasedAt: 2, amount: 3, currency: 4 };
  const asked = { kind: 'purchases', columns: all, dryRun: true };
  await start(importId, asked);
  const doubtful = await ended(importId);
  expect(doubtful).toMatchObject({ status: 'failed', doubt: 'dates' });
  expect(doubtful.error).toMatch(/^orders.csv does not tell/);
  await start(importId, { ...asked, dates: 'month-first' });
  expect(await ended(importId)).toMatchObject({ status: 'completed', counts: { added: 1 } });
});

test('a missing column, an empty file and no text are refused in words that name the file alone', async () => {
  const { body } = await upload(['a,b', '1,2'], 'ab.csv');
  await start(body.importId, { kind: 'customers', columns: { name: 0 }, dryRun: true });
  const failed = await ended(body.importId);
  expect(failed.error).toMatch(/^ab.csv lacks "customerId"/);
  expect((await upload([''], 'leer.csv')).body.detail).toBe('The body must be the file.');
  expect((await upload(['\n\n'], 'blank.csv')).body.detail).toMatch(
    /^blank.csv begins with an empty line/,
  );
  expect((await upload(['\0\0\0'], 'bild.csv')).body.detail).toMatch(/^bild.csv is not a text/);
});

test('an import whose process has ended counts as interrupted and can be repeated', async () => {
  const { importId } = (await upload(customers)).body;
  const { record } = api.keys.manager;
  const actor = { actorId: record.keyId, role: 'manager' } as const;
  const at = new Date().toISOString();
  const asked = { actor, request: {}, idempotencyKey: null };
  const readAs = { kind: 'customers', columns } as const;
  await beginImport(api.db, { importId, dryRun: false, readAs }, { asked, at });
  expect((await start(importId, { ...readAs, dryRun: true })).status).toBe(409);
  await interruptImports(api.db, at);
  expect((await ended(importId)).status).toBe('interrupted');
  await start(importId, { ...readAs, dryRun: false });
  expect(await ended(importId)).toMatchObject({
    status: 'completed',
    counts: { added: 0, unchanged: 2, badLines: 2 },
  });
});

test('a file that is not wanted any more is forgotten', async () => {
  const { importId } = (await upload(customers)).body;
  expect((await api.call('DELETE', `/api/v1/imports/${importId}`)).status).toBe(204);
  expect((await api.get(`/api/v1/imports/${importId}`)).status).toBe(404);
  const left = readdirSync(join(api.folder, 'imports'));
  expect(left.filter((name) => name.startsWith(importId))).toEqual([]);
});

test('an installation with customers takes no example', async () => {
  const { status } = await api.post('/api/v1/example-data', undefined, { as: 'admin' });
  expect(status).toBe(409);
});

test('an empty installation is filled with an example that says what it is', async () => {
  const empty = await startApi();
  try {
    const begun = await empty.get('/api/v1/start', { as: 'agent' });
    expect(begun.body).toEqual({ customers: 0, exampleSince: null, lastEvent: null });
    const { body } = await empty.post('/api/v1/example-data', undefined, { as: 'admin' });
    let now: Json = body;
    while (now.status === 'running') {
      await pause(100);
      now = (await empty.get(`/api/v1/imports/${body.importId}`)).body;
    }
    expect(now).toMatchObject({ status: 'completed', counts: { added: 2_357 + 6_919 } });
    const { body: start } = await empty.get('/api/v1/start');
    expect(start).toMatchObject({ customers: 2_357, exampleSince: expect.any(String) });
    const { body: page } = await empty.get('/api/v1/customers?search=müller&limit=5');
    for (const { name, email } of page.items) {
      expect(name).toMatch(/ Müller \(example\)$/);
      expect(email).toMatch(/@example.com$/);
    }
    const [one] = page.items;
    const { body: rhythm } = await empty.get(`/api/v1/customers/${one.customerId}/rhythm`);
    expect(rhythm.days).toHaveLength(one.rhythm.purchaseDays);
    const { body: told } = await empty.get(`/api/v1/customers/${one.customerId}/permissions`);
    expect(told.history[0].proof).toBe('Example data: made up');
    const asked = { channel: 'phone', purpose: 'recovery' };
    expect(told.now).toContainEqual(
      expect.objectContaining({ ...asked, permitted: true, basis: 'express-consent' }),
    );
    const { currency } = one.value.secondLifetimeValue;
    expect(one.value.revenue.currency).toBe(currency);
  } finally {
    await empty.stop();
  }
});

test('the last event that the sales system sent is shown', async () => {
  const profile = { name: 'Cem', kind: 'consumer' };
  const event = { specversion: '1.0', id: 'e1', source: 'shop', type: 'customer.updated' };
  await api.post('/api/v1/events', { ...event, subject: 'C-1', data: profile });
  const { body } = await api.get('/api/v1/start');
  expect(body.lastEvent).toMatchObject({ type: 'customer.updated', source: 'shop' });
});
