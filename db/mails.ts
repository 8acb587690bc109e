import { randomBytes } from 'node:crypto';
import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  isNull,
  lt,
  lte,
  notInArray,
  or,
  sql,
} from 'drizzle-orm';
import { DomainError, refused } from '../domain/errors.ts';
import { after } from '../domain/duration.ts';
import { mailIdOf } from '../domain/ids.ts';
import {
  mailLasts,
  mailStatuses,
  type Language,
  type MailFate,
  type MailAnswer,
  type MailRefusal,
  type MailStatus,
  type MailRecord,
} from '../domain/mails.ts';
import type { Page, PageOf } from '../domain/records.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { noteMailContact, permissionInCase } from './contacts.ts';
import { turnOfMail } from './contact-plan.ts';
import { finishMailTask, openMailTask } from './mail-tasks.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { cases, customers, mails } from './schema.ts';
import { newestOf } from './templates.ts';

export type NewMail = {
  caseId: string;
  customerId: string;
  measureId: string;
  template: string;
  /** it is for who has come back */
  afterReturn?: boolean;
  at: string;
};

/** Puts a measure's mail on its way, once however often it is asked for. */
export async function queueMail(db: Db, mail: NewMail): Promise<MailAnswer> {
  const { caseId, customerId, measureId, template: templateId, afterReturn, at } = mail;
  const mailId = mailIdOf(caseId, measureId);
  return writing(db, (tx) => {
    if (find(tx, mailId)) return 'queued';
    const refusal =
      refusalOf(tx, { customerId, caseId, at }) ??
      (newestOf(tx, templateId) ? null : 'no-template');
    if (refusal) return refusal;
    const token = randomBytes(24).toString('base64url');
    const names = { mailId, caseId, customerId, measureId, templateId, afterReturn, token };
    const times = { createdAt: at, notBefore: at, sendBy: after(at, mailLasts) };
    tx.insert(mails)
      .values({ ...names, ...times, status: 'queued' })
      .run();
    return 'queued';
  });
}

/** Why the customer gets no mail; null: they do. */
function refusalOf(
  tx: Db,
  { customerId, caseId, at }: { customerId: string; caseId: string; at: string },
): Exclude<MailRefusal, 'no-template'> | null {
  const asked = { customerId, caseId, channel: 'email', purpose: 'recovery', at } as const;
  if (!permissionInCase(tx, asked).permitted) return 'not-permitted';
  const customer = tx.select().from(customers).where(eq(customers.customerId, customerId)).get();
  if (!customer?.email) return 'no-address';
  const { email, bouncedEmail } = customer;
  return email.toLowerCase() === bouncedEmail?.toLowerCase() ? 'undeliverable' : null;
}

/**
 * Mails that are to be sent now, the oldest first. Of those that are due, the ones that may not be sent in this moment
 * are put off, and withheld is what must not be sent any more. Those of a paused case wait until it goes on.
 */
export async function takeDueMails(
  db: Db,
  { now, limit }: { now: string; limit: number },
): Promise<MailRecord[]> {
  const due = () =>
    db
      .select(getTableColumns(mails))
      .from(mails)
      .leftJoin(cases, eq(cases.caseId, mails.caseId))
      .where(
        and(
          // Written out where the partial index is to be recognised.
          sql`${mails.status} = 'queued'`,
          lte(mails.notBefore, now),
          or(isNull(cases.pausedUntil), lte(cases.pausedUntil, now)),
        ),
      )
      .orderBy(asc(mails.notBefore))
      .limit(limit)
      .all();
  // Mostly none is, and nobody is then kept from writing.
  if (due().length === 0) return [];
  return writing(db, (tx) => due().filter((mail) => isItsTurn(tx, mail, now)));
}

