import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { noteContact, permissionOf } from '../../db/contacts.ts';
import { planContact, planContactIn } from '../../db/contact-plan.ts';
import { beginCommand } from '../../db/commands.ts';
import { keepHolidays } from '../../db/holidays.ts';
import { upsertCustomers } from '../../db/imports.ts';
import { writing, type Db } from '../../db/connection.ts';
import {
  getMail,
  mailDelayed,
  mailEnded,
  mailSending,
  queueMail,
  resendMail,
} from '../../db/mails.ts';
import { seedTemplates } from '../../db/templates.ts';
import { callHours, contacts, outbox } from '../../db/schema.ts';
import { storePolicy } from '../../db/policies.ts';
import { projectCase } from '../../db/cases.ts';
import { after } from '../../domain/duration.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { Channel } from '../../domain/words.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  boss,
  event,
  minute,
  projection,
  purchase,
  task,
} from './given.ts';

// Tuesday, at 09:00 in Berlin
const tuesday = '2026-03-24T08:00:00.000Z';

const asked = (customerId: string, fields: Partial<Parameters<typeof planContact>[1]> = {}) => ({
  ...{ customerId, caseId: `${customerId}-e1`, timeZone: standardPolicy.timeZone },
  ...{ contact: standardPolicy.contact, channel: 'phone' as const, attempt: 1, agreed: false },
  notBefore: tuesday,
  ...fields,
});

const german = (customerId: string, kind = 'consumer') =>
  event('customer.updated', customerId, { data: { name: 'N. N.', kind, country: 'DE' } });
const consent = (customerId: string, fields: object = {}) =>
  event('permission.changed', customerId, {
    data: { channel: 'phone', granted: true, proof: 'form 17', ...fields },
  });

function called(db: Db, customerId: string, commandId: string, at: string, outcome = 'no-answer') {
  const done = { taskId: `${customerId}-t`, caseId: `${customerId}-e1`, customerId };
  writing(db, (tx) =>
    noteContact(tx, { ...done, type: 'cause-call' }, { commandId, outcome, at }, standardPolicy),
  );
}

