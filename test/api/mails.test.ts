import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadTemplates } from '../../config/templates.ts';
import { currentPermissions, getCustomer } from '../../db/customers.ts';
import { closeOverdueMailTasks } from '../../db/mail-tasks.ts';
import { mailByToken, mailEnded, queueMail } from '../../db/mails.ts';
import { permissionHistory } from '../../db/permissions.ts';
import { seedTemplates } from '../../db/templates.ts';
import { anOpenCase } from '../db/given.ts';
import { startApi, type Api } from '../support/api.ts';
import { pagesOf } from '../support/pdf.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ limits: { anonymousFailuresPerMinute: 30 } });
  const templates = await loadTemplates(join(import.meta.dirname, '../../templates'));
  await seedTemplates(api.db, templates, now());
});
afterAll(() => api.stop());

const now = () => new Date().toISOString();

async function aCustomer(customerId: string, data: object = {}): Promise<string> {
  const profile = { name: `Jürgen Łukasz ${customerId}`, kind: 'consumer', ...data };
  await send(customerId, 'customer.updated', {
    ...profile,
    email: `${customerId.toLowerCase()}@example.com`,
  });
  return (await anOpenCase(api.db, customerId, { at: now() })).caseId;
}

let events = 0;
async function send(customerId: string, type: string, data: object, time?: string): Promise<void> {
  events += 1;
  const event = { specversion: '1.0', id: `E${events}`, source: 'shop', subject: customerId };
  const { status } = await api.post('/api/v1/events', { ...event, type, data, time });
  expect(status).toBe(202);
}

/** A mail that has gone out, by the token of its link. */
async function aMail(customerId: string): Promise<{ mailId: string; token: string }> {
  const caseId = await aCustomer(customerId);
  const mail = { caseId, customerId, measureId: 'ask', template: 'ask-back', at: now() };
  expect(await queueMail(api.db, mail)).toBe('queued');
  const { body } = await api.get(`/api/v1/mails?caseId=${caseId}`);
  const [{ mailId }] = body.items;
  const { token } = api.db.$client
    .prepare('select token from mails where mail_id = ?')
    .get(mailId) as { token: string };
  return { mailId, token };
}

describe('a template', () => {
  it('is previewed with a customer or nobody in particular, in either language', async () => {
    await aCustomer('P1', { language: 'en' });
    const path = '/api/v1/templates/ask-back/preview';
    const sample = await api.post(path, {}, { as: 'manager' });
    expect(sample.body).toMatchObject({ language: 'de', subject: 'Was können wir besser machen?' });
    expect(sample.body.text).toMatch(/^Guten Tag Erika Mustermann,.*24\. März 2026/s);
    const own = await api.post(path, { customerId: 'P1' }, { as: 'manager' });
    expect(own.body.text).toMatch(/^Hello Jürgen Łukasz P1,/);
    expect(own.body.text).not.toContain('last order');
    expect(own.body.html).toContain('Schönwetter &amp; Söhne');
    expect(own.body.html).toContain('/objections/preview');
    const offering = await api.post('/api/v1/templates/offer/preview', {}, { as: 'manager' });
    expect(offering.body.text).toContain(
      'Vereinbart ist: Gutschrift für die nächste Bestellung. Ihr Code: WB-7KQ4-M2XP.',
    );
    const texts = { de: { subject: 'Neu', body: 'Von {{senderName}}' } };
    const draft = { template: { templateId: 'ask-back', title: 'Draft', texts } };
    const drafted = await api.post(path, { ...draft, language: 'en' }, { as: 'manager' });
    expect(drafted.body).toMatchObject({ language: 'de', subject: 'Neu' });
    expect((await api.get('/api/v1/templates/ask-back')).body.version).toBe(1);
  });

  it('is published as its next version, and refused with the line of what is wrong', async () => {
    const yaml = (body: string) =>
      `templateId: thanks\ntitle: Thanks\ntexts:\n  en:\n    subject: Thanks\n    body: "${body}"\n`;
    const path = '/api/v1/templates';
    const first = await api.post(path, { yaml: yaml('{{salutation}}') }, { as: 'manager' });
    expect(first).toMatchObject({ status: 201, body: { templateId: 'thanks', version: 1 } });
    const next = { yaml: yaml('Hi'), basedOn: 1 };
    expect((await api.post(path, next, { as: 'manager' })).body.version).toBe(2);
    const { items } = (await api.get(`${path}/thanks/versions`)).body;
    expect(items.map((one: typeof items) => one.version)).toEqual([2, 1]);
    expect((await api.get(`${path}/gone/versions`)).status).toBe(404);
    const stale = await api.post(path, next, { as: 'manager' });
    expect(stale).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const bad = await api.post(path, { yaml: yaml('{{{salutation}}}') }, { as: 'manager' });
    expect(bad.status).toBe(400);
    expect(bad.body.detail).toContain('(line 6)');
    expect((await api.get(path)).body.items.length).toBeGreaterThan(3);
  });
});

