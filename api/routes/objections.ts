import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { acceptEvents, refuseMails } from '../../db/events.ts';
import { mailByToken } from '../../db/mails.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Language, MailRecord } from '../../domain/mails.ts';
import { publicPage, readersPage } from '../public-page.ts';
import { route, type Call } from '../route.ts';

/*
 * Where readers of a mail object, without signing in. Who only opens the page, as some mail programs do by themselves,
 * changes nothing. A mail program's own button posts `List-Unsubscribe=One-Click` (RFC 8058) and means mails alone.
 */

const scopes = ['email', 'all'] as const;
type Scope = (typeof scopes)[number];

const words = {
  de: {
    title: 'Widerspruch',
    ask: 'Sie möchten nicht mehr, dass wir Ihnen schreiben?',
    email: 'Keine Mails mehr',
    all: 'Gar kein Kontakt mehr: keine Mails, Anrufe, Briefe, Besuche',
    done: {
      email: 'Sie bekommen keine Mails mehr von uns.',
      all: 'Wir melden uns nicht mehr bei Ihnen.',
    },
  },
  en: {
    title: 'Objection',
    ask: 'You do not want us to write to you any more?',
    email: 'No more mails',
    all: 'No contact at all: no mails, calls, letters, visits',
    done: { email: 'You get no more mails from us.', all: 'We do not contact you any more.' },
  },
} as const;

/** Without an address to go to the form goes to its own page, whatever stands before it in a proxy. */
function form(language: Language): string {
  const { ask, ...labels } = words[language];
  const buttons = scopes.map(
    (scope) => `<p><button name="scope" value="${scope}">${labels[scope]}</button></p>`,
  );
  return `<p>${ask}</p>\n<form method="post">\n${buttons.join('\n')}\n</form>`;
}

type Params = { token: string };

async function theMail({ db, params }: Call<Params>): Promise<MailRecord> {
  const mail = await mailByToken(db, params.token);
  if (!mail) throw new DomainError('not-found', 'The link belongs to no mail of ours.');
  return mail;
}

export const objectionRoutes = [
  route({
    method: 'get',
    path: '/objections/{token}',
    name: 'showObjection',
    summary: 'The page that a mail leads to for who wants no more of them',
    ...readersPage,
    handle: async (call) => {
      const { language } = await theMail(call);
      const shown = language ?? 'de';
      return publicPage(call.mail, { ...words[shown], language: shown, content: form(shown) });
    },
  }),
  route({
    method: 'post',
    path: '/objections/{token}',
    name: 'object',
    summary: 'Want no more mails, or no contact at all',
    description: 'A form, as browsers and mail programs (RFC 8058) send it.',
    ...readersPage,
    accepts: { types: { 'application/x-www-form-urlencoded': {} }, limit: '10kb' },
    asBytes: true,
    bodyOf: ({ body }) => ({ scope: scopeIn(body) }),
    body: z.strictObject({ scope: z.enum(scopes) }),
    handle: async (call) => {
      const { db, policy, at, body } = call;
      const { mailId, customerId, language } = await theMail(call);
      const shown = language ?? 'de';
      const actor = { actorId: 'objection-page', role: 'sales-system' } as const;
      const context = { policy, at, actor };
      if (body.scope === 'email') {
        await refuseMails(db, { customerId, proof: mailId }, context);
      } else {
        const objection = { type: 'customer.objected', data: { proof: mailId } };
        const event = { source: 'winback', eventId: randomUUID(), customerId, time: at };
        await acceptEvents(db, { events: [{ ...event, ...objection }], ...context });
      }
      const content = `<p>${words[shown].done[body.scope]}</p>`;
      return publicPage(call.mail, { ...words[shown], language: shown, content });
    },
  }),
];

function scopeIn(body: unknown): Scope {
  if (!Buffer.isBuffer(body)) return 'email';
  return new URLSearchParams(body.toString()).get('scope') === 'all' ? 'all' : 'email';
}