describe('planning a contact', () => {
  it('says what it rests on, or why there is none', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [german('C1'), german('C2'), consent('C1')]);
      expect(await planContact(db, asked('C1'), tuesday)).toMatchObject({
        ...{ permitted: true, reason: 'granted', basis: 'express-consent' },
        dueAt: '2026-03-24T09:00:00.000Z',
      });
      expect(await planContact(db, asked('C2'), tuesday)).toEqual({
        ...{ permitted: false, reason: 'no-permission', basis: null, dueAt: tuesday },
        rule: 'DE/recovery/phone/consumer: UWG § 7 Abs. 2 Nr. 1, § 7a',
      });
      const letter = { channel: 'letter' as const };
      expect((await planContact(db, asked('C2', letter), tuesday)).permitted).toBe(true);
    }));

  it('of a case from before there was any of it goes by refusals alone', () =>
    withDatabase(async ({ db }) => {
      const { hours, timesOfDay } = standardPolicy.contact;
      const old = { contact: { hours, timesOfDay } };
      expect(await planContact(db, asked('C1', old), tuesday)).toMatchObject({ permitted: true });
      await accept(db, [consent('C1', { granted: false })]);
      expect((await planContact(db, asked('C1', old), tuesday)).reason).toBe('refused');
    }));

  it('leaves the holidays of the region out', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [german('C1'), consent('C1')]);
      await keepHolidays(db, 'DE', [{ day: '2026-03-24', name: 'Tag der Tests' }]);
      expect((await planContact(db, asked('C1'), tuesday)).dueAt).toBe('2026-03-25T09:00:00.000Z');
    }));

  it('ends when the case has had its contacts, but keeps what was agreed', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [german('C1'), consent('C1')]);
      const contact = {
        ...standardPolicy.contact,
        limits: { perDay: 9, perWeek: 9, perCase: 2, teamPerHour: 9 },
      };
      for (const commandId of ['a', 'b']) called(db, 'C1', commandId, tuesday);
      expect(await planContact(db, asked('C1', { contact }), tuesday)).toMatchObject({
        ...{ permitted: false, reason: 'case-limit' },
      });
      const agreed = { contact, agreed: true };
      expect((await planContact(db, asked('C1', agreed), tuesday)).permitted).toBe(true);
    }));

  it('counts mails that are on their way, or may have been sent, in the day and in the case', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [german('C1'), consent('C1'), consent('C1', { channel: 'email' })]);
      await accept(db, [
        event('customer.updated', 'C1', { data: { name: 'N. N.', email: 'c1@example.com' } }),
      ]);
      await seedTemplates(db, [{ templateId: 'ask', title: 'Ask', texts: {} }], tuesday);
      await anOpenCase(db, 'C1', { at: tuesday });
      const dueAt = async () => (await planContact(db, asked('C1'), tuesday)).dueAt;
      const next = '2026-03-25T09:00:00.000Z';
      expect(await dueAt()).toBe('2026-03-24T09:00:00.000Z');
      const mail = { caseId: 'C1-e1', customerId: 'C1', measureId: 'ask', template: 'ask' };
      expect(await queueMail(db, { ...mail, at: tuesday })).toBe('queued');
      expect(await dueAt()).toBe(next);
      const mailId = 'C1-e1-mail-ask';
      const text = { recipient: 'c1@example.com', subject: 'Ask', body: 'Ask' };
      const written = { ...text, templateVersion: 1, language: 'de' as const };
      expect(await mailSending(db, { mailId, at: tuesday, ...written })).toBe(true);
      expect(await dueAt()).toBe(next);
      const end = { mailId, at: tuesday, error: null };
      await mailEnded(db, { ...end, status: 'unclear' });
      expect(await dueAt()).toBe(next);
      const limits = { perDay: 9, perWeek: 9, perCase: 1, teamPerHour: 9 };
      const once = asked('C1', { contact: { ...standardPolicy.contact, limits } });
      expect(await planContact(db, once, tuesday)).toMatchObject({ reason: 'case-limit' });
      await mailEnded(db, { ...end, status: 'sent' });
      expect(await dueAt()).toBe(next);
      expect(await planContact(db, once, tuesday)).toMatchObject({ reason: 'case-limit' });
    }));

  it('counts a mail that may have been sent, and is to be sent again, as of the first time', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [german('C1'), consent('C1', { channel: 'email' })]);
      const email = { name: 'N. N.', email: 'c1@example.com' };
      await accept(db, [event('customer.updated', 'C1', { data: email })]);
      await seedTemplates(db, [{ templateId: 'ask', title: 'Ask', texts: {} }], tuesday);
      const policy = await storePolicy(db, standardPolicy, tuesday);
      await anOpenCase(db, 'C1', { policy, at: tuesday });
      const queue = async (measureId: string, at: string) => {
        const mail = { caseId: 'C1-e1', customerId: 'C1', measureId, template: 'ask', at };
        expect(await queueMail(db, mail)).toBe('queued');
        return `C1-e1-mail-${measureId}`;
      };
      const text = { recipient: 'c1@example.com', subject: 'Ask', body: 'Ask' };
      const written = { ...text, templateVersion: 1, language: 'de' as const };
      const goesOut = (mailId: string) => mailSending(db, { mailId, at: tuesday, ...written });
      const putOff = { error: 'Try later', possiblySent: false };
      const first = await queue('first', tuesday);
      await mailDelayed(db, { mailId: first, notBefore: after(tuesday, '1d'), ...putOff });
      const second = await queue('second', after(tuesday, '1m'));
      expect(await goesOut(second)).toBe(true);
      await mailEnded(db, { mailId: second, status: 'unclear', at: tuesday, error: null });
      const asked = { actor: boss, request: {}, idempotencyKey: null };
      await resendMail(db, { mailId: second, at: after(tuesday, '1d') }, asked);
      await mailDelayed(db, { mailId: first, notBefore: tuesday, ...putOff });
      expect(await goesOut(first)).toBe(false);
      expect(await getMail(db, first)).toMatchObject({ notBefore: '2026-03-25T08:00:00.000Z' });
    }));

  it('after an outage spreads over the hours what had to wait, in whatever order it comes', () =>
    withDatabase(async ({ db }) => {
      const customers = Array.from({ length: 70 }, (_, i) => `C${i}`);
      await accept(
        db,
        customers.flatMap((id) => [german(id), consent(id)]),
      );
      const before = customers.map((id, i) =>
        asked(id, { notBefore: after('2026-01-02T08:00:00.000Z', `${i}h`) }),
      );
      const plans = await Promise.all(before.map((one) => planContact(db, one, tuesday)));
      const byHour = Map.groupBy(plans, ({ dueAt }) => dueAt.slice(0, 13));
      expect([...byHour].map(([hour, all]) => [hour, all.length])).toEqual([
        ['2026-03-24T09', 20],
        ['2026-03-24T10', 20],
        ['2026-03-24T11', 20],
        ['2026-03-24T12', 10],
      ]);
      // Asked again, each keeps its place.
      const again = await Promise.all(before.map((one) => planContact(db, one, tuesday)));
      expect(again).toEqual(plans);
    }));
});

