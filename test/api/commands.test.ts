import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readinessOf } from '../../api/readiness.ts';
import { noteWorkerAlive } from '../../db/health.ts';
import { demoPolicy } from '../../domain/standard-policy.ts';
import type { TaskType } from '../../domain/tasks.ts';
import type { Role } from '../../domain/words.ts';
import { startApi, type Api, type Json } from '../support/api.ts';
import { startEngine, type Engine } from '../support/engine.ts';

/** Nothing falls due by itself while a test looks at it. */
const policy = {
  ...demoPolicy,
  name: 'patient',
  causeAnalysis: { call: { ...demoPolicy.causeAnalysis.call, window: '1h' as const } },
  measures: {
    ...demoPolicy.measures,
    call: { ...demoPolicy.measures.call, window: '1h' as const },
  },
};

let engine: Engine;
let api: Api;
/** the same, but it cannot reach Temporal, and leaves commands to the relay at once */
let cutOff: Api;
beforeAll(async () => {
  engine = await startEngine('dev-server', policy);
  const { env, db, recoveries } = engine;
  const place = { connection: env.connection, namespace: 'default', taskQueue: 'winback-test' };
  const readiness = readinessOf({ db, ...place });
  const limits = { patienceMs: 10_000 };
  api = await startApi({ databaseOf: engine, recoveries, readiness, limits });
  cutOff = await startApi({ databaseOf: engine, limits: { leaseMs: 0 } });
});
afterAll(async () => {
  await api.stop();
  await cutOff.stop();
  await engine.stop();
});

async function openCase(): Promise<string> {
  const customerId = await engine.customer();
  const { body } = await api.post('/api/v1/cases', { customerId, trigger: 'manual' });
  return body.caseId;
}
async function openTask(
  type: TaskType = 'cause-call',
): Promise<{ caseId: string; taskId: string }> {
  const caseId = await openCase();
  return { caseId, taskId: (await engine.task(caseId, type)).taskId };
}
const act = (on: Api, taskId: string, verb: string, body: object, headers = {}) =>
  on.post(`/api/v1/tasks/${taskId}/${verb}`, body, { as: 'agent', headers });
const command = (caseId: string, verb: string, body: object, as: Role = 'manager') =>
  api.post(`/api/v1/cases/${caseId}/${verb}`, body, { as });
const answered = { outcome: 'answered', cause: 'disappointed-service', note: 'Waited two weeks.' };
const reason = 'Settled by phone.';
const inFuture = (ms: number) => new Date(Date.now() + ms).toISOString();

async function finished(commandId: string) {
  for (;;) {
    const { body } = await api.get(`/api/v1/commands/${commandId}`);
    if (body.status !== 'pending') return body;
  }
}

/** Everything that the history of a customer's workflow carries. */
async function payloadsOf(customerId: string): Promise<string> {
  const handle = engine.env.client.workflow.getHandle(`recovery-${customerId}`);
  const history = JSON.stringify(await handle.fetchHistory());
  const payloads = history.matchAll(/"data":"([^"]+)"/g);
  return [...payloads].map(([, data]) => Buffer.from(data!, 'base64').toString()).join();
}

