import * as z from 'zod';
import type { Language, Sender } from '../domain/mails.ts';
import { escaped } from '../mail/text.ts';
import type { Route } from './route.ts';

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

/** What the routes of such a page have in common: a link of one mail leads to it. */
export const readersPage = {
  roles: 'anyone',
  limited: true,
  params: z.strictObject({ token: z.string().min(1).max(100) }),
  answers: { 200: { description: 'A page for the reader of a mail', type: 'text/html' } },
  problems: ['not-found'],
} satisfies Partial<Route>;
