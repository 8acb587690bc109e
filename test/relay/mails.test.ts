import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { endOutside, timelineOf } from '../../db/cases.ts';
import { recordPermissions, upsertCustomers } from '../../db/imports.ts';
import { getMail, mailCounts, mailSending, queueMail, resendMail } from '../../db/mails.ts';
import { listTasks } from '../../db/tasks.ts';
import { fileTransport } from '../../mail/transport.ts';
import {
  aMail,
  asked,
  clock,
  db,
  eachOnItsOwn,
  folder,
  has,
  later,
  lines,
  send,
  server,
  start,
  template,
  until,
  written,
} from './given-mails.ts';

eachOnItsOwn();

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
    later(10_000);
    await until(async () => /Greylisted/.test((await getMail(db, mailId))!.lastError ?? ''));
    server.answer.recipient = () => null;
    later(600_000);
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
      later(32 * 3_600_000);
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
    later(86_400_000);
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
