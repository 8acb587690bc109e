import * as z from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { webhookMessages } from './schemas/webhook-message.ts';

/** Standard Webhooks, as `relay/webhooks.ts` sends them. */
const headers = z.object({
  'webhook-id': z.string().meta({
    description:
      'of this message: the same for every attempt and replay, so that it is acted on once',
    example: 'msg_2hVx0YtE6m1bYb0mQkYJ0fQ4n7u9sK3d',
  }),
  'webhook-timestamp': z.string().meta({
    description: 'when this attempt is made, in seconds since 1970: refuse an old one',
    example: '1774369800',
  }),
  'webhook-signature': z.string().meta({
    description:
      '`v1,` and HMAC-SHA256 in base64 over `<webhook-id>.<webhook-timestamp>.<raw body>`, made with the secret of the webhook; two, separated by a space, in the day after the secret was changed',
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  }),
});

const responses = {
  '2XX': { description: 'Taken. It is not sent again, unless an admin replays it.' },
  '410': { description: 'Nothing is wanted any more: the webhook is disabled.' },
  default: {
    description:
      'Not taken; no answer within 15 seconds and redirects are the same. It is sent again, ten times over some three days; `Retry-After` is kept.',
  },
};

/** What others receive who have made a webhook. */
export function outgoingWebhooks(): ZodOpenApiPathsObject {
  return Object.fromEntries(
    webhookMessages.map(({ type, when, schema, example }) => {
      const post: ZodOpenApiOperationObject = {
        summary: when,
        description:
          'Sent at least once, as soon as it is certain; in order for each customer, unless a message has failed three times. There may be further fields one day.',
        tags: ['webhooks'],
        security: [],
        requestParams: { header: headers },
        requestBody: { required: true, content: { 'application/json': { schema, example } } },
        responses,
      };
      return [type, { post }];
    }),
  );
}
