import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { events } from '../../db/schema.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

let sent = 0;
function event(type: string, subject: string, data?: object, more: object = {}) {
  sent += 1;
  return { specversion: '1.0', id: `E${sent}`, source: 'shop', type, subject, data, ...more };
}
const send = (body: unknown, headers = {}) =>
  api.post('/api/v1/events', body, { as: 'sales-system', headers });
const purchase = (customerId: string, orderId: string, data = {}) =>
  event('purchase.recorded', customerId, { orderId, amount: 4_990, currency: 'EUR', ...data });
const kept = (id: string) =>
  api.db
    .select()
    .from(events)
    .all()
    .find(({ eventId }) => eventId === id);

describe('what the sales system sends', () => {
  test('one event is accepted, the same again is a duplicate and changes nothing', async () => {
    const bought = purchase('C-1', 'O-1');
    expect((await send(bought)).body).toEqual({ accepted: 1, duplicates: 0 });
    expect((await send(bought)).body).toEqual({ accepted: 0, duplicates: 1 });
    const { body } = await api.get('/api/v1/customers/C-1');
    expect(body.value).toMatchObject({
      purchases: 1,
      revenue: { amount: 4_990, currency: 'EUR' },
    });
  });

  test.each(['application/cloudevents+json', 'application/cloudevents-batch+json'])(
    'a batch comes as %s too',
    async (type) => {
      const batch = [purchase('C-2', `O-${type}`), event('order.delivered', 'C-2')];
      const { status, body } = await send([...batch, batch[0]], { 'content-type': type });
      expect([status, body]).toEqual([202, { accepted: 2, duplicates: 1 }]);
    },
  );

  test('a batch of 1,000 is accepted, of 1,001 refused, and takes effect soon', async () => {
    const batch = Array.from({ length: 1_001 }, (_, i) => purchase(`C-B${i}`, 'O-1'));
    const refused = await send(batch);
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain('at most 1000 events');
    expect((await send(batch.slice(1))).body).toEqual({ accepted: 1_000, duplicates: 0 });
    expect((await send([])).body).toEqual({ accepted: 0, duplicates: 0 });
    const waiting = /^winback_waiting_events [1-9]/m;
    while (waiting.test((await api.get('/metrics')).body)) await pause(20);
    expect(await api.get('/api/v1/customers/C-B1000')).toMatchObject({ status: 200 });
  });

  test('a batch with one broken event is refused as a whole, and the field is named', async () => {
    const good = purchase('C-ALL-OR-NOTHING', 'O-1');
    const { status, body } = await send([good, purchase('C-3', 'O-1', { amount: 49.9 })]);
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { field: '[1].data.amount', rule: 'must be a whole number of minor units, 0 or more' },
    ]);
    expect((await api.get('/api/v1/customers/C-ALL-OR-NOTHING')).status).toBe(404);
  });

  test.each([
    [{ specversion: '0.3' }, 'specversion', 'must be 1.0'],
    [{ subject: 'erika@example.com' }, 'subject', expect.stringContaining('no mail address')],
    [{ subject: undefined }, 'subject', 'is required'],
    [{ id: '' }, 'id', 'must not be empty'],
    [{ time: 'yesterday' }, 'time', expect.stringContaining('ISO 8601')],
    [{ time: '2026-02-30T10:00:00Z' }, 'time', expect.stringContaining('ISO 8601')],
    [{ data: 'text' }, 'data', 'must be an object'],
    [{ data_base64: 'e30=' }, 'data_base64', expect.stringContaining('not understood')],
    [{ datacontenttype: 'text/xml' }, 'datacontenttype', 'must be application/json'],
  ])('the envelope is checked: %j', async (wrong, field, rule) => {
    const { status, body } = await send({ ...purchase('C-4', 'O-1'), ...wrong });
    expect([status, body.errors]).toEqual([400, [{ field, rule }]]);
  });

  test.each([
    ['customer.updated', { name: 'Erika' }, 'data.kind', 'is required'],
    [
      'customer.updated',
      { name: 'Erika', kind: 'alien' },
      'data.kind',
      'must be one of: consumer, business',
    ],
    [
      'customer.updated',
      { name: 'E', kind: 'consumer', email: 'nowhere' },
      'data.email',
      'must be a mail address',
    ],
    [
      'purchase.recorded',
      { orderId: 'O', amount: -1, currency: 'EUR' },
      'data.amount',
      'must be a whole number of minor units, 0 or more',
    ],
    [
      'purchase.recorded',
      { orderId: 'O', amount: 1, currency: 'euro' },
      'data.currency',
      expect.stringContaining('ISO 4217'),
    ],
    [
      'permission.changed',
      { channel: 'fax', granted: true },
      'data.channel',
      'must be one of: phone, email, letter, visit',
    ],
    [
      'permission.changed',
      { channel: 'phone', granted: 'yes' },
      'data.granted',
      'must be true or false',
    ],
    [
      'cancellation.received',
      { effectiveAt: 'soon' },
      'data.effectiveAt',
      expect.stringContaining('ISO 8601'),
    ],
  ])('the data of %s is checked: %j', async (type, data, field, rule) => {
    const { status, body } = await send(event(type, 'C-5', data));
    expect([status, body.errors]).toEqual([400, [{ field, rule }]]);
  });

  test('an unknown type, extension attributes and further data are welcome', async () => {
    const odd = event('basket.abandoned', 'C-6', { anything: [1] }, { traceparent: '00-x' });
    const known = event('complaint.recorded', 'C-6', { text: 'too late' });
    expect((await send([odd, known])).body).toEqual({ accepted: 2, duplicates: 0 });
  });

  test.each([
    [{ data: 'hello' }, { data: 'hello' }],
    [{ data: 42 }, { data: 42 }],
    [{ data: [1, { a: 2 }] }, { data: [1, { a: 2 }] }],
    [{ data: null }, { data: null }],
    [{ data: { a: { b: 1 } } }, { a: { b: 1 } }],
    [{ data: undefined }, {}],
    [{ data_base64: 'aGk=', datacontenttype: 'image/png' }, { data_base64: 'aGk=' }],
    [{ data: '<a/>', datacontenttype: 'text/xml' }, { data: '<a/>' }],
    [{ data: {}, datacontenttype: null }, {}],
  ])('an unknown type is kept as it is: %j', async (more, data) => {
    const odd = { ...event('stock.moved', '', undefined, more), subject: undefined };
    const good = purchase('C-BESIDE', odd.id);
    expect((await send([good, odd])).body).toEqual({ accepted: 2, duplicates: 0 });
    expect((await send(odd)).body).toEqual({ accepted: 0, duplicates: 1 });
    expect(kept(odd.id)).toMatchObject({ type: 'stock.moved', customerId: '', data });
    expect((await api.get('/api/v1/customers/C-BESIDE')).status).toBe(200);
  });

  test('an unknown type may be about anything, and must still be a CloudEvent', async () => {
    const odd = event('file.uploaded', 'shelf/7?x=1 2.jpg');
    expect((await send(odd)).status).toBe(202);
    expect(kept(odd.id)).toMatchObject({ customerId: 'shelf/7?x=1 2.jpg' });
    const { status, body } = await send({ ...odd, id: '', subject: 7, time: 'soon' });
    expect(status).toBe(400);
    const fields = body.errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(['id', 'subject', 'time']);
  });

  test('a cancellation opens a case with the stated cause, in UTC', async () => {
    const effectiveAt = '2030-01-01T00:00:00+01:00';
    await send(
      event('cancellation.received', 'C-7', { reason: 'better-offer-price', effectiveAt }),
    );
    const { body } = await api.get('/api/v1/cases?customerId=C-7');
    expect(body.items).toMatchObject([
      {
        caseId: 'C-7-e1',
        trigger: 'cancellation',
        status: 'open',
        cause: 'better-offer-price',
        causes: {
          stated: { cause: 'better-offer-price', category: null, sureness: null },
          assessed: null,
          verified: null,
        },
        statedReason: null,
        effectiveAt: '2029-12-31T23:00:00.000Z',
        openedBy: api.keys['sales-system'].record.keyId,
      },
    ]);
  });

  test("a reason in the customer's own words is kept as such", async () => {
    await send(event('cancellation.received', 'C-8', { reason: 'Nobody ever called me back.' }));
    const { body } = await api.get('/api/v1/cases/C-8-e1');
    expect(body).toMatchObject({ cause: null, statedReason: 'Nobody ever called me back.' });
  });

  test('the same request with the same key gets the same answer', async () => {
    const headers = { 'idempotency-key': 'batch-1' };
    const bought = purchase('C-9', 'O-1');
    expect((await send(bought, headers)).body).toEqual({ accepted: 1, duplicates: 0 });
    expect((await send(bought, headers)).body).toEqual({ accepted: 1, duplicates: 0 });
    const other = await send(purchase('C-9', 'O-2'), headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });
});

