import * as z from 'zod';
import { auditActions } from '../../domain/audit.ts';
import { commandStatuses } from '../../domain/records.ts';
import { listAudit } from '../../db/audit.ts';
import { roles } from '../../domain/words.ts';
import { route } from '../route.ts';
import { caseId, count, dayOrTime, list, page, text, timestamp } from '../schemas/common.ts';

const entrySchema = z
  .strictObject({
    entryId: z.string(),
    at: timestamp,
    actorId: z.string().meta({
      description: 'of a key or a user; else the name of a part of winback, or `unknown`',
    }),
    actorName: z.string().nullable().meta({ description: 'as it is now' }),
    role: z.enum(roles),
    action: z.string().meta({ example: 'task.complete' }),
    target: z.string().meta({ description: 'ID of what it is about' }),
    targetName: z.string().nullable().meta({ description: 'of a key or a user, as it is now' }),
    caseId: caseId.nullable(),
    status: z.enum(commandStatuses),
    times: count.meta({
      description: 'more than 1 where it is counted by the hour, such as refused sign-ins',
    }),
  })
  .meta({ id: 'AuditEntry' });

export const auditRoutes = [
  route({
    method: 'get',
    path: '/api/v1/audit',
    name: 'listAudit',
    summary: 'Who did what, the newest first',
    description:
      'Without anything personal: what was written or said stands with the case alone. Refused sign-ins are counted by the hour, for each user, and together for all mail addresses that nobody here has.',
    roles: ['admin'],
    query: z.strictObject({
      actor: text(100).optional().meta({ description: 'ID of a key or a user' }),
      action: z.enum(auditActions).optional(),
      target: text(200).optional(),
      from: dayOrTime.optional(),
      until: dayOrTime.optional().meta({ description: 'not included' }),
      ...page,
    }),
    answers: { 200: { description: 'A page of entries', schema: list(entrySchema) } },
    handle: async ({ db, query }) => {
      const { limit, cursor, ...filter } = query;
      return { status: 200, body: await listAudit(db, filter, { limit, cursor }) };
    },
  }),
];
