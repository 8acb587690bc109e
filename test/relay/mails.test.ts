import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { endOutside, timelineOf } from '../../db/cases.ts';
import { acceptEvents } from '../../db/events.ts';
import { recordPermissions, upsertCustomers } from '../../db/imports.ts';
import {
  getMail,
  mailCounts,
  mailSending,
  queueMail,
  resendMail,
  takeDueMails,
} from '../../db/mails.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { listTasks } from '../../db/tasks.ts';
import { seedTemplates } from '../../db/templates.ts';
import type { Policy, VersionedPolicy } from '../../domain/policy.ts';
import type { MailStatus } from '../../domain/mails.ts';
import type { MailSettings } from '../../mail/message.ts';
import { fileTransport, smtpTransport, type MailTransport } from '../../mail/transport.ts';
import { runMails } from '../../relay/mails.ts';
import { anOpenCase } from '../db/given.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { unlessRefused } from '../support/policies.ts';

const settings: MailSettings = {
  from: 'service@shop.example',
  publicUrl: 'https://winback.shop.example',
  sender: { company: 'Schönwetter & Söhne', address: ['Hauptstraße 1', '12345 Ort'], name: 'Eva' },
};
const template = {
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
const asked = {
  actor: { actorId: 'boss', role: 'manager' } as const,
  request: {},
  idempotencyKey: null,
};

/** Without hours and limits, so that the tests can run at any time. */
const anytime: Policy = {
  ...unlessRefused,
  contact: { hours: null, timesOfDay: [], permission: 'unless-refused' },
};
const teamPerHour = 3;
const inHours: Policy = {
  ...unlessRefused,
  contact: {
    ...unlessRefused.contact,
    limits: { perDay: 1, perWeek: 3, perCase: 20, teamPerHour },
  },
};

let folder: string;
let db: Db;
let policy: VersionedPolicy;
let server: MailServer;
let running: Promise<void>[];
let stopping: AbortController;
let aheadMs: number;
let lines: string[];
const clock = () => new Date(Date.now() + aheadMs).toISOString();
const say = (details: object, message: string) =>
  void lines.push(`${message} ${JSON.stringify(details)}`);
const log = { info: say, warn: say, error: say };

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
  stopping.abort();
  await Promise.all(running);
  await server.down();
  closeDatabase(db);
  await rm(folder, { recursive: true });
});

function start(transport: MailTransport = smtpTransport(server.url)): void {
  running.push(runMails({ db, policy, settings, transport, clock, log }, stopping.signal));
}