describe('an event in binary mode', () => {
  const headers = (more: Record<string, string> = {}) => {
    sent += 1;
    return {
      ...{ 'ce-specversion': '1.0', 'ce-id': `B${sent}`, 'ce-source': 'shop' },
      ...{ 'ce-type': 'purchase.recorded', 'ce-subject': 'C-BIN', 'ce-traceparent': '00-x' },
      ...more,
    };
  };
  const data = (orderId: string) => ({ orderId, amount: 100, currency: 'EUR' });

  test('has its attributes in headers and its data in the body', async () => {
    const time = '2026-03-24T16:30:00Z';
    const { status, body } = await send(data('B-1'), headers({ 'ce-time': time }));
    expect([status, body]).toEqual([202, { accepted: 1, duplicates: 0 }]);
    const { body: customer } = await api.get('/api/v1/customers/C-BIN');
    expect(customer.rhythm.lastPurchaseAt).toBe('2026-03-24T16:30:00.000Z');
    const withdrawn = headers({ 'ce-type': 'cancellation.withdrawn' });
    expect((await send(undefined, withdrawn)).status).toBe(202);
  });

  test('is the same event as the structured one, its headers percent-decoded and unquoted', async () => {
    const source = 'https://shöp.example/100%';
    const own = headers({ 'ce-source': encodeURIComponent(source), 'ce-subject': '"C-BIN"' });
    expect((await send(data('B-2'), own)).body.accepted).toBe(1);
    const structured = { ...purchase('C-BIN', 'B-2'), id: own['ce-id'], source };
    expect((await send(structured)).body).toEqual({ accepted: 0, duplicates: 1 });
  });

  test('is one only if the media type does not say otherwise', async () => {
    const type = { 'content-type': 'application/cloudevents+json' };
    const { body } = await send(purchase('C-BIN', 'B-3'), headers({ ...type, 'ce-type': 'x' }));
    expect(body.accepted).toBe(1);
  });

  test.each([
    [{ 'ce-specversion': '' }, 'ce-specversion', 'must be 1.0'],
    [{ 'ce-subject': 'erika@example.com' }, 'ce-subject', expect.stringContaining('no mail')],
    [{ 'ce-time': 'soon' }, 'ce-time', expect.stringContaining('ISO 8601')],
    [{ 'ce-source': '%FF' }, 'ce-source', 'must be UTF-8, percent-encoded'],
  ])('is refused with the header that breaks a rule: %j', async (wrong, field, rule) => {
    const { status, body } = await send(data('B-4'), headers(wrong));
    expect([status, body.errors]).toEqual([400, [{ field, rule }]]);
  });

  test.each([['hello'], [7], [[1]], [null]])(
    'of an unknown type needs no subject and may hold %j',
    async (data) => {
      const { 'ce-subject': _subject, ...own } = headers({ 'ce-type': 'stock.moved' });
      expect((await send(JSON.stringify(data), own)).body).toEqual({ accepted: 1, duplicates: 0 });
      expect(kept(own['ce-id'])).toMatchObject({ customerId: '', data: { data } });
    },
  );

  test.each(['text/plain', 'application/xml', 'application/vnd.shop+json'])(
    'of an unknown type may hold %s, of a known one not',
    async (type) => {
      const own = headers({ 'content-type': type, 'ce-type': 'file.uploaded' });
      expect((await send('<ä/>', own)).body).toEqual({ accepted: 1, duplicates: 0 });
      expect(kept(own['ce-id'])?.data).toEqual({ data_base64: btoa('<\xc3\xa4/>') });
      expect((await send('<ä/>', headers({ 'content-type': type }))).status).toBe(415);
    },
  );

  test('of an unknown type may hold nothing, but no events in a format that we cannot read', async () => {
    const own = headers({ 'ce-type': 'file.uploaded' });
    expect((await send(undefined, own)).body.accepted).toBe(1);
    expect(kept(own['ce-id'])?.data).toEqual({});
    const inXml = { ...own, 'content-type': 'application/cloudevents+xml' };
    expect((await send('<event/>', inXml)).status).toBe(415);
  });

  test('is refused with the field of its data that breaks a rule', async () => {
    const { status, body } = await send({ ...data('B-5'), amount: -1 }, headers());
    expect([status, body.errors[0].field]).toEqual([400, 'data.amount']);
  });
});

