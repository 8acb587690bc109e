import * as z from 'zod';
import type { WebhookDelivery, WebhookRecord } from '../../domain/webhooks.ts';
import {
  deliveryStatuses,
  endpointStatuses,
  failsForDays,
  messageTypes,
  webhookTypes,
  type DeliveryStatus,
} from '../../domain/webhooks.ts';
import { text, timestamp } from './common.ts';
import { webhookMessages } from './webhook-message.ts';

/** What an admin gives. */
export const webhookFields = {
  url: z.string().min(1).max(2_000).meta({
    description: 'https only; no private, local or reserved address, unless the operator allows it',
    example: 'https://crm.example/winback',
  }),
  types: z
    .array(z.enum(webhookTypes))
    .min(1)
    .max(webhookTypes.length)
    .refine((types) => new Set(types).size === types.length, 'must not hold a type twice')
    .meta({ description: 'what it wants to hear of', example: ['case.opened', 'case.closed'] }),
  description: text(500),
};

const webhookShown = {
  webhookId: z.string(),
  url: z.string(),
  types: z.array(z.enum(webhookTypes)),
  description: z.string().nullable(),
  status: z.enum(endpointStatuses).meta({
    description: 'gone: its receiver answered 410. What happens meanwhile waits for up to 30 days',
  }),
  createdAt: timestamp,
  updatedAt: timestamp,
  previousSecretUntil: timestamp
    .nullable()
    .meta({ description: 'until then messages carry the signature of the old secret as well' }),
  failingSince: timestamp
    .nullable()
    .meta({ description: 'since when it has answered nothing but failures' }),
  failingForDays: z.boolean().meta({ description: 'it needs somebody to look at it' }),
  consecutiveFailures: z.int().min(0),
  lastSuccessAt: timestamp.nullable(),
  lastError: z.string().nullable(),
};
export const webhookSchema = z.strictObject(webhookShown).meta({ id: 'Webhook' });
export const countedWebhookSchema = z
  .strictObject({
    ...webhookShown,
    deliveries: z
      .strictObject(
        Object.fromEntries(deliveryStatuses.map((status) => [status, z.int()])) as Record<
          DeliveryStatus,
          z.ZodInt
        >,
      )
      .meta({ description: 'how many there are of each status' }),
  })
  .meta({ id: 'WebhookWithCounts' });
export const newWebhookSchema = z
  .strictObject({
    ...webhookShown,
    secret: z.string().nullable().meta({
      description:
        'What messages are signed with (Standard Webhooks). It is shown this once; null when the request is repeated',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    }),
  })
  .meta({ id: 'NewWebhook' });

export function webhookJson(record: WebhookRecord, now: string): z.output<typeof webhookSchema> {
  return { ...record, failingForDays: failsForDays(record.failingSince, now) };
}

export const deliverySchema = z
  .strictObject({
    deliveryId: z.string().meta({
      description: 'its `webhook-id`: the same for every attempt and replay',
      example: 'msg_2hVx0YtE6m1bYb0mQkYJ0fQ4n7u9sK3d',
    }),
    webhookId: z.string(),
    type: z.enum(messageTypes),
    status: z.enum(deliveryStatuses).meta({
      description:
        'held: not certain yet; pending: on its way; failed: given up, replay it when the receiver is well',
    }),
    occurredAt: timestamp,
    attempts: z.int().min(0),
    nextAttemptAt: timestamp.nullable(),
    lastAttemptAt: timestamp.nullable(),
    responseStatus: z.int().nullable(),
    responseBody: z.string().nullable().meta({ description: 'how the last failure began' }),
    lastError: z.string().nullable(),
    finishedAt: timestamp.nullable(),
    message: z
      .union(webhookMessages.map(({ schema }) => schema))
      .meta({ description: 'the body: IDs and codes, nothing personal' }),
  })
  .meta({ id: 'WebhookDelivery' });

type Message = z.output<typeof deliverySchema>['message'];

export function deliveryJson({
  payload,
  ...record
}: WebhookDelivery): z.output<typeof deliverySchema> {
  return { ...record, message: JSON.parse(payload) as Message };
}
