import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { listRecontacts } from '../../db/recontacts.ts';
import { getTask, listTasks } from '../../db/tasks.ts';
import { isHolidayIn } from '../../db/holidays.ts';
import { nextWorkingMoment, workingTimeAfter } from '../../domain/calendar.ts';
import { after } from '../../domain/duration.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import type { Tailoring } from '../../domain/measure-plan.ts';
import type { Measure } from '../../domain/playbooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { caseStateQuery, reportFact } from '../../workflows/messages.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const policy = {
  ...standardPolicy,
  identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
};
const purchase = { orderId: 'P1', amount: 5_000, currency: 'EUR' };

let engine: Engine;
/** customers of the running test: afterwards every case of theirs must replay as it went */
const opened: string[] = [];
beforeAll(async () => {
  engine = await startEngine('time-skipping', policy);
});
afterAll(() => engine.stop());

afterEach(async () => {
  await engine.replay(opened.splice(0));
});

const dormantCase = async () => {
  const customerId = await engine.customer();
  opened.push(customerId);
  return { customerId, caseId: await engine.open(customerId) };
};

describe('calls', () => {
  it('comes back after no answer by cadence and at another time of day', async () => {
    const { caseId } = await dormantCase();
    const first = await engine.task(caseId, 'cause-call');
    await engine.complete(first, { outcome: 'no-answer' });
    const second = await engine.task(caseId, 'cause-call');

    expect(second.attempt).toBe(2);
    expect(Date.parse(second.dueAt) - Date.parse(second.createdAt)).toBeGreaterThanOrEqual(
      86_400_000,
    );
    expect(localTime(first.dueAt)).toBe('10:00');
    // Which of the others depends on the hour at which the test itself makes the first call.
    expect(['17:30', '13:00']).toContain(localTime(second.dueAt));
  });

  it('calls back at the agreed minute, even outside business hours', async () => {
    const { caseId } = await dormantCase();
    const callbackAt = `${after(await engine.now(), '9d').slice(0, 10)}T21:17:00.000Z`;
    await engine.answer(caseId, 'cause-call', { outcome: 'callback', callbackAt });

    const callback = await engine.task(caseId, 'cause-call');
    expect(callback).toMatchObject({ dueAt: callbackAt, agreed: true, attempt: 1 });
  });

  it('asks a second time at another time of day, though the cancellation is not yet effective', async () => {
    const customerId = await engine.customer();
    opened.push(customerId);
    const effectiveAt = after(await engine.now(), '60d');
    const caseId = await engine.open(customerId, { trigger: 'cancellation', effectiveAt });
    await engine.answer(caseId, 'cause-call', { outcome: 'no-answer' });
    const second = await engine.task(caseId, 'cause-call');
    expect(['10:00', '17:30', '13:00']).toContain(localTime(second.dueAt));
  });

  it('may be made for so long as the policy says, in working time', async () => {
    const { caseId } = await dormantCase();
    const call = await engine.task(caseId, 'cause-call');
    const { hours, region } = policy.contact;
    const isHoliday = (day: string) => isHolidayIn(engine.db, region!, day);
    const company = { timeZone: policy.timeZone, hours, isHoliday };
    const { window } = policy.causeAnalysis.call;
    expect(call.deadlineAt).toBe(workingTimeAfter(call.dueAt, window, company));
  });

  it('is agreed no more when a pause has let its time pass, and comes in working hours', async () => {
    const { caseId } = await dormantCase();
    const now = await engine.now();
    const callbackAt = `${after(now, '3d').slice(0, 10)}T09:17:00.000Z`;
    await engine.answer(caseId, 'cause-call', { outcome: 'callback', callbackAt });
    await engine.task(caseId, 'cause-call');
    const until = `${after(now, '8d').slice(0, 10)}T01:00:00.000Z`;
    await engine.command('case.pause', caseId, caseId, { until });
    await engine.pass('9d');
    const call = await engine.task(caseId, 'cause-call');
    const hours = { hours: policy.contact.hours, timeZone: policy.timeZone };
    expect(call.agreed).toBe(false);
    expect(call.dueAt > until).toBe(true);
    expect(nextWorkingMoment(call.dueAt, hours)).toBe(call.dueAt);
  });

  it('is agreed no more when somebody of us moves it', async () => {
    const { caseId } = await dormantCase();
    const callbackAt = after(await engine.now(), '9d');
    await engine.answer(caseId, 'cause-call', { outcome: 'callback', callbackAt });
    const { taskId } = await engine.task(caseId, 'cause-call');
    const dueAt = after(callbackAt, '1d');
    await engine.command('task.reschedule', taskId, caseId, { dueAt });
    expect(await engine.task(caseId, 'cause-call')).toMatchObject({ taskId, dueAt, agreed: false });
  });

  it('is brought forward to a moment at which a call may be made', async () => {
    const { caseId } = await dormantCase();
    await engine.answer(caseId, 'cause-call', { outcome: 'wrong-number' });
    const letter = await engine.task(caseId, 'letter');
    const tailor = (change: Tailoring) =>
      engine.command('case.tailor-plan', caseId, caseId, { change });
    const measure: Measure = { id: 'own', kind: 'visit', afterDays: 60 };
    await tailor({ kind: 'add', position: 'next', measure });
    await tailor({ kind: 'skip', measureId: letter.measureId! });
    const planned = await engine.task(caseId, 'visit');
    await tailor({ kind: 'bring-forward', measureId: 'own' });

    const visit = await engine.task(caseId, 'visit');
    const hours = { hours: policy.contact.hours, timeZone: policy.timeZone };
    expect(visit).toMatchObject({ taskId: planned.taskId, agreed: false });
    expect(visit.dueAt < after(await engine.now(), '10d')).toBe(true);
    expect(nextWorkingMoment(visit.dueAt, hours)).toBe(visit.dueAt);
  });

  it('waits for the recontact date after "not now"', async () => {
    const { caseId } = await dormantCase();
    const recontactAt = after(await engine.now(), '80d');
    await engine.answer(caseId, 'cause-call', { outcome: 'not-now', recontactAt });

    const task = await engine.task(caseId, 'cause-call');
    expect(Date.parse(task.dueAt)).toBeGreaterThanOrEqual(Date.parse(recontactAt));
    expect(Date.parse(task.dueAt)).toBeLessThan(Date.parse(after(recontactAt, '4d')));
  });

  it('is made no sooner than was agreed: a later date ends the case on that date', async () => {
    const before = engine.policy;
    const successControl = { ...before.successControl, observation: '300d' as const };
    await engine.usePolicy({ ...before, name: 'patient', successControl });
    const { caseId } = await dormantCase();
    await engine.usePolicy(before);
    const recontactAt = after(await engine.now(), '120d');
    await engine.answer(caseId, 'cause-call', { outcome: 'not-now', recontactAt });

    await engine.until(caseId, ({ step }) => step === 'success-control');
    await engine.pass('119d');
    expect((await engine.until(caseId, () => true)).status).toBe('open');
    await engine.pass('2d');
    expect(await engine.closed(caseId)).toMatchObject({ outcome: 'lost', contacted: true });
    const { items } = await listTasks(engine.db, { caseId }, { limit: 9 });
    expect(items).toHaveLength(1);
    const waiting = await listRecontacts(engine.db, { status: 'waiting' }, { limit: 9 });
    expect(waiting.items).toMatchObject([{ caseId, dueAt: recontactAt }]);
  });

  it('records the cause as unknown when nobody reaches the customer', async () => {
    const { caseId } = await dormantCase();
    for (let attempt = 1; attempt <= policy.causeAnalysis.call.attempts; attempt += 1) {
      await engine.answer(caseId, 'cause-call', { outcome: 'no-answer' });
    }
    const record = await engine.until(caseId, ({ step }) => step === 'measures');
    expect(record.cause).toBe('unknown');
  });

  it('closes the case as lost when no agent ever touches a task', async () => {
    const { caseId } = await dormantCase();
    await engine.task(caseId, 'cause-call');
    await engine.pass('400d');

    expect(await engine.closed(caseId)).toMatchObject({ outcome: 'lost', contacted: false });
    const { items } = await listTasks(engine.db, { caseId }, { limit: 100 });
    expect(new Set(items.map(({ closeReason }) => closeReason))).toEqual(new Set(['deadline']));
  });

  it('asks no more by phone once the number is known to be wrong, and still writes', async () => {
    const { caseId } = await dormantCase();
    await engine.answer(caseId, 'cause-call', { outcome: 'wrong-number' });
    await engine.answer(caseId, 'letter', { outcome: 'sent' });

    const { items } = await listTasks(engine.db, { caseId }, { limit: 100 });
    expect(items.map(({ type }) => type)).toEqual(['cause-call', 'letter']);
  });

  it('withdraws an open call when the customer withdraws the leave to call, and the letter with that for letters', async () => {
    const { customerId, caseId } = await dormantCase();
    const call = await engine.task(caseId, 'cause-call');
    await engine.send(customerId, 'permission.changed', { channel: 'phone', granted: false });

    const letter = await engine.task(caseId, 'letter');
    await engine.send(customerId, 'permission.changed', { channel: 'letter', granted: false });
    await engine.until(caseId, ({ nextDueAt }) => nextDueAt !== letter.dueAt);
    for (const { taskId } of [call, letter]) {
      expect(await getTask(engine.db, taskId)).toMatchObject({
        status: 'cancelled',
        closeReason: 'permission-withdrawn',
      });
    }
  });
});