describe('a customer who turns out to be somebody else', () => {
  const facts = (db: Db) =>
    db
      .select()
      .from(outbox)
      .where(eq(outbox.kind, 'fact'))
      .all()
      .map(({ payload }) => payload as Record<string, unknown>);
  const told = (db: Db) => facts(db).map(({ kind, channel, granted }) => [kind, channel, granted]);

  it('is no longer contacted by what is not permitted then: the open case hears of each channel', () =>
    withDatabase(async ({ db }) => {
      const policy = await storePolicy(db, standardPolicy, minute(0));
      await accept(db, [german('C1', 'business'), purchase('C1', 'O-1'), german('C2', 'business')]);
      await anOpenCase(db, 'C1', { policy });
      await accept(db, [german('C1', 'business'), german('C2')], minute(1));
      expect(told(db)).toEqual([]);
      await accept(db, [german('C1')], minute(2));
      expect(told(db)).toEqual([['permission', 'phone', false]]);
      const french = { name: 'N. N.', kind: 'consumer', country: 'FR' };
      await upsertCustomers(db, {
        customers: [{ customerId: 'C1', ...french, kind: 'consumer' }],
        at: minute(3),
      });
      const all = facts(db);
      expect(all.map(({ channel }) => channel)).toEqual(['phone', 'visit']);
      expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(2);
      expect(JSON.stringify(all)).not.toContain('N. N.');
    }));

  it('by an older update than the newest is who he was', () =>
    withDatabase(async ({ db }) => {
      const policy = await storePolicy(db, standardPolicy, minute(0));
      const { data } = german('C1', 'business');
      await accept(db, [event('customer.updated', 'C1', { data, time: minute(5) })], minute(5));
      await accept(db, [purchase('C1', 'O-1')], minute(5));
      await anOpenCase(db, 'C1', { policy });
      await accept(db, [german('C1')], minute(6));
      expect(told(db)).toEqual([]);
    }));
});

describe('a contact', () => {
  it('is kept with what it relied on, also when the consent is withdrawn later', () =>
    withDatabase(async ({ db }) => {
      const policy = await storePolicy(db, standardPolicy, minute(0));
      await accept(db, [german('C1'), consent('C1')]);
      const record = await anOpenCase(db, 'C1', { policy });
      const { caseId } = record;
      const call = task('cause-call-1', { type: 'cause-call' });
      await projectCase(db, projection(record, 1, { tasks: [call] }), minute(1));
      await beginCommand(db, {
        ...{ commandId: 'c1', actor: anna, action: 'task.complete', target: call.taskId, caseId },
        ...{ request: { result: { outcome: 'no-answer' } }, idempotencyKey: null },
        ...{ at: minute(2), lease: minute(9) },
      });
      await accept(db, [consent('C1', { granted: false })], minute(3));
      expect(db.select().from(contacts).all()).toEqual([
        {
          ...{ commandId: 'c1', taskId: call.taskId, caseId, customerId: 'C1', channel: 'phone' },
          ...{ purpose: 'recovery', outcome: 'no-answer', at: minute(2), permitted: true },
          ...{ reason: 'granted', basis: 'express-consent', permissionId: 1, proof: 'form 17' },
          rule: 'DE/recovery/phone/consumer: UWG § 7 Abs. 2 Nr. 1, § 7a',
        },
      ]);
    }));

  it('without a proof on record is kept with what we know instead', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [
        german('C1'),
        consent('C1', { proof: undefined }),
        german('C2', 'business'),
        purchase('C2', 'O-1'),
        purchase('C2', 'O-2', { time: minute(-60 * 24) }),
        german('C3'),
      ]);
      called(db, 'C1', 'c1', minute(1));
      called(db, 'C2', 'c2', minute(1));
      const letter = { taskId: 't', caseId: 'C3-e1', customerId: 'C3', type: 'letter' as const };
      const sent = { commandId: 'c3', outcome: 'sent', at: minute(1) };
      writing(db, (tx) => noteContact(tx, letter, sent, standardPolicy));
      const kept = db.select({ proof: contacts.proof, basis: contacts.basis }).from(contacts);
      expect(kept.orderBy(contacts.customerId).all()).toEqual([
        { basis: 'express-consent', proof: `told by https://shop.example on ${minute(0)}` },
        { basis: 'presumed-consent', proof: `order O-1 of ${minute(0)}` },
        { basis: 'none-needed', proof: 'no refusal on record' },
      ]);
    }));

  it('that was not permitted is kept as that', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [german('C1')]);
      called(db, 'C1', 'c1', tuesday);
      expect(db.select().from(contacts).all()).toMatchObject([
        { permitted: false, reason: 'no-permission', basis: null, permissionId: null },
      ]);
    }));

  it('teaches at which hour of the customer calls are answered; a wrong number is none', () =>
    withDatabase(async ({ db }) => {
      called(db, 'C1', 'a', tuesday);
      called(db, 'C2', 'b', '2026-03-24T08:59:00.000Z', 'answered');
      called(db, 'C3', 'c', tuesday, 'wrong-number');
      await accept(db, [
        event('customer.updated', 'C4', {
          data: { name: 'N. N.', kind: 'consumer', country: 'US', timeZone: 'America/New_York' },
        }),
      ]);
      called(db, 'C4', 'd', '2026-03-25T01:30:00.000Z', 'callback');
      expect(db.select().from(callHours).all()).toEqual([
        { weekday: 2, hour: 9, calls: 2, answered: 1 },
        { weekday: 2, hour: 21, calls: 1, answered: 1 },
      ]);
    }));
});

