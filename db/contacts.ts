import { and, count, desc, eq, gte, inArray, lt, ne, notExists, or, sql } from 'drizzle-orm';
import { localDay } from '../domain/calendar.ts';
import {
  clockOfCustomer,
  contactMoment,
  planOf,
  type ContactSurroundings,
  type TimeOfDay,
} from '../domain/contact-plan.ts';
import { latest } from '../domain/duration.ts';
import {
  permissionFor,
  type PermissionReason,
  type PermissionVerdict,
} from '../domain/permission.ts';
import { standardPolicy, type Policy, type VersionedPolicy } from '../domain/policy.ts';
import type { MailRecord, Reliance, TaskRecord } from '../domain/records.ts';
import { channelOf, isContact, speaksWithCustomer } from '../domain/tasks.ts';
import {
  channels,
  purposes,
  type Channel,
  type LegalBasis,
  type Purpose,
} from '../domain/words.ts';
import { prepared, writingTogether, type Db } from './connection.ts';
import { caseForFacts, factId, reportFact } from './facts.ts';
import { isHolidayIn } from './holidays.ts';
import { bookCase } from './ledger.ts';
import { wordsOf } from './permissions.ts';
import { policyOf } from './policies.ts';
import {
  callHours,
  cases,
  contacts,
  customers,
  mails,
  plannedContacts,
  purchases,
} from './schema.ts';

const customerId = sql.placeholder('customerId');
const from = sql.placeholder('from');
const until = sql.placeholder('until');

const statements = prepared((db) => ({
  customer: db
    .select({
      country: customers.country,
      kind: customers.kind,
      timeZone: customers.timeZone,
      objectedAt: customers.objectedAt,
      deceasedAt: customers.deceasedAt,
      lastPurchaseAt: customers.lastPurchaseAt,
    })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
  orderOf: db
    .select({ orderId: purchases.orderId })
    .from(purchases)
    .where(
      and(
        eq(purchases.customerId, customerId),
        eq(purchases.purchasedAt, sql.placeholder('purchasedAt')),
      ),
    )
    .limit(1)
    .prepare(),
  made: db
    .select({ channel: contacts.channel, outcome: contacts.outcome, at: contacts.at })
    .from(contacts)
    .where(eq(contacts.customerId, customerId))
    .orderBy(desc(contacts.at))
    .limit(100)
    .prepare(),
  ofCase: db
    .select({ number: count() })
    .from(contacts)
    .where(eq(contacts.caseId, sql.placeholder('caseId')))
    .prepare(),
  policyVersion: db
    .select({ version: cases.policyVersion })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
  newestOfTask: db
    .select({
      permitted: contacts.permitted,
      reason: contacts.reason,
      basis: contacts.basis,
      rule: contacts.rule,
      permissionId: contacts.permissionId,
      proof: contacts.proof,
    })
    .from(contacts)
    .where(eq(contacts.taskId, sql.placeholder('taskId')))
    .orderBy(desc(contacts.at))
    .limit(1)
    .prepare(),
  insert: db
    .insert(contacts)
    .values({
      commandId: sql.placeholder('commandId'),
      taskId: sql.placeholder('taskId'),
      caseId: sql.placeholder('caseId'),
      customerId,
      channel: sql.placeholder('channel'),
      purpose: sql.placeholder('purpose'),
      outcome: sql.placeholder('outcome'),
      at: sql.placeholder('at'),
      permitted: sql.placeholder('permitted'),
      reason: sql.placeholder('reason'),
      basis: sql.placeholder('basis'),
      rule: sql.placeholder('rule'),
      permissionId: sql.placeholder('permissionId'),
      proof: sql.placeholder('proof'),
    })
    .prepare(),
  hours: db.select().from(callHours).prepare(),
  count: db
    .insert(callHours)
    .values({
      weekday: sql.placeholder('weekday'),
      hour: sql.placeholder('hour'),
      calls: 1,
      answered: sql.placeholder('answered'),
    })
    .onConflictDoUpdate({
      target: [callHours.weekday, callHours.hour],
      set: {
        calls: sql`${callHours.calls} + 1`,
        answered: sql`${callHours.answered} + excluded.answered`,
      },
    })
    .prepare(),
  plan: db
    .insert(plannedContacts)
    .values({ customerId, dueAt: sql.placeholder('dueAt') })
    .onConflictDoUpdate({
      target: plannedContacts.customerId,
      set: { dueAt: sql`excluded.due_at` },
    })
    .prepare(),
  forget: db.delete(plannedContacts).where(eq(plannedContacts.customerId, customerId)).prepare(),
  planned: db
    .select({ number: count() })
    .from(plannedContacts)
    .where(
      and(
        gte(plannedContacts.dueAt, from),
        lt(plannedContacts.dueAt, until),
        ne(plannedContacts.customerId, customerId),
      ),
    )
    .prepare(),
  // Those that wait for their turn or have had it, unless they have the place that was planned for them.
  mailsInHour: db
    .select({ number: count() })
    .from(mails)
    .where(
      and(
        or(
          // Written out where the partial index is to be recognised.
          and(
            sql`${mails.status} = 'queued'`,
            gte(mails.notBefore, from),
            lt(mails.notBefore, until),
          ),
          and(gte(mails.lastAttemptAt, from), lt(mails.lastAttemptAt, until)),
        ),
        ne(mails.customerId, customerId),
        notExists(
          db
            .select({ one: sql`1` })
            .from(plannedContacts)
            .where(
              and(
                eq(plannedContacts.customerId, mails.customerId),
                gte(plannedContacts.dueAt, from),
                lt(plannedContacts.dueAt, until),
              ),
            ),
        ),
      ),
    )
    .prepare(),
  underWay: db
    .select({
      mailId: mails.mailId,
      caseId: mails.caseId,
      status: mails.status,
      createdAt: mails.createdAt,
      notBefore: mails.notBefore,
      lastAttemptAt: mails.lastAttemptAt,
      possiblySent: mails.possiblySent,
    })
    .from(mails)
    .where(
      and(
        eq(mails.customerId, customerId),
        inArray(mails.status, ['queued', 'sending', 'unclear', 'withheld', 'failed']),
      ),
    )
    .prepare(),
}));

