import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import {
  getMail,
  mailCounts,
  mailSending,
  queueMail,
  resendMail,
  takeDueMails,
} from '../../db/mails.ts';
import type { Policy } from '../../domain/policy.ts';
import { unlessRefused } from '../support/policies.ts';
import {
  aMail,
  asked,
  clock,
  db,
  eachOnItsOwn,
  goBy,
  has,
  now,
  send,
  server,
  start,
  stop,
  until,
  written,
} from './given-mails.ts';

const teamPerHour = 3;
const inHours: Policy = {
  ...unlessRefused,
  contact: {
    ...unlessRefused.contact,
    limits: { perDay: 1, perWeek: 3, perCase: 20, teamPerHour },
  },
};

eachOnItsOwn();

describe('a mail whose turn has come', () => {
  const attempts = async (mailId: string) => (await getMail(db, mailId))!.attempts;
  const waitsUntil = (mailId: string, moment: string) =>
    until(async () => (await getMail(db, mailId))!.notBefore === moment);
  const setPaused = (customerId: string, pausedUntil: string | null) =>
    db.$client
      .prepare('update cases set paused_until = ? where customer_id = ?')
      .run(pausedUntil, customerId);
  beforeEach(async () => {
    await goBy(inHours);
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
    await goBy({ ...inHours, contact });
    const first = await aMail('C1');
    const mail = { caseId: 'C1-e1', customerId: 'C1', measureId: 'two', template: 'ask' };
    await queueMail(db, { ...mail, at: clock() });
    start();
    await has(first, 'sent');
    expect(await has('C1-e1-mail-two', 'withheld')).toMatchObject({ lastError: 'case-limit' });
    await stop();

    const mailId = await aMail('C3');
    expect(await takeDueMails(db, { now: clock(), limit: 4 })).toMatchObject([{ mailId }]);
    await send('customer.objected', 'C3');
    expect(await mailSending(db, { mailId, at: clock(), ...written })).toBe(false);
    expect(await getMail(db, mailId)).toMatchObject({ status: 'withheld' });
  });
});
