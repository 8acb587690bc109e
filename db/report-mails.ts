import { createHash } from 'node:crypto';
import { and, asc, count, desc, eq, lte, max } from 'drizzle-orm';
import {
  reportMailStatuses,
  type ReportMail,
  type ReportMailRecord,
  type ReportMailStatus,
} from '../domain/monthly-report.ts';
import { writing, type Db } from './connection.ts';
import { reportMails } from './schema.ts';

/* The monthly report on its way to management. */

const shown = {
  month: reportMails.month,
  recipient: reportMails.recipient,
  status: reportMails.status,
  attempts: reportMails.attempts,
};

/** The last month of which a report is known to have been sent, or to be on its way. */
export async function newestReported(db: Db): Promise<string | null> {
  return db
    .select({ month: max(reportMails.month) })
    .from(reportMails)
    .get()!.month;
}

/** Names it, and its file where mails become files: without the address. */
export function reportMailId({
  month,
  recipient,
}: Pick<ReportMail, 'month' | 'recipient'>): string {
  const name = createHash('sha256').update(recipient).digest('hex').slice(0, 12);
  return `monthly-report-${month}-${name}`;
}

/** The newest month first, then by address. */
export async function listReportMails(
  db: Db,
  { month, status }: { month?: string | undefined; status?: ReportMailStatus | undefined },
): Promise<ReportMailRecord[]> {
  return db
    .select()
    .from(reportMails)
    .where(
      and(
        month === undefined ? undefined : eq(reportMails.month, month),
        status && eq(reportMails.status, status),
      ),
    )
    .orderBy(desc(reportMails.month), asc(reportMails.recipient))
    .all();
}

/** How many there are of each status, those of which there is none too. */
export async function reportMailCounts(db: Db): Promise<Record<ReportMailStatus, number>> {
  const counted = db
    .select({ status: reportMails.status, number: count() })
    .from(reportMails)
    .groupBy(reportMails.status)
    .all();
  const none = Object.fromEntries(reportMailStatuses.map((status) => [status, 0]));
  const some = Object.fromEntries(counted.map(({ status, number }) => [status, number]));
  return { ...none, ...some } as Record<ReportMailStatus, number>;
}

/** Puts a month's report on its way to each address, once however often it is asked for. */
export async function queueReports(
  db: Db,
  { months, recipients, at }: { months: string[]; recipients: string[]; at: string },
): Promise<void> {
  const rows = months.flatMap((month) =>
    recipients.map((recipient) => ({ month, recipient, status: 'queued' as const, notBefore: at })),
  );
  if (rows.length > 0) db.insert(reportMails).values(rows).onConflictDoNothing().run();
}

/** Those that are to be sent now, the oldest month first. */
export async function dueReports(db: Db, now: string): Promise<ReportMail[]> {
  const { status, notBefore, month, recipient } = reportMails;
  return db
    .select(shown)
    .from(reportMails)
    .where(and(eq(status, 'queued'), lte(notBefore, now)))
    .orderBy(asc(month), asc(recipient))
    .all();
}

/** Those that were being sent by a process that died. */
export async function interruptedReports(db: Db): Promise<ReportMail[]> {
  return db.select(shown).from(reportMails).where(eq(reportMails.status, 'sending')).all();
}

/**
 * Notes before the first byte goes out that it is being sent.
 * @returns whether it was still to be sent
 */
export async function reportSending(db: Db, mail: ReportMail, at: string): Promise<boolean> {
  const attempts = mail.attempts + 1;
  return writing(db, (tx) => {
    const { changes } = tx
      .update(reportMails)
      .set({ status: 'sending', attempts, lastAttemptAt: at })
      .where(and(isIt(mail), eq(reportMails.status, 'queued')))
      .run();
    return changes === 1;
  });
}

/** Notes what became of an attempt. */
export async function reportEnded(
  db: Db,
  mail: ReportMail,
  ended: { status: ReportMailStatus; at: string; error: string | null },
): Promise<void> {
  const { status, at: finishedAt, error: lastError } = ended;
  db.update(reportMails).set({ status, finishedAt, lastError }).where(isIt(mail)).run();
}

/** Notes a failure after which it is to be sent again. */
export async function reportDelayed(
  db: Db,
  mail: ReportMail,
  { notBefore, error: lastError }: { notBefore: string; error: string },
): Promise<void> {
  db.update(reportMails).set({ status: 'queued', notBefore, lastError }).where(isIt(mail)).run();
}

function isIt({ month, recipient }: Pick<ReportMail, 'month' | 'recipient'>) {
  return and(eq(reportMails.month, month), eq(reportMails.recipient, recipient));
}