describe('a mail', () => {
  it('that is unclear is seen by managers, and sent again by one call, once', async () => {
    const { mailId } = await aMail('M1');
    const path = `/api/v1/mails/${mailId}/resend`;
    expect(await api.post(path, undefined, { as: 'manager' })).toMatchObject({ status: 409 });
    await mailEnded(api.db, { mailId, status: 'unclear', at: now(), error: 'The line broke' });
    const unclear = await api.get('/api/v1/mails?status=unclear', { as: 'manager' });
    expect(unclear.body.items).toMatchObject([{ mailId, lastError: 'The line broke' }]);
    expect(JSON.stringify(unclear.body)).not.toContain('token');
    const headers = { 'idempotency-key': 'again' };
    for (const _ of [1, 2]) {
      const sent = await api.post(path, undefined, { as: 'manager', headers });
      expect(sent).toMatchObject({ status: 200, body: { status: 'queued' } });
    }
  });

  const open = async () =>
    (await api.get('/api/v1/tasks?type=check-mail&status=open', { as: 'manager' })).body.items;
  const complete = (taskId: string, outcome: string, as: 'agent' | 'manager' = 'manager') =>
    api.post(`/api/v1/tasks/${taskId}/complete`, { result: { outcome } }, { as });
  const mailOf = async (caseId: string) =>
    (await api.get(`/api/v1/mails?caseId=${caseId}`, { as: 'manager' })).body.items[0];
  const stuck = async (customerId: string, status: 'unclear' | 'failed') => {
    const { mailId } = await aMail(customerId);
    await mailEnded(api.db, { mailId, status, at: now(), error: 'The line broke' });
    const task = (await open()).find((one: { mailId: string }) => one.mailId === mailId);
    return { mailId, taskId: task.taskId as string, caseId: `${customerId}-e1` };
  };

  it('that may not have arrived is one task for a manager, which its fate ends', async () => {
    const { mailId, taskId, caseId } = await stuck('M2', 'unclear');
    const again = { mailId, status: 'unclear', at: now(), error: 'Again' } as const;
    await mailEnded(api.db, again);
    const all = (await open()).filter((one: { mailId: string }) => one.mailId === mailId);
    expect(all).toMatchObject([
      { taskId, caseId: null, customerId: 'M2', sign: null, offer: null },
    ]);
    expect((await complete(taskId, 'sent', 'agent')).status).toBe(403);
    expect((await complete(taskId, 'lost')).status).toBe(400);
    const contacts = () =>
      api.db.$client.prepare(`select outcome from contacts where task_id = ?`).all(mailId);
    expect(contacts()).toEqual([]);
    expect((await complete(taskId, 'sent')).body).toMatchObject({ status: 'done', mailId });
    expect(await mailOf(caseId)).toMatchObject({ status: 'sent', lastError: null });
    expect(contacts()).toEqual([{ outcome: 'sent' }]);
    expect((await complete(taskId, 'sent')).body.code).toBe('task-not-open');
  });

  it('that has not arrived is left, or sent again, as the manager says', async () => {
    const left = await stuck('M3', 'unclear');
    await complete(left.taskId, 'not-sent');
    expect(await mailOf(left.caseId)).toMatchObject({ status: 'failed' });
    const repeated = await stuck('M4', 'failed');
    await complete(repeated.taskId, 'send-again');
    expect(await mailOf(repeated.caseId)).toMatchObject({ status: 'queued', attempts: 0 });
    // What fails once more is another task.
    const { mailId } = repeated;
    await mailEnded(api.db, { mailId, status: 'failed', at: now(), error: 'Again' });
    const [other] = (await open()).filter((one: { mailId: string }) => one.mailId === mailId);
    expect(other.taskId).not.toBe(repeated.taskId);
  });

  it('that is sent again by its own route has no task any more', async () => {
    const { mailId, taskId } = await stuck('M5', 'failed');
    await api.post(`/api/v1/mails/${mailId}/resend`, undefined, { as: 'manager' });
    const { body } = await api.get(`/api/v1/tasks/${taskId}`, { as: 'manager' });
    expect(body).toMatchObject({ status: 'done', result: { outcome: 'send-again' } });
  });

  it('whose fate nobody finds out stays as it is when its task ends', async () => {
    const { taskId, caseId } = await stuck('M6', 'unclear');
    const later = new Date(Date.now() + 15 * 86_400_000).toISOString();
    expect(await closeOverdueMailTasks(api.db, now())).toBe(0);
    expect(await closeOverdueMailTasks(api.db, later)).toBeGreaterThan(0);
    const { body } = await api.get(`/api/v1/tasks/${taskId}`, { as: 'manager' });
    expect(body).toMatchObject({ status: 'cancelled', closeReason: 'deadline' });
    expect(await mailOf(caseId)).toMatchObject({ status: 'unclear' });
  });
});