const nobody = {
  country: null,
  kind: null,
  timeZone: null,
  objectedAt: null,
  deceasedAt: null,
  lastPurchaseAt: null,
};

export type PermissionAsked = {
  customerId: string;
  channel: Channel;
  purpose: Purpose;
  at: string;
};

/** Whether the customer may be contacted now, and what that rests on. */
export function permissionOf(
  db: Db,
  { customerId, channel, purpose, at }: PermissionAsked,
  { permission = 'unless-refused' }: Policy['contact'],
): PermissionVerdict {
  const { customer, made } = statements(db);
  const known = customer.get({ customerId }) ?? nobody;
  const lastUsedAt = made.all({ customerId }).find((one) => one.channel === channel)?.at ?? null;
  const asking = { ...known, channel, purpose, history: wordsOf(db, customerId), lastUsedAt, at };
  return permissionFor(asking, permission);
}

/**
 * Applies what changes who a customer is. Their open case hears of each channel that is not permitted any more as of a
 * consent that was withdrawn: what was planned on it ends at once.
 */
export function tellOfLostChannels<T>(
  tx: Db,
  {
    customerId,
    eventId,
    time,
    at,
  }: { customerId: string; eventId: string; time: string; at: string },
  change: () => T,
): T {
  const open = caseForFacts(tx, customerId);
  if (!open) return change();
  const { caseId } = open;
  const permitted = (channel: Channel) =>
    permissionInCase(tx, { customerId, caseId, channel, purpose: 'recovery', at }).permitted;
  const before = channels.filter(permitted);
  const changed = change();
  for (const channel of before.filter((one) => !permitted(one))) {
    const about = { eventId: factId(eventId, channel), at: time, channel, granted: false };
    reportFact(tx, { customerId, caseId, at }, { kind: 'permission', ...about });
  }
  return changed;
}

/** What holds now, by channel and purpose. */
export async function permissionsNow(
  db: Db,
  customerId: string,
  { policy, at }: { policy: Pick<Policy, 'contact'>; at: string },
): Promise<(Reliance & { channel: Channel; purpose: Purpose })[]> {
  return channels.flatMap((channel) =>
    purposes.map((purpose) => {
      const verdict = permissionOf(db, { customerId, channel, purpose, at }, policy.contact);
      return { channel, purpose, ...relianceOf(db, customerId, verdict) };
    }),
  );
}