describe('events that need attention', () => {
  test('what is said to happen later than in five minutes is refused', async () => {
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const early = [{ ...purchase('C-F', 'F-1'), time: at(4) }];
    expect((await send(early)).status).toBe(202);
    const { status, body } = await send([...early, { ...purchase('C-F', 'F-2'), time: at(6) }]);
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { field: '[1].time', rule: 'must not be more than 5 minutes in the future' },
    ]);
  });

  test('types that are not known are counted, and managers see which', async () => {
    const odd = () => event('stock.counted', 'SKU-1');
    await send([odd(), odd(), event('cancellation.considered', 'C-Z')]);
    const { body } = await api.get('/api/v1/reports/unknown-events', { as: 'manager' });
    expect(body.items[0]).toMatchObject({ type: 'stock.counted', events: 2, lastSource: 'shop' });
    expect(body.items.map((one: { type: string }) => one.type)).not.toContain(
      'cancellation.considered',
    );
    const { body: metrics } = await api.get('/metrics');
    expect(metrics).toMatch(/winback_events_total\{type="unknown"\} ([3-9]|\d\d)/);
    expect(metrics).toMatch(/winback_events_total\{type="cancellation.considered"\} 1/);
    expect(metrics).not.toContain('stock.counted');
  });
});

describe('what is known of a customer', () => {
  test('is a stub until the sales system says who it is', async () => {
    await send(purchase('K-STUB', 'O-1'));
    const customer = async () => (await api.get('/api/v1/customers/K-STUB')).body;
    expect(await customer()).toMatchObject({ stub: true, name: null, value: { purchases: 1 } });
    await send(event('customer.updated', 'K-STUB', { name: 'Eva Ernst', kind: 'consumer' }));
    expect(await customer()).toMatchObject({ stub: false, name: 'Eva Ernst' });
  });

  test('is put together from what was sent', async () => {
    const days = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
    await send([
      event('customer.updated', 'K-1', {
        name: 'Erika Mustermann',
        kind: 'consumer',
        email: 'erika@example.com',
        country: 'DE',
        language: 'de',
        shoeSize: 38,
      }),
      event('permission.changed', 'K-1', {
        channel: 'phone',
        granted: true,
        legalBasis: 'consent',
      }),
      ...[400, 370, 340].map((ago, i) => ({
        ...purchase('K-1', `O-${i}`, { amount: 10_000 }),
        time: days(ago),
      })),
    ]);
    const { status, body } = await api.get('/api/v1/customers/K-1', { as: 'agent' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      customerId: 'K-1',
      name: 'Erika Mustermann',
      kind: 'consumer',
      country: 'DE',
      value: { purchases: 3, revenue: { amount: 30_000, currency: 'EUR' }, tier: 'A' },
      rhythm: {
        purchaseDays: 3,
        intervalDays: 30,
        state: 'dormant',
        // Two own intervals of 30 days and two of the standard company's 40: three times 35.
        lostAfterDays: 105,
        because:
          'Buys every 4 weeks, silent for 49 weeks: lost after 15 weeks, as usual for such customers is every 5 weeks (own rhythm, because the purchases have not been evaluated yet)',
      },
      phase: 'abstinence',
      phaseBecause: 'has left silently',
      targetGroup: 'Z4',
      targetGroupBecause: 'bought on 3 days',
      permissions: [{ channel: 'phone', granted: true, legalBasis: 'consent', proof: null }],
      episodes: [],
    });
    expect(body.rhythm.silentDays).toBeCloseTo(340, 0);
    await api.post('/api/v1/cases', { customerId: 'K-1', trigger: 'dormancy' });
    const { body: later } = await api.get('/api/v1/customers/K-1');
    expect(later.phase).toBe('revitalisation');
    expect(later.episodes).toMatchObject([{ caseId: 'K-1-e1', episode: 1, status: 'open' }]);
  });

  test('is listed by ID, page by page', async () => {
    const ids: string[] = [];
    let cursor: string | null = '';
    do {
      const next: string = cursor && `&cursor=${cursor}`;
      const { body } = await api.get(`/api/v1/customers?limit=200${next}`);
      ids.push(...body.items.map((c: { customerId: string }) => c.customerId));
      cursor = body.nextCursor;
    } while (cursor);
    expect(ids.length).toBeGreaterThan(1_000);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
