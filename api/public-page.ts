import type { Language, Sender } from '../domain/mails.ts';
import { escaped } from '../mail/text.ts';

/**
 * The answer to a reader of a mail, who has not signed in: a page without scripts and styles of its own.
 * @param page.content HTML
 */
export function publicPage(
  { sender: { company } }: { sender: Sender },
  { language, title, content }: { language: Language; title: string; content: string },
) {
  const body = `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${title} – ${escaped(company)}</title>
</head>
<body>
<h1>${escaped(company)}</h1>
${content}
</body>
</html>
`;
  return { status: 200, type: 'text/html', body } as const;
}
