import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadSecrets } from '../../config/secrets.ts';
import { webhookTargets } from '../../config/webhook-targets.ts';
import { projectCase, timelineOf } from '../../db/cases.ts';
import { deliveryCounts } from '../../db/webhook-deliveries.ts';
import { createWebhook } from '../../db/webhooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { webhookTypes } from '../../domain/webhooks.ts';
import { runWebhooks } from '../../relay/webhooks.ts';
import { projection, task } from '../db/given.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';

/* On a real Temporal server: what a waiting case tells is confirmed by its workflow. */

let folder: string;
let engine: Engine;
let receiver: Receiver;
let running: Promise<void>;
let aheadMs = 0;
const stopping = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-certainty-'));
  engine = await startEngine('dev-server', {
    ...standardPolicy,
    identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
  });
  receiver = await startReceiver();
  const secrets = loadSecrets(folder);
  await createWebhook(
    engine.db,
    {
      ...{ url: receiver.url, types: [...webhookTypes], description: null },
      ...{ secret: secrets.seal('whsec_c2VjcmV0'), at: new Date().toISOString() },
    },
    { actor: { actorId: 'boss', role: 'admin' }, request: {}, idempotencyKey: null },
  );
  running = runWebhooks(
    {
      ...{ db: engine.db, recoveries: engine.recoveries, secrets },
      targets: webhookTargets({ allowPrivate: true }),
      clock: () => new Date(Date.now() + aheadMs).toISOString(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    },
    stopping.signal,
  );
});
afterAll(async () => {
  stopping.abort();
  await running;
  await engine.stop();
  await receiver.down();
  await rm(folder, { recursive: true });
});

const typesOf = (customerId: string) =>
  receiver.received
    .filter(({ message }) => message.data['customerId'] === customerId)
    .map(({ message }) => message.type);

test('a task is told while its case waits for the result, and the result and the return when they come', async () => {
  const customerId = await engine.customer();
  const caseId = await engine.open(customerId);
  const { taskId } = await engine.task(caseId, 'cause-call');
  await receiver.has(3);
  expect(typesOf(customerId)).toEqual(['case.opened', 'case.step-changed', 'task.created']);
  expect(receiver.received.at(-1)!.message).toMatchObject({
    type: 'task.created',
    data: { taskId, caseId, type: 'cause-call', step: 'cause-analysis' },
  });
  await engine.send(customerId, 'purchase.recorded', {
    ...{ orderId: 'back', amount: 5_000, currency: 'EUR' },
  });
  await receiver.has(5);
  expect(typesOf(customerId)).toContain('customer.regained');
});

test('what was written in an attempt that Temporal discarded, and that nothing followed, is taken back unsaid', async () => {
  const customerId = await engine.customer();
  const caseId = await engine.open(customerId);
  await engine.task(caseId, 'cause-call');
  await settled();
  const record = await engine.until(caseId, ({ revision }) => revision > 0);
  const story = await timelineOf(engine.db, caseId);
  // As if a worker had handled an update, written, and died together with the server, which has forgotten the update.
  const firstSeq = story.length + 1;
  const at = new Date().toISOString();
  await projectCase(
    engine.db,
    projection(record, record.revision + 1, {
      finalBefore: firstSeq,
      state: { step: 'second-loyalty', regainedAt: at, regainedBy: 'purchase' },
      tasks: [task(`${caseId}-phantom`, { createdAt: at })],
      timeline: {
        firstSeq,
        entries: [
          { at, code: 'regained', data: { by: 'purchase' } },
          { at, code: 'task-opened', data: { taskId: `${caseId}-phantom` } },
        ],
      },
    }),
    at,
  );
  expect((await deliveryCounts(engine.db)).counts.held).toBe(2);
  await pause(2_000);
  expect((await deliveryCounts(engine.db)).counts.held).toBe(2);
  aheadMs = 120_000;
  await settled();
  expect(await timelineOf(engine.db, caseId)).toEqual(story);
  expect(await engine.until(caseId, () => true)).toMatchObject({ step: 'cause-analysis' });
  expect(typesOf(customerId)).toEqual(['case.opened', 'case.step-changed', 'task.created']);
});

/** Until nothing is held or on its way. */
async function settled(): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await pause(20)) {
    const { counts } = await deliveryCounts(engine.db);
    if (counts.held + counts.pending === 0) return;
    if (Date.now() > deadline) throw new Error(`Not settled: ${JSON.stringify(counts)}`);
  }
}
