import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { outbox } from '../../db/schema.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

async function customer(customerId: string): Promise<string> {
  await api.post('/api/v1/events', {
    specversion: '1.0',
    id: `made-${customerId}`,
    source: 'shop',
    type: 'customer.updated',
    subject: customerId,
    data: { name: 'Erika Mustermann', kind: 'consumer' },
  });
  return customerId;
}
const open = (body: object, headers = {}) =>
  api.post('/api/v1/cases', body, { as: 'manager', headers });

describe('opening a case', () => {
  test('answers 201 with its place, and 200 with the same case while it is open', async () => {
    const customerId = await customer('C-1');
    const first = await open({ customerId, trigger: 'manual', reason: 'neglected' });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe('/api/v1/cases/C-1-e1');
    expect(first.body).toMatchObject({
      caseId: 'C-1-e1',
      customerId,
      episode: 1,
      trigger: 'manual',
      status: 'open',
      step: 'identification',
      outcome: null,
      cause: 'neglected',
      policyVersion: 'standard-1',
      openedBy: api.keys.manager.record.keyId,
    });
    expect((await api.get(first.headers.get('location')!)).body).toEqual(first.body);

    const second = await open({ customerId, trigger: 'cancellation' });
    expect([second.status, second.body]).toEqual([200, first.body]);
  });

  test('knows all that was accepted before, however large the batch', async () => {
    const bought = new Date(Date.now() - 300 * 86_400_000).toISOString();
    const batch = Array.from({ length: 900 }, (_, i) => ({
      ...{ specversion: '1.0', id: `many-${i}`, source: 'shop', type: 'purchase.recorded' },
      ...{ subject: `C-M${i}`, time: bought },
      data: { orderId: 'O', amount: 100, currency: 'EUR' },
    }));
    expect((await api.post('/api/v1/events', batch)).status).toBe(202);
    const { status, body } = await open({ customerId: 'C-M899', trigger: 'dormancy' });
    expect([status, body.lostAt ?? bought]).toEqual([201, bought]);
  });

  test('of an unknown customer is refused and names the field', async () => {
    const { status, body } = await open({ customerId: 'C-nobody', trigger: 'manual' });
    expect([status, body.code]).toEqual([404, 'not-found']);
    expect(body.errors).toMatchObject([{ field: 'customerId' }]);
  });

  test('never leaves a customer with two, whoever asks at the same time', async () => {
    const customerId = await customer('C-2');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => open({ customerId, trigger: 'manual' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200, 200, 200, 200, 200, 200, 200, 201,
    ]);
    expect(new Set(answers.map(({ body }) => body.caseId))).toEqual(new Set(['C-2-e1']));
  });

  test('with the same key again, even at once, tells the first answer', async () => {
    const request = { customerId: await customer('C-3'), trigger: 'manual' };
    const headers = { 'idempotency-key': 'open-3' };
    const answers = await Promise.all([1, 2, 3].map(() => open(request, headers)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers[2]!.body).toEqual(answers[0]!.body);

    const other = await open({ ...request, trigger: 'cancellation' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    const others = await api.post('/api/v1/cases', request, { as: 'sales-system', headers });
    expect(others.status).toBe(200);
  });
});

describe('the list of cases', () => {
  test('is newest first, in pages, and can be narrowed', async () => {
    for (const id of ['L-1', 'L-2', 'L-3']) {
      await open({ customerId: await customer(id), trigger: 'manual', reason: 'life-change' });
    }
    const first = await api.get('/api/v1/cases?cause=life-change&limit=2', { as: 'agent' });
    expect(first.body.items.map((c: Json) => c.customerId)).toEqual(['L-3', 'L-2']);
    const rest = await api.get(
      `/api/v1/cases?cause=life-change&limit=2&cursor=${first.body.nextCursor}`,
    );
    expect(rest.body.items.map((c: Json) => c.customerId)).toEqual(['L-1']);
    expect(rest.body.nextCursor).toBeNull();

    const count = async (query: string) =>
      (await api.get(`/api/v1/cases?cause=life-change&${query}`)).body.items.length;
    expect(await count('status=open&trigger=manual&step=identification')).toBe(3);
    expect(await count('status=closed')).toBe(0);
    expect(await count('customerId=L-2')).toBe(1);
    expect(await count('tier=A')).toBe(0);
    expect(await count('assignee=me')).toBe(0);
    expect(await count('overdue=true')).toBe(0);
    expect(await count('overdue=false')).toBe(3);
  });
});

test('a cancellation that is told to an open case reaches it', async () => {
  const customerId = await customer('T-1');
  const { caseId } = (await open({ customerId, trigger: 'manual' })).body;
  const told = await open({ customerId, trigger: 'cancellation', reason: 'disappointed-service' });
  expect([told.status, told.body.caseId]).toEqual([200, caseId]);
  const undone = api.db.select().from(outbox).where(eq(outbox.orderKey, customerId)).all();
  expect(undone.map(({ kind }) => kind)).toEqual(['start-case', 'fact']);
  expect(undone[1]!.payload).toMatchObject({ caseId, cause: 'disappointed-service' });
});

describe('commands to a case', () => {
  const reason = 'Settled by phone.';

  test('are kept while the engine is away, and can be looked up', async () => {
    const { caseId } = (await open({ customerId: await customer('K-1'), trigger: 'manual' })).body;
    const headers = { 'idempotency-key': 'close-K-1' };
    const close = () =>
      api.post(`/api/v1/cases/${caseId}/close`, { reason }, { as: 'manager', headers });
    const kept = await close();
    expect(kept.status).toBe(202);
    expect(kept.body).toMatchObject({
      status: 'kept',
      message: expect.stringContaining('as soon as it is back'),
    });
    const place = kept.headers.get('location')!;
    expect(place).toBe(`/api/v1/commands/${kept.body.commandId}`);
    const { body: command } = await api.get(place, { as: 'manager' });
    expect(command).toMatchObject({
      action: 'case.close',
      target: caseId,
      caseId,
      actor: api.keys.manager.record.keyId,
      status: 'pending',
      error: null,
      finishedAt: null,
    });
    expect(JSON.stringify(command)).not.toContain(reason);
    expect((await api.get(place, { as: 'agent' })).status).toBe(404);

    expect((await close()).body).toEqual(kept.body);
    expect((await api.get(`/api/v1/cases/${caseId}`)).body.status).toBe('open');
  });

  test.each([
    ['close', {}, 'reason'],
    ['close', { reason: '  ' }, 'reason'],
    ['close', { reason, until: '2030-01-01T00:00:00Z' }, 'until'],
    ['pause', { reason }, 'until'],
    ['pause', { reason, until: '2020-01-01T00:00:00Z' }, 'until'],
    ['pause', { reason, until: '2099-01-01T00:00:00Z' }, 'until'],
    ['resume', {}, 'reason'],
  ])('%s with %j is refused', async (verb, body, field) => {
    await customer('K-2');
    await open({ customerId: 'K-2', trigger: 'manual' });
    const answer = await api.post(`/api/v1/cases/K-2-e1/${verb}`, body, { as: 'manager' });
    expect([answer.status, answer.body.errors?.[0].field]).toEqual([400, field]);
  });

  test('need a case that is there', async () => {
    const { status } = await api.post('/api/v1/cases/nowhere/close', { reason });
    expect(status).toBe(404);
  });
});
