import { createHash } from 'node:crypto';
import * as z from 'zod';
import { acceptEvents, listUnknownEventTypes } from '../../db/events.ts';
import { remember, repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, type Call } from '../route.ts';
import { count, list, page, timestamp } from '../schemas/common.ts';
import {
  binaryHeaders,
  eventsBody,
  eventsIn,
  isOfUnknownType,
  salesEvent,
} from '../schemas/event.ts';

const data = { orderId: '77', amount: 4_990, currency: 'EUR' };
const purchase = {
  specversion: '1.0',
  id: 'A-77',
  source: 'https://shop.example',
  type: 'purchase.recorded',
  time: '2026-03-24T16:30:00Z',
  subject: 'C-1042',
  data,
};
const withdrawal = { ...purchase, id: 'A-78', type: 'cancellation.withdrawn', data: {} };
const structured = { structured: { summary: 'One event, structured', value: purchase } };
const batched = { batched: { summary: 'A batch', value: [purchase, withdrawal] } };
const binary = {
  binary: {
    summary: 'Binary mode: the data, with ce-specversion, ce-id, ce-source, ce-type … as headers',
    value: data,
  },
};

async function taken({ db, policy, at, actor, metrics }: Call, body: z.output<typeof eventsBody>) {
  const events = body.map((event) => salesEvent(event, at));
  const answer = await acceptEvents(db, { events, policy, at, actor });
  metrics.received(events, answer);
  return answer;
}

export const eventRoutes = [
  route({
    method: 'post',
    path: '/api/v1/events',
    name: 'acceptEvents',
    summary: 'Report what happened in the sales system',
    description:
      'One CloudEvent 1.0 or a batch of up to 1,000, all or nothing: structured, batched, or in binary mode (`ce-*` headers, the body is `data`). An event whose `source` and `id` were seen before is a duplicate and changes nothing. In a batch of more than 20 that holds nothing but purchases, deliveries and customers, the first two are kept before the answer and take effect soon after it; everything else takes effect before it. Events may come late and in any order. Types that are not known here are kept whatever their subject and data (in binary mode: a body of any media type), counted, and change nothing. In place of a key a request may carry a signature by Standard Webhooks.',
    roles: ['sales-system', 'admin'],
    signed: true,
    body: eventsBody,
    bodyOf: eventsIn,
    acceptsAnyType: isOfUnknownType,
    headers: binaryHeaders,
    accepts: {
      types: {
        'application/json': { ...structured, ...batched, ...binary },
        'application/cloudevents+json': structured,
        'application/cloudevents-batch+json': batched,
      },
      limit: '5mb',
    },
    answers: {
      202: {
        description: 'Accepted: they are stored and will take effect',
        schema: z.strictObject({ accepted: count, duplicates: count }).meta({ id: 'Accepted' }),
      },
    },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { body, idempotencyKey } = call;
      if (idempotencyKey === null) return { status: 202, body: await taken(call, body) };
      // The events themselves are kept where they can be erased.
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const asked = { action: 'events.accept' as const, target: 'events', request: { digest } };
      const before = await repeated(call, asked);
      if (before) return { status: 202, body: before.request['answer'] };
      const answer = await taken(call, body);
      await remember(call, { ...asked, answer });
      return { status: 202, body: answer };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/reports/unknown-events',
    name: 'reportUnknownEvents',
    summary: 'Types of events that came and are not known here, the last seen first',
    roles: managers,
    query: z.strictObject(page),
    answers: {
      200: {
        description: 'A page of types',
        schema: list(
          z
            .strictObject({
              type: z.string(),
              events: count,
              firstSeenAt: timestamp,
              lastSeenAt: timestamp,
              lastSource: z.string().meta({ description: '`source` of the last one' }),
            })
            .meta({ id: 'UnknownEventType' }),
        ),
      },
    },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(await listUnknownEventTypes(db), ({ type }) => type, query),
    }),
  }),
];
