import { and, desc, eq, sql } from 'drizzle-orm';
import { localDay } from '../domain/calendar.ts';
import { clockOfCustomer } from '../domain/contact-plan.ts';
import { permissionFor, type PermissionVerdict } from '../domain/permission.ts';
import type { Policy, VersionedPolicy } from '../domain/policy.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import type { Reliance, TaskRecord } from '../domain/records.ts';
import { proofText, type Evidence } from '../domain/reliance.ts';
import { channelOf, isContact, speaksWithCustomer } from '../domain/tasks.ts';
import { channels, purposes, type Channel, type Purpose } from '../domain/words.ts';
import { placeholders } from './columns.ts';
import { prepared, type Db } from './connection.ts';
import { caseForFacts, factId, reportFact } from './facts.ts';
import { bookCase } from './ledger.ts';
import { wordsOf } from './permissions.ts';
import { policyOf } from './policies.ts';
import { callHours, cases, contacts, customers, plannedContacts, purchases } from './schema.ts';

/* Whether a customer may be contacted, and what a contact that was made has relied on. */

const customerId = sql.placeholder('customerId');

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
  insert: db.insert(contacts).values(placeholders(contacts)).prepare(),
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
  forget: db.delete(plannedContacts).where(eq(plannedContacts.customerId, customerId)).prepare(),
}));

const nobody = {
  country: null,
  kind: null,
  timeZone: null,
  objectedAt: null,
  deceasedAt: null,
  lastPurchaseAt: null,
};

/** What contacts with a customer go by. */
export function contactedCustomer(db: Db, customerId: string) {
  return statements(db).customer.get({ customerId }) ?? nobody;
}

/** The last 100, the newest first. */
export function contactsWith(db: Db, customerId: string) {
  return statements(db).made.all({ customerId });
}

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
  const known = contactedCustomer(db, customerId);
  const lastUsedAt =
    contactsWith(db, customerId).find((one) => one.channel === channel)?.at ?? null;
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
  const evidence = evidenceOf(db, customerId, verdict);
  const proof = word?.proof ?? (evidence && proofText(evidence));
  return { permitted, reason, basis, rule, permissionId, proof };
}

/** What we have in our hands where nobody has named a proof. */
function evidenceOf(
  db: Db,
  customerId: string,
  { reason, word }: PermissionVerdict,
): Evidence | null {
  if (word) return { kind: 'told', by: word.source, at: word.at };
  const { lastPurchaseAt, objectedAt } = contactedCustomer(db, customerId);
  switch (reason) {
    case 'purchase': {
      const order = statements(db).orderOf.get({ customerId, purchasedAt: lastPurchaseAt });
      return { kind: 'order', orderId: order?.orderId ?? 'unknown', at: lastPurchaseAt! };
    }
    case 'none-needed':
    case 'not-refused':
      return { kind: 'no-refusal' };
    case 'objected':
      return { kind: 'objection', at: objectedAt! };
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
  const { insert, count, forget } = statements(tx);
  const verdict = permissionOf(tx, { customerId, channel, purpose, at }, contact);
  const told = { commandId, taskId, caseId, customerId, channel, purpose, outcome, at };
  insert.run({ ...told, ...relianceOf(tx, customerId, verdict) });
  forget.run({ customerId });
  if (channel !== 'phone') return;
  const clock = clockOfCustomer(contactedCustomer(tx, customerId)) ?? timeZone;
  const { weekday, hour } = localDay(at, clock);
  count.run({ weekday, hour, answered: speaksWithCustomer(type, outcome) ? 1 : 0 });
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
export function policyOfCase(db: Db, caseId: string | null): VersionedPolicy | undefined {
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
