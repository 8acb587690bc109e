import type { Language } from '../domain/mails.ts';
import type { LinkKind } from '../domain/users.ts';
import { composed, type MailSettings } from './message.ts';
import { escaped } from './text.ts';

/** The page on which the reader chooses a password. */
export function passwordLinkUrl(
  { publicUrl }: Pick<MailSettings, 'publicUrl'>,
  token: string,
): string {
  return `${publicUrl}/password/${token}`;
}

const words: Record<Language, Record<LinkKind, { subject: string; paragraphs: string[] }>> = {
  de: {
    invitation: {
      subject: 'Ihr Zugang zu winback',
      paragraphs: [
        'Sie sind eingeladen, mit winback zu arbeiten. Wählen Sie hier Ihr Passwort:',
        'Der Link gilt 72 Stunden und ein einziges Mal. Danach kann man Ihnen einen neuen senden.',
      ],
    },
    reset: {
      subject: 'Neues Passwort für winback',
      paragraphs: [
        'Jemand, vermutlich Sie selbst, möchte Ihr Passwort für winback neu setzen. Hier geht es weiter:',
        'Der Link gilt eine Stunde und ein einziges Mal. Waren Sie es nicht, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.',
      ],
    },
  },
  en: {
    invitation: {
      subject: 'Your access to winback',
      paragraphs: [
        'You are invited to work with winback. Choose your password here:',
        'The link is good for 72 hours and for one use. After that you can be sent another one.',
      ],
    },
    reset: {
      subject: 'A new password for winback',
      paragraphs: [
        'Somebody, most likely you, wants to set your password for winback anew. Go on here:',
        'The link is good for an hour and for one use. If it was not you, there is nothing to do: your password stays as it is.',
      ],
    },
  },
};
const hello = { de: 'Guten Tag', en: 'Hello' };

/** The mail as it goes over the line. */
export async function passwordLinkMessage(
  link: {
    kind: LinkKind;
    token: string;
    name: string;
    recipient: string;
    language: Language;
    mailId: string;
    /** its date, ISO 8601 */
    at: string;
  },
  settings: MailSettings,
): Promise<Buffer> {
  const { kind, token, name, language, ...mail } = link;
  const { subject, paragraphs } = words[language][kind];
  const [before, after] = paragraphs as [string, string];
  const url = passwordLinkUrl(settings, token);
  const { company } = settings.sender;
  const parts = [`${hello[language]} ${name},`, before, url, after, company];
  const html = parts.map((part) =>
    part === url
      ? `<p><a href="${escaped(url)}">${escaped(url)}</a></p>`
      : `<p>${escaped(part)}</p>`,
  );
  const page = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(subject)}</title></head>
<body style="margin:0;padding:24px 16px;color:#1c1c1c;font:16px/1.5 Arial,Helvetica,sans-serif">
${html.join('\n')}
</body>
</html>
`;
  return composed({ ...mail, subject, text: `${parts.join('\n\n')}\n`, html: page }, settings);
}