describe('the page that a mail leads to', () => {
  const post = (token: string, body: string, type = 'application/x-www-form-urlencoded') =>
    fetch(`${api.url}/objections/${token}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
  const emailOf = async (customerId: string) =>
    (await currentPermissions(api.db, customerId)).find(({ channel }) => channel === 'email');

  it('asks without signing in, changes nothing by being opened, and has no script', async () => {
    const { token } = await aMail('O1');
    const shown = await api.get(`/objections/${token}`, { as: null });
    expect(shown.headers.get('content-type')).toMatch(/^text\/html/);
    expect(shown.headers.get('content-security-policy')).toContain("form-action 'self'");
    expect(shown.body).toContain('Keine Mails mehr');
    expect(shown.body).not.toMatch(/<script|style=|O1|Jürgen|example\.com/);
    expect(await emailOf('O1')).toBeUndefined();
    const other = await api.get('/objections/unknown', { as: null });
    expect(other.status).toBe(404);
  });

  it.each([
    ['a browser', 'scope=email', 'application/x-www-form-urlencoded'],
    ['a mail program', 'List-Unsubscribe=One-Click', 'application/x-www-form-urlencoded'],
    [
      'a mail program that sends parts',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--',
      'multipart/form-data; boundary=x',
    ],
  ])('takes the objection to mails of %s by one click', async (who, body, type) => {
    const customerId = `O-${who.length}`;
    const { token, mailId } = await aMail(customerId);
    const answer = await post(token, body, type);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('Sie bekommen keine Mails mehr von uns.');
    expect(await emailOf(customerId)).toMatchObject({ granted: false, proof: mailId });
    expect((await getCustomer(api.db, customerId))!.objectedAt).toBeNull();
  });

  it('counts again after the customer has given leave once more', async () => {
    const { token } = await aMail('O2');
    await post(token, 'scope=email');
    await send('O2', 'permission.changed', { channel: 'email', granted: true });
    expect(await emailOf('O2')).toMatchObject({ granted: true });
    await post(token, 'scope=email');
    expect(await emailOf('O2')).toMatchObject({ granted: false });
  });

  it('counts more than a consent whose sender’s clock is ahead', async () => {
    const { token } = await aMail('O5');
    const ahead = new Date(Date.now() + 4 * 60_000).toISOString();
    const consent = { channel: 'email', granted: true, legalBasis: 'consent', proof: 'form 5' };
    await send('O5', 'permission.changed', consent, ahead);
    expect(await emailOf('O5')).toMatchObject({ granted: true, at: ahead });
    await post(token, 'scope=email');
    expect(await emailOf('O5')).toMatchObject({ granted: false });
    const facts = api.db.$client
      .prepare(`select payload from outbox where kind = 'fact' and order_key = 'O5'`)
      .all() as { payload: string }[];
    expect(facts.map(({ payload }) => JSON.parse(payload).granted)).toEqual([true, false]);
  });

  it('takes an objection to any contact, which the case hears of', async () => {
    const { token, mailId } = await aMail('O3');
    const answer = await post(token, 'scope=all');
    expect(await answer.text()).toContain('Wir melden uns nicht mehr bei Ihnen.');
    expect((await getCustomer(api.db, 'O3'))!.objectedAt).not.toBeNull();
    const facts = api.db.$client
      .prepare(`select payload from outbox where kind = 'fact' and order_key = 'O3'`)
      .all() as { payload: string }[];
    expect(facts.map(({ payload }) => JSON.parse(payload).kind)).toEqual(['objection']);
    expect((await mailByToken(api.db, token))!.mailId).toBe(mailId);
    expect(api.log()).not.toContain(token);
  });

  it('tells nobody too often that a link is wrong, and refuses no objection for that', async () => {
    const { token } = await aMail('O4');
    const guesses = Array.from({ length: 40 }, (_, i) => post(`guess-${i}`, 'scope=email'));
    const answers = await Promise.all(guesses);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]));
    const clicks = Array.from({ length: 40 }, () => post(token, 'List-Unsubscribe=One-Click'));
    expect(new Set((await Promise.all(clicks)).map(({ status }) => status))).toEqual(
      new Set([200]),
    );
    expect((await permissionHistory(api.db, 'O4')).map(({ granted }) => granted)).toEqual([false]);
  });
});

describe('a letter', () => {
  const address = { street: 'Straße des 17. Juni 135', postalCode: '10623', city: 'Berlin' };
  /** An open task for a letter, as the workflow would write it. */
  async function aLetter(customerId: string, data: object, dueAt: string): Promise<string> {
    const caseId = await aCustomer(customerId, data);
    const taskId = `${caseId}-letter-1`;
    api.db.$client
      .prepare(
        `insert into tasks (task_id, case_id, customer_id, type, step, status, attempt, created_at, due_at, deadline_at)
         values (?, ?, ?, 'letter', 'measures', 'open', 1, ?, ?, '2099-01-01T00:00:00.000Z')`,
      )
      .run(taskId, caseId, customerId, dueAt, dueAt);
    return taskId;
  }
  const pdf = async (path: string) => {
    const headers = { authorization: `Bearer ${api.keys.agent.secret}` };
    const answer = await fetch(`${api.url}${path}`, { headers });
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  it('is a PDF with the address, who writes, and the words of the template', async () => {
    const taskId = await aLetter('L1', { ...address, country: 'DE' }, '2026-11-02T09:00:00.000Z');
    const { answer, bytes } = await pdf(`/api/v1/tasks/${taskId}/letter.pdf`);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const [page, ...others] = pagesOf(bytes);
    expect(others).toEqual([]);
    for (const words of [
      'Jürgen Łukasz L1',
      'Straße des 17. Juni 135',
      '10623 Berlin',
      'Schönwetter & Söhne · Hauptstraße 1 · 12345 Ort',
      'Wir würden uns freuen, Sie wieder bei uns zu haben',
      'Guten Tag Jürgen Łukasz L1,',
      'Eva Schönwetter',
    ]) {
      expect(page).toContain(words);
    }
  });

  it('cannot be written to who has no address', async () => {
    const taskId = await aLetter('L2', {}, '2026-11-02T08:00:00.000Z');
    const answer = await api.get(`/api/v1/tasks/${taskId}/letter.pdf`);
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('is not printed once its task is cancelled, and can be looked at when it is done', async () => {
    const taskId = await aLetter('L0', address, '2026-12-02T08:00:00.000Z');
    const statusAfter = async (status: string) => {
      api.db.$client.prepare('update tasks set status = ? where task_id = ?').run(status, taskId);
      return (await pdf(`/api/v1/tasks/${taskId}/letter.pdf`)).answer.status;
    };
    expect(await statusAfter('done')).toBe(200);
    expect(await statusAfter('cancelled')).toBe(409);
  });

  it('comes with all others in one PDF, in the order of the inbox', async () => {
    await aLetter('L3', { ...address, language: 'en' }, '2026-11-01T09:00:00.000Z');
    const { answer, bytes } = await pdf('/api/v1/letters.pdf?dueBefore=2026-11-03T00:00:00Z');
    expect(answer.headers.get('winback-letters-left-out')).toBe('1');
    const pages = pagesOf(bytes);
    expect(pages).toHaveLength(2);
    expect(pages[0]).toContain('Hello Jürgen Łukasz L3,');
    expect(pages[1]).toContain('Guten Tag Jürgen Łukasz L1,');
    const none = await api.get('/api/v1/letters.pdf?dueBefore=2020-01-01T00:00:00Z');
    expect(none.status).toBe(404);
  });

  it('that cannot be printed, or must not be any more, holds no other up, and says why', async () => {
    const due = (day: number) => `2026-10-0${day}T09:00:00.000Z`;
    const fine = await aLetter('L4', address, due(1));
    const refused = await aLetter('L5', address, due(2));
    await send('L5', 'permission.changed', { channel: 'letter', granted: false });
    const objected = await aLetter('L6', address, due(3));
    await send('L6', 'customer.objected', {});
    const untold = await aLetter('L7', address, due(4));
    const plan = [{ id: 'write', kind: 'letter', template: 'gone' }];
    const change = (statement: string, ...values: string[]) =>
      api.db.$client.prepare(statement).run(...values);
    change(`update cases set plan = ? where customer_id = 'L7'`, JSON.stringify(plan));
    change(`update tasks set measure_id = 'write' where task_id = ?`, untold);

    const { answer, bytes } = await pdf('/api/v1/letters.pdf?dueBefore=2026-10-10T00:00:00Z');
    expect(pagesOf(bytes)).toHaveLength(1);
    expect(answer.headers.get('winback-letters-left-out')).toBe('3');
    expect(answer.headers.get('winback-letters-left-out-because')).toBe(
      'not-permitted=2, no-template=1',
    );
    const { body } = await api.get('/api/v1/letters?dueBefore=2026-10-10T00:00:00Z');
    const reasons = body.items.map((one: typeof body) => [one.taskId, one.leftOut]);
    expect(reasons).toEqual([
      [fine, null],
      [refused, 'not-permitted'],
      [objected, 'not-permitted'],
      [untold, 'no-template'],
    ]);
    const codeOf = async (taskId: string) =>
      (await api.get(`/api/v1/tasks/${taskId}/letter.pdf`)).body.code;
    expect(await codeOf(refused)).toBe('contact-not-permitted');
    expect(await codeOf(untold)).toBe('conflict');
  });
});
