import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CaseState, TaskState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import type { ContactLimits, Policy, VersionedPolicy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { CaseRecord } from '../../domain/records.ts';
import type { Channel } from '../../domain/words.ts';
import { projectCase } from '../../db/cases.ts';
import { writing, type Db } from '../../db/connection.ts';
import { noteContact } from '../../db/contacts.ts';
import { planContact } from '../../db/contact-plan.ts';
import { nextTask } from '../../db/handing-out.ts';
import { keepHolidays } from '../../db/holidays.ts';
import {
  getMail,
  mailEnded,
  mailSending,
  queueMail,
  resendMail,
  takeDueMails,
} from '../../db/mails.ts';
import { storePolicy } from '../../db/policies.ts';
import { seedTemplates } from '../../db/templates.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anna, anOpenCase, boss, event, projection, task } from './given.ts';

/*
 * Two customers, an agent who asks for work, the relay of the mails, and whatever else happens, in any order. What is
 * handed out or sent is judged by a second telling of the rules, which shares nothing with ours.
 */

/** Monday of the week before Easter, at 07:00 in Berlin */
const begin = '2026-03-30T05:00:00.000Z';
const holidays = ['2026-04-03', '2026-04-06', '2026-05-01'];
/** The one or the other is reached first. */
const someLimits: ContactLimits[] = [
  { perDay: 1, perWeek: 2, perCase: 9, teamPerHour: 1 },
  { perDay: 1, perWeek: 9, perCase: 2, teamPerHour: 1 },
];

function policyWith(limits: ContactLimits): Policy {
  return { ...standardPolicy, contact: { ...standardPolicy.contact, limits } };
}

// --- what may happen -----------------------------------------------------------------------------

const often = fc.integer({ min: 0, max: 3 }).map((draw) => draw > 0);
const who = fc.constantFrom('C1', 'C2');
const fact = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('permission.changed'),
      data: fc.record({
        channel: fc.constantFrom('phone', 'email', 'letter'),
        granted: often,
        legalBasis: fc.constantFrom(undefined, undefined, 'presumed-consent'),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('customer.updated'),
      data: fc.record({
        kind: fc.constantFrom('consumer', 'business'),
        timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York'),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'customer.objected', data: {} }) },
);
type AFact = { type: string; data: Record<string, unknown> };

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('hear'), who, fact }) },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ does: fc.constant('plan'), who, channel: fc.constantFrom('phone', 'phone', 'letter') },
      agreed: fc.integer({ min: 0, max: 5 }).map((draw) => draw === 0),
    }),
  },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('write'), who }) },
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ does: fc.constant('ask'), whenDue: often },
      outcome: fc.constantFrom('no-answer', 'refused', 'wrong-number', null),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      ...{ does: fc.constant('relay'), who, meanwhile: fc.option(fact, { freq: 6 }) },
      ...{ end: fc.constantFrom('sent', 'sent', 'unclear', 'failed'), whenDue: often },
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('resend'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ does: fc.constant('pause'), who, hours: fc.integer({ min: 1, max: 60 }) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('regain'), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('wait'),
      minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 90, max: 4_000 })),
    }),
  },
);
const steps = fc.array(step, { minLength: 20, maxLength: 40, size: 'max' });
type AStep = Record<string, unknown> & { does: string; who: string };

// --- the rules, told a second time ---------------------------------------------------------------

type Contact = { channel: Channel; at: string; mailId?: string };

/** What a bystander knows of a customer. */
class Bystander {
  readonly made: Contact[] = [];
  /** the last word on each channel */
  readonly #words = new Map<string, { granted: boolean; legalBasis?: string | undefined }>();
  #kind = 'consumer';
  #timeZone = 'Europe/Berlin';
  #objected = false;
  regained = false;
  pausedUntil = '';
  readonly #limits: ContactLimits;

  constructor(limits: ContactLimits) {
    this.#limits = limits;
  }

  hear({ type, data }: AFact): void {
    this.#objected ||= type === 'customer.objected';
    this.#kind = (data['kind'] as string) ?? this.#kind;
    this.#timeZone = (data['timeZone'] as string) ?? this.#timeZone;
    if (type === 'permission.changed') {
      this.#words.set(data['channel'] as string, data as { granted: boolean });
    }
  }