describe('completing a task', () => {
  test('answers when it is written, and drives the next step by itself', async () => {
    const { caseId, taskId } = await openTask();
    const { status, body } = await act(api, taskId, 'complete', { result: answered });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      taskId,
      status: 'done',
      result: answered,
      completedBy: api.keys.agent.record.keyId,
    });
    expect((await api.get(`/api/v1/cases/${caseId}`)).body).toMatchObject({
      cause: 'disappointed-service',
      causes: {
        stated: null,
        assessed: {
          cause: 'disappointed-service',
          note: 'Waited two weeks.',
          by: api.keys.agent.record.keyId,
        },
        verified: null,
      },
      contacted: true,
    });
    expect((await engine.task(caseId, 'remedy')).status).toBe('open');
  });

  test('of a cause call keeps all that was found out, and the workflow gets the codes alone', async () => {
    const { caseId, taskId } = await openTask();
    const result = {
      ...{ outcome: 'answered', cause: 'better-offer-product', sureness: 'low' },
      ...{ furtherCauses: ['neglected'], competitor: 'Acme Records', note: 'More jazz there.' },
    };
    const { status } = await act(api, taskId, 'complete', { result });
    expect(status).toBe(200);
    const { body } = await api.get(`/api/v1/cases/${caseId}`);
    const { outcome: _, ...known } = result;
    expect(body.causes.assessed).toMatchObject({ ...known, category: null });
    const payloads = await payloadsOf(body.customerId);
    expect(payloads).toContain('better-offer-product');
    expect(payloads).not.toMatch(/Acme|jazz/);
  });

  test.each([
    [{ category: 'neglected.unheard-of' }, 'result.category'],
    [{ furtherCauses: ['neglected'] }, 'result.furtherCauses'],
    [{ furtherCauses: 'no-need' }, 'result.furtherCauses'],
    [{ sureness: 'very' }, 'result.sureness'],
  ])('of a cause call with %j is refused for its field', async (more, field) => {
    const { taskId } = await openTask();
    const result = { outcome: 'answered', cause: 'neglected', ...more };
    const { status, body } = await act(api, taskId, 'complete', { result });
    expect([status, body.errors[0].field]).toEqual([400, field]);
    const refused = { outcome: 'refused', sureness: 'low' };
    expect((await act(api, taskId, 'complete', { result: refused })).status).toBe(400);
  });

  test('a second time answers 409 and changes nothing', async () => {
    const { taskId } = await openTask();
    const complete = (outcome: string) => act(api, taskId, 'complete', { result: { outcome } });
    const answers = await Promise.all([complete('no-answer'), complete('refused')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers.find(({ status }) => status === 200)!.body.result;
    expect((await complete('wrong-number')).body.code).toBe('task-not-open');
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body.result).toEqual(won);
  });

  test('with the same key again gives the same answer', async () => {
    const { taskId } = await openTask();
    const headers = { 'idempotency-key': `complete-${taskId}` };
    const complete = (result: object) => act(api, taskId, 'complete', { result }, headers);
    const [first, second] = await Promise.all([complete(answered), complete(answered)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await complete(answered)).body).toEqual(first.body);
    const other = await complete({ outcome: 'refused' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  test('leaves what the customer said out of the workflow', async () => {
    const { caseId, taskId } = await openTask();
    await act(api, taskId, 'complete', { result: answered });
    const { customerId } = (await api.get(`/api/v1/cases/${caseId}`)).body;
    const payloads = await payloadsOf(customerId);
    expect(payloads).toContain('disappointed-service');
    expect(payloads).not.toMatch(/two weeks|Mustermann/);
  });

  test('while Temporal is out of reach is kept, and applied as soon as it is back', async () => {
    const { caseId, taskId } = await openTask();
    const kept = await act(cutOff, taskId, 'complete', { result: answered });
    expect([kept.status, kept.body.status]).toEqual([202, 'kept']);
    expect(await finished(kept.body.commandId)).toMatchObject({ status: 'done', error: null });
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body).toMatchObject({
      status: 'done',
      result: answered,
      completedBy: cutOff.keys.agent.record.keyId,
    });
    await engine.task(caseId, 'remedy');
  });
});

describe('a result that can be undone', () => {
  const held = { result: answered, undoForSeconds: 2 };
  const undo = (commandId: string, as: Role = 'agent') =>
    api.post(`/api/v1/commands/${commandId}/undo`, undefined, { as });

  test('is kept for so long, and then drives the next step by itself', async () => {
    const { caseId, taskId } = await openTask();
    const { status, body } = await act(api, taskId, 'complete', held);
    expect([status, body.status]).toEqual([202, 'kept']);
    expect(Date.parse(body.undoUntil)).toBeGreaterThan(Date.now());
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body).toMatchObject({
      status: 'open',
      keptResult: {
        commandId: body.commandId,
        by: api.keys.agent.record.keyId,
        outcome: 'answered',
        undoUntil: body.undoUntil,
      },
    });
    const second = await act(api, taskId, 'complete', { result: { outcome: 'refused' } });
    expect([second.status, second.body.code]).toEqual([409, 'conflict']);
    expect(await finished(body.commandId)).toMatchObject({ status: 'done', undoUntil: null });
    expect(Date.now()).toBeGreaterThan(Date.parse(body.undoUntil));
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body).toMatchObject({
      ...{ status: 'done', result: answered, keptResult: null },
      completedBy: api.keys.agent.record.keyId,
    });
    await engine.task(caseId, 'remedy');
    const late = await undo(body.commandId);
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  });

  test('is as if it had never been told once it is undone', async () => {
    const { caseId, taskId } = await openTask();
    const { commandId } = (await act(api, taskId, 'complete', held)).body;
    expect((await undo(commandId)).body).toMatchObject({ status: 'undone' });
    expect((await undo(commandId)).status).toBe(200);
    await pause(2_200);
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body).toMatchObject({
      ...{ status: 'open', keptResult: null, result: null },
    });
    expect(await engine.story(caseId)).not.toContainEqual(expect.stringContaining('task-done'));
    const right = await act(api, taskId, 'complete', { result: { outcome: 'no-answer' } });
    expect(right.status).toBe(200);
  });

  test('is not handed out as work meanwhile, and nobody else undoes it', async () => {
    const { taskId } = await openTask();
    await act(api, taskId, 'claim', {});
    const { commandId } = (await act(api, taskId, 'complete', held)).body;
    const next = await api.post('/api/v1/tasks/next', {}, { as: 'agent' });
    expect(next.body.task?.taskId).not.toBe(taskId);
    const others = await api.call('POST', `/api/v1/commands/${commandId}/undo`, {
      headers: { authorization: `Bearer ${cutOff.keys.agent.secret}` },
      as: null,
    });
    expect(others.status).toBe(404);
    expect((await undo(commandId, 'manager')).status).toBe(200);
  });
});