describe('whatever happens, in whatever order', () => {
  const contact: Policy['contact'] = {
    ...standardPolicy.contact,
    limits: { perDay: 1, perWeek: 2, perCase: 6, teamPerHour: 1 },
  };
  const happening = fc.oneof(
    fc.record({
      type: fc.constant('permission.changed'),
      data: fc.record({
        channel: fc.constantFrom('phone', 'letter'),
        granted: fc.boolean(),
        legalBasis: fc.constantFrom(undefined, 'presumed-consent', 'other'),
      }),
    }),
    fc.record({
      type: fc.constant('customer.updated'),
      data: fc.record({
        name: fc.constant('N. N.'),
        kind: fc.constantFrom('consumer', 'business'),
        country: fc.constantFrom('DE', 'AT', 'CH'),
      }),
    }),
    fc.constant({ type: 'purchase.recorded', data: { orderId: 'O', amount: 1, currency: 'EUR' } }),
    fc.constant({ type: 'customer.objected', data: {} }),
  );
  const doing = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('phone' as const, 'letter' as const) },
    { weight: 2, arbitrary: happening },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) },
  );

  it('nobody is contacted outside the windows, without permission, after an objection or above the limits', () =>
    withDatabase(async ({ db }) => {
      let number = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(doing, { maxLength: 25 }),
          fc.array(happening, { maxLength: 3 }),
          async (doings, meanwhile) => {
            const customerId = `R${(number += 1)}`;
            let now = tuesday;
            let objected = false;
            const refused = new Set<Channel>();
            const made: { channel: Channel; at: string }[] = [];
            const hear = async ({ type, data }: { type: string; data: object }) => {
              now = after(now, '1m');
              await accept(db, [event(type, customerId, { data: { ...data }, time: now })], now);
              objected ||= type === 'customer.objected';
              const word = data as { channel: Channel; granted: boolean; legalBasis?: string };
              if (type !== 'permission.changed') return;
              refused[word.granted ? 'delete' : 'add'](word.channel);
            };
            for (const one of doings) {
              if (typeof one === 'number') {
                now = after(now, `${one}h`);
                continue;
              }
              if (typeof one === 'object') {
                await hear(one);
                continue;
              }
              const request = { ...asked(customerId), contact, channel: one, notBefore: now };
              const plan = writing(db, (tx) => planContactIn(tx, request, now));
              if (!plan.permitted) continue;
              const late = meanwhile[made.length];
              if (late) await hear(late);
              if (plan.dueAt < now) continue;
              now = plan.dueAt;
              const asking = { customerId, channel: one, purpose: 'recovery' as const, at: now };
              if (!permissionOf(db, asking, contact).permitted) continue;
              expect([objected, refused.has(one)]).toEqual([false, false]);
              made.push({ channel: one, at: now });
              const type = one === 'phone' ? ('cause-call' as const) : ('letter' as const);
              const about = { taskId: 't', caseId: `${customerId}-e1`, customerId, type };
              const told = { commandId: `${customerId}-${made.length}`, at: now };
              const outcome = one === 'phone' ? 'no-answer' : 'sent';
              writing(db, (tx) =>
                noteContact(
                  tx,
                  about,
                  { ...told, outcome },
                  { timeZone: 'Europe/Berlin', contact },
                ),
              );
            }
            expect(made.length).toBeLessThanOrEqual(6);
            const local = made.map(({ at }) =>
              new Intl.DateTimeFormat('sv-SE', {
                ...{ timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' },
              }).format(new Date(at)),
            );
            for (const moment of local) {
              const [day, time] = moment.split(' ') as [string, string];
              expect([1, 2, 3, 4, 5]).toContain(new Date(`${day}T12:00Z`).getUTCDay());
              expect(time >= '09:00' && time < '19:00').toBe(true);
              const ago = local.map(
                (other) => (Date.parse(day) - Date.parse(other.slice(0, 10))) / 86_400_000,
              );
              expect(ago.filter((days) => days === 0)).toHaveLength(1);
              expect(ago.filter((days) => days >= 0 && days < 7).length).toBeLessThanOrEqual(2);
            }
          },
        ),
        { numRuns: 120 },
      );
      expect(
        db
          .select()
          .from(contacts)
          .all()
          .every(({ permitted }) => permitted),
      ).toBe(true);
    }));
});
