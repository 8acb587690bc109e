import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import {
  deliveryCounts,
  getDelivery,
  listDeliveries,
  replayDeliveries,
  replayDelivery,
  sendTest,
} from '../../db/webhook-deliveries.ts';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
} from '../../db/webhooks.ts';
import { deliveryStatuses } from '../../domain/webhooks.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { route, type Call } from '../route.ts';
import { list, page, time } from '../schemas/common.ts';
import {
  countedWebhookSchema,
  deliveryJson,
  deliverySchema,
  newWebhookSchema,
  webhookFields,
  webhookJson,
  webhookSchema,
} from '../schemas/webhook.ts';
import { invalid } from '../validation.ts';

const admins = ['admin'] as const;
/** Receivers have a day to take the new secret. */
const rotationMs = 86_400_000;

const ofWebhook = z.strictObject({ webhookId: z.string() });
const ofDelivery = z.strictObject({ webhookId: z.string(), deliveryId: z.string() });

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

async function mustBeAllowed({ targets }: Pick<Call, 'targets'>, url: string): Promise<void> {
  const rule = await targets.brokenRule(url);
  if (rule !== null) throw invalid([{ field: 'url', rule }]);
}

function asked({ actor, idempotencyKey }: Call, request: Record<string, unknown>) {
  return { actor, idempotencyKey, request };
}

