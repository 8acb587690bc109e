import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getCase, openCase, projectCase } from '../../db/cases.ts';
import { escalateTasks } from '../../db/tasks.ts';
import type { CaseProjection, TaskState } from '../../domain/case.ts';
import { taskIdOf } from '../../domain/ids.ts';
import { taskTypeNames, taskTypes, type TaskType } from '../../domain/tasks.ts';
import type { Role } from '../../domain/words.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const typesInCases = taskTypeNames.filter(
  (type): type is Exclude<TaskType, `prevention-${string}` | 'check-mail'> =>
    !type.startsWith('prevention-') && type !== 'check-mail',
);

const in1h = () => new Date(Date.now() + 3_600_000).toISOString();
const at = () => new Date().toISOString();

/** A case with these open tasks, as its workflow would have written it, due one hour apart. */
async function caseWith(customerId: string, ...types: TaskType[]): Promise<string[]> {
  const { record } = await openCase(api.db, {
    customerId,
    trigger: 'manual',
    statedCause: null,
    statedReason: null,
    effectiveAt: null,
    openedBy: 'test',
    policy: api.policy,
    at: at(),
  });
  const { caseId } = record;
  const tasks = types.map((type, i): TaskState => {
    const hour = (n: number) => `2026-01-01T${String(n).padStart(2, '0')}:00:00.000Z`;
    return {
      taskId: taskIdOf(caseId, type, i + 1),
      type,
      step: taskTypes[type].step,
      measureId: null,
      queue: null,
      status: 'open',
      attempt: 1,
      createdAt: hour(0),
      dueAt: hour(i + 1),
      deadlineAt: hour(i + 2),
      agreed: false,
      closedAt: null,
      closeReason: null,
      commandId: null,
      result: null,
    };
  });
  await project(caseId, 1, tasks);
  return tasks.map(({ taskId }) => taskId);
}

async function project(caseId: string, revision: number, tasks: TaskState[]): Promise<void> {
  const record = (await getCase(api.db, caseId))!;
  const state = { ...record, playbook: null, nextDueAt: '2026-01-01T01:00:00.000Z' };
  const timeline: CaseProjection['timeline'] = {
    firstSeq: 1,
    entries: [
      { at: record.openedAt, code: 'opened', data: { trigger: 'manual', episode: 1 } },
      {
        at: record.openedAt,
        code: 'task-opened',
        data: { type: 'cause-call', dueAt: '2026-01-01T01:00:00.000Z', attempt: 1 },
      },
    ],
  };
  const opening = { ...record, firstSeq: 1 };
  const since = record.openedAt;
  const projection = {
    opening,
    revision,
    historyLength: 10,
    since,
    state,
    tasks,
    timeline,
    finalBefore: 1,
    nextLoss: null,
  };
  await projectCase(api.db, projection, at());
}

const act = (taskId: string, verb: string, body?: object, as: Role = 'agent', headers = {}) =>
  api.post(`/api/v1/tasks/${taskId}/${verb}`, body, { as, headers });
const idOf = (role: Role) => api.keys[role].record.keyId;

