import * as z from 'zod';
import { namesOf } from '../../db/customers.ts';
import { confirmDuplicate, rejectDuplicate } from '../../db/duplicate-decisions.ts';
import { getDuplicate, listDuplicates } from '../../db/duplicates.ts';
import {
  duplicateStatuses,
  duplicateSurenesses,
  likenesses,
  surenessOf,
  type DuplicateRecord,
} from '../../domain/identity.ts';
import { repeated } from '../idempotency.ts';
import { managers, route, type Call } from '../route.ts';
import { caseId, customerId, list, page, timestamp } from '../schemas/common.ts';

const duplicateSchema = z
  .strictObject({
    duplicateId: z.string(),
    customerId: customerId.meta({ description: 'who has appeared' }),
    name: z.string().nullable(),
    formerId: customerId.meta({ description: 'who was lost' }),
    formerName: z.string().nullable(),
    caseId: caseId.meta({ description: 'of the loss' }),
    alike: z.array(z.enum(likenesses)).meta({ description: 'what they have in common' }),
    sureness: z.enum(duplicateSurenesses),
    foundAt: timestamp,
    status: z.enum(duplicateStatuses),
    decidedAt: timestamp.nullable(),
    decidedBy: z.string().nullable(),
  })
  .meta({ id: 'Duplicate' });

async function duplicatesJson(
  db: Call['db'],
  records: DuplicateRecord[],
): Promise<z.output<typeof duplicateSchema>[]> {
  const both = records.flatMap(({ customerId, formerId }) => [customerId, formerId]);
  const names = await namesOf(db, both);
  return records.map((record) => ({
    ...record,
    name: names.get(record.customerId) ?? null,
    formerName: names.get(record.formerId) ?? null,
    sureness: surenessOf(record.alike),
  }));
}

const ofDuplicate = z.strictObject({ duplicateId: z.string() });

async function decided(
  call: Call<{ duplicateId: string }>,
  action: 'duplicate.confirm' | 'duplicate.reject',
) {
  const { db, actor, at, params, idempotencyKey } = call;
  const { duplicateId } = params;
  const decide = action === 'duplicate.confirm' ? confirmDuplicate : rejectDuplicate;
  const told = { asked: { actor, request: {}, idempotencyKey }, at };
  const record = (await repeated(call, { action, target: duplicateId, request: {} }))
    ? (await getDuplicate(db, duplicateId))!
    : await decide(db, duplicateId, told);
  const [body] = await duplicatesJson(db, [record]);
  return { status: 200, body };
}

const answers = { 200: { description: 'What was decided', schema: duplicateSchema } };

export const duplicateRoutes = [
  route({
    method: 'get',
    path: '/api/v1/customers/duplicates',
    name: 'listDuplicates',
    summary: 'Customers who may be lost ones under a new ID, the newest first',
    description: 'Found by mail address, phone, or name and address; a manager decides.',
    roles: managers,
    query: z.strictObject({ status: z.enum(duplicateStatuses).default('open'), ...page }),
    answers: { 200: { description: 'A page of pairs', schema: list(duplicateSchema) } },
    handle: async ({ db, policy, query }) => {
      const { status, ...page } = query;
      const within = policy.recognisedWithin ?? '730d';
      const { items, nextCursor } = await listDuplicates(db, { status, within }, page);
      return { status: 200, body: { items: await duplicatesJson(db, items), nextCursor } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/customers/duplicates/{duplicateId}/confirm',
    name: 'confirmDuplicate',
    summary: 'They are one person: what was bought under the new ID counts for the lost customer',
    description:
      'An open case hears of it like of any purchase, and of what comes under the new ID from now on. This is final.',
    roles: managers,
    params: ofDuplicate,
    answers,
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => decided(call, 'duplicate.confirm'),
  }),
  route({
    method: 'post',
    path: '/api/v1/customers/duplicates/{duplicateId}/reject',
    name: 'rejectDuplicate',
    summary: 'They are two people, and are never reported again',
    roles: managers,
    params: ofDuplicate,
    answers,
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => decided(call, 'duplicate.reject'),
  }),
];
