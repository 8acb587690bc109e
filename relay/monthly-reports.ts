import { companyHours } from '../db/holidays.ts';
import { firstMonth, monthlyReport, monthOf, spanOf } from '../db/monthly-report.ts';
import type { Db } from '../db/open.ts';
import {
  dueReports,
  interruptedReports,
  newestReported,
  queueReports,
  reportDelayed,
  reportEnded,
  reportMailId,
  reportSending,
} from '../db/report-mails.ts';
import { nextWorkingMoment } from '../domain/calendar.ts';
import type { Language } from '../domain/mails.ts';
import { monthBefore, monthsToSend, type ReportMail } from '../domain/monthly-report.ts';
import { pageOf } from '../domain/monthly-report-words.ts';
import type { ReportPage } from '../domain/report-page.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Pick as Draw } from '../domain/statistics/bootstrap.ts';
import { retryWaitMs } from '../domain/webhooks.ts';
import type { MailSettings } from '../mail/message.ts';
import { reportMessage } from '../mail/monthly-report.ts';
import type { Handover, MailTransport } from '../mail/transport.ts';
import type { Logger } from './relay.ts';

export type ReportDeps = {
  db: Db;
  policy: VersionedPolicy;
  settings: MailSettings;
  transport: MailTransport;
  /** to whom the report goes, and in which language */
  report: { to: string[]; language: Language };
  /** draws for the intervals of money, the same for every report */
  draws: () => Draw;
  clock: () => string;
  log: Logger;
};

/**
 * Sends the report of the last month from the first working moment of the new one on, to each address once, and those
 * that were missed while no worker ran. Like a customer's mail it is noted as being sent before the server hears of it; what
 * may have been sent is not sent again by itself. One call at a time.
 */
export async function sendMonthlyReports(deps: ReportDeps): Promise<void> {
  const { db, clock, report } = deps;
  for (const mail of await interruptedReports(db)) await noteInterrupted(deps, mail);
  const at = clock();
  const months = await monthsDue(deps, at);
  await queueReports(db, { months, recipients: report.to, at });
  const pages = new Map<string, ReportPage>();
  for (const mail of await dueReports(db, at)) {
    const page = pages.get(mail.month) ?? (await pageFor(deps, mail.month));
    pages.set(mail.month, page);
    await attempt(deps, mail, page);
  }
}

async function pageFor(deps: ReportDeps, month: string): Promise<ReportPage> {
  const { db, policy, report, draws, clock } = deps;
  const made = await monthlyReport(db, month, { policy, at: clock(), pick: draws() });
  return pageOf(made, report.language);
}

async function monthsDue({ db, policy }: ReportDeps, at: string): Promise<string[]> {
  const { timeZone } = policy;
  const first = firstMonth(db, timeZone);
  if (first === null) return [];
  const current = monthOf(at, timeZone);
  const { from } = spanOf(current, timeZone);
  const isDue = nextWorkingMoment(from, companyHours(db, policy)) <= at;
  const last = monthBefore(current, isDue ? 1 : 2);
  return monthsToSend(last, { first, newest: await newestReported(db) });
}

async function noteInterrupted(
  { db, transport, clock, log }: ReportDeps,
  mail: ReportMail,
): Promise<void> {
  const at = clock();
  const error = 'winback ended while the report was being sent';
  if (transport.repeatable) return reportDelayed(db, mail, { notBefore: at, error });
  await reportEnded(db, mail, { status: 'unclear', at, error });
  log.warn({ month: mail.month }, mayHaveBeenSent);
}

const mayHaveBeenSent =
  'a monthly report may or may not have been sent: it is not sent again by itself';

async function attempt(deps: ReportDeps, mail: ReportMail, page: ReportPage): Promise<void> {
  const { db, settings, transport, report, clock } = deps;
  const { month, recipient } = mail;
  // Who is no addressee any more is not written to.
  if (!report.to.includes(recipient)) {
    const error = 'the address is not in WINBACK_REPORT_TO any more';
    return reportEnded(db, mail, { status: 'failed', at: clock(), error });
  }
  const mailId = reportMailId(mail);
  const message = await reportMessage(page, { mailId, recipient, at: clock(), month }, settings);
  if (!(await reportSending(db, mail, clock()))) return;
  const handover = await transport.send(message, { mailId, from: settings.from, to: recipient });
  await note(deps, { ...mail, attempts: mail.attempts + 1 }, handover);
}

async function note(
  { db, clock, log }: ReportDeps,
  mail: ReportMail,
  handover: Handover,
): Promise<void> {
  const at = clock();
  const { month, attempts } = mail;
  if (handover.kind === 'accepted') {
    await reportEnded(db, mail, { status: 'sent', at, error: null });
    return log.info({ month }, 'sent a monthly report');
  }
  // The words of the server stay in the database: they can repeat the address.
  const { kind, error } = handover;
  if (kind === 'unclear') {
    await reportEnded(db, mail, { status: 'unclear', at, error });
    return log.warn({ month }, mayHaveBeenSent);
  }
  const waitMs =
    kind === 'later' ? retryWaitMs(attempts, { retryAfterMs: 0, random: Math.random() }) : null;
  if (waitMs === null) {
    await reportEnded(db, mail, { status: 'failed', at, error });
    return log.warn({ month, attempts }, 'a monthly report was not taken and is given up');
  }
  const notBefore = new Date(Date.parse(at) + waitMs).toISOString();
  await reportDelayed(db, mail, { notBefore, error });
  log.warn({ month, attempts }, 'a monthly report was not taken, will try again');
}
