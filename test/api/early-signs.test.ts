import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isHolidayIn } from '../../db/holidays.ts';
import { nextWorkingMoment } from '../../domain/calendar.ts';
import type { Role } from '../../domain/words.ts';
import { startApi, type Answer, type Api, type Json } from '../support/api.ts';
import { unlessRefused } from '../support/policies.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString();

let eventNumber = 0;

async function send(customerId: string, ...events: [type: string, data?: object, time?: string][]) {
  const batch = events.map(([type, data = {}, time = new Date().toISOString()]) => ({
    ...{ specversion: '1.0', source: 'https://shop.example', type, data, time },
    id: `early-${(eventNumber += 1)}`,
    subject: customerId,
  }));
  const { status } = await api.post('/api/v1/events', batch, { as: 'sales-system' });
  expect(status).toBe(202);
}

async function inbox(query: string): Promise<Json[]> {
  return (await api.get(`/api/v1/tasks?${query}`, { as: 'agent' })).body.items;
}

const bought = (orderId: string, days: number) =>
  [
    'purchase.recorded',
    { orderId, amount: 4_990, currency: 'EUR' },
    daysAgo(days),
  ] as const satisfies unknown[];

/** A regular customer who has looked at the cancellation page: the task that it gave. */
async function considering(customerId: string): Promise<Json> {
  await send(customerId, [...bought('o1', 60)], [...bought('o2', 30)]);
  await send(customerId, ['cancellation.considered']);
  const tasks = await inbox('status=open&sign=cancellation-considered&limit=200');
  return tasks.find((task) => task.customerId === customerId);
}

