import { createHash } from 'node:crypto';
import * as z from 'zod';
import { acceptEvents } from '../../db/events.ts';
import { remember, repeated } from '../idempotency.ts';
import { route } from '../route.ts';
import { eventsBody, salesEvent } from '../schemas/event.ts';

const count = z.int().min(0);

export const eventRoutes = [
  route({
    method: 'post',
    path: '/api/v1/events',
    name: 'acceptEvents',
    summary: 'Report what happened in the sales system',
    description:
      'One CloudEvent 1.0 or a batch of up to 1,000, all or nothing. An event whose `source` and `id` were seen before is a duplicate and changes nothing. Types that are not known here are kept and change nothing.',
    roles: ['sales-system', 'admin'],
    body: eventsBody,
    accepts: {
      types: [
        'application/json',
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
      ],
      limit: '5mb',
    },
    example: {
      specversion: '1.0',
      id: 'A-77',
      source: 'https://shop.example',
      type: 'purchase.recorded',
      time: '2026-03-24T16:30:00Z',
      subject: 'C-1042',
      data: { orderId: '77', amount: 4_990, currency: 'EUR' },
    },
    answers: {
      202: {
        description: 'Accepted: they are stored and will take effect',
        schema: z.strictObject({ accepted: count, duplicates: count }).meta({ id: 'Accepted' }),
      },
    },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, policy, actor, at, body, idempotencyKey } = call;
      // The events themselves are kept where they can be erased.
      const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const asked = { action: 'events.accept', target: 'events', request: { digest } };
      const before = await repeated(call, asked);
      if (before) return { status: 202, body: before.request['answer'] };
      const events = body.map((event) => salesEvent(event, at));
      const answer = await acceptEvents(db, { events, policy, at, actor });
      if (idempotencyKey !== null) await remember(call, { ...asked, answer });
      return { status: 202, body: answer };
    },
  }),
];
