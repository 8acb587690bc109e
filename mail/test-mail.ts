import type { Language } from '../domain/mails.ts';
import { composed, type MailSettings } from './message.ts';
import { escaped } from './text.ts';

const words: Record<Language, { subject: string; text: string }> = {
  de: {
    subject: 'Testmail von winback',
    text: 'Diese Mail haben Sie sich selbst geschickt. Kommt sie an, verlassen auch die Mails an Kunden das Haus.',
  },
  en: {
    subject: 'Test mail from winback',
    text: 'You have sent this mail to yourself. If it arrives, mails to customers leave, too.',
  },
};

/** The mail as it goes over the line. */
export async function testMessage(
  { language, ...mail }: { mailId: string; recipient: string; language: Language; at: string },
  settings: MailSettings,
): Promise<Buffer> {
  const { subject, text } = words[language];
  const html = `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><title>${escaped(subject)}</title></head>
<body><p>${escaped(text)}</p></body>
</html>
`;
  return composed({ ...mail, subject, text: `${text}\n`, html }, settings);
}