const act = (
  { taskId }: Json,
  verb: string,
  body?: object,
  { key, as = 'agent' }: { key?: string; as?: Role } = {},
): Promise<Answer> =>
  api.post(`/api/v1/tasks/${taskId}/${verb}`, body, {
    as,
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

describe('a customer who looks at the cancellation page', () => {
  test('is in the inbox at once, with the reason in words', async () => {
    const task = await considering('E-1');
    expect(task).toMatchObject({
      taskId: 'E-1-prevention-call-1',
      caseId: null,
      type: 'prevention-call',
      title: 'Ask what is wrong before the customer leaves',
      status: 'open',
      sign: 'cancellation-considered',
      why: expect.stringMatching(/^Looked at the cancellation page on \d+ \w+ 20\d\d$/),
    });
    const { taskId, type, dueAt, sign, signAt, why } = task;
    const { body } = await api.get('/api/v1/customers/E-1', { as: 'agent' });
    const shown = { taskId, type, dueAt, sign, signAt, why, visible: true };
    expect(body.preventiveTask).toEqual(shown);
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body).toEqual(task);
    expect((await api.get('/api/v1/cases?customerId=E-1')).body.items).toEqual([]);
    expect(await inbox('status=open&type=prevention-call&limit=200')).toContainEqual(task);
  });

  test('is worked on without the engine, once', async () => {
    const task = await considering('E-2');
    expect((await act(task, 'claim')).body.assignee).toBe(api.keys.agent.record.keyId);
    const body = { result: { outcome: 'reached', finding: 'disappointed-service', note: 'Slow.' } };
    const first = await act(task, 'complete', body);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      status: 'done',
      completedBy: api.keys.agent.record.keyId,
      result: body.result,
    });
    const second = await act(task, 'complete', body);
    expect([second.status, second.body.code]).toEqual([409, 'task-not-open']);
    for (const [verb, more] of [
      ['reschedule', { dueAt: daysAgo(-1) }],
      ['claim', undefined],
    ] as const) {
      expect([verb, (await act(task, verb, more)).status]).toEqual([verb, 409]);
    }
    const { body: customer } = await api.get('/api/v1/customers/E-2');
    expect(customer.preventiveTask).toBeNull();
  });

  test('of two results sent at once one counts', async () => {
    const task = await considering('E-3');
    const answers = await Promise.all(
      ['reached', 'refused'].map((outcome) => act(task, 'complete', { result: { outcome } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('the same request with the same key gets the same answer, another is refused', async () => {
    const task = await considering('E-4');
    const complete = (outcome: string) =>
      act(task, 'complete', { result: { outcome } }, { key: 'complete-E-4' });
    const first = await complete('refused');
    expect(first.status).toBe(200);
    const again = await complete('refused');
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await complete('no-answer');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    const elsewhere = await considering('E-5');
    const reused = await act(
      elsewhere,
      'complete',
      { result: { outcome: 'refused' } },
      { key: 'complete-E-4' },
    );
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  test.each([
    [{ outcome: 'accepted' }, 'result.outcome'],
    [{ outcome: 'callback' }, 'result.callbackAt'],
    [{ outcome: 'callback', callbackAt: daysAgo(-61) }, 'result.callbackAt'],
    [{ outcome: 'reached', finding: 'bored' }, 'result.finding'],
    [{ outcome: 'not-now', recontactAt: '2030-01-01T10:00:00Z' }, 'result.recontactAt'],
  ])('%j is no result of the call and changes nothing', async (result, field) => {
    const taskId = 'E-1-prevention-call-1';
    const { status, body } = await act({ taskId }, 'complete', { result });
    expect([status, body.errors[0].field]).toEqual([400, field]);
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body.status).toBe('open');
  });

  test('is called back at the agreed time, or moved as far as a task may be', async () => {
    const task = await considering('E-6');
    const callbackAt = daysAgo(-3);
    const called = await act(task, 'complete', { result: { outcome: 'callback', callbackAt } });
    expect(called.body).toMatchObject({ status: 'open', agreed: true, dueAt: callbackAt });

    // A moment at which a call may be made: the one agreed upon is over.
    const { hours, region } = unlessRefused.contact;
    const isHoliday = (day: string) => isHolidayIn(api.db, region!, day);
    const company = { timeZone: unlessRefused.timeZone, hours, isHoliday };
    const dueAt = nextWorkingMoment(daysAgo(-5), company);
    const moved = await act(
      task,
      'reschedule',
      { dueAt, reason: 'On holiday' },
      { key: 'move-E-6' },
    );
    expect([moved.status, moved.body.dueAt]).toEqual([200, dueAt]);
    for (const wrong of [daysAgo(1), daysAgo(-61)]) {
      const refused = await act(task, 'reschedule', { dueAt: wrong });
      expect([refused.status, refused.body.code]).toEqual([422, 'refused']);
    }
    await act(task, 'complete', { result: { outcome: 'no-answer' } });
    const body = { dueAt, reason: 'On holiday' };
    expect((await act(task, 'reschedule', body, { key: 'move-E-6' })).status).toBe(200);
  });

  test('who wants no contact is never asked again', async () => {
    const task = await considering('E-7');
    await act(task, 'complete', { result: { outcome: 'do-not-contact' } });
    const { body } = await api.get('/api/v1/customers/E-7');
    expect(body.objectedAt).toEqual(expect.any(String));
  });

  test('is given to somebody by a manager, and is overdue like any task', async () => {
    const task = await considering('E-8');
    const { keyId } = api.keys.agent.record;
    const assigned = await act(task, 'assign', { assignee: keyId }, { as: 'manager' });
    expect(assigned.body.assignee).toBe(keyId);
    expect((await inbox('assignee=me&status=open')).map(({ taskId }) => taskId)).toContain(
      task.taskId,
    );
    const due = await inbox(`status=open&limit=200&dueBefore=${daysAgo(-30)}`);
    expect(due.map(({ taskId }) => taskId)).toContain(task.taskId);
  });

  test('has a case instead from the moment of the cancellation', async () => {
    const task = await considering('E-9');
    await send('E-9', ['cancellation.received']);
    const { body } = await api.get(`/api/v1/tasks/${task.taskId}`);
    expect(body).toMatchObject({ status: 'cancelled', closeReason: 'case-opened' });
  });
});

test('a complaint and its answer are taken as the document says', async () => {
  const complaints = async () => (await api.get('/api/v1/customers/E-20')).body.complaints;
  await send('E-20', ['complaint.recorded', { complaintId: 'T-1' }]);
  expect(await complaints()).toMatchObject([{ complaintId: 'T-1', answeredAt: null }]);
  const answeredAt = daysAgo(0);
  await send('E-20', ['complaint.recorded', { complaintId: 'T-1', answeredAt }]);
  await send('E-20', ['complaint.recorded', { complaintId: 'T-2' }]);
  expect(await complaints()).toMatchObject([
    { complaintId: 'T-2', answeredAt: null },
    { complaintId: 'T-1', answeredAt },
  ]);
  const bad = {
    ...{ specversion: '1.0', id: 'bad', source: 'shop', type: 'complaint.recorded' },
    ...{ subject: 'E-20', data: { answeredAt: 'yesterday' } },
  };
  const { status, body } = await api.post('/api/v1/events', bad);
  expect([status, body.errors[0].field]).toEqual([400, 'data.answeredAt']);
});

test('what the limits left out is in the metrics', async () => {
  await send('E-30', ['cancellation.considered']);
  const { body } = await api.get('/metrics');
  expect(body).toMatch(
    /winback_early_signs\{sign="cancellation-considered",answer="too-few-purchases"\} 1/,
  );
  expect(body).toMatch(/winback_early_signs\{sign="cancellation-considered",answer="task"\} \d/);
});

test('the document knows the results and that a task may have no case', async () => {
  const { body } = await api.get('/api/v1/openapi.json', { as: null });
  const { schemas } = body.components;
  expect(schemas.PreventionCallResult).toBeDefined();
  expect(schemas.PreventionLetterResult).toBeDefined();
  expect(schemas.Task.properties.caseId.anyOf).toContainEqual({ type: 'null' });
});
