import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Language, Sender, TemplateText } from '../domain/mails.ts';
import { escaped } from './text.ts';

/** Whose mails these are, and where their readers can object. */
export type MailSettings = {
  /** their address */
  from: string;
  /** at which readers reach the API, without a slash at its end */
  publicUrl: string;
  sender: Sender;
};

export type Written = TemplateText & { language: Language; objectionUrl: string };

export function objectionUrl({ publicUrl }: MailSettings, token: string): string {
  return `${publicUrl}/objections/${token}`;
}

/** Where the reader of one mail says how satisfied they are; like the other link it belongs to that mail alone. */
export function satisfactionUrl({ publicUrl }: MailSettings, token: string): string {
  return `${publicUrl}/satisfaction/${token}`;
}

const footers = {
  de: 'Sie möchten keine solchen Mails mehr? Ein Klick genügt:',
  en: 'You want no more such mails? One click will do:',
};

/** Plain text and HTML of one source, with who writes and where to object at the end. */
export function bodiesOf(
  { body, language, subject, objectionUrl }: Written,
  { sender: { company, address } }: MailSettings,
): { text: string; html: string } {
  const imprint = [company, ...address];
  const text = `${body}\n\n-- \n${imprint.join('\n')}\n\n${footers[language]}\n${objectionUrl}\n`;
  const paragraphs = body.split(/\n\s*\n/).map((one) => `<p>${lines(one.trim().split('\n'))}</p>`);
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>
<body style="margin:0;padding:24px 16px;background:#f4f4f2;color:#1c1c1c;font:16px/1.5 Arial,Helvetica,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px 32px;background:#fff">
${paragraphs.join('\n')}
</div>
<div style="max-width:560px;margin:0 auto;padding:16px 32px;color:#595959;font-size:13px">
<p>${lines(imprint)}</p>
<p>${footers[language]} <a href="${escaped(objectionUrl)}" style="color:#595959">${escaped(objectionUrl)}</a></p>
</div>
</body>
</html>
`;
  return { text, html };
}

function lines(text: string[]): string {
  return text.map(linked).join('<br>\n');
}

/** Addresses of pages become links, everything else is text. */
function linked(line: string): string {
  return line
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/)
    .map((part, i) =>
      i % 2 === 0 ? escaped(part) : `<a href="${escaped(part)}">${escaped(part)}</a>`,
    )
    .join('');
}

const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

/**
 * The mail as it goes over the line. Its Message-ID is made from its own ID, so that it stays the same however often
 * it is sent.
 * @param mail.at its date, ISO 8601
 */
export async function messageOf(
  mail: Written & { mailId: string; recipient: string; at: string },
  settings: MailSettings,
): Promise<Buffer> {
  const headers = {
    'List-Unsubscribe': `<${mail.objectionUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
  return composed({ ...mail, ...bodiesOf(mail, settings), headers }, settings);
}

type Composition = {
  mailId: string;
  recipient: string;
  /** its date, ISO 8601 */
  at: string;
  subject: string;
  text: string;
  html: string;
  headers?: Record<string, string>;
  attachments?: { filename: string; content: Buffer; contentType: string }[];
};

/** As `messageOf`, of what is written already. */
export async function composed(
  { mailId, recipient, at, subject, text, html, headers, attachments = [] }: Composition,
  { from, sender }: Pick<MailSettings, 'from' | 'sender'>,
): Promise<Buffer> {
  const { message } = await composer.sendMail({
    ...{ subject, text, html, attachments },
    ...{ date: new Date(at), messageId: messageIdOf(mailId, from) },
    from: { name: sender.company, address: from },
    // As an object: what stands in an address must not become a second one.
    to: { name: '', address: recipient },
    headers: { ...headers, 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return message as Buffer;
}

/** Says nothing of the customer, whose ID is part of the mail's. */
function messageIdOf(mailId: string, from: string): string {
  const name = createHash('sha256').update(mailId).digest('hex').slice(0, 32);
  return `<${name}@${from.split('@').at(-1)}>`;
}
