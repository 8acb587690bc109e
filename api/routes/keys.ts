import * as z from 'zod';
import { createKey, listKeys, revokeKey } from '../../db/keys.ts';
import { DomainError, refused } from '../../domain/errors.ts';
import { roles } from '../../domain/words.ts';
import { remember, repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { route } from '../route.ts';
import { list, page, text, time, timestamp } from '../schemas/common.ts';
import { invalid } from '../validation.ts';

const admins = ['admin'] as const;
const keyFields = {
  keyId: z.string().meta({ description: 'also the ID of who acts with it' }),
  name: z.string(),
  role: z.enum(roles),
  createdAt: timestamp,
  expiresAt: timestamp.nullable().meta({ description: 'null: never' }),
  revokedAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable().meta({ description: 'to the minute' }),
};
const keySchema = z.strictObject(keyFields).meta({ id: 'Key' });
const newKeySchema = z
  .strictObject({
    ...keyFields,
    secret: z.string().nullable().meta({
      description:
        'What Authorization: Bearer takes. It is shown this once; null when the request is repeated',
    }),
  })
  .meta({ id: 'NewKey' });

export const keyRoutes = [
  route({
    method: 'get',
    path: '/api/v1/keys',
    name: 'listKeys',
    summary: 'List keys, oldest first, without their secrets',
    roles: admins,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of keys', schema: list(keySchema) } },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(await listKeys(db), ({ keyId }) => keyId, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/keys',
    name: 'createKey',
    summary: 'Make a key for a person or a program',
    roles: admins,
    body: z.strictObject({
      name: text(200),
      role: z.enum(roles),
      expiresAt: time.nullable().optional().meta({
        description: 'revoked by itself then; null or left out: never',
      }),
    }),
    example: { name: 'Recovery agent 1', role: 'agent' },
    answers: { 201: { description: 'The key, with its secret this once', schema: newKeySchema } },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, body } = call;
      const asked = { action: 'key.create' as const, request: body };
      const before = await repeated(call, asked);
      if (before) {
        const record = (await listKeys(db)).find(({ keyId }) => keyId === before.target);
        return { status: 201, body: { ...record, secret: null } };
      }
      if (body.expiresAt && body.expiresAt <= at) {
        throw invalid([{ field: 'expiresAt', rule: 'must be in the future' }]);
      }
      const { record, secret } = await createKey(db, { ...body, at });
      await remember(call, { ...asked, target: record.keyId });
      return { status: 201, body: { ...record, secret } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/keys/{keyId}',
    name: 'revokeKey',
    summary: 'Revoke a key, from now on and for ever',
    roles: admins,
    params: z.strictObject({ keyId: z.string() }),
    answers: { 204: { description: 'Revoked; its open tasks are back in the team queue' } },
    problems: ['not-found', 'conflict'],
    handle: async (call) => {
      const { db, actor, at, params } = call;
      if (params.keyId === actor.actorId) {
        throw refused('own-key');
      }
      const record = await revokeKey(db, { keyId: params.keyId, actor, at });
      if (!record) throw new DomainError('not-found', 'There is no such key.');
      await remember(call, { action: 'key.revoke', target: record.keyId, request: {} });
      return { status: 204 };
    },
  }),
];
