import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listTasks } from '../../db/tasks.ts';
import { after } from '../../domain/duration.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { TaskType } from '../../domain/tasks.ts';
import { startApi, type Api, type Json } from '../support/api.ts';
import { startEngine, type Engine } from '../support/engine.ts';

/** Days are days here, so that what is foretold lies on real working days, at real hours, within real limits. */
const policy = {
  ...standardPolicy,
  name: 'foretold',
  contact: { ...standardPolicy.contact, permission: 'unless-refused' as const },
  identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
  secondLoyalty: {
    ...standardPolicy.secondLoyalty,
    afterCare: [
      { task: 'welcome-call' as const, after: '3d' as const },
      { task: 'satisfaction-call' as const, after: '5d' as const },
      { task: 'aftercare-call' as const, after: '30d' as const },
    ],
    referralFromScore: 9,
    makeUpToScore: 6,
  },
};

let engine: Engine;
let api: Api;
beforeAll(async () => {
  engine = await startEngine('dev-server', policy);
  api = await startApi({ databaseOf: engine, recoveries: engine.recoveries });
});
afterAll(async () => {
  await api.stop();
  await engine.stop();
});

const purchase = (orderId: string) => ({ orderId, amount: 4_990, currency: 'EUR' });

/** A case that was opened by hand, and its first call of the measures, unless another task is asked for. */
async function inMeasures(cause = 'neglected'): Promise<{ caseId: string; customerId: string }> {
  const customerId = await engine.customer();
  const caseId = await engine.open(customerId, { trigger: 'manual' });
  await engine.answer(caseId, 'cause-call', { outcome: 'answered', cause });
  return { caseId, customerId };
}

async function foretold(task: TaskRecord, outcome: string, agreed = ''): Promise<Json> {
  const { status, body } = await api.get(`/api/v1/tasks/${task.taskId}/consequences${agreed}`, {
    as: 'agent',
  });
  expect(status).toBe(200);
  return body.items.find((one: Json) => one.outcome === outcome);
}

/** The task that the case opened next. */
async function opened(caseId: string, before: TaskRecord, type: TaskType): Promise<TaskRecord> {
  for (; ; await pause(20)) {
    const { items } = await listTasks(engine.db, { caseId, status: 'open', type }, { limit: 5 });
    const found = items.find(({ taskId }) => taskId !== before.taskId);
    if (found) return found;
  }
}

const seconds = (at: string) => Date.parse(at) / 1_000;
/** Both were computed from a moment of their own. */
const sameMoment = (foretold: string, real: string) =>
  expect(Math.abs(seconds(foretold) - seconds(real))).toBeLessThan(20);

/** Checks what a cause call is foretold to lead to against the measure that then begins. */
async function beginsAs(caseId: string, result: Record<string, string>, type: TaskType) {
  const call = await engine.task(caseId, 'cause-call');
  const { outcome = '', cause } = result;
  const { next } = await foretold(call, outcome, cause ? `?cause=${cause}` : '');
  expect(next).toMatchObject({ kind: 'task', type, step: 'measures' });
  await engine.complete(call, result);
  sameMoment(next.dueAt, (await opened(caseId, call, type)).dueAt);
}

