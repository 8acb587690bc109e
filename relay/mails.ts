import { setTimeout as pause } from 'node:timers/promises';
import { offerToName } from '../db/offers.ts';
import { getCustomer } from '../db/customers.ts';
import { acceptEvents } from '../db/events.ts';
import {
  interruptedMails,
  mailDelayed,
  mailEnded,
  mailNotComposed,
  mailSending,
  takeDueMails,
  type WrittenMail,
} from '../db/mails.ts';
import type { Db } from '../db/open.ts';
import { getTemplate } from '../db/templates.ts';
import { textFor, type MailRecord } from '../domain/mails.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import { retryWaitMs } from '../domain/webhooks.ts';
import { messageOf, objectionUrl, satisfactionUrl, type MailSettings } from '../mail/message.ts';
import { filledIn, valuesOf } from '../mail/text.ts';
import type { Handover, MailTransport } from '../mail/transport.ts';
import type { Logger } from './relay.ts';

export type MailRelayDeps = {
  db: Db;
  /** in force now */
  policy: () => VersionedPolicy;
  settings: MailSettings;
  transport: MailTransport;
  clock: () => string;
  log: Logger;
};

const idleMs = 500;
const atOnce = 4;

/**
 * Sends the mails that are due, each once: it is noted as being sent before the server hears of it, and again when the
 * server has taken it. What was being sent when a process died may have arrived, and no server can be asked: it stays
 * `unclear` until a manager has it sent again.
 */
export async function runMails(deps: MailRelayDeps, signal: AbortSignal): Promise<void> {
  const { db, clock, log } = deps;
  const underWay = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    try {
      for (const mail of await interruptedMails(db, [...underWay.keys()])) {
        await noteInterrupted(deps, mail);
      }
      const limit = atOnce - underWay.size;
      const due = limit > 0 ? await takeDueMails(db, { now: clock(), limit: atOnce }) : [];
      for (const mail of due.filter(({ mailId }) => !underWay.has(mailId)).slice(0, limit)) {
        const attempt = attemptMail(deps, mail)
          .catch((error: unknown) => complain(log, error))
          .finally(() => underWay.delete(mail.mailId));
        underWay.set(mail.mailId, attempt);
      }
    } catch (error) {
      complain(log, error);
    }
    await pause(idleMs, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(underWay.values());
}

async function noteInterrupted(
  { db, transport, clock, log }: MailRelayDeps,
  { mailId }: MailRecord,
): Promise<void> {
  const at = clock();
  const error = 'winback ended while the mail was being sent';
  if (transport.repeatable) {
    return mailDelayed(db, { mailId, notBefore: at, error, possiblySent: true });
  }
  await mailEnded(db, { mailId, status: 'unclear', at, error });
  log.warn({ mailId }, 'a mail may or may not have been sent: a manager can have it sent again');
}

async function attemptMail(deps: MailRelayDeps, mail: MailRecord): Promise<void> {
  const { db, settings, transport, clock } = deps;
  const { mailId } = mail;
  const composed = await composedMail(deps, mail);
  if (composed instanceof Error) return noteUncomposed(deps, mail, composed);
  const { written, message } = composed;
  if (!(await mailSending(db, { mailId, at: clock(), ...written }))) return;
  const handover = await transport.send(message, {
    ...{ mailId, from: settings.from, to: written.recipient },
  });
  await note(deps, { ...mail, attempts: mail.attempts + 1 }, written.recipient, handover);
}

/** The mail as it goes out, or why it cannot be made. */
async function composedMail(
  deps: MailRelayDeps,
  mail: MailRecord,
): Promise<{ written: WrittenMail; message: Buffer } | Error> {
  const { settings, clock } = deps;
  const { mailId, token } = mail;
  try {
    const written = await writtenMail(deps, mail);
    const link = { objectionUrl: objectionUrl(settings, token) };
    const message = await messageOf({ ...written, ...link, mailId, at: clock() }, settings);
    return { written, message };
  } catch (error) {
    return error as Error;
  }
}

/** Counts as an attempt like any other: what is wrong with a template can be mended meanwhile. */
async function noteUncomposed(
  { db, clock, log }: MailRelayDeps,
  { mailId, attempts: before }: MailRecord,
  error: Error,
): Promise<void> {
  const [at, attempts] = [clock(), before + 1];
  log.warn({ mailId, attempts, error: error.name }, 'a mail cannot be composed');
  const notBefore = nextAttemptAt(attempts, at);
  await mailNotComposed(db, { mailId, at, notBefore, error: error.message });
}

/** Null after the last attempt. */
function nextAttemptAt(attempts: number, at: string): string | null {
  const waitMs = retryWaitMs(attempts, { retryAfterMs: 0, random: Math.random() });
  return waitMs === null ? null : new Date(Date.parse(at) + waitMs).toISOString();
}

/** As it was if it may have been sent before, else to the address and from the template of now. */
async function writtenMail(
  { db, settings, policy, clock }: MailRelayDeps,
  mail: MailRecord,
): Promise<WrittenMail> {
  const { possiblySent, templateVersion, language, recipient, subject, body } = mail;
  if (possiblySent && templateVersion && language && recipient && subject && body) {
    return { templateVersion, language, recipient, subject, body };
  }
  const customer = (await getCustomer(db, mail.customerId))!;
  const template = await getTemplate(db, mail.templateId);
  if (!template) throw new Error(`There is no template ${mail.templateId}`);
  const { version, content } = template;
  const { text, language: chosen } = textFor(content, customer.language);
  const { timeZone } = policy();
  const offer = await offerToName(db, mail, clock());
  const to = { ...customer, offer };
  const link = satisfactionUrl(settings, mail.token);
  const how = { language: chosen, timeZone, satisfactionUrl: link };
  const values = valuesOf(to, settings.sender, how);
  return {
    ...filledIn(text, values),
    ...{ templateVersion: version, language: chosen, recipient: customer.email! },
  };
}

async function note(
  deps: MailRelayDeps,
  { mailId, customerId, attempts, possiblySent }: MailRecord,
  recipient: string,
  handover: Handover,
): Promise<void> {
  const { db, clock, log, policy } = deps;
  const at = clock();
  if (handover.kind === 'accepted') {
    return mailEnded(db, { mailId, status: 'sent', at, error: null });
  }
  // The words of the server stay in the database: they can repeat the address.
  const { kind, error } = handover;
  if (kind === 'later') {
    log.warn({ mailId, attempts }, 'a mail was not taken');
    const notBefore = nextAttemptAt(attempts, at);
    if (notBefore === null) return mailEnded(db, { mailId, status: 'failed', at, error });
    return mailDelayed(db, { mailId, notBefore, error, possiblySent });
  }
  if (kind === 'unreachable') {
    // First the event, which is known when it comes twice: after a crash in between the mail is unclear.
    const bounced = { source: 'winback', eventId: `mail.bounced/${mailId}`, type: 'mail.bounced' };
    const event = { ...bounced, customerId, time: at, data: { email: recipient } };
    const actor = { actorId: 'winback', role: 'sales-system' } as const;
    await acceptEvents(db, { events: [event], policy: policy(), at, actor });
    log.info({ mailId }, 'a mail bounced');
    return mailEnded(db, { mailId, status: 'bounced', at, error });
  }
  log.warn({ mailId }, kind === 'unclear' ? 'a mail may have been sent' : 'a mail was refused');
  await mailEnded(db, { mailId, status: kind === 'unclear' ? 'unclear' : 'failed', at, error });
}

function complain(log: Logger, error: unknown): void {
  log.error({ error: (error as Error).name }, 'mails cannot be sent, will try again');
}
