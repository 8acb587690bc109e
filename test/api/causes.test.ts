import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { builtInCauseRules } from '../../domain/cause-rules.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const delivery = {
  code: 'disappointed-service.delivery',
  name: { de: 'Lieferung', en: 'Delivery' },
};
const add = (category: object, headers = {}) =>
  api.post('/api/v1/causes', category, { as: 'manager', headers });
const fieldsOf = ({ body }: Json) => body.errors.map(({ field }: Json) => field);

async function aCase(customerId: string, reason?: string): Promise<string> {
  const { status } = await api.post('/api/v1/events', {
    ...{ specversion: '1.0', id: customerId, source: 'shop', type: 'cancellation.received' },
    ...{ time: new Date().toISOString(), subject: customerId, data: { reason } },
  });
  expect(status).toBe(202);
  return `${customerId}-e1`;
}
const record = (caseId: string, body: object, as: 'agent' | 'manager' = 'manager', headers = {}) =>
  api.post(`/api/v1/cases/${caseId}/causes`, body, { as, headers });

describe('the tree', () => {
  test('can be extended, renamed and cut back without its codes ever changing', async () => {
    const headers = { 'idempotency-key': 'add-delivery' };
    const { status, body } = await add(delivery, headers);
    expect([status, body]).toEqual([
      201,
      { ...delivery, kind: 'category', parent: 'disappointed-service', retiredAt: null },
    ]);
    expect((await add(delivery, headers)).body).toEqual(body);
    expect((await add(delivery)).status).toBe(409);

    const change = (code: string, to: object) =>
      api.call('PATCH', `/api/v1/causes/${code}`, { as: 'manager', body: to });
    const name = { de: 'Zustellung', en: 'Shipping' };
    expect((await change(delivery.code, { name })).body).toMatchObject({ name, retiredAt: null });
    const retired = await change(delivery.code, { retired: true });
    expect(retired.body).toMatchObject({ name, retiredAt: expect.any(String) as unknown });
    expect((await change(delivery.code, { retired: false })).body.retiredAt).toBeNull();
    expect((await change('neglected', { name })).status).toBe(404);

    const tree = await api.get('/api/v1/causes?limit=200', { as: 'agent' });
    expect(tree.body.nextCursor).toBeNull();
    expect(tree.body.items.filter(({ kind }: Json) => kind === 'category')).toHaveLength(1);
  });

  test.each([
    [{ ...delivery, code: 'disappointed.delivery' }, 'code'],
    [{ ...delivery, code: 'delivery' }, 'code'],
    [{ ...delivery, name: { de: 'Nur deutsch' } }, 'name.en'],
  ])('takes no category like %j', async (category, field) => {
    const answer = await add(category);
    expect([answer.status, fieldsOf(answer)]).toEqual([400, [field]]);
  });
});

describe('the causes of a case', () => {
  test('show what each layer knows, and the case goes by the most reliable one', async () => {
    const caseId = await aCase('C-1', 'better-offer-price');
    const assessed = {
      ...{ layer: 'assessed', cause: 'neglected', sureness: 'medium' },
      ...{ competitor: 'Acme', furtherCauses: ['no-need'], note: 'Was never called.' },
    };
    expect((await record(caseId, assessed, 'agent')).body.cause).toBe('neglected');
    const { status, body } = await record(caseId, {
      ...{ layer: 'verified', cause: 'disappointed-service', category: delivery.code },
    });
    const { layer: _, ...told } = assessed;
    expect([status, body]).toMatchObject([
      201,
      {
        cause: 'disappointed-service',
        causes: {
          stated: { cause: 'better-offer-price', sureness: null, lostRevenue: { amount: 0 } },
          assessed: { ...told, category: null, by: api.keys.agent.record.keyId },
          verified: { category: delivery.code, by: api.keys.manager.record.keyId },
        },
      },
    ]);
    const found = await api.get('/api/v1/cases?cause=disappointed-service', { as: 'agent' });
    expect(found.body.items.map((one: Json) => one.caseId)).toEqual([caseId]);
    expect(JSON.stringify(api.log())).not.toContain('Acme');
  });

  test('are recorded once for one idempotency key', async () => {
    const caseId = await aCase('C-2');
    const body = { layer: 'verified', cause: 'no-need' };
    const headers = { 'idempotency-key': 'verify-once' };
    const first = await record(caseId, body, 'manager', headers);
    const second = await record(caseId, body, 'manager', headers);
    expect(second.body).toEqual(first.body);
    const other = await record(caseId, { ...body, cause: 'neglected' }, 'manager', headers);
    expect(other.status).toBe(422);
  });

  test('are verified by managers alone', async () => {
    const caseId = await aCase('C-3');
    const body = { layer: 'verified', cause: 'no-need' };
    expect((await record(caseId, body, 'agent')).status).toBe(403);
    expect((await record('nobody-e1', body)).status).toBe(404);
  });

  test.each<[object, string]>([
    [{ layer: 'stated' }, 'layer'],
    [{ cause: 'disappointed' }, 'cause'],
    [{ category: 'neglected.calls' }, 'category'],
    [{ category: 'disappointed-service.unheard-of' }, 'category'],
    [{ furtherCauses: ['neglected.unheard-of'] }, 'furtherCauses'],
    [{ furtherCauses: ['disappointed-service'] }, 'furtherCauses'],
    [{ furtherCauses: ['nonsense'] }, 'furtherCauses[0]'],
    [{ sureness: 'very' }, 'sureness'],
    [{ competitor: '' }, 'competitor'],
    [{ colour: 'blue' }, 'colour'],
  ])('with %j are refused for the field', async (more, field) => {
    const caseId = await aCase('C-4');
    const body = { layer: 'verified', cause: 'disappointed-service', ...more };
    const answer = await record(caseId, body);
    expect([answer.status, new Set(fieldsOf(answer))]).toEqual([400, new Set([field])]);
  });

  test('keep a category that was retired, but none is recorded any more', async () => {
    const code = 'no-need.old';
    await add({ code, name: { de: 'Alt', en: 'Old' } });
    const caseId = await aCase('C-5');
    const body = { layer: 'verified', cause: 'no-need', category: code };
    expect((await record(caseId, body)).status).toBe(201);
    await api.call('PATCH', `/api/v1/causes/${code}`, { body: { retired: true } });
    expect(fieldsOf(await record(caseId, body))).toEqual(['category']);
    const { causes } = (await api.get(`/api/v1/cases/${caseId}`)).body;
    expect(causes.verified.category).toBe(code);
  });
});

