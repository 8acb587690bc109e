import type { Secrets } from '../config/secrets.ts';
import type { Db } from '../db/open.ts';
import {
  linkDelayed,
  linkEnded,
  linkMails,
  linkSending,
  type LinkMail,
} from '../db/password-links.ts';
import { retryWaitMs } from '../domain/webhooks.ts';
import type { MailSettings } from '../mail/message.ts';
import { passwordLinkMessage } from '../mail/password-link.ts';
import type { Handover, MailTransport } from '../mail/transport.ts';
import type { Logger } from './relay.ts';

type LinkDeps = {
  db: Db;
  secrets: Secrets;
  settings: MailSettings;
  transport: MailTransport;
  clock: () => string;
  log: Logger;
};

/**
 * Sends the invitations and the links for another password that wait, each once; what may have been sent when a process
 * died is not sent again by itself: whoever misses it asks for another one. One call at a time.
 */
export async function sendPasswordLinks(deps: LinkDeps): Promise<void> {
  const { db, clock } = deps;
  for (const mail of await linkMails(db, { status: 'sending', at: clock() })) {
    await noteInterrupted(deps, mail);
  }
  for (const mail of await linkMails(db, { status: 'queued', at: clock() })) {
    await attempt(deps, mail);
  }
}

async function noteInterrupted({ db, transport, clock, log }: LinkDeps, mail: LinkMail) {
  const at = clock();
  const error = 'winback ended while the mail was being sent';
  if (transport.repeatable) return linkDelayed(db, mail, { notBefore: at, error });
  await linkEnded(db, mail, { status: 'unclear', at, error });
  log.warn({ linkId: mail.linkId }, 'a link for a password may or may not have been sent');
}

async function attempt(deps: LinkDeps, mail: LinkMail): Promise<void> {
  const { db, secrets, settings, transport, clock, log } = deps;
  const { linkId, kind, recipient, name, language, sealed } = mail;
  const mailId = `${kind}-${linkId}`;
  const at = clock();
  const token = unsealed(secrets, sealed);
  if (token === undefined) {
    log.error({ linkId }, 'a link for a password cannot be unsealed: it has to be sent anew');
    return linkEnded(db, mail, { status: 'failed', at, error: 'its token cannot be unsealed' });
  }
  const message = await passwordLinkMessage(
    { ...{ kind, token, name, recipient, language }, mailId, at },
    settings,
  );
  if (!(await linkSending(db, mail, at))) return;
  const handover = await transport.send(message, { mailId, from: settings.from, to: recipient });
  await note(deps, { ...mail, attempts: mail.attempts + 1 }, handover);
}

/** Undefined when it was sealed with the key of another installation. */
function unsealed(secrets: Secrets, sealed: string): string | undefined {
  try {
    return secrets.unseal(sealed);
  } catch {
    return undefined;
  }
}

async function note({ db, clock, log }: LinkDeps, mail: LinkMail, handover: Handover) {
  const at = clock();
  const { linkId, attempts } = mail;
  if (handover.kind === 'accepted') {
    return linkEnded(db, mail, { status: 'sent', at, error: null });
  }
  // The words of the server stay in the database: they can repeat the address.
  const { kind, error } = handover;
  const waitMs =
    kind === 'later' ? retryWaitMs(attempts, { retryAfterMs: 0, random: Math.random() }) : null;
  if (waitMs === null) {
    const status = kind === 'unclear' ? 'unclear' : 'failed';
    await linkEnded(db, mail, { status, at, error });
    return log.warn({ linkId, status }, 'a link for a password has not certainly been sent');
  }
  const notBefore = new Date(Date.parse(at) + waitMs).toISOString();
  await linkDelayed(db, mail, { notBefore, error });
  log.warn({ linkId, attempts }, 'a link for a password was not taken, will try again');
}
