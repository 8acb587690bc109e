import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import { anOpenCase, projection, task } from '../db/given.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

beforeAll(async () => {
  api = await startApi({
    temporalUi: { url: 'http://127.0.0.1:8233', namespace: 'default' },
  });
  for (const [customerId, hours] of [
    ['C-1', 24 * 30],
    ['C-2', -24],
  ] as const) {
    const at = hoursAgo(24 * 40);
    const record = await anOpenCase(api.db, customerId, { policy: api.policy, at });
    const due = hoursAgo(hours);
    const state = { step: 'measures', nextDueAt: due, tier: 'A' } as const;
    const tasks = [task(`${customerId}-t`, { dueAt: due })];
    await projectCase(api.db, projection(record, 1, { state, tasks }), hoursAgo(1));
  }
});
afterAll(() => api.stop());

const get = (path: string) => api.get(`/api/v1${path}`, { as: 'manager' });

test('counts each step by how its cases get on, with the team’s capacity', async () => {
  const { body } = await get('/board?tier=A');
  expect(body.steps[2]).toEqual({ step: 'measures', 'on-track': 1, behind: 0, stuck: 1 });
  expect(body.capacity).toEqual({ open: 2, places: api.policy.team.capacity, waiting: 0 });
  expect([body.approvals, body.loads]).toEqual([0, []]);
});

test('shows the cards of a step, whoever waits longest first, page by page', async () => {
  const first = await get('/board/cases?step=measures&limit=1');
  expect(first.body.items).toMatchObject([
    { caseId: 'C-1-e1', pace: 'stuck', tasks: [{ taskId: 'C-1-t', assignee: null }] },
  ]);
  const cursor = encodeURIComponent(first.body.nextCursor);
  const second = await get(`/board/cases?step=measures&limit=1&cursor=${cursor}`);
  expect(second.body.items).toMatchObject([{ caseId: 'C-2-e1', pace: 'on-track' }]);
  expect(second.body.nextCursor).toBeNull();
  expect((await get('/board/cases?step=measures&assignee=me')).body.items).toEqual([]);
});

test('keeps views for whoever saved them, once for one Idempotency-Key', async () => {
  const view = { name: 'Stuck', filter: { pace: 'stuck', assignee: 'none' } };
  const headers = { 'idempotency-key': 'v1' };
  const save = () => api.post('/api/v1/board/views', view, { as: 'manager', headers });
  const first = await save();
  expect([first.status, (await save()).body]).toEqual([200, first.body]);
  expect((await get('/board/views')).body.items).toMatchObject([{ ...view, cases: 1 }]);
  expect((await api.get('/api/v1/board/views', { as: 'admin' })).body.items).toEqual([]);

  const path = `/api/v1/board/views/${first.body.viewId}`;
  expect((await api.call('DELETE', path, { as: 'admin' })).status).toBe(404);
  expect((await api.call('DELETE', path, { as: 'manager' })).status).toBe(204);
  expect((await get('/board/views')).body.items).toEqual([]);
});

test('refuses a view with a filter that there is not', async () => {
  const body = { name: 'x', filter: { pace: 'asleep' } };
  const { status, body: problem } = await api.post('/api/v1/board/views', body);
  expect([status, problem.errors[0].field]).toEqual([400, 'filter.pace']);
});

test('leads from a case to its workflow', async () => {
  expect((await get('/cases/C-1-e1/workflow')).body).toEqual({
    workflowId: 'recovery-C-1',
    url: 'http://127.0.0.1:8233/namespaces/default/workflows/recovery-C-1',
  });
});