  /** Everything that is wrong with a contact at that moment; agreed ones keep to no hours and limits. */
  complaints({ channel, at, agreed }: Contact & { agreed: boolean }): string[] {
    const [day, time] = local(at, 'Europe/Berlin');
    const [, theirs] = local(at, this.#timeZone);
    const word = this.#words.get(channel);
    const consents = word?.granted === true && word.legalBasis === undefined;
    const needsConsent = channel === 'email' || (channel === 'phone' && this.#kind === 'consumer');
    const daysAgo = this.made.map(
      (one) => (Date.parse(day) - Date.parse(local(one.at, 'Europe/Berlin')[0])) / 86_400_000,
    );
    const { perDay, perWeek, perCase } = this.#limits;
    const isWorkday = ![0, 6].includes(new Date(day).getUTCDay()) && !holidays.includes(day);
    const free = { agreed: !agreed };
    return Object.entries({
      'after an objection': this.#objected,
      'after a regain': this.regained,
      'in a pause': this.pausedUntil > at,
      'after a refusal': word?.granted === false,
      'without consent': needsConsent && !consents,
      'outside the hours': free.agreed && !(isWorkday && time >= '09:00' && time < '19:00'),
      'at a bad hour of theirs':
        free.agreed && channel === 'phone' && !(theirs >= '09:00' && theirs < '20:00'),
      'too often in a day': free.agreed && daysAgo.filter((ago) => ago === 0).length >= perDay,
      'too often in a week':
        free.agreed && daysAgo.filter((ago) => ago >= 0 && ago < 7).length >= perWeek,
      'too often in the case': free.agreed && this.made.length >= perCase,
    }).flatMap(([complaint, holds]) => (holds ? [`${channel} at ${at} ${complaint}`] : []));
  }
}

/** Date and time of day of a clock. */
function local(at: string, timeZone: string): [day: string, time: string] {
  const clock = { timeZone, dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat('sv-SE', clock).format(new Date(at)).split(' ') as [
    string,
    string,
  ];
}

// --- the world -----------------------------------------------------------------------------------

/** A case as its workflow has it. */
type Case = { record: CaseRecord; revision: number; tasks: TaskState[]; state: Partial<CaseState> };

class World {
  readonly #db: Db;
  readonly #policy: VersionedPolicy;
  readonly #cases = new Map<string, Case>();
  readonly #bystanders = new Map<string, Bystander>();
  #mailIds: { mailId: string; customerId: string }[] = [];
  #now = begin;
  #number = 0;
  readonly complaints: string[] = [];

  constructor(db: Db, stored: VersionedPolicy) {
    this.#db = db;
    this.#policy = stored;
  }

  get contacts(): Contact[] {
    return [...this.#bystanders.values()].flatMap(({ made }) => made);
  }

  async enter(customerId: string): Promise<void> {
    this.#bystanders.set(customerId, new Bystander(this.#policy.contact.limits!));
    const known = { name: 'N. N.', email: `${customerId.toLowerCase()}@example.com` };
    const profile = { ...known, kind: 'consumer', country: 'DE', timeZone: 'Europe/Berlin' };
    await this.#hear(customerId, { type: 'customer.updated', data: profile });
    for (const channel of ['phone', 'email']) {
      const data = { channel, granted: true };
      await this.#hear(customerId, { type: 'permission.changed', data });
    }
    const record = await anOpenCase(this.#db, customerId, { policy: this.#policy, at: this.#now });
    const state = { step: 'measures' } as const;
    this.#cases.set(customerId, { record, revision: 0, tasks: [], state });
  }

  async take({ does, who, ...how }: AStep): Promise<void> {
    if (how['whenDue']) await this.#untilDue();
    switch (does) {
      case 'hear':
        return this.#hear(who, how['fact'] as AFact);
      case 'plan':
        return this.#plan(who, how as { channel: 'phone' | 'letter'; agreed: boolean });
      case 'write':
        return this.#write(who);
      case 'ask':
        return this.#ask(how['outcome'] as string | null);
      case 'relay':
        return this.#relay(who, how as { meanwhile: AFact | null; end: 'sent' });
      case 'resend':
        return this.#resend(who);
      case 'pause':
        return this.#pause(who, after(this.#now, `${how['hours'] as number}h`));
      case 'regain':
        return this.#regain(who);
      case 'wait':
        this.#now = after(this.#now, `${how['minutes'] as number}m`);
    }
  }

  async #hear(customerId: string, { type, data }: AFact): Promise<void> {
    this.#now = after(this.#now, '1m');
    const time = this.#now;
    const full = type === 'customer.updated' ? { name: 'N. N.', country: 'DE', ...data } : data;
    await accept(this.#db, [event(type, customerId, { data: full, time })], time);
    this.#bystanders.get(customerId)!.hear({ type, data });
  }

  /** By the calendar; what is `agreed` is in five hours, whatever the hour. */
  async #plan(
    customerId: string,
    { channel, agreed }: { channel: 'phone' | 'letter'; agreed: boolean },
  ): Promise<void> {
    const { record, tasks, state } = this.#cases.get(customerId)!;
    if (state.regainedAt) return;
    const asked = {
      customerId,
      caseId: record.caseId,
      timeZone: this.#policy.timeZone,
      attempt: 1,
    };
    const notBefore = agreed ? after(this.#now, '5h') : this.#now;
    const request = { ...asked, contact: this.#policy.contact, channel, agreed, notBefore };
    const { permitted, dueAt } = await planContact(this.#db, request, this.#now);
    if (!permitted) return;
    const taskId = `${record.caseId}-${(this.#number += 1)}`;
    const type = channel === 'phone' ? 'recovery-call' : 'letter';
    const times = { createdAt: this.#now, dueAt, deadlineAt: after(dueAt, '30d') };
    tasks.push(task(taskId, { type, agreed, ...times }));
    await this.#project(customerId);
  }

  async #write(customerId: string): Promise<void> {
    const { record, state } = this.#cases.get(customerId)!;
    if (state.regainedAt) return;
    const { caseId } = record;
    const measureId = `m${(this.#number += 1)}`;
    const mail = { caseId, customerId, measureId, template: 'ask', at: this.#now };
    if ((await queueMail(this.#db, mail)) !== 'queued') return;
    this.#mailIds.push({ mailId: `${caseId}-mail-${measureId}`, customerId });
  }

  /** @param outcome null: whoever asked leaves it at that */
  async #ask(outcome: string | null): Promise<void> {
    const at = this.#now;
    const { task: given } = await nextTask(this.#db, {
      ...{ policy: this.#policy, actor: anna, teamId: null, idempotencyKey: null, at },
    });
    if (!given) return;
    const channel = given.type === 'letter' ? 'letter' : 'phone';
    const { customerId } = given;
    // An agreement is about its time, not about the days after it.
    const agreed = given.agreed && at <= after(given.dueAt, '1h');
    this.#judge(customerId, { channel, at, agreed });
    if (outcome === null) return;
    const told = channel === 'letter' ? 'sent' : outcome;
    const command = { commandId: `command-${(this.#number += 1)}`, outcome: told, at };
    writing(this.#db, (tx) => noteContact(tx, given, command, this.#policy));
    if (told !== 'wrong-number') this.#bystanders.get(customerId)!.made.push({ channel, at });
    const known = this.#cases.get(customerId)!.tasks.find(({ taskId }) => taskId === given.taskId)!;
    Object.assign(known, { status: 'done', closedAt: at, result: { outcome: told } });
    await this.#project(customerId);
  }

  async #relay(
    customerId: string,
    { meanwhile, end }: { meanwhile: AFact | null; end: 'sent' | 'unclear' | 'failed' },
  ): Promise<void> {
    for (const mail of await takeDueMails(this.#db, { now: this.#now, limit: 4 })) {
      if (meanwhile) await this.#hear(customerId, meanwhile);
      const at = this.#now;
      const { mailId } = mail;
      const text = { recipient: 'c@example.com', subject: 'Ask', body: 'Ask' };
      const written = { ...text, templateVersion: 1, language: 'de' as const };
      if (!(await mailSending(this.#db, { mailId, at, ...written }))) continue;
      const { made } = this.#bystanders.get(mail.customerId)!;
      // Sent again it is the same contact.
      const before = made.findIndex((one) => one.mailId === mailId);
      const [earlier] = before >= 0 ? made.splice(before, 1) : [];
      this.#judge(mail.customerId, { channel: 'email', at, agreed: false });
      this.#judgeTeam(mail.customerId, at);
      if (end !== 'failed') made.push({ channel: 'email', at, mailId });
      else if (earlier) made.push(earlier);
      await mailEnded(this.#db, { mailId, status: end, at, error: null });
    }
  }

  async #resend(customerId: string): Promise<void> {
    for (const { mailId } of this.#mailIds.filter((one) => one.customerId === customerId)) {
      const { status } = (await getMail(this.#db, mailId))!;
      if (!['unclear', 'failed', 'withheld'].includes(status)) continue;
      const asked = { actor: boss, request: {}, idempotencyKey: null };
      await resendMail(this.#db, { mailId, at: this.#now }, asked);
    }
  }

  async #pause(customerId: string, pausedUntil: string): Promise<void> {
    this.#cases.get(customerId)!.state.pausedUntil = pausedUntil;
    this.#bystanders.get(customerId)!.pausedUntil = pausedUntil;
    await this.#project(customerId);
  }

  async #regain(customerId: string): Promise<void> {
    const data = { orderId: `O-${this.#now}`, amount: 1, currency: 'EUR' };
    await this.#hear(customerId, { type: 'purchase.recorded', data });
    const { state, tasks } = this.#cases.get(customerId)!;
    state.regainedAt = this.#now;
    const closed = { status: 'cancelled', closedAt: this.#now, closeReason: 'purchase' } as const;
    for (const one of tasks) if (one.status === 'open') Object.assign(one, closed);
    await this.#project(customerId);
    this.#bystanders.get(customerId)!.regained = true;
  }

  /** Lets time pass until something is due, and ends the pauses that are over. */
  async #untilDue(): Promise<void> {
    const mails = await Promise.all(this.#mailIds.map(({ mailId }) => getMail(this.#db, mailId)));
    const ahead = [
      ...[...this.#cases.values()].flatMap(({ tasks }) =>
        tasks.flatMap(({ status, dueAt }) => (status === 'open' ? [dueAt] : [])),
      ),
      ...mails.flatMap((mail) => (mail!.status === 'queued' ? [mail!.notBefore] : [])),
    ].filter((moment) => moment > this.#now);
    this.#now = ahead.sort()[0] ?? after(this.#now, '1h');
    for (const [customerId, { state }] of this.#cases) {
      if (!state.pausedUntil || state.pausedUntil > this.#now) continue;
      state.pausedUntil = null;
      await this.#project(customerId);
    }
  }

  async #project(customerId: string): Promise<void> {
    const one = this.#cases.get(customerId)!;
    one.revision += 1;
    const { record, revision, tasks, state } = one;
    const written = projection(record, revision, { tasks, state, since: this.#now });
    expect(await projectCase(this.#db, written, this.#now)).toBe('written');
  }

  #judge(customerId: string, contact: Contact & { agreed: boolean }): void {
    const complaints = this.#bystanders.get(customerId)!.complaints(contact);
    this.complaints.push(...complaints.map((complaint) => `${customerId}: ${complaint}`));
  }

  /** Mails to others in the same hour leave no room. */
  #judgeTeam(customerId: string, at: string): void {
    const others = [...this.#bystanders].filter(([id]) => id !== customerId);
    const inHour = others.flatMap(([, { made }]) =>
      made.filter((one) => one.mailId !== undefined && one.at.slice(0, 13) === at.slice(0, 13)),
    );
    if (inHour.length >= this.#policy.contact.limits!.teamPerHour)
      this.complaints.push(`email at ${at} in a full hour`);
  }
}

describe('whatever happens, in whatever order', () => {
  it('nothing is handed out or sent that may not be: by hours, permission, objection, regain and limits', async () => {
    const reached = { phone: 0, letter: 0, email: 0, visit: 0 } satisfies Record<Channel, number>;
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...someLimits), (some, limits) =>
        withDatabase(async ({ db }) => {
          await keepHolidays(
            db,
            'DE',
            holidays.map((day) => ({ day, name: 'Feiertag' })),
          );
          await seedTemplates(db, [{ templateId: 'ask', title: 'Ask', texts: {} }], begin);
          const world = new World(db, await storePolicy(db, policyWith(limits), begin));
          for (const customerId of ['C1', 'C2']) await world.enter(customerId);
          for (const one of some) await world.take(one as AStep);
          for (const { channel } of world.contacts) reached[channel] += 1;
          expect(world.complaints).toEqual([]);
        }),
      ),
      { numRuns: 60 },
    );
    expect(Math.min(reached.phone, reached.letter, reached.email)).toBeGreaterThan(0);
  });
});