describe('a cause that a manager verifies', () => {
  it('decides on the measures, even when nobody reaches the customer', async () => {
    const { caseId } = await dormantCase();
    await engine.task(caseId, 'cause-call');
    await engine.verify(caseId, 'disappointed-service');
    for (let attempt = 1; attempt <= policy.causeAnalysis.call.attempts; attempt += 1) {
      await engine.answer(caseId, 'cause-call', { outcome: 'no-answer' });
    }
    await engine.task(caseId, 'remedy');
    expect(await engine.until(caseId, ({ step }) => step === 'measures')).toMatchObject({
      assessedCause: null,
      verifiedCause: 'disappointed-service',
    });
    expect((await engine.story(caseId)).join()).toMatch(/"layer":"verified"/);
  });

  it('outweighs what the agent assesses', async () => {
    const { caseId } = await dormantCase();
    await engine.task(caseId, 'cause-call');
    await engine.verify(caseId, 'disappointed-service');
    await engine.answer(caseId, 'cause-call', { outcome: 'answered', cause: 'neglected' });
    await engine.task(caseId, 'remedy');
    expect(await engine.until(caseId, ({ step }) => step === 'measures')).toMatchObject({
      cause: 'disappointed-service',
      assessedCause: 'neglected',
    });
  });
});

