import { and, count, eq, gte, inArray, lt, ne, notExists, or, sql } from 'drizzle-orm';
import { localDay, workingTimeAfter } from '../domain/calendar.ts';
import {
  clockOfCustomer,
  clocksOfCustomer,
  contactMoment,
  planOf,
  type ContactSurroundings,
  type TimeOfDay,
} from '../domain/contact-plan.ts';
import { after, latest, type Duration } from '../domain/duration.ts';
import type { MailRecord } from '../domain/mails.ts';
import type { PermissionReason } from '../domain/permission.ts';
import type { Policy } from '../domain/policy.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import type { TaskRecord } from '../domain/records.ts';
import { agreedFor, channelOf } from '../domain/tasks.ts';
import type { Channel, LegalBasis, Purpose } from '../domain/words.ts';
import { prepared, writingTogether, type Db } from './connection.ts';
import { contactedCustomer, contactsWith, permissionOf, policyOfCase } from './contacts.ts';
import { companyHours, isHolidayIn } from './holidays.ts';
import { callHours, contacts, mails, plannedContacts } from './schema.ts';

/* When a contact is due: by hours and limits, and by what else is planned. */

const customerId = sql.placeholder('customerId');
const from = sql.placeholder('from');
const until = sql.placeholder('until');

const statements = prepared((db) => ({
  ofCase: db
    .select({ number: count() })
    .from(contacts)
    .where(eq(contacts.caseId, sql.placeholder('caseId')))
    .prepare(),
  hours: db.select().from(callHours).prepare(),
  plan: db
    .insert(plannedContacts)
    .values({ customerId, dueAt: sql.placeholder('dueAt') })
    .onConflictDoUpdate({
      target: plannedContacts.customerId,
      set: { dueAt: sql`excluded.due_at` },
    })
    .prepare(),
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

type ContactTask = Pick<TaskRecord, 'caseId' | 'customerId' | 'type' | 'agreed' | 'dueAt'>;

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
  return ({ caseId, customerId, type, agreed: isAgreed, dueAt }) => {
    const channel = channelOf(type);
    if (channel === null) return at;
    const agreed = isAgreed && at <= after(dueAt, agreedFor);
    const ofCase = policyOfCase(tx, caseId);
    const { timeZone, contact } = ofCase ?? otherwise;
    const momentFor = (fields: Partial<ContactSurroundings>) => {
      const around = surroundingsOf(tx, { customerId, channel, timeZone, contact }, at);
      return contactMoment({ channel, agreed }, { timeZone, contact }, { ...around, ...fields });
    };
    if (!agreed) {
      const clocks = clocksOfCustomer(contactedCustomer(tx, customerId));
      const key = [ofCase?.version, channel, ...clocks].join();
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
  /** for how long it may be made; left out by cases that began before that was in working time */
  window?: Duration;
};

export type PlannedContact = {
  dueAt: string;
  permitted: boolean;
  reason?: PermissionReason | 'case-limit' | 'no-common-hours';
  basis?: LegalBasis | null;
  rule?: string | null;
  timeOfDay?: TimeOfDay | null;
  /** `window` after it is due, in working time */
  until?: string;
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
  const until =
    request.window && workingTimeAfter(found.dueAt, request.window, companyHours(tx, request));
  return { permitted: true, ...reliance, ...found, ...(until && { until }) };
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
  const { hours, planned, mailsInHour } = statements(tx);
  const known = contactedCustomer(tx, customerId);
  const contactsMade = contactsWith(tx, customerId).reverse();
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