function relianceOf(db: Db, customerId: string, verdict: PermissionVerdict): Reliance {
  const { permitted, reason, basis, rule, word } = verdict;
  const permissionId = word?.permissionId ?? null;
  const proof = word?.proof ?? proofOf(db, customerId, verdict);
  return { permitted, reason, basis, rule, permissionId, proof };
}

/** What we have in our hands where nobody has named a proof; null: nothing. */
function proofOf(db: Db, customerId: string, { reason, word }: PermissionVerdict): string | null {
  const { customer, orderOf } = statements(db);
  if (word) {
    const { source, at } = wordsOf(db, customerId).find(
      ({ permissionId }) => permissionId === word.permissionId,
    )!;
    return `told by ${source} on ${at}`;
  }
  const known = customer.get({ customerId }) ?? nobody;
  switch (reason) {
    case 'purchase': {
      const { lastPurchaseAt } = known;
      const order = orderOf.get({ customerId, purchasedAt: lastPurchaseAt });
      return `order ${order?.orderId ?? 'unknown'} of ${lastPurchaseAt}`;
    }
    case 'none-needed':
    case 'not-refused':
      return 'no refusal on record';
    case 'objected':
      return `objection of ${known.objectedAt}`;
    default:
      return null;
  }
}

/**
 * Keeps a contact that somebody tells of, with what it relied on. It has happened, so it is kept whatever the case
 * makes of it: also one that was not permitted, or came too late.
 */
export function noteContact(
  tx: Db,
  {
    taskId,
    caseId,
    customerId,
    type,
  }: Pick<TaskRecord, 'taskId' | 'caseId' | 'customerId' | 'type'>,
  { commandId, outcome, at }: { commandId: string; outcome: string; at: string },
  { timeZone, contact }: Pick<Policy, 'timeZone' | 'contact'>,
): void {
  if (!isContact(type, outcome)) return;
  const channel = channelOf(type)!;
  const purpose = 'recovery';
  const { insert, customer, count: countCall, forget } = statements(tx);
  const verdict = permissionOf(tx, { customerId, channel, purpose, at }, contact);
  const told = { commandId, taskId, caseId, customerId, channel, purpose, outcome, at };
  insert.run({ ...told, ...relianceOf(tx, customerId, verdict) });
  forget.run({ customerId });
  if (channel !== 'phone') return;
  const known = customer.get({ customerId }) ?? nobody;
  const { weekday, hour } = localDay(at, clockOfCustomer(known) ?? timeZone);
  countCall.run({ weekday, hour, answered: speaksWithCustomer(type, outcome) ? 1 : 0 });
}

/** Whether the law and the customer let the engine itself write in a case, by the case's own policy. */
export function permissionInCase(
  tx: Db,
  { caseId, ...asked }: PermissionAsked & { caseId: string },
): PermissionVerdict {
  const { contact } = policyOfCase(tx, caseId) ?? standardPolicy;
  return permissionOf(tx, asked, contact);
}

/** The policy that a case carries; undefined without a case. */
function policyOfCase(db: Db, caseId: string | null): VersionedPolicy | undefined {
  const version = caseId === null ? undefined : statements(db).policyVersion.get({ caseId });
  return version && policyOf(db, version.version);
}

/** Keeps a mail that went out, with what it relied on. */
export function noteMailContact(
  tx: Db,
  { mailId, caseId, customerId }: { mailId: string; caseId: string; customerId: string },
  at: string,
): void {
  const how = { channel: 'email', purpose: 'recovery' } as const;
  const verdict = permissionInCase(tx, { caseId, customerId, ...how, at });
  const reliance = relianceOf(tx, customerId, verdict);
  const told = { commandId: mailId, taskId: mailId, caseId, customerId, outcome: 'sent', at };
  statements(tx).insert.run({ ...told, ...how, ...reliance });
  bookCase(tx, caseId, at);
}

/**
 * What a contact by this task would rely on now or, once it is closed, what its last one has relied on; null for work
 * that reaches no customer, and for what was closed without a contact.
 * @param otherwise the policy for tasks without a case; a case has its own
 */
export async function relianceOfTask(
  db: Db,
  { taskId, caseId, customerId, type, status }: TaskRecord,
  { policy: otherwise, at }: { policy: Pick<Policy, 'contact'>; at: string },
): Promise<Reliance | null> {
  const channel = channelOf(type);
  if (channel === null) return null;
  if (status !== 'open') return statements(db).newestOfTask.get({ taskId }) ?? null;
  const { contact } = policyOfCase(db, caseId) ?? otherwise;
  const asked = { customerId, channel, purpose: 'recovery', at } as const;
  return relianceOf(db, customerId, permissionOf(db, asked, contact));
}