describe('the inbox', () => {
  test('is earliest due first, in pages, and can be narrowed', async () => {
    const [cause, offer, letter] = await caseWith('I-1', 'cause-call', 'offer-call', 'letter');
    const list = async (query: string) => {
      const { body } = await api.get(`/api/v1/tasks?caseId=I-1-e1&${query}`, { as: 'agent' });
      return { ids: body.items.map((t: Json) => t.taskId), next: body.nextCursor };
    };
    const first = await list('status=open&limit=2');
    expect(first.ids).toEqual([cause, offer]);
    expect((await list(`status=open&limit=2&cursor=${first.next}`)).ids).toEqual([letter]);
    expect((await list('type=letter')).ids).toEqual([letter]);
    expect((await list('dueBefore=2026-01-01T03:30:00%2B01:00')).ids).toEqual([cause, offer]);
    expect((await list('status=done')).ids).toEqual([]);

    await act(cause!, 'claim');
    expect((await list('assignee=me')).ids).toEqual([cause]);
    expect((await list(`assignee=${idOf('agent')}`)).ids).toEqual([cause]);
    expect((await list('assignee=none')).ids).toEqual([offer, letter]);
    const mine = await api.get('/api/v1/cases?assignee=me', { as: 'agent' });
    expect(mine.body.items.map((c: Json) => c.caseId)).toEqual(['I-1-e1']);
    const unclaimed = await api.get('/api/v1/cases?assignee=none&customerId=I-1');
    expect(unclaimed.body.items.map((c: Json) => c.caseId)).toEqual(['I-1-e1']);
    const overdue = await api.get('/api/v1/cases?overdue=true&customerId=I-1');
    expect(overdue.body.items).toHaveLength(1);
    expect((await list('overdue=true')).ids).toEqual([cause, offer, letter]);
    expect((await list('overdue=true&dueBefore=2026-01-01T02:00:00Z')).ids).toEqual([cause]);
    expect((await list('escalated=true')).ids).toEqual([]);
    await escalateTasks(api.db, { policy: api.policy, at: at() });
    expect((await list('escalated=true&type=offer-call')).ids).toEqual([offer]);
  });

  test('shows a task with all that is known of it', async () => {
    const [taskId] = await caseWith('I-2', 'cause-call');
    const { body } = await api.get(`/api/v1/tasks/${taskId}`, { as: 'agent' });
    expect(body).toEqual({
      ...{ measureId: null, queue: null, content: null, offer: null, mailId: null },
      pausedUntil: null,
      permission: {
        ...{ permitted: true, reason: 'not-refused', basis: null, rule: null },
        ...{ permissionId: null, proof: 'no refusal on record' },
      },
      taskId: 'I-2-e1-cause-call-1',
      caseId: 'I-2-e1',
      customerId: 'I-2',
      customer: {
        ...{ name: null, kind: null, trigger: 'manual', tier: null, cause: null },
        secondLifetimeValue: null,
      },
      keptResult: null,
      type: 'cause-call',
      title: 'Ask why the customer left',
      step: 'cause-analysis',
      status: 'open',
      assignee: null,
      attempt: 1,
      agreed: false,
      content: null,
      measureId: null,
      queue: null,
      expectedGain: null,
      overdue: true,
      escalatedAt: null,
      createdAt: '2026-01-01T00:00:00.000Z',
      dueAt: '2026-01-01T01:00:00.000Z',
      deadlineAt: '2026-01-01T02:00:00.000Z',
      closedAt: null,
      closeReason: null,
      completedBy: null,
      result: null,
      sign: null,
      signAt: null,
      signData: null,
      why: null,
      guide: '/api/v1/cases/I-2-e1/interview-guide',
    });
  });

  test('the timeline tells in words what happened, in pages', async () => {
    await caseWith('I-3', 'cause-call');
    const first = await api.get('/api/v1/cases/I-3-e1/timeline?limit=1', { as: 'agent' });
    expect(first.body.items).toMatchObject([
      { seq: 1, code: 'opened', text: 'Case opened by manual, episode 1' },
    ]);
    const next = await api.get(`/api/v1/cases/I-3-e1/timeline?cursor=${first.body.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ seq: 2, code: 'task-opened' }], nextCursor: null });
    expect((await api.get('/api/v1/cases/I-3-e1/timeline?cursor=x')).status).toBe(400);
  });
});

describe('claiming and assigning', () => {
  test('a task goes to the first who claims it, and stays there', async () => {
    const [taskId] = await caseWith('A-1', 'cause-call');
    const [first, second] = await Promise.all([
      act(taskId!, 'claim', undefined, 'agent'),
      act(taskId!, 'claim', undefined, 'manager'),
    ]);
    expect([first.status, second.status].sort()).toEqual([200, 409]);
    const winner: Role = first.status === 200 ? 'agent' : 'manager';
    const again = await act(taskId!, 'claim', undefined, winner);
    expect([again.status, again.body.assignee]).toEqual([200, idOf(winner)]);
  });

  test('a manager gives a task to somebody who works on tasks, or back to the team', async () => {
    const [taskId] = await caseWith('A-2', 'cause-call');
    const assign = (assignee: unknown) => act(taskId!, 'assign', { assignee }, 'manager');
    expect((await assign(idOf('agent'))).body.assignee).toBe(idOf('agent'));
    for (const wrong of ['nobody', idOf('sales-system'), '']) {
      const { status, body } = await assign(wrong);
      expect([status, body.errors[0].field]).toEqual([400, 'assignee']);
    }
    expect((await assign(null)).body.assignee).toBeNull();
  });

  test('with the same key again nothing more happens', async () => {
    const [taskId] = await caseWith('A-3', 'cause-call');
    const headers = { 'idempotency-key': 'assign-A-3' };
    const assign = (assignee: string | null) =>
      act(taskId!, 'assign', { assignee }, 'manager', headers);
    await assign(idOf('agent'));
    await act(taskId!, 'assign', { assignee: null }, 'manager');
    expect((await assign(idOf('agent'))).body.assignee).toBeNull();
    expect((await assign(null)).body.code).toBe('idempotency-key-reused');
  });

  test.each([
    ['on Sunday night', '2026-11-22T02:00:00.000Z', 'not-now', '2026-11-23T08:00:00.000Z'],
    ['in its hours', '2026-11-24T09:00:00.000Z', null, null],
  ])(
    'a call is the caller’s %s, with when it may be made',
    async (_, now, because, contactFrom) => {
      const [call, letter] = await caseWith(`N-${because}`, 'cause-call', 'remedy');
      const there = await startApi({
        databaseOf: { db: api.db, policy: api.policy },
        clock: () => now,
      });
      const claim = (taskId: string) =>
        there.post(`/api/v1/tasks/${taskId}/claim`, undefined, { as: 'agent' });
      const { status, body } = await claim(call!);
      expect([status, body.assignee]).toEqual([200, there.keys.agent.record.keyId]);
      expect(body).toMatchObject({ because, contactFrom });
      expect((await claim(letter!)).body).toMatchObject({ because: null, contactFrom: null });
      const result = { outcome: 'no-answer' };
      const kept = await there.post(`/api/v1/tasks/${call!}/complete`, { result }, { as: 'agent' });
      expect(kept.status).toBe(202);
      await there.stop();
    },
  );

  test('a call of a paused case is the caller’s, with when the pause ends', async () => {
    const [taskId] = await caseWith('N-paused', 'cause-call');
    const until = '2099-01-01T00:00:00.000Z';
    api.db.$client
      .prepare('update tasks set paused_until = ? where task_id = ?')
      .run(until, taskId);
    const { body } = await act(taskId!, 'claim');
    expect(body).toMatchObject({ because: 'paused', contactFrom: until, pausedUntil: until });
  });

  test('work of a key that is revoked returns to the team', async () => {
    const [taskId] = await caseWith('A-4', 'cause-call');
    const { body: key } = await api.post('/api/v1/keys', { name: 'Leaver', role: 'agent' });
    await act(taskId!, 'assign', { assignee: key.keyId }, 'manager');
    expect((await api.call('DELETE', `/api/v1/keys/${key.keyId}`)).status).toBe(204);
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body.assignee).toBeNull();
  });
});

describe('completing', () => {
  const valid: Record<(typeof typesInCases)[number], object> = {
    'decide-pursuit': { outcome: 'pursue' },
    'cause-call': { outcome: 'answered', cause: 'neglected', note: 'Nobody called back.' },
    'recovery-call': { outcome: 'accepted' },
    'offer-call': { outcome: 'not-now', recontactAt: '2030-01-01T10:00:00Z' },
    'approve-offer': { outcome: 'approved', note: 'For this once.' },
    letter: { outcome: 'sent' },
    visit: { outcome: 'not-met' },
    remedy: { outcome: 'fixed' },
    'welcome-call': { outcome: 'reached' },
    'aftercare-call': { outcome: 'callback', callbackAt: '2030-01-01T10:00:00+02:00' },
    'satisfaction-call': { outcome: 'answered', score: 9 },
    'make-up': { outcome: 'settled' },
    'referral-call': { outcome: 'refused' },
  };

  test.each(typesInCases)('a %s is kept while the engine is away', async (type) => {
    const [taskId] = await caseWith(`D-${type}`, type);
    const kept = await act(taskId!, 'complete', { result: valid[type] }, 'manager');
    expect([kept.status, kept.body.status]).toEqual([202, 'kept']);
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body.status).toBe('open');

    const second = await act(taskId!, 'complete', { result: valid[type] }, 'manager');
    expect([second.status, second.body.code]).toEqual([409, 'conflict']);
  });

  test.each([
    [{}, [{ field: 'result', rule: 'is required' }]],
    [{ result: 'reached' }, [{ field: 'result', rule: 'must be an object' }]],
    [
      { result: {} },
      [{ field: 'result.outcome', rule: expect.stringMatching(/^must be one of: answered/) }],
    ],
    [
      { result: { outcome: 'callback' } },
      [{ field: 'result.callbackAt', rule: expect.stringContaining('required with outcome') }],
    ],
    [
      { result: { outcome: 'refused', callbackAt: '2030-01-01T10:00:00Z' } },
      [{ field: 'result.callbackAt', rule: 'is allowed only with outcome callback' }],
    ],
    [
      { result: { outcome: 'answered', cause: 'unknown', mood: 'good' } },
      [{ field: 'result.mood', rule: 'is not a field of cause-call' }],
    ],
    [
      { result: { outcome: 'refused' }, taskId: 'x' },
      [{ field: 'taskId', rule: 'is not a known field' }],
    ],
    [
      { result: { outcome: 'refused', note: 'x'.repeat(4_001) } },
      [{ field: 'result.note', rule: 'must be text of at most 4000 characters' }],
    ],
  ])('%j is refused and changes nothing', async (body, errors) => {
    const [taskId] = await caseWith('D-refused', 'cause-call');
    const answer = await act(taskId ?? 'D-refused-e1-cause-call-1', 'complete', body);
    expect([answer.status, answer.body.errors]).toEqual([400, errors]);
    expect((await api.get('/api/v1/tasks/D-refused-e1-cause-call-1')).body.status).toBe('open');
  });

  test("an agent has no say in a manager's decision", async () => {
    const [taskId] = await caseWith('D-2', 'decide-pursuit');
    const complete = { result: { outcome: 'pursue' } };
    expect((await act(taskId!, 'complete', complete)).status).toBe(403);
    expect((await act(taskId!, 'reschedule', { dueAt: in1h() })).status).toBe(403);
    expect((await act(taskId!, 'claim')).status).toBe(403);
    expect((await act(taskId!, 'claim', undefined, 'manager')).status).toBe(200);
  });

  test('a task that is closed answers 409 to everything', async () => {
    const [taskId] = await caseWith('D-3', 'cause-call');
    await project('D-3-e1', 2, []);
    const record = (await api.get(`/api/v1/tasks/${taskId}`)).body;
    expect(record).toMatchObject({ status: 'cancelled', closeReason: 'discarded' });
    for (const [verb, body] of [
      ['complete', { result: { outcome: 'refused' } }],
      ['reschedule', { dueAt: in1h() }],
      ['claim', undefined],
    ] as const) {
      const answer = await act(taskId!, verb, body);
      expect([verb, answer.status, answer.body.code]).toEqual([verb, 409, 'task-not-open']);
    }
    const assigned = await act(taskId!, 'assign', { assignee: null }, 'manager');
    expect(assigned.status).toBe(409);
  });

  test('a task that is not there answers 404', async () => {
    for (const verb of ['complete', 'reschedule', 'claim']) {
      const body = { complete: { result: { outcome: 'refused' } }, reschedule: { dueAt: in1h() } };
      const { status } = await act('nowhere', verb, body[verb as 'complete']);
      expect([verb, status]).toEqual([verb, 404]);
    }
  });

  test('the same request with the same key gets the same answer, another is refused', async () => {
    const [taskId] = await caseWith('D-4', 'cause-call');
    const headers = { 'idempotency-key': 'complete-D-4' };
    const complete = (outcome: string) =>
      act(taskId!, 'complete', { result: { outcome } }, 'agent', headers);
    const first = await complete('refused');
    expect(first.status).toBe(202);
    expect((await complete('refused')).body).toEqual(first.body);
    const other = await complete('no-answer');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });
});