describe('a customer whom the law does not let us call', () => {
  it('is written to instead, and the timeline says why', async () => {
    const customerId = await engine.customer();
    opened.push(customerId);
    const word = { channel: 'phone', granted: true, legalBasis: 'legitimate interest' };
    await engine.send(customerId, 'permission.changed', word);
    const caseId = await engine.open(customerId);
    await engine.answer(caseId, 'letter', { outcome: 'sent' });

    const { items } = await listTasks(engine.db, { caseId }, { limit: 100 });
    expect(items.map(({ type }) => type)).toEqual(['letter']);
    const told = (await engine.story(caseId)).filter((entry) => entry.startsWith('contact-not'));
    expect(told[0]).toMatch(/"cause-call","reason":"basis-not-recognised","rule":"\*\/recovery/);
  });
});

describe('a pause', () => {
  it('ends without the call for which the consent is gone', async () => {
    const { customerId, caseId } = await dormantCase();
    const call = await engine.task(caseId, 'cause-call');
    const until = after(await engine.now(), '2d');
    await engine.command('case.pause', caseId, caseId, { until });
    const word = { channel: 'phone', granted: true, legalBasis: 'legitimate interest' };
    await engine.send(customerId, 'permission.changed', word);
    await engine.command('case.resume', caseId, caseId, {});

    await engine.task(caseId, 'letter');
    expect(await getTask(engine.db, call.taskId)).toMatchObject({
      status: 'cancelled',
      closeReason: 'permission-withdrawn',
    });
  });
});

describe('facts from outside', () => {
  it.each([
    ['purchase.recorded', purchase, 'purchase'],
    ['customer.objected', {}, 'objection'],
    ['customer.deceased', {}, 'death'],
  ])(
    '%s interrupts a wait at once and closes the open task with that reason',
    async (type, data, reason) => {
      const { customerId, caseId } = await dormantCase();
      const task = await engine.task(caseId, 'cause-call');
      await engine.send(customerId, type, data);

      await engine.until(
        caseId,
        ({ step, status }) => step === 'second-loyalty' || status === 'closed',
      );
      expect(await getTask(engine.db, task.taskId)).toMatchObject({
        status: 'cancelled',
        closeReason: reason,
      });
    },
  );

  it('ignores a repeated report of the same event', async () => {
    const { customerId, caseId } = await dormantCase();
    await engine.task(caseId, 'cause-call');
    const fact = {
      ...{ eventId: randomUUID(), kind: 'purchase' as const, at: await engine.now() },
      ...{ amount: 700, currency: 'EUR' },
    };
    const handle = engine.env.client.workflow.getHandle(recoveryWorkflowId(customerId));
    for (let i = 0; i < 3; i += 1) await handle.signal(reportFact, fact);

    await engine.task(caseId, 'welcome-call');
    expect(await engine.until(caseId, () => true)).toMatchObject({ regainedAmount: 700 });
  });

  it('keeps the cause that was told in the moment of the return', async () => {
    const told = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { customerId, caseId } = await dormantCase();
        const call = await engine.task(caseId, 'cause-call');
        const handle = engine.env.client.workflow.getHandle(recoveryWorkflowId(customerId));
        const bought = { kind: 'purchase', at: await engine.now(), amount: 700 } as const;
        const fact = { ...bought, eventId: randomUUID(), currency: 'EUR' };
        const answer = { outcome: 'answered', cause: 'neglected' };
        const answered = engine.complete(call, answer);
        const [verdict] = await Promise.all([answered, handle.signal(reportFact, fact)]);
        const shown = await engine.until(caseId, ({ step }) => step === 'second-loyalty');
        const { state } = await handle.query(caseStateQuery);
        expect(shown.assessedCause).toBe(state.assessedCause);
        return [verdict.kind, shown.assessedCause];
      }),
    );
    const applied = told.filter(([kind]) => kind === 'applied');
    expect(applied).toEqual(applied.map(() => ['applied', 'neglected']));
  });

  it('does not take a friendly call for a return', async () => {
    const { caseId } = await dormantCase();
    await engine.answer(caseId, 'cause-call', { outcome: 'answered', cause: 'neglected' });
    await engine.answer(caseId, 'recovery-call', { outcome: 'accepted' });
    await engine.until(caseId, ({ step }) => step === 'success-control');
    await engine.pass(policy.successControl.observation);

    expect(await engine.closed(caseId)).toMatchObject({ outcome: 'lost', regainedAt: null });
  });

  it('opens the next episode, for a manager to decide, when a returner cancels again', async () => {
    const { customerId, caseId } = await dormantCase();
    await engine.task(caseId, 'cause-call');
    await engine.send(customerId, 'purchase.recorded', purchase);
    await engine.task(caseId, 'welcome-call');
    await engine.send(customerId, 'cancellation.received', { reason: 'neglected' });

    await engine.closed(caseId);
    const next = await engine.openCaseOf(customerId);
    expect(next).toMatchObject({ episode: 2, trigger: 'cancellation', statedCause: 'neglected' });
    const { deadlineAt } = await engine.task(next.caseId, 'decide-pursuit');
    await engine.passUntil(deadlineAt);
    expect(await engine.closed(next.caseId)).toMatchObject({
      outcome: 'not-pursued',
      endReason: 'manager-silent',
    });
  });

  it('calls within hours when a cancellation is not yet effective', async () => {
    const customerId = await engine.customer();
    const effectiveAt = after(await engine.now(), '20d');
    await engine.send(customerId, 'cancellation.received', {
      reason: 'better-offer-price',
      effectiveAt,
    });
    const { caseId } = await engine.openCaseOf(customerId);

    const call = await engine.task(caseId, 'recovery-call');
    // Four hours, and a weekend may lie between.
    expect(Date.parse(call.dueAt)).toBeLessThan(Date.parse(after(call.createdAt, '4d')));
    expect(await engine.until(caseId, () => true)).toMatchObject({ cause: 'better-offer-price' });
  });
});