type ContactTask = Pick<TaskRecord, 'caseId' | 'customerId' | 'type' | 'agreed'>;

/**
 * When each of many tasks may be done, by all that is known at `at`: then, if the answer is `at` itself; null for a
 * contact that is not permitted, or of which the case has had enough. Outside the hours only these are looked at, so
 * that a queue that waits for the morning is passed quickly.
 * @param otherwise the policy for tasks without a case
 */
export function contactTimes(
  tx: Db,
  { policy: otherwise, at }: { policy: Pick<Policy, 'timeZone' | 'contact'>; at: string },
): (task: ContactTask) => string | null {
  const openings = new Map<string, string | null>();
  return ({ caseId, customerId, type, agreed }) => {
    const channel = channelOf(type);
    if (channel === null) return at;
    const ofCase = policyOfCase(tx, caseId);
    const { timeZone, contact } = ofCase ?? otherwise;
    const momentFor = (fields: Partial<ContactSurroundings>) => {
      const around = surroundingsOf(tx, { customerId, channel, timeZone, contact }, at);
      return contactMoment({ channel, agreed }, { timeZone, contact }, { ...around, ...fields });
    };
    if (!agreed) {
      const clock = clockOfCustomer(statements(tx).customer.get({ customerId }) ?? nobody);
      const key = [ofCase?.version, channel, clock].join();
      if (!openings.has(key)) openings.set(key, momentFor({ contacts: [] }));
      const opening = openings.get(key)!;
      if (opening !== at) return opening;
    }
    const asked = { customerId, channel, purpose: 'recovery', at } as const;
    if (!permissionOf(tx, asked, contact).permitted) return null;
    if (agreed) return at;
    return isUsedUp(tx, { caseId, customerId }, contact.limits) ? null : momentFor({});
  };
}

export type ContactRequest = {
  customerId: string;
  /** left out by cases that began before there were limits */
  caseId?: string;
  timeZone: string;
  contact: Policy['contact'];
  /** null for work that reaches no customer */
  channel: Channel | null;
  /** left out: recovery */
  purpose?: Purpose;
  notBefore: string;
  /** from 1: after each without an answer another time of day */
  attempt: number;
  /** agreed with the customer to the minute: moved by nothing */
  agreed: boolean;
};

export type PlannedContact = {
  dueAt: string;
  permitted: boolean;
  reason?: PermissionReason | 'case-limit' | 'no-common-hours';
  basis?: LegalBasis | null;
  rule?: string | null;
  timeOfDay?: TimeOfDay | null;
};

/** When a contact is due, and whether it may be made at all. From then on it counts in its hour. */
export async function planContact(
  db: Db,
  request: ContactRequest,
  at: string,
): Promise<PlannedContact> {
  // Only limits leave a trace, and only a trace waits for the disk.
  return request.contact.limits
    ? writingTogether(db, (tx) => planContactIn(tx, request, at))
    : planContactIn(db, request, at);
}

/** @throws RangeError if the company works on no day for two months */
export function planContactIn(tx: Db, request: ContactRequest, at: string): PlannedContact {
  const { customerId, caseId, channel, contact, timeZone, purpose = 'recovery' } = request;
  const { limits } = contact;
  const { plan } = statements(tx);
  const refuse = (why: Omit<PlannedContact, 'dueAt' | 'permitted'>): PlannedContact => ({
    dueAt: request.notBefore,
    permitted: false,
    ...why,
  });
  let reliance = {};
  if (channel !== null) {
    const verdict = permissionOf(tx, { customerId, channel, purpose, at }, contact);
    const { permitted, reason, basis, rule } = verdict;
    if (!permitted) return refuse({ reason, basis, rule });
    reliance = { reason, basis, rule };
    if (!request.agreed && isUsedUp(tx, { caseId, customerId }, limits)) {
      return refuse({ reason: 'case-limit', basis, rule });
    }
  }
  const around = surroundingsOf(tx, { customerId, channel, timeZone, contact }, at);
  const found = planOf(request, { timeZone, contact }, around);
  if (!found) return refuse({ reason: 'no-common-hours' });
  if (limits && channel !== null) plan.run({ customerId, dueAt: found.dueAt });
  return { permitted: true, ...reliance, ...found };
}