/** A mail of a case that is on its way. */
async function aMail(
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

async function has(mailId: string, status: MailStatus) {
  for (const deadline = Date.now() + 30_000; ; await pause(20)) {
    const mail = (await getMail(db, mailId))!;
    if (mail.status === status) return mail;
    if (Date.now() > deadline) throw new Error(`${mailId} is ${JSON.stringify(mail)}`);
  }
}

const send = (type: string, customerId: string, data = {}) =>
  acceptEvents(db, {
    events: [{ source: 'shop', eventId: type, type, customerId, time: clock(), data }],
    ...{ policy, at: clock(), actor: { actorId: 'shop', role: 'sales-system' } },
  });

describe('a mail', () => {
  it('comes once, as text and HTML, with a header by which mail programs object', async () => {
    const mailId = await aMail('C1', { name: 'Jürgen {{senderName}}\n<b>' });
    start();
    const mail = await has(mailId, 'sent');
    await pause(1_200);
    expect(server.received).toHaveLength(1);
    const [{ raw, from, to } = {} as never] = server.received;
    expect({ from, to }).toEqual({ from: 'service@shop.example', to: ['c1@example.com'] });
    const message = await PostalMime.parse(raw);
    expect(message).toMatchObject({
      from: { name: 'Schönwetter & Söhne', address: 'service@shop.example' },
      subject: 'Für Jürgen {{senderName}} <b>',
    });
    const link = `https://winback.shop.example/objections/${mail.token}`;
    const header = (name: string) => message.headers.find(({ key }) => key === name)?.value;
    expect(header('list-unsubscribe')).toBe(`<${link}>`);
    expect(header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    // RFC 5322
    expect(raw.toString()).toMatch(
      /^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [JFMASOND][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r$/m,
    );
    expect(Math.abs(Date.parse(message.date!) - Date.now())).toBeLessThan(60_000);
    expect(message.text).toContain('Guten Tag Jürgen {{senderName}} <b>,\n\nfehlt <was>?\nEva');
    expect(message.text).toContain('Schönwetter & Söhne\nHauptstraße 1\n12345 Ort');
    expect(message.text).toContain(link);
    expect(message.html).toContain('Jürgen {{senderName}} &lt;b&gt;,');
    expect(message.html).toContain('fehlt &lt;was&gt;?<br>\nEva');
    expect(message.html).toContain(`href="${link}"`);
    expect(raw.toString()).not.toContain('C1-e1');
    expect(lines.join()).not.toContain('example.com');
  });

  it('speaks the language of the customer', async () => {
    const mailId = await aMail('C1', { language: 'en-GB' });
    start();
    await has(mailId, 'sent');
    const message = await PostalMime.parse(server.received[0]!.raw);
    expect(message.subject).toBe('For Erika Mustermann');
    expect(message.html).toContain(
      'see <a href="https://shop.example/a?b=1&amp;c=2">https://shop.example/a?b=1&amp;c=2</a>.',
    );
  });

  it('waits while the server is away or puts us off, and comes once it takes it', async () => {
    await server.down();
    const mailId = await aMail('C1');
    start();
    await until(async () => (await getMail(db, mailId))!.lastError !== null);
    await server.up();
    server.answer.recipient = () => [451, '4.7.1 Greylisted'];
    aheadMs += 10_000;
    await until(async () => /Greylisted/.test((await getMail(db, mailId))!.lastError ?? ''));
    server.answer.recipient = () => null;
    aheadMs += 600_000;
    expect(await has(mailId, 'sent')).toMatchObject({ attempts: 3, lastError: null });
    expect(server.received).toHaveLength(1);
  });

  it('that cannot be composed waits longer after each attempt, and has failed after the last', async () => {
    const mailId = await aMail('C1');
    const rewrite = db.$client.prepare(
      `update templates set content = json_set(content, '$.texts', json(?))`,
    );
    rewrite.run(JSON.stringify({ de: { subject: 'Für', body: '{{#open}}' } }));
    start();
    await until(async () => (await getMail(db, mailId))!.attempts === 1);
    await pause(1_200);
    const once = (await getMail(db, mailId))!;
    expect(once).toMatchObject({ status: 'queued', attempts: 1 });
    expect(once.lastError).toMatch(/open/);
    expect(Date.parse(once.notBefore)).toBeGreaterThan(Date.parse(once.lastAttemptAt!) + 1_000);
    for (let attempts = 2; attempts <= 10; attempts += 1) {
      aheadMs += 32 * 3_600_000;
      await until(async () => (await getMail(db, mailId))!.attempts === attempts);
    }
    expect(await has(mailId, 'failed')).toMatchObject({ lastError: once.lastError });
    const toCheck = async (status: 'open' | 'done') =>
      (await listTasks(db, { type: 'check-mail', status }, { limit: 9 })).items;
    expect(await toCheck('open')).toMatchObject([{ mailId }]);
    expect(await mailCounts(db)).toMatchObject({ failed: 1, queued: 0, sent: 0 });
    expect(lines.join()).not.toContain('example.com');

    rewrite.run(JSON.stringify(template.texts));
    await resendMail(db, { mailId, at: clock() }, asked);
    await has(mailId, 'sent');
    expect(server.received).toHaveLength(1);
    expect(await toCheck('open')).toEqual([]);
    expect(await toCheck('done')).toMatchObject([{ completedBy: 'boss' }]);
  });

  it('that the server refuses for its address bounces: the case hears of it, and no more are sent', async () => {
    server.answer.recipient = () => [550, '5.1.1 No such user <c1@example.com>'];
    const mailId = await aMail('C1');
    start();
    expect(await has(mailId, 'bounced')).toMatchObject({ attempts: 1 });
    const next = { caseId: 'C1-e1', customerId: 'C1', measureId: 'two', template: 'ask' };
    expect(await queueMail(db, { ...next, at: clock() })).toBe('undeliverable');
    const { payload } = db.$client
      .prepare(`select payload from outbox where kind = 'fact'`)
      .get() as { payload: string };
    expect(JSON.parse(payload)).toMatchObject({ kind: 'mail-bounced', caseId: 'C1-e1' });
    expect(payload).not.toContain('@');
    expect(lines.join()).not.toContain('example.com');
    const data = { name: 'Erika', kind: 'consumer', email: 'new@example.com' };
    await send('customer.updated', 'C1', data);
    expect(await queueMail(db, { ...next, at: clock() })).toBe('queued');
  });

  it('that the server refuses for what it says has failed, and says nothing of the address', async () => {
    server.answer.data = () => [554, '5.7.1 Looks like spam'];
    const mailId = await aMail('C1');
    start();
    expect(await has(mailId, 'failed')).toMatchObject({ lastError: expect.stringMatching('spam') });
    const next = { caseId: 'C1-e1', customerId: 'C1', measureId: 'two', template: 'ask' };
    expect(await queueMail(db, { ...next, at: clock() })).toBe('queued');
  });

  it('fails when the server does not take mails from us, which says nothing of the address', async () => {
    server.answer.recipient = () => [554, '5.7.1 Relay access denied'];
    const mailId = await aMail('C1');
    start();
    expect(await has(mailId, 'failed')).toMatchObject({ attempts: 1 });
    const next = { caseId: 'C1-e1', customerId: 'C1', measureId: 'two', template: 'ask' };
    expect(await queueMail(db, { ...next, at: clock() })).toBe('queued');
  });

  it.each([
    ['customer.objected', {}, 'not-permitted'],
    ['permission.changed', { channel: 'email', granted: false }, 'not-permitted'],
    ['mail.bounced', { email: 'C1@Example.com' }, 'undeliverable'],
  ])('is withheld when its turn comes after %s', async (type, data, reason) => {
    const mailId = await aMail('C1');
    await send(type, 'C1', data);
    start();
    expect(await has(mailId, 'withheld')).toMatchObject({ lastError: reason, attempts: 0 });
    expect(server.received).toHaveLength(0);
  });

  it('is withheld when its case has ended', async () => {
    const mailId = await aMail('C1');
    await endOutside(db, { caseId: 'C1-e1', at: clock() });
    start();
    expect(await has(mailId, 'withheld')).toMatchObject({ lastError: 'case-closed' });
    expect((await timelineOf(db, 'C1-e1')).length).toBeGreaterThan(0);
  });

  it.each([
    ['no-address', { email: undefined }, 'ask'],
    ['no-template', {}, 'unknown'],
  ])('is not queued with %s', async (answer, profile, templateId) => {
    const customer = { customerId: 'C9', name: 'E', email: 'c9@example.com', ...profile };
    await upsertCustomers(db, { customers: [customer], at: clock() });
    const consent = { customerId: 'C9', channel: 'email', granted: true, at: clock() } as const;
    await recordPermissions(db, { permissions: [consent], at: clock() });
    const mail = { caseId: 'C9-e1', customerId: 'C9', measureId: 'm', template: templateId };
    expect(await queueMail(db, { ...mail, at: clock() })).toBe(answer);
  });

  it('is unclear when the line breaks while the server has it in hand, until a manager sends it again', async () => {
    server.answer.data = () => 'hang up';
    const mailId = await aMail('C1');
    start();
    await has(mailId, 'unclear');
    aheadMs += 86_400_000;
    await pause(1_200);
    expect(server.received).toHaveLength(1);
    server.answer.data = () => null;
    await resendMail(db, { mailId, at: clock() }, asked);
    await has(mailId, 'sent');
    const ids = await Promise.all(
      server.received.map(async ({ raw }) => (await PostalMime.parse(raw)).messageId),
    );
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    await expect(resendMail(db, { mailId, at: clock() }, asked)).rejects.toThrow('is sent');
  });
});

describe('a mail whose turn has come', () => {
  const now = (moment: string) => void (aheadMs = Date.parse(moment) - Date.now());
  const attempts = async (mailId: string) => (await getMail(db, mailId))!.attempts;
  const waitsUntil = (mailId: string, moment: string) =>
    until(async () => (await getMail(db, mailId))!.notBefore === moment);
  const setPaused = (customerId: string, pausedUntil: string | null) =>
    db.$client
      .prepare('update cases set paused_until = ? where customer_id = ?')
      .run(pausedUntil, customerId);
  beforeEach(async () => {
    policy = await storePolicy(db, inHours, clock());
    // Tuesday, 18:55 in Berlin, five minutes before the end
    now('2026-03-24T17:55:00.000Z');
  });

  it('while the server was away waits for the morning, and goes to the address of then', async () => {
    await server.down();
    const mailId = await aMail('C1');
    start();
    await until(async () => (await getMail(db, mailId))!.lastError !== null);
    await server.up();
    now('2026-03-24T18:05:00.000Z');
    await waitsUntil(mailId, '2026-03-25T08:00:00.000Z');
    await pause(600);
    expect([await attempts(mailId), server.received]).toEqual([1, []]);
    await send('customer.updated', 'C1', {
      ...{ name: 'Erika Neu', kind: 'consumer', email: 'new@example.com' },
    });
    now('2026-03-25T08:00:00.000Z');
    expect(await has(mailId, 'sent')).toMatchObject({ attempts: 2, recipient: 'new@example.com' });
    expect(server.received.map(({ to }) => to)).toEqual([['new@example.com']]);
    expect((await PostalMime.parse(server.received[0]!.raw)).subject).toBe('Für Erika Neu');
  });

  it('goes out as it was to the address that it may have reached before', async () => {
    server.answer.data = () => 'hang up';
    const mailId = await aMail('C1');
    start();
    await has(mailId, 'unclear');
    await send('customer.updated', 'C1', {
      ...{ name: 'Erika Neu', kind: 'consumer', email: 'new@example.com' },
    });
    await server.down();
    await resendMail(db, { mailId, at: clock() }, asked);
    await until(async () => (await attempts(mailId)) === 1);
    server.answer.data = () => null;
    await server.up();
    now('2026-03-25T08:00:00.000Z');
    await has(mailId, 'sent');
    const to = ['c1@example.com'];
    expect(server.received.map((one) => one.to)).toEqual([to, to]);
  });

  it('has as much company in an hour as the team has room for', async () => {
    const mails: string[] = [];
    for (let i = 0; i < 7; i += 1) mails.push(await aMail(`C${i}`));
    now('2026-03-28T12:00:00.000Z');
    start();
    const sent = async () => (await mailCounts(db)).sent;
    // Saturday: they wait for Monday, when summer time has begun.
    const first = { number: 0 };
    await until(async () => {
      const times = await Promise.all(
        mails.map(async (one) => (await getMail(db, one))!.notBefore),
      );
      first.number = times.filter((one) => one === '2026-03-30T07:00:00.000Z').length;
      return times.every((one) => one > '2026-03-30');
    });
    expect(first.number).toBe(teamPerHour);
    for (const [hour, number] of [
      ['07', 3],
      ['08', 6],
      ['09', 7],
    ] as const) {
      now(`2026-03-30T${hour}:00:00.000Z`);
      await until(async () => (await sent()) === number);
      await pause(700);
      expect(await sent()).toBe(number);
    }
  });

  it('waits for another day if the customer has had one that day', async () => {
    const first = await aMail('C1');
    const mail = { caseId: 'C1-e1', customerId: 'C1', measureId: 'two', template: 'ask' };
    await queueMail(db, { ...mail, at: clock() });
    start();
    await has(first, 'sent');
    await waitsUntil('C1-e1-mail-two', '2026-03-25T08:00:00.000Z');
    now('2026-03-25T08:00:00.000Z');
    await has('C1-e1-mail-two', 'sent');
  });

  it('waits for the end of a pause, without an attempt', async () => {
    const mailId = await aMail('C1');
    const other = await aMail('C2');
    setPaused('C1', '2026-04-20T08:00:00.000Z');
    start();
    await has(other, 'sent');
    await pause(700);
    expect(await getMail(db, mailId)).toMatchObject({ status: 'queued', attempts: 0 });
    now('2026-03-25T10:00:00.000Z');
    setPaused('C1', null);
    await has(mailId, 'sent');
  });

  it('after a fortnight is withheld, unless a manager wants it sent', async () => {
    const mailId = await aMail('C1');
    setPaused('C1', '2026-04-20T08:00:00.000Z');
    now('2026-04-20T08:00:00.000Z');
    start();
    await has(mailId, 'withheld');
    expect(await getMail(db, mailId)).toMatchObject({ lastError: 'too-late', attempts: 0 });
    await resendMail(db, { mailId, at: clock() }, asked);
    await has(mailId, 'sent');
  });

  it('is withheld where the case has had its contacts, and once the customer has objected in the last moment', async () => {
    const limits = { perDay: 9, perWeek: 9, perCase: 1, teamPerHour: 9 };
    const contact = { ...inHours.contact, limits };
    policy = await storePolicy(db, { ...inHours, contact }, clock());
    const first = await aMail('C1');
    const mail = { caseId: 'C1-e1', customerId: 'C1', measureId: 'two', template: 'ask' };
    await queueMail(db, { ...mail, at: clock() });
    start();
    await has(first, 'sent');
    expect(await has('C1-e1-mail-two', 'withheld')).toMatchObject({ lastError: 'case-limit' });
    stopping.abort();
    await Promise.all(running);

    const mailId = await aMail('C3');
    expect(await takeDueMails(db, { now: clock(), limit: 4 })).toMatchObject([{ mailId }]);
    await send('customer.objected', 'C3');
    expect(await mailSending(db, { mailId, at: clock(), ...written })).toBe(false);
    expect(await getMail(db, mailId)).toMatchObject({ status: 'withheld' });
  });
});

const written = {
  ...{ templateVersion: 1, language: 'de' as const, recipient: 'c1@example.com' },
  ...{ subject: 'As it was', body: 'As it was' },
};

describe('a mail that was being sent when the process died', () => {
  it('is not sent again by itself', async () => {
    const mailId = await aMail('C1');
    expect(await mailSending(db, { mailId, at: clock(), ...written })).toBe(true);
    expect(await mailSending(db, { mailId, at: clock(), ...written })).toBe(false);
    start();
    await has(mailId, 'unclear');
    await pause(1_200);
    expect(server.received).toHaveLength(0);
  });

  it('is written again where mails are files', async () => {
    const mailId = await aMail('C1');
    await mailSending(db, { mailId, at: clock(), ...written });
    start(fileTransport(folder));
    await has(mailId, 'sent');
    expect(await readdir(join(folder, 'mails'))).toEqual([`${mailId}.eml`]);
    const file = await readFile(join(folder, 'mails', `${mailId}.eml`));
    expect(await PostalMime.parse(file)).toMatchObject({
      subject: 'As it was',
      to: [{ address: 'c1@example.com' }],
    });
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds()); await pause(20)) {
    if (Date.now() > deadline) throw new Error('It did not come to that');
  }
}
