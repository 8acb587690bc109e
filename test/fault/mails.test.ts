import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import PostalMime from 'postal-mime';
import { openCase } from '../../db/cases.ts';
import { recordPermissions, recordPurchases, upsertCustomers } from '../../db/imports.ts';
import { listMails, queueMail } from '../../db/mails.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { listTasks } from '../../db/tasks.ts';
import { storePolicy } from '../../db/policies.ts';
import { demoPolicy, standardPolicy } from '../../domain/standard-policy.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { startSystem, type System } from '../support/system.ts';

/* The real worker process, killed after the mail server has a whole mail in hand and before it says so. */

const settings = {
  WINBACK_MAIL_FROM: 'service@shop.example',
  WINBACK_COMPANY: 'Shop',
  WINBACK_PUBLIC_URL: 'https://winback.shop.example',
};
/** Whoever runs this test at night waits for no morning. */
const atAnyHour = {
  ...standardPolicy,
  contact: { ...standardPolicy.contact, hours: demoPolicy.contact.hours },
};
const customers = ['F-1', 'F-2', 'F-3', 'F-4', 'F-5', 'F-6'];

let folder: string;
let system: System;
let server: MailServer;
let db: Db;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-fault-mails-'));
  server = await startMailServer();
  Object.assign(process.env, settings, { WINBACK_SMTP_URL: server.url });
  system = await startSystem(folder);
  db = await openDatabase(folder);
}, 240_000);

afterAll(async () => {
  for (const name of ['WINBACK_SMTP_URL', ...Object.keys(settings)]) delete process.env[name];
  await system?.stop();
  await server?.down();
  if (db) closeDatabase(db);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const now = () => new Date().toISOString();

/** A mail in a case that waits for its first call. */
async function aMail(customerId: string): Promise<void> {
  const profile = { name: 'Erika Mustermann', email: `${customerId}@example.com` };
  await upsertCustomers(db, { customers: [{ customerId, ...profile }], at: now() });
  // Worth a case, which goes on while its mail is sent.
  const purchases = [200, 230, 260, 290].map((days) => ({
    ...{ customerId, orderId: `O-${days}`, amount: 10_000, currency: 'EUR' },
    purchasedAt: new Date(Date.now() - days * 86_400_000).toISOString(),
  }));
  await recordPurchases(db, { purchases, at: now() });
  const consent = { customerId, channel: 'email', granted: true, at: now() } as const;
  await recordPermissions(db, { permissions: [consent], at: now() });
  const policy = await storePolicy(db, atAnyHour, now());
  const opening = { statedCause: null, statedReason: null, effectiveAt: null, openedBy: 'test' };
  const { record } = await openCase(db, {
    ...{ customerId, trigger: 'manual', ...opening, at: now() },
    policy,
  });
  const mail = { caseId: record.caseId, customerId, measureId: 'ask', template: 'ask-back' };
  expect(await queueMail(db, { ...mail, at: now() })).toBe('queued');
}

const statuses = async () =>
  (await listMails(db, {}, { limit: 50 })).items.map(({ status }) => status).sort();

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await holds()); await pause(50)) {
    if (Date.now() > deadline) throw new Error(`Mails are ${(await statuses()).join(', ')}`);
  }
}

test('a crash between sending a mail and recording it sends none twice, and says what is unclear', async () => {
  server.answer.data = () => 'say nothing';
  await Promise.all(customers.slice(0, 3).map(aMail));
  await until(() => server.received.length === 3);
  await system.kill('worker');
  server.answer.data = () => null;
  await Promise.all(customers.slice(3).map(aMail));
  await system.start('worker');
  await until(async () => !(await statuses()).some((s) => s === 'queued' || s === 'sending'));
  await pause(3_000);

  expect(await statuses()).toEqual(['sent', 'sent', 'sent', 'unclear', 'unclear', 'unclear']);
  const recipients = server.received.flatMap(({ to }) => to);
  expect(recipients.sort()).toEqual(customers.map((one) => `${one}@example.com`));

  const unsettled = await listTasks(db, { type: 'check-mail', status: 'open' }, { limit: 50 });
  expect(unsettled.items.map(({ mailId }) => mailId).sort()).toEqual(
    customers.slice(0, 3).map((one) => `${one}-e1-mail-ask`),
  );

  // A manager decides; a receiver knows the second one by its Message-ID.
  const key = system.keys.find(({ role }) => role === 'manager')!.secret;
  const answer = await fetch(`${system.url}/api/v1/mails/F-1-e1-mail-ask/resend`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
  });
  expect(answer.status).toBe(200);
  await until(() => server.received.length === customers.length + 1);
  const both = server.received.filter(({ to }) => to.includes('F-1@example.com'));
  const ids = await Promise.all(
    both.map(async ({ raw }) => (await PostalMime.parse(raw)).messageId),
  );
  expect(ids).toHaveLength(2);
  expect(ids[0]).toBe(ids[1]);
});
