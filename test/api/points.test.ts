import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { csv } from '../../api/csv.ts';
import { openPreventiveTask } from '../../db/preventive-tasks.ts';
import { writing } from '../../db/connection.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { openCase } from '../../db/cases.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import { startApi, type Api } from '../support/api.ts';
import { withDataDir } from '../support/database.ts';
import { unlessRefused } from '../support/policies.ts';

let api: Api;
let db: Db;
let policy: VersionedPolicy;
let finish: () => void;
let finished: Promise<void>;
/** Whoever completes something in these tests does so then. */
let now = '2026-03-10T10:00:00.000Z';

beforeAll(async () => {
  await new Promise<void>((ready) => {
    finished = withDataDir(async (folder) => {
      db = await openDatabase(folder);
      policy = await storePolicy(
        db,
        {
          ...unlessRefused,
          secondLoyalty: { ...unlessRefused.secondLoyalty, observation: '60d' },
          incentives: {
            points: { regained: 100, averted: 60, prevented: 20 },
            weights: { task: 1, reached: 0, last: 0 },
            roles: ['agent', 'manager'],
          },
        },
        now,
      );
      api = await startApi({ databaseOf: { db, policy }, clock: () => now });
      ready();
      await new Promise<void>((resolve) => (finish = resolve));
      await api.stop();
      closeDatabase(db);
    });
  });
});
afterAll(async () => {
  finish();
  await finished;
});

async function prevented(customerId: string, as: 'agent' | 'manager'): Promise<void> {
  const shown = { sign: 'cancellation-considered', signAt: now, signData: {} } as const;
  const task = { customerId, type: 'prevention-call', shown } as const;
  writing(db, (tx) => openPreventiveTask(tx, task, { policy, at: now }));
  const taskId = `${customerId}-prevention-call-1`;
  const result = { outcome: 'reached' };
  const { status } = await api.post(`/api/v1/tasks/${taskId}/complete`, { result }, { as });
  expect(status).toBe(200);
}

test('agents see their own points, managers everybody’s', async () => {
  await prevented('C1', 'agent');
  await prevented('C2', 'manager');
  const balances = async (as: 'agent' | 'manager', query = '') =>
    (await api.get(`/api/v1/points${query}`, { as })).body.items.map(
      (one: { name: string; pending: number }) => [one.name, one.pending],
    );
  expect(await balances('agent')).toEqual([['agent', 20]]);
  expect(await balances('agent', '?keyId=me')).toEqual([['agent', 20]]);
  expect(await balances('manager')).toEqual([
    ['agent', 20],
    ['manager', 20],
  ]);
  expect(await balances('manager', '?keyId=me')).toEqual([['manager', 20]]);
  const own = await api.get('/api/v1/points/entries', { as: 'agent' });
  expect(own.body.items).toMatchObject([
    {
      ...{ achievement: 'prevented', taskId: 'C1-prevention-call-1', caseId: null, points: 20 },
      ...{ reason: 'earned', dueAt: '2026-05-09T10:00:00.000Z' },
    },
  ]);
  const other = `keyId=${api.keys.manager.record.keyId}`;
  for (const path of ['points', 'points/entries']) {
    expect((await api.get(`/api/v1/${path}?${other}`, { as: 'agent' })).status).toBe(403);
  }
});

test('a loss after a preventive task takes the points back', async () => {
  now = '2026-04-01T10:00:00.000Z';
  await openCase(db, {
    ...{ customerId: 'C2', trigger: 'manual', statedCause: null, statedReason: null },
    ...{ effectiveAt: null, openedBy: 'boss', policy, at: now },
  });
  const { body } = await api.get('/api/v1/points/entries', { as: 'manager' });
  expect(body.items[0]).toMatchObject({ points: -20, reason: 'second-loss' });
  expect(body.items).toHaveLength(3);
});

test('a payroll period is exported as CSV, and closed once it is over', async () => {
  const path = '/api/v1/payroll/2026-05';
  expect((await api.post(`${path}/close`)).status).toBe(409);
  now = '2026-06-01T10:00:00.000Z';
  const people = await api.get(path, { as: 'manager' });
  expect(people.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const [agent, manager] = [api.keys.agent.record.keyId, api.keys.manager.record.keyId];
  const [header, ...lines] = String(people.body).trimEnd().split('\r\n');
  expect(header).toBe('period,keyId,name,points,entries');
  expect(lines.sort()).toEqual(
    [`2026-05,${agent},agent,20,1`, `2026-05,${manager},manager,0,2`].sort(),
  );
  const entries = await api.get(`${path}?by=entry`, { as: 'manager' });
  expect(String(entries.body).trimEnd().split('\r\n')).toHaveLength(4);

  const headers = { 'idempotency-key': 'close-1' };
  const close = () => api.post(`${path}/close`, undefined, { as: 'manager', headers });
  expect((await close()).body).toMatchObject({ period: '2026-05', closedAt: now });
  expect((await close()).status).toBe(200);
  expect((await api.post(`${path}/close`)).status).toBe(409);
  expect((await api.get('/api/v1/payroll')).body.items).toHaveLength(1);
  expect((await api.get('/api/v1/points?keyId=me', { as: 'agent' })).body.items).toMatchObject([
    { paid: 20, payable: 0, pending: 0 },
  ]);
  expect((await api.get('/api/v1/payroll/2026-5')).status).toBe(400);
});

test('no text of a CSV file is a formula', () => {
  const rows = ['=1+1', '+49 30', '-2', '@x', '\t=1', ' =1', '＝1', 'a"b', 'a,b', 'a\nb', 'Ö'];
  expect(
    csv(
      rows.map((text) => ({ text, number: -5 })),
      ['text', 'number'],
    ).split('\r\n'),
  ).toEqual([
    ...['\uFEFFtext,number', "'=1+1,-5", "'+49 30,-5", "'-2,-5", "'@x,-5", "'\t=1,-5", "' =1,-5"],
    ...["'＝1,-5", '"a""b",-5', '"a,b",-5', '"a\nb",-5', 'Ö,-5', ''],
  ]);
  expect(csv([{ a: null }], ['a'])).toBe('\uFEFFa\r\n\r\n');
});