/** Whether a mail may be sent now; if not, it is put off or withheld. */
function isItsTurn(tx: Db, mail: MailRecord, now: string): boolean {
  const { mailId, caseId, sendBy } = mail;
  const record = tx.select().from(cases).where(eq(cases.caseId, caseId)).get();
  if (record && (record.pausedUntil ?? '') > now) return false;
  const turn =
    refusalOf(tx, { ...mail, at: now }) ??
    standingOf(record, mail) ??
    (sendBy !== null && sendBy < now ? 'too-late' : turnOfMail(tx, mail, now));
  if (typeof turn === 'string') {
    set(tx, mailId, { status: 'withheld', lastError: turn, finishedAt: now });
    return false;
  }
  // From now on it has its place in that hour.
  set(tx, mailId, { notBefore: turn.at });
  return turn.at === now;
}

/** A case that has ended, or whose customer is back, asks nobody to come back. */
function standingOf(
  record: typeof cases.$inferSelect | undefined,
  { afterReturn }: MailRecord,
): 'case-closed' | 'regained' | null {
  if (record?.status !== 'open') return 'case-closed';
  return record.regainedAt === null || afterReturn ? null : 'regained';
}

export type WrittenMail = {
  templateVersion: number;
  language: Language;
  recipient: string;
  subject: string;
  body: string;
};

/**
 * Notes before the first byte goes out that it is being sent, and what it says.
 * @returns whether it was still to be sent, whatever has happened while it was written
 */
export async function mailSending(
  db: Db,
  { mailId, at, ...written }: WrittenMail & { mailId: string; at: string },
): Promise<boolean> {
  return writing(db, (tx) => {
    const mail = find(tx, mailId);
    if (mail?.status !== 'queued' || !isItsTurn(tx, mail, at)) return false;
    const attempts = mail.attempts + 1;
    set(tx, mailId, { ...written, status: 'sending', attempts, lastAttemptAt: at });
    return true;
  });
}

/** Notes what became of an attempt. */
export async function mailEnded(
  db: Db,
  ended: { mailId: string; status: MailStatus; at: string; error: string | null },
): Promise<void> {
  const { mailId, status, at: finishedAt, error: lastError } = ended;
  writing(db, (tx) => {
    const mail = find(tx, mailId);
    if (!mail) return;
    set(tx, mailId, { status, finishedAt, lastError });
    if (status === 'sent') noteMailContact(tx, mail, finishedAt);
    if (status === 'failed' || status === 'unclear') openMailTask(tx, mail, finishedAt);
  });
}

/** Notes a failure after which the mail is to be sent again. */
export async function mailDelayed(
  db: Db,
  delayed: { mailId: string; notBefore: string; error: string; possiblySent: boolean },
): Promise<void> {
  const { mailId, error: lastError, ...change } = delayed;
  writing(db, (tx) => set(tx, mailId, { ...change, status: 'queued', lastError }));
}

/**
 * Notes that a mail that is due could not be made.
 * @param failed.notBefore when to try again; null: it is given up
 */
export async function mailNotComposed(
  db: Db,
  failed: { mailId: string; at: string; notBefore: string | null; error: string },
): Promise<void> {
  const { mailId, at, notBefore, error: lastError } = failed;
  const then = notBefore === null ? { status: 'failed' as const, finishedAt: at } : { notBefore };
  const attempt = { attempts: sql`${mails.attempts} + 1`, lastAttemptAt: at, lastError };
  writing(db, (tx) => {
    const mail = tx
      .update(mails)
      .set({ ...attempt, ...then })
      .where(and(eq(mails.mailId, mailId), eq(mails.status, 'queued')))
      .returning()
      .get();
    if (mail?.status === 'failed') openMailTask(tx, mail, at);
  });
}

/** How many there are of each status. */
export async function mailCounts(db: Db): Promise<Record<MailStatus, number>> {
  const counted = db
    .select({ status: mails.status, number: count() })
    .from(mails)
    .groupBy(mails.status)
    .all();
  const none = Object.fromEntries(mailStatuses.map((status) => [status, 0]));
  const some = Object.fromEntries(counted.map(({ status, number }) => [status, number]));
  return { ...none, ...some } as Record<MailStatus, number>;
}

