import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('the nightly scan', () => {
  test('can be neither seen nor changed while the engine is away', async () => {
    const answers = [
      await api.get('/api/v1/scan-schedule'),
      await api.post('/api/v1/scan-schedule', { paused: true }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    const { status, body } = await api.post('/api/v1/scan-schedule', { at: '25:00' });
    expect([status, body.errors[0].field]).toEqual([400, 'at']);
  });

  test('leaves a list of candidates, empty before the first scan', async () => {
    const { status, body } = await api.get('/api/v1/candidates', { as: 'manager' });
    expect([status, body]).toEqual([200, { items: [], nextCursor: null }]);
  });
});

describe('keys', () => {
  test('a new key works, its secret is shown once, and it ends when it is revoked', async () => {
    const made = await api.post('/api/v1/keys', { name: 'Agent 7', role: 'agent' });
    expect(made.status).toBe(201);
    const { secret, ...key } = made.body;
    const asAgent7 = () =>
      api.get('/api/v1/tasks', { as: null, headers: { authorization: `Bearer ${secret}` } });
    expect((await asAgent7()).status).toBe(200);

    const list = await api.get('/api/v1/keys');
    expect(JSON.stringify(list.body)).not.toContain(secret);
    const listed = list.body.items.find((k: Json) => k.keyId === key.keyId);
    expect(listed).toEqual({ ...key, lastUsedAt: expect.any(String) });

    expect((await api.call('DELETE', `/api/v1/keys/${key.keyId}`)).status).toBe(204);
    expect((await asAgent7()).status).toBe(401);
  });

  test('making one with the same idempotency key again makes none, and hides the secret', async () => {
    const make = (name: string) =>
      api.post(
        '/api/v1/keys',
        { name, role: 'agent' },
        { headers: { 'idempotency-key': 'key-1' } },
      );
    const [first, second] = await Promise.all([make('Agent 8'), make('Agent 8')]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual({ ...first.body, secret: null });
    expect(first.body.secret).toMatch(/^wb_/);
    expect((await make('Agent 9')).status).toBe(422);
    const { body } = await api.get('/api/v1/keys');
    expect(body.items.filter((k: Json) => k.name === 'Agent 8')).toHaveLength(1);
  });

  test('the key in use cannot revoke itself, an unknown one is not there', async () => {
    const own = await api.call('DELETE', `/api/v1/keys/${api.keys.admin.record.keyId}`);
    expect([own.status, own.body.code]).toEqual([409, 'conflict']);
    expect((await api.call('DELETE', '/api/v1/keys/nobody')).status).toBe(404);
  });

  test.each([
    [{ name: 'x' }, 'role'],
    [{ name: '', role: 'agent' }, 'name'],
    [{ name: 'x', role: 'owner' }, 'role'],
  ])('%j is refused', async (body, field) => {
    const answer = await api.post('/api/v1/keys', body);
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, field]);
  });
});

test('keys are listed in pages', async () => {
  const first = await api.get('/api/v1/keys?limit=3');
  const rest = await api.get(`/api/v1/keys?cursor=${first.body.nextCursor}`);
  const whole = await api.get('/api/v1/keys');
  expect(first.body.items).toHaveLength(3);
  expect([...first.body.items, ...rest.body.items]).toEqual(whole.body.items);
  expect(rest.body.nextCursor).toBeNull();
});

describe('scans', () => {
  test('one runs at a time', async () => {
    const headers = { 'idempotency-key': 'scan-1' };
    const first = await api.post('/api/v1/scans', undefined, { as: 'manager', headers });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ status: 'running', progress: 0, opened: 0, waiting: 0 });
    const place = first.headers.get('location')!;
    expect((await api.get(place, { as: 'manager' })).body).toEqual(first.body);
    const second = await api.post('/api/v1/scans', {}, { as: 'manager' });
    expect([second.status, second.body.scanId]).toEqual([200, first.body.scanId]);
    const again = await api.post('/api/v1/scans', undefined, { as: 'manager', headers });
    expect([again.status, again.body.scanId]).toEqual([201, first.body.scanId]);
  });

  test('an unknown one is not there', async () => {
    expect((await api.get('/api/v1/scans/nowhere')).status).toBe(404);
  });
});

describe('the success report', () => {
  test('gives figures with their definitions, also when nothing has closed yet', async () => {
    const { body } = await api.get(
      '/api/v1/reports/success?from=2026-01-01&to=2026-02-01T00:00:00%2B01:00&by=tier',
      { as: 'agent' },
    );
    expect(body).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-31T23:00:00.000Z',
      by: 'tier',
      total: { cases: 0, regained: 0, regainedRate: null, outcomes: { 'loyal-again': 0 } },
      groups: [],
    });
    expect(body.total.revenue).toEqual({ amount: 0, currency: 'EUR' });
    const defined = Object.keys(body.definitions).sort();
    expect(defined).toEqual([...Object.keys(body.total), 'rank'].sort());
  });
});

describe('operation', () => {
  test('the process is alive though Temporal is away, and not ready', async () => {
    const alive = await api.get('/healthz', { as: null });
    expect([alive.status, alive.body]).toEqual([200, { status: 'ok' }]);
    const { status, body } = await api.get('/readyz', { as: null });
    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: 'unavailable',
      detail: 'Missing: temporal, worker.',
      checks: {
        database: { ok: true },
        temporal: { ok: false, detail: expect.stringMatching(/UNAVAILABLE|DEADLINE_EXCEEDED/) },
        worker: { ok: false },
      },
    });
    expect(JSON.stringify(body)).not.toContain('127.0.0.1');
  });

  test('metrics count requests by the pattern of their path, and nothing personal', async () => {
    await api.post('/api/v1/events', {
      specversion: '1.0',
      id: 'm-1',
      source: 'shop',
      type: 'cancellation.received',
      subject: 'C-METRICS',
    });
    await api.get('/api/v1/cases/C-METRICS-e1');
    await api.get('/no/such/path');
    const { status, headers, body } = await api.get('/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(body).toContain('winback_open_cases 1');
    expect(body).toMatch(/winback_outbox_backlog [1-9]/);
    expect(body).toMatch(
      /winback_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/cases\/\{caseId\}",status="200"\} 1/,
    );
    expect(body).toContain('route="none",status="404"');
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).not.toContain('C-METRICS');
  });
});
