import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { acceptEvents } from '../../db/events.ts';
import { upsertCustomers } from '../../db/imports.ts';
import { getMail, queueMail } from '../../db/mails.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { seedTemplates } from '../../db/templates.ts';
import type { MailStatus } from '../../domain/mails.ts';
import type { Policy, VersionedPolicy } from '../../domain/policy.ts';
import type { MailSettings } from '../../mail/message.ts';
import { smtpTransport, type MailTransport } from '../../mail/transport.ts';
import { runMails } from '../../relay/mails.ts';
import { anOpenCase } from '../db/given.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { unlessRefused } from '../support/policies.ts';

/* What the tests of mails begin with. */

const settings: MailSettings = {
  from: 'service@shop.example',
  publicUrl: 'https://winback.shop.example',
  sender: { company: 'Schönwetter & Söhne', address: ['Hauptstraße 1', '12345 Ort'], name: 'Eva' },
};
export const template = {
  templateId: 'ask',
  title: 'Ask',
  texts: {
    de: {
      subject: 'Für {{customerName}}',
      body: '{{salutation}},\n\nfehlt <was>?\n{{senderName}}',
    },
    en: {
      subject: 'For {{customerName}}',
      body: '{{salutation}},\n\nsee https://shop.example/a?b=1&c=2.',
    },
  },
};
export const asked = {
  actor: { actorId: 'boss', role: 'manager' } as const,
  request: {},
  idempotencyKey: null,
};

/** Without hours and limits, so that the tests can run at any time. */
const anytime: Policy = {
  ...unlessRefused,
  contact: { hours: null, timesOfDay: [], permission: 'unless-refused' },
};

/** Of the test that runs. */
export let folder: string;
export let db: Db;
export let server: MailServer;
export let lines: string[];
let policy: VersionedPolicy;
let running: Promise<void>[];
let stopping: AbortController;
let aheadMs: number;

export const clock = () => new Date(Date.now() + aheadMs).toISOString();
const say = (details: object, message: string) =>
  void lines.push(`${message} ${JSON.stringify(details)}`);
const log = { info: say, warn: say, error: say };

/** Gives each test of a suite a database, a mail server and the present time. */
export function eachOnItsOwn(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'winback-mails-'));
    db = await openDatabase(folder);
    policy = await storePolicy(db, anytime, new Date().toISOString());
    await seedTemplates(db, [template], new Date().toISOString());
    server = await startMailServer();
    stopping = new AbortController();
    running = [];
    lines = [];
    aheadMs = 0;
  });
  afterEach(async () => {
    await stop();
    await server.down();
    closeDatabase(db);
    await rm(folder, { recursive: true });
  });
}

export function later(ms: number): void {
  aheadMs += ms;
}

export function now(moment: string): void {
  aheadMs = Date.parse(moment) - Date.now();
}

/** From here on cases are opened, and mails sent, by this policy. */
export async function goBy(next: Policy): Promise<void> {
  policy = await storePolicy(db, next, clock());
}

export function start(transport: MailTransport = smtpTransport(server.url)): void {
  running.push(
    runMails({ db, policy: () => policy, settings, transport, clock, log }, stopping.signal),
  );
}

export async function stop(): Promise<void> {
  stopping.abort();
  await Promise.all(running);
}

/** A mail of a case that is on its way. */
export async function aMail(
  customerId: string,
  profile: { name?: string; email?: string; language?: string } = {},
): Promise<string> {
  const customer = { name: 'Erika Mustermann', kind: 'consumer', ...profile } as const;
  const email = profile.email ?? `${customerId.toLowerCase()}@example.com`;
  await upsertCustomers(db, { customers: [{ ...customer, customerId, email }], at: clock() });
  const { caseId } = await anOpenCase(db, customerId, { at: clock(), policy });
  const mail = { caseId, customerId, measureId: 'ask', template: 'ask', at: clock() };
  expect(await queueMail(db, mail)).toBe('queued');
  expect(await queueMail(db, mail)).toBe('queued');
  return `${caseId}-mail-ask`;
}

export async function has(mailId: string, status: MailStatus) {
  for (const deadline = Date.now() + 30_000; ; await pause(20)) {
    const mail = (await getMail(db, mailId))!;
    if (mail.status === status) return mail;
    if (Date.now() > deadline) throw new Error(`${mailId} is ${JSON.stringify(mail)}`);
  }
}

export const send = (type: string, customerId: string, data = {}) =>
  acceptEvents(db, {
    events: [{ source: 'shop', eventId: type, type, customerId, time: clock(), data }],
    ...{ policy, at: clock(), actor: { actorId: 'shop', role: 'sales-system' } },
  });

export const written = {
  ...{ templateVersion: 1, language: 'de' as const, recipient: 'c1@example.com' },
  ...{ subject: 'As it was', body: 'As it was' },
};

export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds()); await pause(20)) {
    if (Date.now() > deadline) throw new Error('It did not come to that');
  }
}