/**
 * Mails that were being sent by a process that died.
 * @param known those that this process is sending
 */
export async function interruptedMails(db: Db, known: string[]): Promise<MailRecord[]> {
  return db
    .select()
    .from(mails)
    .where(and(sql`${mails.status} = 'sending'`, notInArray(mails.mailId, known)))
    .all();
}

const newestFirst: Listing<MailRecord> = {
  name: 'mails',
  keyOf: ({ createdAt, mailId }) => [createdAt, mailId],
  keyParts: 2,
  order: 'descending',
};

/** @throws DomainError `invalid` for a cursor that this list did not give */
export async function listMails(
  db: Db,
  { status, caseId }: { status?: MailStatus | undefined; caseId?: string | undefined },
  page: Page,
): Promise<PageOf<MailRecord>> {
  const from = startOf(newestFirst, page);
  const rows = db
    .select()
    .from(mails)
    .where(
      and(
        status && eq(mails.status, status),
        caseId === undefined ? undefined : eq(mails.caseId, caseId),
        from &&
          or(
            lt(mails.createdAt, from[0]!),
            and(eq(mails.createdAt, from[0]!), lt(mails.mailId, from[1]!)),
          ),
      ),
    )
    .orderBy(desc(mails.createdAt), desc(mails.mailId))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows, page);
}

export async function getMail(db: Db, mailId: string): Promise<MailRecord | undefined> {
  return find(db, mailId);
}

export async function mailByToken(db: Db, token: string): Promise<MailRecord | undefined> {
  return db.select().from(mails).where(eq(mails.token, token)).get();
}

/**
 * Sends again what may have arrived, as it was and under the same Message-ID, or what was given up or withheld, if its
 * turn finds nothing against it.
 * @throws DomainError `not-found`, `conflict` for a mail that is on its way or has arrived
 */
export async function resendMail(
  db: Db,
  { mailId, at }: { mailId: string; at: string },
  asked: Asked,
): Promise<void> {
  writing(db, (tx) => {
    const mail = find(tx, mailId);
    if (!mail) throw new DomainError('not-found', 'There is no such mail.');
    const { status } = mail;
    if (status !== 'unclear' && status !== 'failed' && status !== 'withheld') {
      throw refused('mail-over', `The mail is ${status}.`);
    }
    queueAgain(tx, mail, at);
    const result = { outcome: 'send-again' };
    finishMailTask(tx, mailId, { result, by: asked.actor.actorId, at });
    insertDone(tx, asked, { action: 'mail.resend', target: mailId, caseId: mail.caseId, at });
  });
}

/** What a manager has found out about a mail that failed, or whose fate was unknown. */
export function settleMail(
  tx: Db,
  mailId: string,
  { fate, at }: { fate: MailFate; at: string },
): void {
  const mail = find(tx, mailId)!;
  switch (fate) {
    case 'send-again':
      return queueAgain(tx, mail, at);
    case 'sent':
      set(tx, mailId, { status: 'sent', lastError: null });
      return noteMailContact(tx, mail, (mail.status === 'unclear' && mail.lastAttemptAt) || at);
    case 'not-sent':
      return set(tx, mailId, { status: 'failed', possiblySent: false });
  }
}

function queueAgain(tx: Db, mail: MailRecord, at: string): void {
  const possiblySent = mail.possiblySent || mail.status === 'unclear';
  const times = { notBefore: at, sendBy: after(at, mailLasts), finishedAt: null };
  set(tx, mail.mailId, { ...times, status: 'queued', attempts: 0, possiblySent });
}

function find(db: Db, mailId: string): MailRecord | undefined {
  return db.select().from(mails).where(eq(mails.mailId, mailId)).get();
}

function set(tx: Db, mailId: string, change: Partial<MailRecord>): void {
  tx.update(mails).set(change).where(eq(mails.mailId, mailId)).run();
}
