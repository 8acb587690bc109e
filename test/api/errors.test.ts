import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { closeDatabase } from '../../db/open.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('every error is a problem of RFC 9457', () => {
  test('with its type, title, status, detail, instance and code', async () => {
    const { status, headers, body } = await api.get('/api/v1/cases/C-1-e1');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: 'urn:winback:problem:not-found',
      title: 'There is no such thing',
      status: 404,
      detail: 'There is no such case.',
      instance: `urn:uuid:${headers.get('x-request-id')}`,
      code: 'not-found',
    });
  });

  test('with the broken rules in German for who prefers that', async () => {
    const asked = async (language: string) => {
      const headers = { 'accept-language': language };
      const { body } = await api.get('/api/v1/cases?limit=0', { headers });
      return body.errors;
    };
    const english = { field: 'limit', rule: 'must be a whole number from 1 to 200' };
    expect(await asked('en, de;q=0.5')).toEqual([english]);
    expect(await asked('fr')).toEqual([english]);
    expect(await asked('de-AT, en;q=0.5')).toEqual([
      { field: 'limit', rule: 'muss eine ganze Zahl von 1 bis 200 sein' },
    ]);
  });

  test.each([
    ['an unknown path', 'GET', '/api/v1/nothing', {}, 404, 'not-found'],
    ['a broken path', 'GET', '/api/v1/cases/%E0%A4%A', {}, 400, 'malformed'],
    ['no key', 'GET', '/api/v1/cases', { as: null }, 401, 'unauthenticated'],
    [
      'a key that is none',
      'GET',
      '/api/v1/cases',
      { as: null, headers: { authorization: 'Bearer wb_guessed' } },
      401,
      'unauthenticated',
    ],
    ['a role that may not', 'GET', '/api/v1/keys', { as: 'agent' }, 403, 'forbidden'],
    ['a method the path has not', 'PUT', '/api/v1/cases', {}, 405, 'method-not-allowed'],
    ['broken JSON', 'POST', '/api/v1/cases', { body: '{"customerId": "Erika' }, 400, 'malformed'],
    ['a body that is no object', 'POST', '/api/v1/cases', { body: '[]' }, 400, 'invalid'],
    [
      'a body nested without end',
      'POST',
      '/api/v1/cases',
      { body: `${'['.repeat(40_000)}${']'.repeat(40_000)}` },
      400,
      'invalid',
    ],
    ['no body', 'POST', '/api/v1/cases', {}, 400, 'invalid'],
    [
      'another media type',
      'POST',
      '/api/v1/cases',
      { body: 'customerId=C-1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported-media-type',
    ],
    [
      'another character set',
      'POST',
      '/api/v1/cases',
      { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      'unsupported-media-type',
    ],
    [
      'a body above 100 kB',
      'POST',
      '/api/v1/cases',
      { body: { customerId: 'C-1', trigger: 'manual', reason: 'x'.repeat(110_000) } },
      413,
      'too-large',
    ],
    [
      'a batch above 5 MB',
      'POST',
      '/api/v1/events',
      { body: [{ filler: 'x'.repeat(5_300_000) }] },
      413,
      'too-large',
    ],
    [
      'a bad idempotency key',
      'POST',
      '/api/v1/scans',
      { headers: { 'idempotency-key': 'two words' } },
      400,
      'invalid',
    ],
  ] as const)('%s', async (_what, method, path, request, status, code) => {
    const answer = await api.call(method, path, request);
    expect(answer.body).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
  });

  test('a 405 names what the path takes, and OPTIONS asks for it', async () => {
    const refused = await api.call('DELETE', '/api/v1/cases');
    expect(refused.headers.get('allow')).toBe('POST, GET, HEAD');
    const asked = await api.call('OPTIONS', '/api/v1/cases');
    expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'POST, GET, HEAD']);
  });

  test('a 401 says how to authenticate', async () => {
    const { headers } = await api.get('/api/v1/cases', { as: null });
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('every broken rule is named with its field', async () => {
    const { body } = await api.post('/api/v1/cases', {
      customerId: 'erika@example.com',
      trigger: 'boredom',
      colour: 'red',
    });
    expect(body.errors).toEqual([
      { field: 'customerId', rule: expect.stringContaining('no mail address') },
      { field: 'trigger', rule: 'must be one of: cancellation, dormancy, manual' },
      { field: 'colour', rule: 'is not a known field' },
    ]);
  });

  test.each([
    ['/api/v1/cases?colour=red', 'colour', 'is not a known parameter'],
    ['/api/v1/cases?limit=0', 'limit', 'must be a whole number from 1 to 200'],
    ['/api/v1/cases?limit=201', 'limit', 'must be a whole number from 1 to 200'],
    ['/api/v1/cases?limit=ten', 'limit', 'must be a whole number from 1 to 200'],
    ['/api/v1/cases?status=open&status=closed', 'status', 'must be one of: open, closed'],
    ['/api/v1/cases?cursor=made-up', 'cursor', 'must be the nextCursor of the page before'],
    ['/api/v1/tasks?cursor=made-up', 'cursor', 'must be the nextCursor of the page before'],
    ['/api/v1/tasks?dueBefore=tomorrow', 'dueBefore', expect.stringContaining('ISO 8601')],
    ['/api/v1/keys?role=agent', 'role', 'is not a known parameter'],
    ['/api/v1/keys?cursor=made-up', 'cursor', 'must be the nextCursor of the page before'],
    ['/api/v1/reports/success?from=2026-13-01', 'from', expect.stringContaining('ISO 8601')],
    ['/api/v1/reports/success?from=2026-03-02&to=2026-03-01', 'to', 'must be after from'],
  ])('%s is refused', async (path, field, rule) => {
    const { status, body } = await api.get(path);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ field, rule }]);
  });
});

