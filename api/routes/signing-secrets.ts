import * as z from 'zod';
import {
  createSigningSecret,
  listSigningSecrets,
  revokeSigningSecret,
} from '../../db/signing-secrets.ts';
import { DomainError } from '../../domain/errors.ts';
import { remember, repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { route } from '../route.ts';
import { list, page, text, timestamp } from '../schemas/common.ts';

const admins = ['admin'] as const;
const secretFields = {
  secretId: z.string().meta({ description: 'also the ID of who sends events signed with it' }),
  name: z.string(),
  createdAt: timestamp,
  revokedAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable().meta({ description: 'to the minute' }),
};
const secretSchema = z.strictObject(secretFields).meta({ id: 'SigningSecret' });
const newSecretSchema = z
  .strictObject({
    ...secretFields,
    secret: z.string().nullable().meta({
      description:
        'What the sender signs with, as Standard Webhooks writes it. It is shown this once; null when the request is repeated',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    }),
  })
  .meta({ id: 'NewSigningSecret' });

export const signingSecretRoutes = [
  route({
    method: 'get',
    path: '/api/v1/signing-secrets',
    name: 'listSigningSecrets',
    summary: 'List signing secrets, oldest first, without the secrets themselves',
    roles: admins,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of secrets', schema: list(secretSchema) } },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(await listSigningSecrets(db), ({ secretId }) => secretId, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/signing-secrets',
    name: 'createSigningSecret',
    summary: 'Make a secret with which a sales system signs its events',
    description:
      'Two of the same name may be valid, so that a sender can go over from one to the other: make the second, give it to the sender, revoke the first.',
    roles: admins,
    body: z.strictObject({ name: text(200) }),
    example: { name: 'shop' },
    answers: {
      201: { description: 'The secret, shown this once', schema: newSecretSchema },
    },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, secrets, at, body } = call;
      const asked = { action: 'signing-secret.create' as const, request: body };
      const before = await repeated(call, asked);
      if (before) {
        const known = await listSigningSecrets(db);
        const record = known.find(({ secretId }) => secretId === before.target);
        return { status: 201, body: { ...record, secret: null } };
      }
      const { record, secret } = await createSigningSecret(db, { ...body, at, seal: secrets.seal });
      await remember(call, { ...asked, target: record.secretId });
      return { status: 201, body: { ...record, secret } };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/signing-secrets/{secretId}',
    name: 'revokeSigningSecret',
    summary: 'Revoke a signing secret, from now on and for ever',
    roles: admins,
    params: z.strictObject({ secretId: z.string() }),
    answers: { 204: { description: 'Revoked' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at, params } = call;
      const record = await revokeSigningSecret(db, { secretId: params.secretId, at });
      if (!record) throw new DomainError('not-found', 'There is no such signing secret.');
      await remember(call, {
        action: 'signing-secret.revoke',
        target: record.secretId,
        request: {},
      });
      return { status: 204 };
    },
  }),
];