describe('what a customer wrote', () => {
  test('gives suggestions, never a cause', async () => {
    const caseId = await aCase('S-1', 'Nicht der Preis: die Lieferung kam immer zu spät!');
    const { body } = await api.get(`/api/v1/cases/${caseId}`, { as: 'agent' });
    expect(body).toMatchObject({ cause: null, causes: { stated: null } });
    expect(body.causeSuggestions).toMatchObject([
      { code: 'disappointed-service', words: ['Lieferung', 'spät', 'zu spät'] },
    ]);
  });

  test('is pre-sorted by rules that the company edits and can try before', async () => {
    const get = (query = '') => api.get(`/api/v1/cause-rules${query}`, { as: 'manager' });
    const put = (rules: object[], basedOn?: number) =>
      api.call('PUT', '/api/v1/cause-rules', { as: 'manager', body: { rules, basedOn } });
    const guess = async (text: string, more = {}) =>
      (await api.post('/api/v1/cause-suggestions', { text, ...more }, { as: 'agent' })).body
        .suggestions;
    const caseId = await aCase('S-2', 'Der Drache war zu zahm.');
    const suggested = async () => (await api.get(`/api/v1/cases/${caseId}`)).body.causeSuggestions;

    expect((await get()).body).toMatchObject({ version: 0, rules: builtInCauseRules });
    const late = await put(builtInCauseRules, 3);
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await get()).body.version).toBe(0);
    const rule = {
      ...{ ruleId: 'dragons', code: delivery.code, language: 'de' },
      ...{ words: ['drache*'], with: ['zahm*'], weight: 2 },
    };
    expect(await guess('Drachen, zahm', { rules: [rule] })).toEqual([]);
    expect(await guess('Zahme Drachen', { rules: [rule] })).toHaveLength(1);
    expect(await suggested()).toEqual([]);
    const stored = await put([...builtInCauseRules, rule]);
    expect([stored.status, stored.body.version]).toEqual([200, 1]);
    expect(await suggested()).toMatchObject([{ code: delivery.code, ruleIds: ['dragons'] }]);
    expect(await guess('Zahme Drachen')).toHaveLength(1);
    expect((await get('?version=0')).body.rules).toEqual(builtInCauseRules);
    expect((await get('?version=7')).status).toBe(404);

    const wrong = await put([rule, { ...rule, ruleId: 'two', code: 'no-need.unheard-of' }]);
    expect([wrong.status, fieldsOf(wrong)]).toEqual([400, ['rules[1].code']]);
    expect(fieldsOf(await put([{ ...rule, weight: 9 }]))).toEqual(['rules[0].weight']);
    expect(fieldsOf(await put([{ ...rule, words: ['*'] }]))).toEqual(['rules[0].words[0]']);
    expect((await get()).body.version).toBe(1);
    await put(builtInCauseRules);
    expect(await suggested()).toEqual([]);
  });
});

describe('the interview guide', () => {
  test('comes by trigger and language', async () => {
    const get = (path: string) => api.get(`/api/v1/interview-guides/${path}`, { as: 'agent' });
    const { body } = await get('dormancy?language=de');
    expect(body).toMatchObject({ name: 'dormancy', language: 'de' });
    expect((await get('dormancy')).body.language).toBe('en');
    expect((await get('rage')).status).toBe(400);
  });

  test('of a case is in the language of its customer', async () => {
    const caseId = await aCase('G-1');
    const get = (query = '') =>
      api.get(`/api/v1/cases/${caseId}/interview-guide${query}`, { as: 'agent' });
    expect((await get()).body).toMatchObject({ name: 'cancellation', language: 'en' });
    await api.post('/api/v1/events', {
      ...{ specversion: '1.0', id: 'g', source: 'shop', type: 'customer.updated' },
      ...{ time: new Date().toISOString(), subject: 'G-1' },
      data: { name: 'Greta', kind: 'consumer', language: 'de-AT' },
    });
    expect((await get()).body.language).toBe('de');
    expect((await get('?language=en')).body.language).toBe('en');
  });
});

test('the report of causes says what was lost with each', async () => {
  const { body } = await api.get('/api/v1/reports/causes', { as: 'agent' });
  expect(body.causes.find(({ cause }: Json) => cause === 'disappointed-service')).toMatchObject({
    cases: 1,
    layers: { stated: 0, assessed: 0, verified: 1 },
    lostRevenue: { amount: 0, currency: 'EUR' },
    categories: [{ category: delivery.code, cases: 1 }],
  });
  const turned = await api.get('/api/v1/reports/causes?from=2026-02-01&to=2026-01-01');
  expect([turned.status, fieldsOf(turned)]).toEqual([400, ['to']]);
});
