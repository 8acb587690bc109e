import type { Db } from '../../db/open.ts';
import { listDeliveries, takeDeliveries } from '../../db/webhook-deliveries.ts';
import type { TimelineCode, TimelineData } from '../../domain/timeline.ts';
import { anOpenCase, minute, projection, task } from './given.ts';

/* What the tests of webhooks begin with. */

export const asked = {
  actor: { actorId: 'boss', role: 'admin' } as const,
  request: {},
  idempotencyKey: null,
};
export const entry = (code: TimelineCode, data: TimelineData = {}, at = minute(1)) => ({
  at,
  code,
  data,
});

/** Everything that the endpoint has or is to hear, oldest first: `status occurrence`-like lines. */
export async function told(db: Db, webhookId: string): Promise<string[]> {
  const { items } = await listDeliveries(db, { webhookId }, { limit: 200 });
  return items.reverse().map(({ status, type, payload }) => {
    const { data } = JSON.parse(payload) as { data: Record<string, string> };
    return `${status} ${type} ${data['taskId'] ?? data['step'] ?? data['caseId']}`;
  });
}

export const after = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

export const take = (db: Db, webhookId: string, now: string, limit = 10) =>
  takeDeliveries(db, { webhookId, now, lease: after(now, 30_000), limit });

export const failure = {
  error: 'the receiver answered 500',
  responseStatus: 500,
  responseBody: null,
  pausedUntil: null,
  gone: false,
};

/** A case whose first write tells of a task. */
export async function aCaseWithTask(db: Db) {
  const record = await anOpenCase(db, 'C1');
  const first = projection(record, 10, {
    finalBefore: 1,
    tasks: [task('t1')],
    timeline: {
      firstSeq: 1,
      entries: [
        entry('opened'),
        entry('step-entered', { step: 'measures' }),
        entry('task-opened', { taskId: 't1' }),
      ],
    },
  });
  return { record, first };
}
