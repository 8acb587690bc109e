import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { draws } from '../../api/report.ts';
import { keepHolidays } from '../../db/holidays.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { dueReports, queueReports, reportSending } from '../../db/report-mails.ts';
import { reportMails } from '../../db/schema.ts';
import type { Policy, VersionedPolicy } from '../../domain/policy.ts';
import { fileTransport, smtpTransport, type MailTransport } from '../../mail/transport.ts';
import { sendMonthlyReports } from '../../relay/monthly-reports.ts';
import { anOpenCase } from '../db/given.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { pagesOf } from '../support/pdf.ts';
import { unlessRefused } from '../support/policies.ts';

/** The first of November 2026 is a Sunday, and the company opens at nine. */
const companyPolicy: Policy = {
  ...unlessRefused,
  timeZone: 'Europe/Berlin',
  contact: {
    ...unlessRefused.contact,
    hours: { workDays: [1, 2, 3, 4, 5], opensAt: '09:00', closesAt: '17:00' },
    region: 'DE-BY',
  },
};
const opening = '2026-11-02T08:00:00.000Z';

let folder: string;
let db: Db;
let policy: VersionedPolicy;
let server: MailServer;
let lines: string[];
let now: string;
let to: string[];
const clock = () => now;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-reports-'));
  db = await openDatabase(folder);
  now = opening;
  to = ['boss@shop.example'];
  lines = [];
  policy = await storePolicy(db, companyPolicy, now);
  await keepHolidays(db, 'DE-BY', [{ day: '2027-01-01', name: 'Neujahr' }]);
  server = await startMailServer();
});
afterEach(async () => {
  await server.down();
  closeDatabase(db);
  await rm(folder, { recursive: true });
});

const lostOn = (customerId: string, at: string) => anOpenCase(db, customerId, { at, policy });

async function run(transport: MailTransport = smtpTransport(server.url)): Promise<void> {
  const say = (details: object, message: string) =>
    void lines.push(`${message} ${JSON.stringify(details)}`);
  await sendMonthlyReports({
    ...{ db, policy, transport, draws, clock },
    settings: {
      from: 'service@shop.example',
      publicUrl: 'https://winback.shop.example',
      sender: { company: 'Schönwetter & Söhne', address: [], name: 'Eva' },
    },
    report: { to, language: 'de' },
    log: { info: say, warn: say, error: say },
  });
}

const states = () =>
  db
    .select()
    .from(reportMails)
    .all()
    .map(({ month, recipient, status }) => [month, recipient, status]);

const subjects = async () =>
  Promise.all(server.received.map(async ({ raw }) => (await PostalMime.parse(raw)).subject));

