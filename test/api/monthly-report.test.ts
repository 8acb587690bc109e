import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCase } from '../../db/cases.ts';
import { upsertCustomers } from '../../db/imports.ts';
import { createAction } from '../../db/prevention-actions.ts';
import { queueReports, reportEnded, reportSending } from '../../db/report-mails.ts';
import { startApi, type Api } from '../support/api.ts';
import { pagesOf } from '../support/pdf.ts';

const at = '2026-11-03T09:00:00.000Z';
let api: Api;

beforeAll(async () => {
  api = await startApi({ clock: () => at });
  const { db, policy } = api;
  const profile = {
    name: 'Erika Mustermann',
    kind: 'consumer',
    email: 'erika@example.com',
  } as const;
  await upsertCustomers(db, { customers: [{ ...profile, customerId: 'C-4711' }], at });
  await openCase(db, {
    ...{ customerId: 'C-4711', trigger: 'cancellation', statedCause: 'better-offer-price' },
    ...{ statedReason: 'Too dear', effectiveAt: null, openedBy: 'agent-anna', policy },
    at: '2026-10-12T08:00:00.000Z',
  });
  const topic = {
    cause: 'better-offer-price',
    category: null,
    product: null,
    region: null,
  } as const;
  const plan = {
    title: 'Explain <prices>',
    description: 'Ask Anna',
    owner: api.keys.agent.record.keyId,
  };
  const asked = {
    actor: { actorId: 'boss', role: 'manager' },
    request: {},
    idempotencyKey: null,
  } as const;
  await createAction(
    db,
    topic,
    { ...plan, dueAt: null, expectedFewerPercent: null },
    { asked, at: '2026-10-20T08:00:00.000Z' },
  );
});
afterAll(() => api.stop());

const path = (end: string) => `/api/v1/reports/monthly/${end}`;

test('gives the month as data, with what stands beside it and what it means', async () => {
  const { status, body } = await api.get(path('2026-10'), { as: 'manager' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ month: '2026-10', running: false, before: null, lastYear: null },
    ...{ from: '2026-09-30T22:00:00.000Z', to: '2026-10-31T23:00:00.000Z' },
    now: {
      lost: {
        cases: 1,
        lostRevenue: { amount: 0, currency: 'EUR' },
        byTrigger: { cancellation: 1 },
      },
      success: { cases: 0, regainedRate: null, small: true },
    },
    causes: [{ cause: 'better-offer-price', cases: 1, rank: null, small: true }],
    actions: [{ title: 'Explain <prices>', status: 'proposed' }],
    outlook: { open: 1 },
  });
  expect(Object.keys(body.definitions)).toEqual(expect.arrayContaining(['lost', 'regainedRate']));
  const next = await api.get(path('2026-11'));
  expect(next.body).toMatchObject({ running: true, before: { month: '2026-10' }, lastYear: null });
});

test('is a page that loads nothing, in German unless asked otherwise', async () => {
  const { body, headers } = await api.get(path('2026-10.html'), { as: 'manager' });
  expect(headers.get('content-type')).toMatch(/^text\/html/);
  expect(headers.get('content-security-policy')).toContain(
    "default-src 'none'; style-src 'unsafe-inline'",
  );
  expect(body).toContain('<html lang="de">');
  expect(body).toContain('Monatsbericht Oktober 2026 – Schönwetter &amp; Söhne');
  expect(body).toContain('<svg xmlns');
  expect(body).toContain('Explain &lt;prices&gt;');
  expect(body).not.toMatch(/<script|src=|href=|@import|url\(/);
  const english = await api.get(path('2026-10.html?language=en'));
  expect(english.body).toContain('Monthly report, October 2026');
});

test('is a PDF in either language', async () => {
  const read = async (query: string) => {
    const answer = await fetch(`${api.url}${path(`2026-10.pdf${query}`)}`, {
      headers: { authorization: `Bearer ${api.keys.manager.secret}` },
    });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    return pagesOf(Buffer.from(await answer.arrayBuffer())).join('');
  };
  expect(await read('')).toContain('Monatsbericht Oktober 2026');
  const english = await read('?language=en');
  expect(english).toContain('Who left');
  expect(english).toContain('Better offer elsewhere: Price');
});

test('names no customer and no agent', async () => {
  const all = await Promise.all(['2026-10', '2026-10.html'].map((one) => api.get(path(one))));
  const told = JSON.stringify(all.map(({ body }) => body as unknown));
  for (const name of ['C-4711', 'Erika', 'example.com', 'Too dear', 'anna', 'Anna', 'boss']) {
    expect(told).not.toContain(name);
  }
  expect(told).not.toContain(api.keys.agent.record.keyId);
});

test('refuses what is no month, or has not begun, and names the rule', async () => {
  for (const end of ['2026-13', 'october', '1999-12', '2026-13.html', '2026-1.pdf']) {
    const { status, body } = await api.get(path(end));
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { field: 'month', rule: 'must be a month from 2000 on, like 2026-10' },
    ]);
  }
  for (const end of ['2026-12', '2026-12.html', '2031-01.pdf']) {
    const { status, body } = await api.get(path(end));
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ field: 'month', rule: 'must be a month that has begun' }]);
  }
  expect((await api.get(path('2026-10.html?language=fr'))).status).toBe(400);
});

test('says plainly that a month was empty', async () => {
  const { body } = await api.get(path('2026-08.html?language=en'));
  expect(body).toContain('no customer was lost, none came back, and no case was decided');
});

test('tells managers which reports were sent to whom, and the metrics how many', async () => {
  const { db } = api;
  const [boss, owner] = ['boss@shop.example', 'owner@shop.example'];
  for (const months of [['2026-09'], ['2026-10']]) {
    await queueReports(db, { months, recipients: [owner, boss], at });
  }
  const mail = { month: '2026-09', recipient: boss, status: 'queued', attempts: 0 } as const;
  expect(await reportSending(db, mail, at)).toBe(true);
  await reportEnded(db, mail, { status: 'unclear', at, error: 'the line died' });
  const { status, body } = await api.get('/api/v1/report-mails?limit=3', { as: 'manager' });
  expect(status).toBe(200);
  const waiting = { status: 'queued', attempts: 0, nextAttemptAt: at, finishedAt: null };
  const unclear = { status: 'unclear', attempts: 1, nextAttemptAt: null, finishedAt: at };
  expect(body.items).toMatchObject([
    { month: '2026-10', recipient: boss, ...waiting },
    { month: '2026-10', recipient: owner, ...waiting },
    { month: '2026-09', recipient: boss, ...unclear, lastError: 'the line died' },
  ]);
  expect(body.items[2].mailId).toMatch(/^monthly-report-2026-09-[0-9a-f]{12}$/);
  const next = await api.get(`/api/v1/report-mails?cursor=${body.nextCursor}`);
  expect(next.body).toMatchObject({ items: [{ month: '2026-09', recipient: owner }] });
  const some = await api.get('/api/v1/report-mails?month=2026-09&status=unclear');
  expect(some.body).toMatchObject({ items: [{ recipient: boss }], nextCursor: null });
  expect((await api.get('/api/v1/report-mails?month=2026')).status).toBe(400);
  const metrics = (await api.get('/metrics')).body;
  expect(metrics).toContain('winback_report_mails{status="unclear"} 1');
  expect(metrics).toContain('winback_report_mails{status="queued"} 3');
  expect(metrics).toContain('winback_report_mails{status="sent"} 0');
  expect(metrics).not.toContain('@shop.example');
});