function isUsedUp(
  tx: Db,
  {
    caseId,
    customerId,
    mail,
  }: { caseId: string | null | undefined; customerId: string; mail?: MailRecord },
  limits: Policy['contact']['limits'],
): boolean {
  if (!caseId || !limits) return false;
  const onTheWay = mailsOnTheWay(tx, customerId, mail).filter((one) => one.caseId === caseId);
  return statements(tx).ofCase.get({ caseId })!.number + onTheWay.length >= limits.perCase;
}

/**
 * Mails that may have reached the customer, or are about to: for the limits they are contacts. For a mail itself those
 * count that go before it. One that was to be sent again may have been there, whatever has become of it since.
 */
function mailsOnTheWay(
  tx: Db,
  customerId: string,
  mail?: MailRecord,
): { caseId: string; planned: string | null; made: string | null }[] {
  const goesBefore = (one: { createdAt: string; mailId: string }) =>
    !mail ||
    one.createdAt < mail.createdAt ||
    (one.createdAt === mail.createdAt && one.mailId < mail.mailId);
  return statements(tx)
    .underWay.all({ customerId })
    .filter((one) => one.mailId !== mail?.mailId)
    .map((one) => {
      const { caseId, status, notBefore, lastAttemptAt, possiblySent } = one;
      return {
        caseId,
        planned: status === 'queued' && goesBefore(one) ? notBefore : null,
        made: status === 'sending' || status === 'unclear' || possiblySent ? lastAttemptAt : null,
      };
    })
    .filter(({ planned, made }) => planned !== null || made !== null);
}

/** Why a mail may not be sent any more, though nobody forbids it. */
export type NoTurn = 'case-limit' | 'no-common-hours';

/**
 * When a mail may be sent whose turn has come, by the policy of its case: `at` itself, or when hours, limits and room
 * allow it next. Its `notBefore` holds its place in that hour.
 */
export function turnOfMail(tx: Db, mail: MailRecord, at: string): { at: string } | NoTurn {
  const { caseId, customerId } = mail;
  const { timeZone, contact } = policyOfCase(tx, caseId) ?? standardPolicy;
  if (isUsedUp(tx, { caseId, customerId, mail }, contact.limits)) return 'case-limit';
  const channel = 'email';
  const around = surroundingsOf(tx, { customerId, channel, timeZone, contact, mail }, at);
  const asked = { channel, notBefore: at, attempt: 1, agreed: false } as const;
  const found = planOf(asked, { timeZone, contact }, around);
  return found ? { at: found.dueAt } : 'no-common-hours';
}

type Contacted = {
  customerId: string;
  channel: Channel | null;
  timeZone: string;
  contact: Policy['contact'];
  /** that is to be sent */
  mail?: MailRecord;
};

function surroundingsOf(
  tx: Db,
  { customerId, channel, timeZone, contact, mail }: Contacted,
  at: string,
): ContactSurroundings {
  const { region, timesOfDay } = contact;
  const { customer, made, hours, planned, mailsInHour } = statements(tx);
  const known = customer.get({ customerId }) ?? nobody;
  const contactsMade = made.all({ customerId }).reverse();
  const clock = clockOfCustomer(known) ?? timeZone;
  const onTheWay = mailsOnTheWay(tx, customerId, mail).flatMap(({ planned, made }) => [
    ...(planned === null ? [] : [latest(planned, at)]),
    ...(made === null ? [] : [made]),
  ]);
  return {
    ...known,
    at,
    contacts: [...contactsMade.map((one) => one.at), ...onTheWay].sort(),
    isHoliday: (day) => region !== undefined && isHolidayIn(tx, region, day),
    plannedInHour: (hour) => {
      const inHour = { from: hour, until: `${hour}:99`, customerId };
      return planned.get(inHour)!.number + mailsInHour.get(inHour)!.number;
    },
    answers: {
      all: channel === 'phone' && timesOfDay.length > 0 ? hours.all() : [],
      own: contactsMade
        .filter((one) => one.channel === 'phone')
        .map((one) => ({
          hour: localDay(one.at, clock).hour,
          calls: 1,
          answered: one.outcome === 'no-answer' ? 0 : 1,
        })),
    },
  };
}