describe('commands', () => {
  it('rejects a result that the task does not allow, naming the field, and changes nothing', async () => {
    const { caseId } = await dormantCase();
    const task = await engine.task(caseId, 'cause-call');
    const verdict = await engine.complete(task, { outcome: 'answered' });

    expect(verdict).toMatchObject({ kind: 'rejected', code: 'invalid' });
    expect(verdict).toHaveProperty('message', expect.stringContaining('result.cause'));
    expect(await getTask(engine.db, task.taskId)).toMatchObject({ status: 'open', result: null });
  });

  it('applies one of two completions of the same task', async () => {
    const { caseId } = await dormantCase();
    const task = await engine.task(caseId, 'cause-call');
    await engine.complete(task, { outcome: 'no-answer' });

    expect(await engine.complete(task, { outcome: 'wrong-number' })).toEqual({ kind: 'late' });
    expect(await getTask(engine.db, task.taskId)).toMatchObject({
      result: { outcome: 'no-answer' },
    });
  });

  it('keeps a late result in the timeline without acting on it', async () => {
    const { caseId } = await dormantCase();
    const task = await engine.task(caseId, 'cause-call');
    await engine.pass('60d');
    const verdict = await engine.complete(task, {
      outcome: 'answered',
      cause: 'neglected',
      note: 'kept while the worker was down',
    });

    expect(verdict).toEqual({ kind: 'late' });
    expect((await engine.story(caseId)).some((entry) => entry.startsWith('late-result'))).toBe(
      true,
    );
    expect(await engine.until(caseId, () => true)).toMatchObject({
      assessedCause: 'unknown',
    });
  });

  it('keeps free text out of the history', async () => {
    const { customerId, caseId } = await dormantCase();
    const secret = 'Frau Mustermann moechte nicht mehr';
    await engine.answer(caseId, 'cause-call', {
      outcome: 'answered',
      cause: 'neglected',
      note: secret,
    });

    const history = await engine.env.client.workflow
      .getHandle(recoveryWorkflowId(customerId))
      .fetchHistory();
    const text = history.events!.map((event) => decoded(event)).join('\n');
    expect(text).toContain('neglected');
    expect(text).not.toContain('Mustermann');
  });

  it('fires nothing at once when a pause ends: what was planned moves by its length', async () => {
    const { caseId } = await dormantCase();
    const before = await engine.task(caseId, 'cause-call');
    await engine.command('case.pause', caseId, caseId, { until: after(await engine.now(), '20d') });
    await engine.until(caseId, ({ pausedUntil }) => pausedUntil !== null);
    const due = { status: 'open', dueBefore: '2199-01-01T00:00:00.000Z', caseId } as const;
    expect((await listTasks(engine.db, due, { limit: 1 })).items).toEqual([]);
    await engine.pass('21d');
    expect((await listTasks(engine.db, due, { limit: 1 })).items).toHaveLength(1);

    const record = await engine.until(caseId, ({ pausedUntil }) => pausedUntil === null);
    const task = await engine.task(caseId, 'cause-call');
    expect(task.taskId).toBe(before.taskId);
    const moved = Date.parse(task.dueAt) - Date.parse(before.dueAt);
    expect(moved / 86_400_000).toBeGreaterThan(19.9);
    const { timeZone, contact } = policy;
    expect(nextWorkingMoment(task.dueAt, { timeZone, hours: contact.hours })).toBe(task.dueAt);
    expect(record.nextDueAt).toBe(task.dueAt);
  });

  it('moves what was planned in the middle of a pause by the rest of it only', async () => {
    const { caseId } = await dormantCase();
    const first = await engine.task(caseId, 'cause-call');
    await engine.command('case.pause', caseId, caseId, { until: after(await engine.now(), '20d') });
    await engine.pass('19d');
    await engine.complete(first, { outcome: 'no-answer' });
    const planned = await engine.task(caseId, 'cause-call');
    await engine.pass('2d');

    await engine.until(caseId, ({ pausedUntil }) => pausedUntil === null);
    const moved = await engine.task(caseId, 'cause-call');
    expect(moved.taskId).toBe(planned.taskId);
    const days = (Date.parse(moved.dueAt) - Date.parse(planned.dueAt)) / 86_400_000;
    expect(days).toBeGreaterThan(0.9);
    // And over the week-end where there is one.
    expect(days).toBeLessThan(4);
  });

  it('moves a task and its deadline when it is rescheduled', async () => {
    const { caseId } = await dormantCase();
    const task = await engine.task(caseId, 'cause-call');
    const dueAt = after(await engine.now(), '40d');
    expect(await engine.command('task.reschedule', task.taskId, caseId, { dueAt })).toMatchObject({
      kind: 'applied',
    });
    await engine.pass('39d');

    expect(await engine.task(caseId, 'cause-call')).toMatchObject({ taskId: task.taskId, dueAt });
  });
});

function localTime(at: string): string {
  return new Date(at).toLocaleTimeString('de-DE', {
    timeZone: policy.timeZone,
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** All payloads of an event as text. */
function decoded(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(decoded).join(' ');
}

it('remembers for every later case that the customer asked us not to make contact', async () => {
  const { customerId, caseId } = await dormantCase();
  await engine.answer(caseId, 'cause-call', { outcome: 'do-not-contact' });
  await engine.closed(caseId);

  const again = await engine.open(customerId);
  expect(await engine.closed(again)).toMatchObject({
    outcome: 'not-pursued',
    endReason: 'objected',
  });
});

it('counts the withdrawal of a cancellation that came in the middle of a dormancy case', async () => {
  const { customerId, caseId } = await dormantCase();
  await engine.task(caseId, 'cause-call');
  await engine.send(customerId, 'cancellation.received', { reason: 'better-offer-price' });
  await engine.send(customerId, 'cancellation.withdrawn');

  await engine.task(caseId, 'welcome-call');
  expect(await engine.until(caseId, () => true)).toMatchObject({
    statedCause: 'better-offer-price',
    regainedBy: 'cancellation-withdrawn',
  });
});