describe('what a result is foretold to lead to is what the case then does:', () => {
  test('a cause that is told leads to the first measure of its playbook, at its time', async () => {
    const caseId = await engine.open(await engine.customer(), { trigger: 'manual' });
    const call = await engine.task(caseId, 'cause-call');
    const { next } = await foretold(call, 'answered');
    expect(next).toEqual({ kind: 'step', step: 'measures' });
    const dear = await foretold(call, 'answered', '?cause=pushed-away-unintended');
    expect(dear.next.type).toBe('approve-offer');
    await beginsAs(caseId, { outcome: 'answered', cause: 'neglected' }, 'recovery-call');

    const other = await engine.open(await engine.customer(), { trigger: 'manual' });
    await beginsAs(other, { outcome: 'refused' }, 'recovery-call');
  });

  test('no answer calls again by cadence, hours and limits, and after the last attempt not at all', async () => {
    const { caseId } = await inMeasures();
    let task = await engine.task(caseId, 'recovery-call');
    for (let attempt = 2; attempt <= policy.measures.call.attempts; attempt += 1) {
      const { next, gaveUp } = await foretold(task, 'no-answer');
      expect(next).toMatchObject({ kind: 'again', type: 'recovery-call', attempt, attempts: 4 });
      expect(gaveUp).toBeNull();
      await engine.complete(task, { outcome: 'no-answer' });
      task = await opened(caseId, task, 'recovery-call');
      expect(task).toMatchObject({ attempt, agreed: false });
      sameMoment(next.dueAt, task.dueAt);
    }
    const { next, gaveUp } = await foretold(task, 'no-answer');
    expect([gaveUp, next.kind, next.type]).toEqual(['no-answer', 'task', 'offer-call']);
    await engine.complete(task, { outcome: 'no-answer' });
    sameMoment(next.dueAt, (await engine.task(caseId, 'offer-call')).dueAt);
  });

  test('a callback comes to the minute, and at most so often', async () => {
    const { caseId } = await inMeasures();
    let task = await engine.task(caseId, 'recovery-call');
    expect((await foretold(task, 'callback')).next).toMatchObject({ kind: 'again', agreed: true });
    expect((await foretold(task, 'callback')).next.dueAt).toBeUndefined();
    const callbackAt = after(new Date().toISOString(), '50h');
    const { next } = await foretold(task, 'callback', `?callbackAt=${callbackAt}`);
    expect(next).toMatchObject({ kind: 'again', agreed: true, dueAt: callbackAt });
    await engine.complete(task, { outcome: 'callback', callbackAt });
    task = await opened(caseId, task, 'recovery-call');
    expect(task).toMatchObject({ dueAt: callbackAt, agreed: true });

    for (const outcome of ['not-now', 'callback']) {
      const agreed = outcome === 'callback' ? { callbackAt } : { recontactAt: callbackAt };
      await engine.complete(task, { outcome, ...agreed });
      task = await opened(caseId, task, 'recovery-call');
    }
    const last = await foretold(task, 'callback', `?callbackAt=${callbackAt}`);
    expect([last.gaveUp, last.next.type]).toEqual(['put-off-too-often', 'offer-call']);
    await engine.complete(task, { outcome: 'callback', callbackAt });
    sameMoment(last.next.dueAt, (await engine.task(caseId, 'offer-call')).dueAt);
  });

  test('a date for which the rhythm does not wait ends the measures, until then', async () => {
    const { caseId } = await inMeasures();
    const task = await engine.task(caseId, 'recovery-call');
    const recontactAt = after(new Date().toISOString(), '900d');
    const { gaveUp, next } = await foretold(task, 'not-now', `?recontactAt=${recontactAt}`);
    expect([gaveUp, next.kind]).toEqual(['agreed-later', 'observation']);
    await engine.complete(task, { outcome: 'not-now', recontactAt });
    await engine.until(caseId, (record) => record.step === 'success-control');
    const story = await engine.story(caseId);
    sameMoment(next.dueAt, /observation-begun .*"until":"([^"]+)"/.exec(story.join('\n'))![1]!);
  });

  test('a wrong number leads past every other call, to what needs no phone', async () => {
    const { caseId } = await inMeasures();
    const task = await engine.task(caseId, 'recovery-call');
    const { next, gaveUp } = await foretold(task, 'wrong-number');
    expect([gaveUp, next.kind]).toEqual(['wrong-number', 'observation']);
    await engine.complete(task, { outcome: 'wrong-number' });
    const { step } = await engine.until(caseId, (record) => record.step === 'success-control');
    expect(step).toBe('success-control');
    const story = await engine.story(caseId);
    const until = /observation-begun .*"until":"([^"]+)"/.exec(story.join('\n'))![1]!;
    sameMoment(next.dueAt, until);
  });

  test('a refusal goes where the playbook leads: past the remedy, to the visit', async () => {
    const { caseId } = await inMeasures('better-offer-product');
    const task = await engine.task(caseId, 'recovery-call');
    const { next } = await foretold(task, 'refused');
    expect(next).toMatchObject({ kind: 'task', type: 'visit' });
    expect((await foretold(task, 'wrong-number')).next.kind).toBe('observation');
    await engine.complete(task, { outcome: 'refused' });
    const visit = await engine.task(caseId, 'visit');
    sameMoment(next.dueAt, visit.dueAt);
    const met = await foretold(visit, 'not-met');
    await engine.complete(visit, { outcome: 'not-met' });
    expect(met.next.type).toBe('letter');
    sameMoment(met.next.dueAt, (await engine.task(caseId, 'letter')).dueAt);
  });

  test('an offer that is too dear waits for a manager, whose word leads on', async () => {
    const { caseId } = await inMeasures('pushed-away-unintended');
    const task = await engine.task(caseId, 'approve-offer');
    const { next } = await foretold(task, 'approved');
    expect((await foretold(task, 'refused')).next.kind).toBe('observation');
    await engine.complete(task, { outcome: 'approved' });
    const call = await engine.task(caseId, 'offer-call');
    expect(next).toMatchObject({ kind: 'task', type: 'offer-call' });
    sameMoment(next.dueAt, call.dueAt);
    const accepted = await foretold(call, 'accepted');
    expect(accepted.next.kind).toBe('observation');
  });

  test('after the return the after-care goes on, with a referral or a make-up by the score', async () => {
    const { caseId, customerId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    await engine.send(customerId, 'purchase.recorded', purchase(`back-${caseId}`));
    const welcome = await engine.task(caseId, 'welcome-call');
    const { next } = await foretold(welcome, 'reached');
    await engine.complete(welcome, { outcome: 'reached' });
    const asked = await engine.task(caseId, 'satisfaction-call');
    expect(next.type).toBe('satisfaction-call');
    sameMoment(next.dueAt, asked.dueAt);

    const { also, next: later } = await foretold(asked, 'answered');
    expect(also.map((one: Json) => [one.score, one.next.type])).toEqual([
      [{ from: 9, to: 10 }, 'referral-call'],
      [{ from: 0, to: 6 }, 'make-up'],
    ]);
    await engine.complete(asked, { outcome: 'answered', score: 10 });
    const referral = await engine.task(caseId, 'referral-call');
    sameMoment(also[0].next.dueAt, referral.dueAt);
    await engine.complete(referral, { outcome: 'accepted' });
    const care = await engine.task(caseId, 'aftercare-call');
    expect(later.type).toBe('aftercare-call');
    sameMoment(later.dueAt, care.dueAt);
    const last = await foretold(care, 'refused');
    expect(last.next.kind).toBe('observation');
  });

  test('a call beside the plan leads to what is open already, and a referral is asked for once', async () => {
    const { caseId, customerId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    await engine.send(customerId, 'purchase.recorded', purchase(`back-${caseId}`));
    await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
    const asked = await engine.task(caseId, 'satisfaction-call');
    await engine.send(customerId, 'order.delivered', { orderId: `back-${caseId}` });
    const care = await engine.task(caseId, 'aftercare-call');
    expect((await foretold(care, 'refused')).next).toMatchObject({
      ...{ kind: 'task', type: 'satisfaction-call', dueAt: asked.dueAt },
    });
    expect((await foretold(asked, 'refused')).next).toMatchObject({
      ...{ kind: 'task', type: 'aftercare-call', dueAt: care.dueAt },
    });
    await engine.complete(care, { outcome: 'reached' });
    expect((await foretold(asked, 'refused')).next.kind).toBe('observation');
    await engine.send(customerId, 'satisfaction.answered', { score: 9 });
    const referral = await engine.task(caseId, 'referral-call');
    const { also } = await foretold(asked, 'answered');
    expect(also.map((one: Json) => one.next.type)).toEqual(['make-up']);
    expect((await foretold(referral, 'accepted')).next.type).toBe('satisfaction-call');
  });

  test('whoever wants no more contact ends the case', async () => {
    const { caseId } = await inMeasures();
    const task = await engine.task(caseId, 'recovery-call');
    expect((await foretold(task, 'do-not-contact')).next).toEqual({
      kind: 'closed',
      caseOutcome: 'stopped',
    });
    await engine.complete(task, { outcome: 'do-not-contact' });
    expect(await engine.closed(caseId)).toMatchObject({ outcome: 'stopped' });
    const { status, body } = await api.get(`/api/v1/tasks/${task.taskId}/consequences`);
    expect([status, body.code]).toEqual([409, 'task-not-open']);
  });

  test('nothing is planned, counted or set aside by asking', async () => {
    const { caseId } = await inMeasures();
    const task = await engine.task(caseId, 'recovery-call');
    const tables = [
      'contacts',
      'planned_contacts',
      'case_offers',
      'call_hours',
      'outbox',
      'commands',
    ];
    const look = () =>
      tables.map((name) => engine.db.$client.prepare(`select * from ${name}`).all());
    const before = look();
    await foretold(task, 'no-answer');
    expect(look()).toEqual(before);
  });
});