describe('the monthly report to management', () => {
  it('comes once to each address: the page, with the PDF attached', async () => {
    await lostOn('C-4711', '2026-10-12T08:00:00.000Z');
    to = ['boss@shop.example', 'owner@shop.example'];
    await run();
    await run();
    now = '2026-11-20T08:00:00.000Z';
    await run();
    expect(server.received.map(({ from, to }) => [from, ...to])).toEqual([
      ['service@shop.example', 'boss@shop.example'],
      ['service@shop.example', 'owner@shop.example'],
    ]);
    const [{ raw } = {} as never] = server.received;
    const message = await PostalMime.parse(raw);
    expect(message.subject).toBe('Monatsbericht Oktober 2026 – Schönwetter & Söhne');
    expect(message.html).toContain('<svg xmlns');
    expect(message.text).toContain('1 Kunde ging verloren');
    const [attached] = message.attachments;
    expect(attached).toMatchObject({
      ...{ filename: 'winback-2026-10.pdf', mimeType: 'application/pdf' },
    });
    const pages = pagesOf(Buffer.from(attached!.content as ArrayBuffer));
    expect(pages.join('')).toContain('Was gegen die Ursachen getan wird');
    expect(`${message.html}${message.text}${pages.join('')}`).not.toContain('C-4711');
    expect(lines.join()).not.toContain('@');
  });

  it('waits for the first working moment of the new month', async () => {
    await lostOn('C1', '2026-10-31T22:59:00.000Z');
    await run();
    now = '2026-11-30T23:30:00.000Z';
    await run();
    expect(await subjects()).toHaveLength(1);
    now = '2026-12-01T07:59:00.000Z';
    await run();
    expect(await subjects()).toHaveLength(1);
    now = '2026-12-01T08:00:00.000Z';
    await run();
    now = '2027-01-01T10:00:00.000Z';
    await run();
    // New Year's Day is a holiday, and a weekend follows.
    expect((await subjects()).map((one) => one?.split(' – ')[0])).toEqual([
      ...['Monatsbericht Oktober 2026', 'Monatsbericht November 2026'],
    ]);
    now = '2027-01-04T08:00:00.000Z';
    await run();
    expect(await subjects()).toHaveLength(3);
  });

  it('is made up for when no worker ran, and tells nothing of months before the first case', async () => {
    await run();
    expect(states()).toEqual([]);
    // By the company's clock it is November already.
    await lostOn('C1', '2026-10-31T23:01:00.000Z');
    await run();
    expect(states()).toEqual([]);
    now = '2026-12-05T12:00:00.000Z';
    await run();
    now = '2027-03-20T12:00:00.000Z';
    await run();
    expect(states().map(([month]) => month)).toEqual(['2026-11', '2026-12', '2027-01', '2027-02']);
    expect(server.received).toHaveLength(4);
  });

  it('that may have been sent when the worker died is not sent again by itself', async () => {
    await lostOn('C1', '2026-10-12T08:00:00.000Z');
    await queueReports(db, { months: ['2026-10'], recipients: to, at: now });
    const [mail] = await dueReports(db, now);
    expect(await reportSending(db, mail!, now)).toBe(true);
    expect(await reportSending(db, mail!, now)).toBe(false);
    await run();
    await run();
    expect(server.received).toEqual([]);
    expect(states()).toEqual([['2026-10', 'boss@shop.example', 'unclear']]);
    expect(lines).toEqual([
      'a monthly report may or may not have been sent: it is not sent again by itself {"month":"2026-10"}',
    ]);
    now = '2026-12-01T08:00:00.000Z';
    await run();
    expect(await subjects()).toEqual(['Monatsbericht November 2026 – Schönwetter & Söhne']);
  });

  it('is unclear, too, when the line breaks after the message', async () => {
    await lostOn('C1', '2026-10-12T08:00:00.000Z');
    server.answer.data = () => 'hang up';
    await run();
    await run();
    expect(server.received).toHaveLength(1);
    expect(states()).toEqual([['2026-10', 'boss@shop.example', 'unclear']]);
  });

  it('is tried again while the server puts us off, and given up where it refuses', async () => {
    await lostOn('C1', '2026-10-12T08:00:00.000Z');
    to = ['boss@shop.example', 'gone@shop.example'];
    server.answer.recipient = (address) =>
      address.startsWith('gone') ? [550, '5.1.1 No such user'] : [451, '4.7.1 Greylisted'];
    await run();
    expect(states().map(([, , status]) => status)).toEqual(['queued', 'failed']);
    await run();
    server.answer.recipient = () => null;
    now = '2026-11-02T09:00:00.000Z';
    await run();
    expect(states().map(([, , status]) => status)).toEqual(['sent', 'failed']);
    expect(server.received).toHaveLength(1);
    expect(lines.join()).not.toContain('@');
  });

  it('goes to a new address from the last month on, and not to one that is no addressee any more', async () => {
    await lostOn('C1', '2026-08-12T08:00:00.000Z');
    await server.down();
    await run();
    await server.up();
    to = ['new@shop.example'];
    now = '2026-11-03T09:00:00.000Z';
    await run();
    expect(server.received.map(({ to }) => to)).toEqual([['new@shop.example']]);
    expect(states()).toEqual([
      ['2026-10', 'boss@shop.example', 'failed'],
      ['2026-10', 'new@shop.example', 'sent'],
    ]);
  });

  it('becomes a file without a server, once also when the worker died while writing it', async () => {
    await lostOn('C1', '2026-10-12T08:00:00.000Z');
    await queueReports(db, { months: ['2026-10'], recipients: to, at: now });
    const [mail] = await dueReports(db, now);
    await reportSending(db, mail!, now);
    await run(fileTransport(folder));
    const [file, ...others] = await readdir(join(folder, 'mails'));
    expect(others).toEqual([]);
    expect(file).toMatch(/^monthly-report-2026-10-[\da-f]{12}\.eml$/);
    const message = await PostalMime.parse(await readFile(join(folder, 'mails', file!)));
    expect(message.attachments).toHaveLength(1);
    expect(states()).toEqual([['2026-10', 'boss@shop.example', 'sent']]);
  });
});