test('too many requests with one key are refused, others go on', async () => {
  const busy = await startApi({ limits: { requestsPerMinute: 3 } });
  try {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await busy.get('/api/v1/cases')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await busy.get('/api/v1/cases');
    expect(refused.body.code).toBe('too-many-requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await busy.get('/api/v1/cases', { as: 'agent' })).status).toBe(200);
    expect((await busy.get('/healthz', { as: null })).status).toBe(200);
  } finally {
    await busy.stop();
  }
});

test('whoever guesses keys is soon refused, and holders of a key are not', async () => {
  const guessed = await startApi({ limits: { failedAuthenticationsPerMinute: 2 } });
  try {
    const guess = () =>
      guessed.get('/api/v1/cases', { as: null, headers: { authorization: 'Bearer wb_x' } });
    const statuses = [await guess(), await guess(), await guess()].map(({ status }) => status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await guessed.get('/api/v1/cases')).status).toBe(200);
  } finally {
    await guessed.stop();
  }
});

test('a 500 hides its cause and logs it under the ID of the request', async () => {
  const broken = await startApi();
  await broken.get('/api/v1/cases');
  closeDatabase(broken.db);
  const { status, body, headers } = await broken.get('/api/v1/cases');
  await broken.stop();
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toMatch(/database|sqlite|select/i);
  const logged = broken
    .log()
    .split('\n')
    .find((line) => line.includes('unexpected error'));
  expect(logged).toContain('The database connection is not open');
  expect(JSON.parse(logged!).requestId).toBe(headers.get('x-request-id'));
});

test('logs hold no personal data and no key', async () => {
  await api.post('/api/v1/events', {
    specversion: '1.0',
    id: 'log-1',
    source: 'shop',
    type: 'customer.updated',
    subject: 'C-LOG',
    data: { name: 'Erika Mustermann', kind: 'consumer', email: 'erika@example.com' },
  });
  await api.get('/api/v1/customers/C-LOG');
  await api.get('/api/v1/customers/erika@example.com');
  await api.get('/api/v1/cases?name=Mustermann');
  await api.post('/api/v1/cases', '{"reason": "Mustermann');
  const log = api.log();
  expect(log).toContain('/api/v1/customers/{customerId}');
  expect(log).not.toMatch(/Mustermann|erika|wb_|C-LOG|127\.0\.0\.1/);
});

test('answers carry security headers, and no name of the framework', async () => {
  const { headers } = await api.get('/api/v1/cases');
  expect(headers.get('content-security-policy')).toBe(
    "default-src 'self';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('cache-control')).toBe('no-store');
});

test('a request that is no HTTP ends without harm', async () => {
  const { port, hostname } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.write('Erika says hello\r\n\r\n');
  const answer = await new Promise<string>((resolve) =>
    socket.once('data', (data) => resolve(data.toString())),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 400/);
  socket.destroy();
  expect((await api.get('/healthz')).status).toBe(200);
});