describe('rescheduling a task', () => {
  test('moves its due time', async () => {
    const { taskId } = await openTask();
    const dueAt = inFuture(30_000);
    const { status, body } = await act(api, taskId, 'reschedule', { dueAt });
    expect([status, body.dueAt]).toEqual([200, dueAt]);
    expect(body.deadlineAt > dueAt).toBe(true);
  });

  test('into the past is refused by the case', async () => {
    const { taskId } = await openTask();
    const headers = { 'idempotency-key': `reschedule-${taskId}` };
    const dueAt = inFuture(-60_000);
    const move = () => act(api, taskId, 'reschedule', { dueAt }, headers);
    const { status, body } = await move();
    expect([status, body.code]).toEqual([422, 'refused']);
    const rule = expect.stringMatching(/^must be in the future and at most \d+\w away$/);
    expect(body.errors).toEqual([{ field: 'dueAt', rule }]);
    expect((await move()).body).toMatchObject({ status: 422, detail: body.detail });
  });
});

describe("a manager's commands", () => {
  test('pause and resume a case', async () => {
    const { caseId } = await openTask();
    const until = inFuture(30_000);
    const paused = await command(caseId, 'pause', { reason, until });
    expect([paused.status, paused.body.pausedUntil]).toEqual([200, until]);
    const resumed = await command(caseId, 'resume', { reason });
    expect([resumed.status, resumed.body.pausedUntil]).toEqual([200, null]);
  });

  test('close a case with its tasks, once', async () => {
    const { caseId, taskId } = await openTask();
    const closed = await command(caseId, 'close', { reason });
    expect(closed.status).toBe(200);
    expect(closed.body).toMatchObject({
      status: 'closed',
      outcome: 'closed-by-manager',
      endReason: 'manager-closed',
    });
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body).toMatchObject({
      status: 'cancelled',
      closeReason: 'manager-closed',
    });
    for (const [verb, body] of [
      ['close', { reason }],
      ['pause', { reason, until: inFuture(10_000) }],
      ['resume', { reason }],
    ] as const) {
      const again = await command(caseId, verb, body);
      expect([verb, again.status, again.body.code]).toEqual([verb, 409, 'case-not-open']);
    }
    const late = await act(api, taskId, 'complete', { result: answered });
    expect([late.status, late.body.code]).toEqual([409, 'task-not-open']);
  });

  test('reach a case that has only just been opened', async () => {
    const caseId = await openCase();
    const { status, body } = await command(caseId, 'close', { reason });
    expect([status, body.outcome]).toEqual([200, 'closed-by-manager']);
  });

  test('that come after a kept one find the case closed', async () => {
    const { caseId } = await openTask();
    const close = () => cutOff.post(`/api/v1/cases/${caseId}/close`, { reason });
    const kept = await Promise.all([close(), close()]);
    expect(kept.map(({ status }) => status)).toEqual([202, 202]);
    const outcomes = await Promise.all(kept.map(({ body }) => finished(body.commandId)));
    expect(outcomes.map(({ status }) => status)).toEqual(['done', 'rejected']);
    expect(outcomes[1].error.code).toBe('case-not-open');
  });
});

test('what the sales system reports reaches the case', async () => {
  const { caseId } = await openTask();
  const { customerId } = (await api.get(`/api/v1/cases/${caseId}`)).body;
  await api.post('/api/v1/events', {
    specversion: '1.0',
    id: `objected-${customerId}`,
    source: 'crm',
    type: 'customer.objected',
    subject: customerId,
  });
  await engine.closed(caseId);
  const { body } = await api.get(`/api/v1/cases/${caseId}/timeline?limit=200`, { as: 'agent' });
  const texts = body.items.map((entry: Json) => entry.text);
  expect(texts).toContain('The customer objected to any contact');
  expect(texts.at(-1)).toMatch(/^Case closed: stopped/);
  const report = await api.get('/api/v1/reports/success?by=trigger');
  expect(report.body.total.outcomes.stopped).toBeGreaterThan(0);
  expect(report.body.groups[0]).toMatchObject({ group: 'manual' });
});

test('everything is ready while the worker polls and gives signs of life', async () => {
  const ready = async (aliveMsAgo: number) => {
    await noteWorkerAlive(engine.db, new Date(Date.now() - aliveMsAgo).toISOString());
    // An answer is given again for a second.
    await pause(1_100);
    const { status, body } = await api.get('/readyz', { as: null });
    return [status, body.checks.worker.ok];
  };
  expect(await ready(0)).toEqual([200, true]);
  expect(await ready(30_000)).toEqual([503, false]);
  expect(await ready(0)).toEqual([200, true]);
});
