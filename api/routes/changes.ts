import * as z from 'zod';
import { isSession } from '../../db/sessions.ts';
import { route, staff } from '../route.ts';

export const changeRoutes = [
  route({
    method: 'get',
    path: '/api/v1/changes',
    name: 'watchChanges',
    summary: 'Be told whenever something has changed (server-sent events)',
    description:
      'An event `changed` without content: read again what you show. The connection ends after five minutes at the latest; connect again then.',
    roles: staff,
    answers: {
      200: { description: 'Events as they come', schema: z.string(), type: 'text/event-stream' },
    },
    handle: async ({ db, changes, visitor: { session } }) => ({
      status: 200,
      type: 'text/event-stream',
      headers: { 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' },
      stream: (signal) =>
        changes.stream(signal, async () => session === null || isSession(db, session.sessionId)),
    }),
  }),
];
