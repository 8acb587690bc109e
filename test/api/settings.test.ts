import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { keepHolidays } from '../../db/holidays.ts';
import { startApi, type Api } from '../support/api.ts';

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
