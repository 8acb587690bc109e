import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keepHolidays } from '../../db/holidays.ts';
import { smtpTransport } from '../../mail/transport.ts';
import { startApi, type Api } from '../support/api.ts';
import { startMailServer } from '../support/mail-server.ts';
import { signedInPerson } from '../support/people.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ clock: () => '2026-12-20T10:00:00.000Z' });
});
afterAll(() => api.stop());

test('the calendar is the policy’s, with the public holidays of the coming year', async () => {
  const { region } = api.policy.contact;
  await keepHolidays(api.db, region!, [
    { day: '2026-10-03', name: 'Tag der Deutschen Einheit' },
    { day: '2027-01-01', name: 'Neujahr' },
    { day: '2026-12-25', name: '1. Weihnachtstag' },
  ]);
  const { status, body } = await api.get('/api/v1/business-calendar', { as: 'agent' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    policyVersion: api.policy.version,
    timeZone: 'Europe/Berlin',
    region,
    hours: { workDays: [1, 2, 3, 4, 5] },
    holidays: [
      { day: '2026-12-25', name: '1. Weihnachtstag' },
      { day: '2027-01-01', name: 'Neujahr' },
    ],
  });
});

test('managers see what runs here and how mails leave', async () => {
  const { status, body } = await api.get('/api/v1/installation', { as: 'manager' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    policyVersion: api.policy.version,
    publicUrl: 'https://winback.shop.example',
    mail: { leaves: true, from: 'service@shop.example', signature: 'Eva Schönwetter' },
  });
  expect((await api.get('/api/v1/installation', { as: 'agent' })).status).toBe(403);
});

test('an administrator sends a test mail to themselves, and hears what the mail server says', async () => {
  const server = await startMailServer();
  const company = await startApi({ transport: smtpTransport(server.url) });
  const admin = await signedInPerson(company, { role: 'admin', email: 'eva@shop.example' });
  const send = (key: string) =>
    admin.call('POST', '/api/v1/test-mails', { headers: { 'idempotency-key': key } });
  const accepted = { recipient: 'eva@shop.example', kind: 'accepted', error: null };
  expect(await send('once')).toMatchObject({ status: 200, body: accepted });
  expect(await send('once')).toMatchObject({ status: 200, body: accepted });
  expect(server.received).toMatchObject([
    { from: 'service@shop.example', to: ['eva@shop.example'] },
  ]);
  expect(String(server.received[0]!.raw)).toContain('Subject: Testmail von winback');
  server.answer.recipient = () => [550, 'We know nobody of this name'];
  const { body } = await send('refused');
  expect(body.kind).not.toBe('accepted');
  expect(body.error).toContain('We know nobody of this name');
  await server.down();
  expect((await send('away')).body).toMatchObject({ kind: 'later' });
  for (const key of ['fourth', 'fifth']) expect((await send(key)).status).toBe(200);
  expect(await send('too-many')).toMatchObject({
    status: 429,
    body: { code: 'too-many-requests' },
  });
  await company.stop();
});

test('without a mail server a test mail is refused, and so it is to a key', async () => {
  const admin = await signedInPerson(api, { role: 'admin' });
  expect(await admin.call('POST', '/api/v1/test-mails')).toMatchObject({
    status: 409,
    body: { code: 'conflict', why: 'no-mail-leaves' },
  });
  expect((await api.post('/api/v1/test-mails', undefined, { as: 'admin' })).status).toBe(404);
});
