import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCase, projectCase, getCase } from '../../db/cases.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const at = () => new Date().toISOString();
const idOf = (role: 'agent' | 'manager') => api.keys[role].record.keyId;

/** A case with open tasks of the queue, due long ago. */
async function workFor(customerId: string, queue: string | null, count: number): Promise<void> {
  const opened = { statedCause: null, statedReason: null, effectiveAt: null, openedBy: 'test' };
  const about = { customerId, trigger: 'manual', policy: api.policy, at: at() } as const;
  const { record } = await openCase(api.db, { ...about, ...opened });
  const tasks = Array.from({ length: count }, (_, i) => ({
    taskId: `${record.caseId}-remedy-${i + 1}`,
    ...({ type: 'remedy', step: 'measures', measureId: null, queue, status: 'open' } as const),
    ...{ attempt: 1, createdAt: '2026-01-01T00:00:00.000Z', dueAt: '2026-01-02T00:00:00.000Z' },
    ...{ deadlineAt: '2099-01-01T00:00:00.000Z', agreed: false, closedAt: null },
    ...{ closeReason: null, commandId: null, result: null },
  }));
  const state = { ...(await getCase(api.db, record.caseId))!, playbook: null, expectedGain: 700 };
  await projectCase(
    api.db,
    {
      ...{ opening: { ...record, firstSeq: 1 }, revision: 1, historyLength: 10, state, tasks },
      ...{ since: record.openedAt, finalBefore: 1, nextLoss: null },
      timeline: { firstSeq: 1, entries: [] },
    },
    at(),
  );
}

const next = (body: object, as: 'agent' | 'manager' = 'agent', headers = {}) =>
  api.post('/api/v1/tasks/next', body, { as, headers });

describe('teams', () => {
  test('are made, changed and listed, with who is in them', async () => {
    const team = { teamId: 'service', name: 'Service' };
    const headers = { 'idempotency-key': 'team-1' };
    const made = await api.post('/api/v1/teams', team, { as: 'manager', headers });
    expect([made.status, made.body]).toMatchObject([201, { ...team, assignment: 'continuity' }]);
    const again = await api.post('/api/v1/teams', team, { as: 'manager', headers });
    expect([again.status, again.body]).toEqual([201, made.body]);
    expect((await api.post('/api/v1/teams', team)).status).toBe(409);
    const change = { assignment: 'on-demand' };
    const path = '/api/v1/teams/service';
    const changed = await api.call('PATCH', path, { as: 'manager', body: change });
    expect(changed.body).toMatchObject({ name: 'Service', ...change });
    expect((await api.get('/api/v1/teams', { as: 'agent' })).body.items).toEqual([changed.body]);

    const keyId = idOf('agent');
    const member = await api.post(`${path}/members`, { keyId }, { as: 'manager' });
    expect([member.status, member.body]).toEqual([
      201,
      {
        ...{ teamId: 'service', keyId, name: 'agent', role: 'agent', hours: null },
        ...{ skills: { languages: [], tiers: [], products: [] }, openTasks: 0, absent: false },
      },
    ]);
    expect((await api.post(`${path}/members`, { keyId })).status).toBe(409);
    const skills = { languages: ['de'], tiers: ['A'], products: ['cloud'] };
    const hours = { workDays: [1, 2], opensAt: '09:00', closesAt: '12:00' };
    const better = await api.call('PATCH', `${path}/members/${keyId}`, { body: { skills, hours } });
    expect(better.body).toMatchObject({ skills, hours });
    expect((await api.get(`${path}/members`, { as: 'agent' })).body.items).toEqual([better.body]);
    const gone = await api.call('DELETE', `${path}/members/${keyId}`, { as: 'manager' });
    expect(gone.status).toBe(204);
    expect((await api.call('DELETE', `${path}/members/${keyId}`)).status).toBe(404);
    expect((await api.call('PATCH', `${path}/members/${keyId}`, { body: {} })).status).toBe(404);
  });

  test.each([
    ['/api/v1/teams', { teamId: 'No Team', name: 'x' }, 'teamId'],
    ['/api/v1/teams', { teamId: 'x', name: 'x', assignment: 'dice' }, 'assignment'],
    ['/api/v1/teams/service/members', { keyId: 'nobody' }, 'keyId'],
    [
      '/api/v1/teams/service/members',
      { keyId: 'nobody', skills: { languages: ['Deutsch'], tiers: [], products: [] } },
      'skills.languages[0]',
    ],
    ['/api/v1/absences', { keyId: 'nobody' }, 'keyId'],
    ['/api/v1/absences', { untilAt: '2026-01-01T00:00:00Z' }, 'untilAt'],
    ['/api/v1/tasks/reassign', { to: null, reason: 'x' }, 'from'],
    ['/api/v1/tasks/reassign', { from: 'x', to: 'nobody', reason: 'x' }, 'to'],
    ['/api/v1/tasks/next', { teamId: '?' }, 'teamId'],
  ])('%s refuses %j', async (path, body, field) => {
    const answer = await api.post(path, body, { as: 'manager' });
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, field]);
  });

  test('there is nothing of a team that is not there', async () => {
    expect((await api.get('/api/v1/teams/nowhere/members')).status).toBe(404);
    expect((await api.call('PATCH', '/api/v1/teams/nowhere', { body: {} })).status).toBe(404);
    const keyId = idOf('agent');
    expect((await api.post('/api/v1/teams/nowhere/members', { keyId })).status).toBe(404);
  });
});

