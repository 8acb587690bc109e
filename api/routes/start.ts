import * as z from 'zod';
import { startOfData } from '../../db/start.ts';
import { route, staff } from '../route.ts';
import { count, timestamp } from '../schemas/common.ts';

const startSchema = z
  .strictObject({
    customers: count,
    exampleSince: timestamp
      .nullable()
      .meta({ description: 'when the example was loaded; null: what is here is real' }),
    lastEvent: z
      .strictObject({ at: timestamp, type: z.string(), source: z.string() })
      .nullable()
      .meta({ description: 'the last one that the sales system sent' }),
  })
  .meta({ id: 'Start' });

export const startRoutes = [
  route({
    method: 'get',
    path: '/api/v1/start',
    name: 'getStart',
    summary: 'Whether there are customers yet, and where they come from',
    roles: staff,
    answers: { 200: { description: 'What there is', schema: startSchema } },
    handle: async ({ db }) => ({ status: 200, body: await startOfData(db) }),
  }),
];
