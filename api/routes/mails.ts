import * as z from 'zod';
import { getMail, listMails, resendMail } from '../../db/mails.ts';
import { DomainError } from '../../domain/errors.ts';
import { languages, mailStatuses, type MailRecord } from '../../domain/mails.ts';
import { repeated } from '../idempotency.ts';
import { managers, route } from '../route.ts';
import { caseId, customerId, list, page, text, timestamp } from '../schemas/common.ts';

const mailSchema = z
  .strictObject({
    mailId: z.string().meta({ example: 'C-1042-e1-mail-ask' }),
    caseId,
    customerId,
    measureId: z.string(),
    templateId: z.string(),
    templateVersion: z.int().nullable().meta({ description: 'null until it is first sent' }),
    language: z.enum(languages).nullable(),
    status: z.enum(mailStatuses).meta({
      description:
        'unclear: it may have been sent, and is sent again only when somebody asks for it; withheld: it was not to be sent any more when its turn came; failed: given up, or refused',
    }),
    recipient: z.string().nullable(),
    subject: z.string().nullable(),
    body: z.string().nullable(),
    createdAt: timestamp,
    nextAttemptAt: timestamp.nullable(),
    attempts: z.int(),
    lastAttemptAt: timestamp.nullable(),
    lastError: z.string().nullable().meta({ description: 'what the mail server said' }),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'Mail' });

function mailJson({
  token: _token,
  possiblySent: _sent,
  afterReturn: _whatFor,
  sendBy: _end,
  notBefore,
  ...mail
}: MailRecord): z.output<typeof mailSchema> {
  return { ...mail, nextAttemptAt: mail.status === 'queued' ? notBefore : null };
}

export const mailRoutes = [
  route({
    method: 'get',
    path: '/api/v1/mails',
    name: 'listMails',
    summary: 'Mails to customers, the newest first',
    roles: managers,
    query: z.strictObject({
      status: z.enum(mailStatuses).optional(),
      caseId: caseId.optional(),
      ...page,
    }),
    answers: { 200: { description: 'A page of mails', schema: list(mailSchema) } },
    handle: async ({ db, query }) => {
      const { limit, cursor, ...filter } = query;
      const { items, nextCursor } = await listMails(db, filter, { limit, cursor });
      return { status: 200, body: { items: items.map(mailJson), nextCursor } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/mails/{mailId}',
    name: 'getMail',
    summary: 'A mail to a customer, and what has become of it',
    roles: managers,
    params: z.strictObject({ mailId: z.string() }),
    answers: { 200: { description: 'The mail', schema: mailSchema } },
    problems: ['not-found'],
    handle: async ({ db, params }) => {
      const record = await getMail(db, params.mailId);
      if (!record) throw new DomainError('not-found', 'There is no such mail.');
      return { status: 200, body: mailJson(record) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/mails/{mailId}/resend',
    name: 'resendMail',
    summary: 'Send a mail again that may have been sent (`unclear`) or was given up (`failed`)',
    description: 'As it was, under the same Message-ID.',
    roles: managers,
    params: z.strictObject({ mailId: text(200) }),
    answers: { 200: { description: 'It is on its way', schema: mailSchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, params, at, actor, idempotencyKey } = call;
      const { mailId } = params;
      const asked = { action: 'mail.resend' as const, target: mailId, request: {} };
      if (!(await repeated(call, asked))) {
        await resendMail(db, { mailId, at }, { actor, idempotencyKey, request: {} });
      }
      const mail = await getMail(db, mailId);
      if (!mail) throw new DomainError('not-found', 'There is no such mail.');
      return { status: 200, body: mailJson(mail) };
    },
  }),
];
