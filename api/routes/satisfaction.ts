import * as z from 'zod';
import { acceptEvents } from '../../db/events.ts';
import { mailByToken } from '../../db/mails.ts';
import { DomainError } from '../../domain/errors.ts';
import type { MailRecord } from '../../domain/mails.ts';
import { publicPage, readersPage } from '../public-page.ts';
import { route, type Call } from '../route.ts';

/*
 * Where who has come back says, without signing in, how satisfied they are. The first answer counts; who only opens the
 * page, as some mail programs do by themselves, gives none.
 */

const words = {
  de: {
    title: 'Ihre Zufriedenheit',
    ask: 'Wie zufrieden sind Sie mit uns, seit Sie wieder da sind? 0 heißt gar nicht, 10 heißt sehr.',
    done: 'Danke für Ihre Antwort.',
  },
  en: {
    title: 'Your satisfaction',
    ask: 'How satisfied have you been with us since you came back? 0 means not at all, 10 means very.',
    done: 'Thank you for your answer.',
  },
} as const;

const scores = Array.from({ length: 11 }, (_, score) => score);

function form(ask: string): string {
  const buttons = scores.map((score) => `<button name="score" value="${score}">${score}</button>`);
  return `<p>${ask}</p>\n<form method="post">\n<p>${buttons.join('\n')}</p>\n</form>`;
}

type Params = { token: string };

async function theMail({ db, params }: Call<Params>): Promise<MailRecord> {
  const mail = await mailByToken(db, params.token);
  if (!mail?.afterReturn) throw new DomainError('not-found', 'The link belongs to no such mail.');
  return mail;
}

export const satisfactionRoutes = [
  route({
    method: 'get',
    path: '/satisfaction/{token}',
    name: 'showSatisfaction',
    summary: 'The page on which who has come back is asked how satisfied they are',
    ...readersPage,
    handle: async (call) => {
      const language = (await theMail(call)).language ?? 'de';
      const { title, ask } = words[language];
      return publicPage(call.mail, { language, title, content: form(ask) });
    },
  }),
  route({
    method: 'post',
    path: '/satisfaction/{token}',
    name: 'answerSatisfaction',
    summary: 'Say how satisfied one is, 0 to 10; the first answer counts',
    description: 'A form, as browsers send it.',
    ...readersPage,
    accepts: { types: { 'application/x-www-form-urlencoded': {} }, limit: '10kb' },
    asBytes: true,
    bodyOf: ({ body }) => ({ score: scoreIn(body) }),
    body: z.strictObject({ score: z.int('must be a whole number from 0 to 10').min(0).max(10) }),
    handle: async (call) => {
      const { db, policy, at, body } = call;
      const { mailId, customerId, language: chosen } = await theMail(call);
      const type = 'satisfaction.answered';
      const event = { source: 'winback', eventId: `${type}/${mailId}`, type, customerId, time: at };
      const actor = { actorId: 'satisfaction-page', role: 'sales-system' } as const;
      const events = [{ ...event, data: { score: body.score } }];
      await acceptEvents(db, { events, policy, at, actor });
      const language = chosen ?? 'de';
      const { title, done } = words[language];
      return publicPage(call.mail, { language, title, content: `<p>${done}</p>` });
    },
  }),
];

function scoreIn(body: unknown): number {
  const score = Buffer.isBuffer(body) && new URLSearchParams(body.toString()).get('score');
  return score ? Number(score) : NaN;
}
