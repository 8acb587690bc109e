import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';

export type Envelope = { mailId: string; from: string; to: string };

/**
 * What came of handing a mail over. `refused`: this server will never take it. `unreachable`: it takes none for this
 * address. `later`: it has certainly not taken it, and may yet. `unclear`: it may have taken it.
 */
export const handoverKinds = ['accepted', 'refused', 'unreachable', 'later', 'unclear'] as const;
export type Handover =
  | { kind: 'accepted' }
  | { kind: Exclude<(typeof handoverKinds)[number], 'accepted'>; error: string };

/** How mails leave. */
export type MailTransport = {
  /** sending one twice is harmless */
  repeatable: boolean;
  send(message: Buffer, envelope: Envelope): Promise<Handover>;
};

/** One file for each mail, which mail programs open: for trying things out, or for another system to collect. */
export function fileTransport(dataDir: string): MailTransport {
  const folder = join(dataDir, 'mails');
  return {
    repeatable: true,
    async send(message, { mailId }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, `${encodeURIComponent(mailId)}.eml`);
      await writeFile(`${file}.part`, message, { mode: 0o600, flush: true });
      await rename(`${file}.part`, file);
      return { kind: 'accepted' };
    },
  };
}

/** Of one attempt, whatever the server does. */
const timeoutMs = 60_000;

/** @param url `smtp://` (STARTTLS where the server has it) or `smtps://`, with name and password if it wants them */
export function smtpTransport(url: string): MailTransport {
  const transport = createTransport(url, {
    connectionTimeout: 15_000,
    greetingTimeout: 15_000,
    socketTimeout: 30_000,
  } as object);
  return {
    repeatable: false,
    async send(message, { from, to }) {
      // Nodemailer asks for the message when the server has let us in: no sooner can it have been taken.
      let isUnderWay = false;
      const raw = Readable.from(
        (function* () {
          isUnderWay = true;
          yield message;
        })(),
      );
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        await transport.sendMail({ envelope: { from, to: [to] }, raw, signal });
        return { kind: 'accepted' };
      } catch (error) {
        return handoverOf(error as SmtpError, isUnderWay);
      }
    },
  };
}

type SmtpError = Error & { code?: string; command?: string; responseCode?: number };

function handoverOf(failure: SmtpError, isUnderWay: boolean): Handover {
  const { message, code, responseCode } = failure;
  const error = message.slice(0, 500);
  if (!isUnderWay) return { kind: 'later', error };
  // A reply to one of our commands; the line may also break with a reply to something else.
  const isReply = code === 'EENVELOPE' || code === 'EMESSAGE';
  if (!isReply || responseCode === undefined) return { kind: 'unclear', error };
  if (responseCode < 500) return { kind: 'later', error };
  return { kind: isDead(failure) ? 'unreachable' : 'refused', error };
}

/**
 * Whether it is the address that the server does not take (RFC 3463, X.1.1 to X.1.10 and X.2.1), and not us, our
 * settings or what we wrote.
 */
function isDead({ message, command, responseCode }: SmtpError): boolean {
  const [enhanced] = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(message) ?? [];
  if (enhanced) return /^5\.(1\.([1236]|10)|2\.1)$/.test(enhanced);
  return command === 'RCPT TO' && [550, 551, 553].includes(responseCode!);
}