export const webhookRoutes = [
  route({
    method: 'get',
    path: '/api/v1/webhooks',
    name: 'listWebhooks',
    summary: 'List webhooks, oldest first, without their secrets',
    roles: admins,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of webhooks', schema: list(webhookSchema) } },
    handle: async ({ db, query, at }) => {
      const all = (await listWebhooks(db)).map((record) => webhookJson(record, at));
      return { status: 200, body: pageOfAll(all, ({ webhookId }) => webhookId, query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/webhooks',
    name: 'createWebhook',
    summary: 'Have another system told what happens',
    description:
      'Messages follow Standard Webhooks: POST with `{type, timestamp, data}`, signed in `webhook-signature`, at least once under the same `webhook-id`, for some three days. Any 2xx takes a message, 410 disables the webhook, redirects are not followed.',
    roles: admins,
    body: z.strictObject({
      url: webhookFields.url,
      types: webhookFields.types,
      description: webhookFields.description.optional(),
    }),
    example: {
      url: 'https://crm.example/winback',
      types: ['case.opened', 'case.closed', 'customer.regained'],
      description: 'Our CRM',
    },
    answers: {
      201: { description: 'The webhook, with its secret this once', schema: newWebhookSchema },
    },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, body, secrets } = call;
      const before = await repeated(call, { action: 'webhook.create', request: body });
      if (before) {
        const record = await getWebhook(db, before.target);
        return { status: 201, body: { ...webhookJson(record, at), secret: null } };
      }
      await mustBeAllowed(call, body.url);
      const secret = newSecret();
      const { url, types, description = null } = body;
      const endpoint = { url, types, description, secret: secrets.seal(secret), at };
      const record = await createWebhook(db, endpoint, asked(call, body));
      return { status: 201, body: { ...webhookJson(record, at), secret } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/webhooks/{webhookId}',
    name: 'getWebhook',
    summary: 'One webhook, with how many messages wait, are delivered or given up',
    roles: admins,
    params: ofWebhook,
    answers: { 200: { description: 'The webhook', schema: countedWebhookSchema } },
    problems: ['not-found'],
    handle: async ({ db, params: { webhookId }, at }) => {
      const record = await getWebhook(db, webhookId);
      const { counts } = await deliveryCounts(db, webhookId);
      return { status: 200, body: { ...webhookJson(record, at), deliveries: counts } };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/webhooks/{webhookId}',
    name: 'changeWebhook',
    summary: 'Change a webhook, disable it or enable it again',
    description:
      'What is left out stays. While it is disabled nothing is sent, and what happens meanwhile waits for up to 30 days; enabling it sends what waits at once.',
    roles: admins,
    params: ofWebhook,
    body: z.strictObject({
      url: webhookFields.url.exactOptional(),
      types: webhookFields.types.exactOptional(),
      description: webhookFields.description.nullable().exactOptional(),
      status: z.enum(['enabled', 'disabled']).exactOptional(),
    }),
    example: { status: 'disabled' },
    answers: { 200: { description: 'The webhook as it is now', schema: webhookSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at, body, params } = call;
      if (body.url !== undefined) await mustBeAllowed(call, body.url);
      const change = { ...body, webhookId: params.webhookId, at };
      const record = await changeWebhook(db, change, asked(call, body));
      return { status: 200, body: webhookJson(record, at) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/webhooks/{webhookId}',
    name: 'deleteWebhook',
    summary: 'Delete a webhook with everything that waits for it',
    roles: admins,
    params: ofWebhook,
    answers: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
    handle: async (call) => {
      await deleteWebhook(call.db, { ...call.params, at: call.at }, asked(call, {}));
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/webhooks/{webhookId}/rotate-secret',
    name: 'rotateWebhookSecret',
    summary: 'Give a webhook a new secret',
    description: 'For a day messages carry the signatures of both secrets.',
    roles: admins,
    params: ofWebhook,
    answers: {
      200: { description: 'The webhook, with its new secret this once', schema: newWebhookSchema },
    },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, secrets, params } = call;
      const { webhookId } = params;
      const target = { action: 'webhook.rotate' as const, target: webhookId, request: {} };
      if (await repeated(call, target)) {
        const record = await getWebhook(db, webhookId);
        return { status: 200, body: { ...webhookJson(record, at), secret: null } };
      }
      const secret = newSecret();
      const previousUntil = new Date(Date.parse(at) + rotationMs).toISOString();
      const rotation = { webhookId, secret: secrets.seal(secret), previousUntil, at };
      const record = await rotateSecret(db, rotation, asked(call, {}));
      return { status: 200, body: { ...webhookJson(record, at), secret } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/webhooks/{webhookId}/test',
    name: 'testWebhook',
    summary: 'Send a message of type webhook.test',
    roles: admins,
    params: ofWebhook,
    answers: { 202: { description: 'The message, on its way', schema: deliverySchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, params } = call;
      const { webhookId } = params;
      const request = { webhookId };
      const before = await repeated(call, { action: 'webhook.test', request });
      const delivery = before
        ? await getDelivery(db, { webhookId, deliveryId: before.target })
        : await sendTest(db, { webhookId, at }, asked(call, request));
      return { status: 202, body: deliveryJson(delivery) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/webhooks/{webhookId}/deliveries',
    name: 'listWebhookDeliveries',
    summary: 'What a webhook was told and is still to be told, newest first',
    description: 'What is delivered or given up stays for 30 days.',
    roles: admins,
    params: ofWebhook,
    query: z.strictObject({ ...page, status: z.enum(deliveryStatuses).optional() }),
    answers: { 200: { description: 'A page of messages', schema: list(deliverySchema) } },
    problems: ['not-found'],
    handle: async ({ db, params: { webhookId }, query: { status, ...page } }) => {
      await getWebhook(db, webhookId);
      const { items, nextCursor } = await listDeliveries(db, { webhookId, status }, page);
      return { status: 200, body: { items: items.map(deliveryJson), nextCursor } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/webhooks/{webhookId}/replay',
    name: 'replayWebhookDeliveries',
    summary: 'Send many messages again, under the same webhook-ids',
    description:
      'Those that were given up, unless `status` says otherwise, and that happened from `since` until before `until`. Messages of one customer are sent in their order.',
    roles: admins,
    params: ofWebhook,
    body: z.strictObject({
      since: time.optional(),
      until: time.optional(),
      status: z
        .enum(['failed', 'delivered'])
        .default('failed')
        .meta({ description: 'delivered: for a receiver that has lost what it took' }),
    }),
    example: { since: '2026-03-24T16:30:00Z' },
    answers: {
      202: {
        description: 'They are on their way again',
        schema: z
          .strictObject({ replayed: z.int().min(0).meta({ description: 'how many messages' }) })
          .meta({ id: 'Replayed' }),
      },
    },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, params, body } = call;
      const target = {
        action: 'webhook.replay-all' as const,
        target: params.webhookId,
        request: body,
      };
      const before = await repeated(call, target);
      if (before) return { status: 202, body: before.request['answer'] };
      const replayed = await replayDeliveries(db, { ...params, ...body, at }, asked(call, body));
      return { status: 202, body: { replayed } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/webhooks/{webhookId}/deliveries/{deliveryId}/replay',
    name: 'replayWebhookDelivery',
    summary: 'Send a message again, under the same webhook-id',
    roles: admins,
    params: ofDelivery,
    answers: { 202: { description: 'The message, on its way again', schema: deliverySchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, params } = call;
      const target = { action: 'webhook.replay' as const, target: params.deliveryId, request: {} };
      const delivery = (await repeated(call, target))
        ? await getDelivery(db, params)
        : await replayDelivery(db, { ...params, at }, asked(call, {}));
      return { status: 202, body: deliveryJson(delivery) };
    },
  }),
];