describe('the next task', () => {
  test('goes to one of many who ask at once, through two API processes', async () => {
    const other = await startApi({ databaseOf: { db: api.db, policy: api.policy } });
    await api.post('/api/v1/teams', { teamId: 'field', name: 'Field' });
    await workFor('N-1', 'field', 20);
    const keys = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const { body } = await api.post('/api/v1/keys', { name: `field ${i}`, role: 'agent' });
        await api.post('/api/v1/teams/field/members', { keyId: body.keyId });
        return body.secret as string;
      }),
    );
    const answers = await Promise.all(
      keys.map(async (secret, i) => {
        const headers = { authorization: `Bearer ${secret}` };
        const { body } = await (i % 2 === 0 ? api : other).post(
          '/api/v1/tasks/next',
          { teamId: 'field' },
          { as: null, headers },
        );
        return body.task?.taskId as string | undefined;
      }),
    );
    const given = answers.filter((taskId) => taskId !== undefined);
    expect(given).toHaveLength(20);
    expect(new Set(given).size).toBe(20);
    await other.stop();
  });

  test('says what its case promises, and is the same for a repeated request', async () => {
    await workFor('N-2', null, 2);
    const headers = { 'idempotency-key': 'next-1' };
    const first = await next({}, 'manager', headers);
    expect(first.body).toMatchObject({
      task: { customerId: 'N-2', assignee: idOf('manager') },
      nextDueAt: null,
    });
    expect(first.body.task.expectedGain).toEqual({ amount: 700, currency: 'EUR' });
    const { taskId } = first.body.task;
    await api.post(`/api/v1/tasks/${taskId}/assign`, { assignee: null }, { as: 'manager' });
    const again = await next({}, 'manager', headers);
    expect(again.body.task).toMatchObject({ taskId, assignee: null });
  });

  test('is not for who is not in the team', async () => {
    expect((await next({ teamId: 'field' })).status).toBe(403);
  });
});

test('the open work of somebody moves to another, in one request', async () => {
  await workFor('R-1', null, 3);
  const { body } = await api.get('/api/v1/tasks?caseId=R-1-e1');
  const ids = body.items.map((task: Json) => task.taskId);
  for (const id of ids) await api.post(`/api/v1/tasks/${id}/claim`, undefined, { as: 'agent' });
  const order = { from: idOf('agent'), taskIds: ids.slice(0, 2), to: idOf('manager'), reason: 'x' };
  const headers = { 'idempotency-key': 'move-1' };
  const move = () => api.post('/api/v1/tasks/reassign', order, { as: 'manager', headers });
  const moved = await move();
  expect(moved.body).toEqual({ reassigned: ids.slice(0, 2), left: [], absent: [] });
  expect((await move()).body).toEqual(moved.body);
  const left = { taskId: ids[2], because: 'conflict' };
  const rest = { ...order, from: idOf('manager'), taskIds: [ids[2]] };
  const none = await api.post('/api/v1/tasks/reassign', rest, { as: 'manager' });
  expect(none.body).toEqual({ reassigned: [], left: [left], absent: [] });
});

describe('an absence', () => {
  test('is noted by the agent, and gives the work back', async () => {
    await workFor('A-1', null, 1);
    await api.post('/api/v1/tasks/A-1-e1-remedy-1/claim', undefined, { as: 'agent' });
    const headers = { 'idempotency-key': 'ill-1' };
    const ill = () => api.post('/api/v1/absences', {}, { as: 'agent', headers });
    const { status, body } = await ill();
    expect([status, body]).toMatchObject([201, { keyId: idOf('agent'), untilAt: null }]);
    expect((await ill()).body).toEqual(body);
    const { body: task } = await api.get('/api/v1/tasks/A-1-e1-remedy-1');
    expect(task.assignee).toBeNull();
    const list = await api.get(`/api/v1/absences?keyId=${idOf('agent')}`, { as: 'agent' });
    expect(list.body.items).toEqual([body]);
    const end = (as: 'agent' | 'manager', id: string) =>
      api.call('DELETE', `/api/v1/absences/${id}`, { as });
    expect((await end('agent', body.absenceId)).status).toBe(204);
    expect((await end('manager', 'nothing')).status).toBe(404);
  });

  test('is told to who gives work to somebody that is due in it', async () => {
    await workFor('A-2', null, 2);
    const taskId = 'A-2-e1-remedy-1';
    const assign = (assignee: string) =>
      api.post(`/api/v1/tasks/${taskId}/assign`, { assignee }, { as: 'manager' });
    const keyId = idOf('agent');
    expect((await assign(keyId)).body).toMatchObject({ because: null, absentUntil: null });
    const untilAt = '2098-01-01T00:00:00.000Z';
    const { body } = await api.post('/api/v1/absences', { untilAt }, { as: 'agent' });
    const told = { assignee: keyId, because: 'absent', absentUntil: untilAt };
    expect(await assign(keyId)).toMatchObject({ status: 200, body: told });
    const order = { taskIds: [taskId], to: keyId, reason: 'x' };
    const moved = await api.post('/api/v1/tasks/reassign', order, { as: 'manager' });
    expect(moved.body.absent).toEqual([{ taskId, until: untilAt }]);
    await api.call('DELETE', `/api/v1/absences/${body.absenceId}`, { as: 'agent' });
  });

  test('of others is a manager’s to note', async () => {
    const other = { keyId: idOf('manager') };
    expect((await api.post('/api/v1/absences', other, { as: 'agent' })).status).toBe(403);
    const later = { keyId: idOf('agent'), fromAt: '2099-01-01T00:00:00Z' };
    expect((await api.post('/api/v1/absences', later, { as: 'manager' })).status).toBe(201);
  });
});
