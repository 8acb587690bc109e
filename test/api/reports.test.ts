import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { csv } from '../../api/csv.ts';
import { projectCase } from '../../db/cases.ts';
import { beginCommand } from '../../db/commands.ts';
import {
  accept,
  anOpenCase,
  boss,
  closedAsLost,
  minute,
  projection,
  purchase,
  spokenTo,
  task,
} from '../db/given.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  const { db } = api;
  const record = await anOpenCase(db, 'C1', { statedCause: 'neglected' });
  const { caseId } = record;
  await projectCase(db, projection(record, 1, { tasks: [task('t1')] }), minute(1));
  const result = { outcome: 'accepted', minutes: 20 };
  await beginCommand(db, {
    ...{ commandId: 'c1', actor: boss, action: 'task.complete', target: 't1', caseId },
    ...{ request: { result }, idempotencyKey: null, at: minute(5), lease: minute(9) },
  });
  await accept(db, [purchase('C1', 'b1', { time: minute(19), amount: 4_000 })], minute(19));
  const done = { status: 'done', closedAt: minute(5), commandId: 'c1', result } as const;
  const state = {
    ...({ contacted: true, statedCause: 'neglected', tier: 'B' } as const),
    ...({ regainedAt: minute(20), regainedBy: 'purchase' } as const),
  };
  await projectCase(db, projection(record, 2, { tasks: [task('t1', done)], state }), minute(20));
  const lost = await anOpenCase(db, 'C2');
  spokenTo(db, lost);
  await projectCase(db, projection(lost, 1, { state: closedAsLost }), minute(50));
});
afterAll(() => api.stop());

const eur = (amount: number) => ({ amount, currency: 'EUR' });

describe('the ledger of a case', () => {
  test('shows every entry with its source, the sums and the second life', async () => {
    const { body } = await api.get('/api/v1/cases/C1-e1/ledger', { as: 'agent' });
    expect(body).toMatchObject({
      sums: [
        {
          ...{ currency: 'EUR', workMinutes: 20, work: eur(-1_500), contact: eur(-20) },
          ...{ concession: eur(0), revenue: eur(4_000), margin: eur(1_400), result: eur(-120) },
        },
      ],
      secondLife: { returnedAt: minute(20), lostAgainAt: null, purchases: 1 },
      entries: [
        { kind: 'contact', source: { kind: 'contact', id: 'c1' }, amount: eur(-20), minutes: null },
        { kind: 'work', source: { kind: 'task', id: 't1' }, minutes: 20, minutesFrom: 'recorded' },
        { kind: 'purchase', source: { kind: 'order', id: 'b1' }, margin: eur(1_400) },
      ],
    });
    expect((await api.get('/api/v1/cases/C2-e1/ledger')).body).toMatchObject({ secondLife: null });
    expect((await api.get('/api/v1/cases/C9-e1/ledger')).status).toBe(404);
  });
});

describe('the strict rule', () => {
  test('is shown on the case, with every judgement and its reason', async () => {
    const { body } = await api.get('/api/v1/cases/C1-e1', { as: 'agent' });
    const regained = { is: 'regained', because: 'as-before' };
    expect(body.strictRegain).toEqual({ ...regained, until: null });
    const judgements = await api.get('/api/v1/cases/C1-e1/judgements', { as: 'agent' });
    expect(judgements.body.items).toEqual([
      {
        ...{ at: minute(20), ...regained, correction: false, until: null },
        expected: { purchaseDays: 0, spend: eur(0) },
        bought: { purchaseDays: 1, spend: eur(4_000) },
      },
    ]);
    const none = await api.get('/api/v1/cases/C2-e1/judgements');
    expect(none.body.items).toMatchObject([{ is: 'not', because: 'no-return', expected: null }]);
    expect((await api.get('/api/v1/cases/C9-e1/judgements')).status).toBe(404);
  });
});

describe('the success report', () => {
  test('gives figures by cause, small groups without a rank', async () => {
    const { body } = await api.get('/api/v1/reports/success?by=cause', { as: 'agent' });
    expect(body.total).toMatchObject({
      ...{ cases: 2, contacted: 2, regained: 1, regainedRate: 0.5, small: true, uplift: null },
      ...{ halfReturns: 0, pendingReturns: 0, returned: 1, returnRate: 0.5, workMinutes: 32 },
      ...{ cost: eur(2_420), costPerRegain: eur(2_420), result: eur(-1_020) },
      ...{ strict: { regained: 1, halfReturn: 0, pending: 0, not: 1 }, strictRate: 0.5 },
      stillThere: [{ afterDays: 90 }, { afterDays: 180 }, { afterDays: 365 }],
    });
    expect(body.total.regainedRateInterval[0]).toBeCloseTo(0.0945, 3);
    expect(body.groups).toMatchObject([
      { group: 'neglected', rank: null, small: true, regained: 1 },
      { group: null, rank: null, regained: 0 },
    ]);
    for (const by of ['measure', 'offer', 'team', 'agent', 'period', 'target-group', 'playbook']) {
      expect((await api.get(`/api/v1/reports/success?by=${by}`)).status).toBe(200);
    }
    const filtered = await api.get('/api/v1/reports/success?cause=neglected&targetGroup=Z1&tier=B');
    expect(filtered.body.total).toMatchObject({ cases: 1 });
  });

  test('is a table by Accept or format', async () => {
    const accept = { accept: 'text/csv' };
    const asked = await api.get('/api/v1/reports/success?by=cause', { headers: accept });
    expect(asked.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = asked.body.split('\r\n');
    expect(lines[0]).toMatch(/^\uFEFF?group,label,rank,small,cases,reached/);
    expect(lines[1]).toMatch(/^neglected,,,true,1,/);
    expect(lines[3]).toMatch(/^total,,,true,2,/);
    const format = await api.get('/api/v1/reports/success?by=cause&format=csv');
    expect(format.body).toBe(asked.body);
  });

  test('shows an agent the figures of single people for themselves alone', async () => {
    const own = api.keys.agent.record.keyId;
    const status = async (query: string) =>
      (await api.get(`/api/v1/reports/success?${query}`, { as: 'agent' })).status;
    expect(await status('by=agent')).toBe(403);
    expect(await status('agent=boss')).toBe(403);
    expect(await status(`by=agent&agent=${own}`)).toBe(200);
    expect((await api.get('/api/v1/reports/success?by=agent', { as: 'manager' })).status).toBe(200);
  });
});

describe('the cases behind a figure', () => {
  const cases = async (query: string, as: 'agent' | 'manager' = 'agent') =>
    api.get(`/api/v1/reports/cases?${query}`, { as });

  test('are told with their money, a page at a time', async () => {
    const { body } = await cases('set=decided&cause=neglected&regained=true&tier=B');
    expect(body).toMatchObject({
      items: [
        {
          ...{ caseId: 'C1-e1', customerName: null, strictRegain: 'regained', playbook: null },
          ...{ cost: eur(1_520), revenue: eur(4_000), result: eur(-120), lostAgainAt: null },
        },
      ],
      nextCursor: null,
    });
    expect((await cases('cause=none')).body.items).toMatchObject([{ caseId: 'C2-e1' }]);
    const first = await cases('set=decided&limit=1');
    expect(first.body.items).toMatchObject([{ caseId: 'C2-e1' }]);
    const second = await cases(`set=decided&limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ caseId: 'C1-e1' }], nextCursor: null });
  });

  test('are an agent’s own where they are about a person', async () => {
    expect((await cases('set=decided&agent=boss')).status).toBe(403);
    const own = api.keys.agent.record.keyId;
    expect((await cases(`set=decided&agent=${own}`)).body.items).toEqual([]);
    expect((await cases('set=decided&agent=boss', 'manager')).body.items).toHaveLength(1);
  });
});

describe('the second life', () => {
  test('is a triangle, curves, a table and a picture', async () => {
    const { body } = await api.get('/api/v1/reports/second-life?by=cause', { as: 'agent' });
    expect(body.curves).toMatchObject([{ group: 'neglected', returned: 1, lostAgain: 0 }]);
    expect(Object.keys(body.definitions)).toEqual(['cohorts', 'curves']);
    const table = await api.get('/api/v1/reports/second-life?format=csv&table=curves');
    expect(table.body).toMatch(/group,day,atRisk,lost,share,low,high/);
    const picture = await api.get('/api/v1/reports/second-life.svg?by=cause');
    expect(picture.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
    expect(String(picture.body)).toContain('neglected: 1 returned, 0 lost again');
  });
});

test('the forecast says what open cases are worth, and how well it did', async () => {
  await anOpenCase(api.db, 'C3');
  const { body } = await api.get('/api/v1/reports/forecast', { as: 'agent' });
  expect(body).toMatchObject({ open: 1, worth: eur(0), past: [], error: { regained: null } });
  expect(body.months).toHaveLength(6);
  expect(body.months[0].regained).toBeGreaterThan(0);
  const table = await api.get('/api/v1/reports/forecast?format=csv');
  expect(table.body.split('\r\n')).toHaveLength(8);
});

test('a table has nothing that a spreadsheet would calculate', () => {
  const rows = [
    { a: '=1+1', b: -5 },
    { a: '+49 30', b: null },
    { a: '@x', b: 'two, or "three"\nlines' },
    { a: '\tx', b: true },
  ];
  expect(csv(rows, ['a', 'b'])).toBe(
    '\uFEFFa,b\r\n\'=1+1,-5\r\n\'+49 30,\r\n\'@x,"two, or ""three""\nlines"\r\n\'\tx,true\r\n',
  );
});

describe('the comparison of playbooks and offers', () => {
  test('is by cause and tier, with definitions, and marks what is small', async () => {
    const { db } = api;
    const at = '2020-01-02T00:00:00.000Z';
    for (let i = 0; i < 42; i += 1) {
      const fields = { at, statedCause: 'no-need', trigger: 'cancellation' } as const;
      const record = await anOpenCase(db, `arm-${i}`, fields);
      const [arm, many] = i < 40 ? [i < 20 ? 'a' : 'b', 20] : ['c', 2];
      const isBack = arm === 'b' ? i % many < 15 : i % many === 0;
      const state = {
        ...{ ...closedAsLost, closedAt: at, playbook: { playbookId: arm, version: 1 } },
        ...({ tier: 'C', statedCause: 'no-need' } as const),
        ...(isBack && ({ regainedAt: at, regainedBy: 'cancellation-withdrawn' } as const)),
      };
      await projectCase(db, projection(record, 1, { state }), at);
    }
    const path = '/api/v1/reports/arms?tier=C&kind=playbook';
    const { body } = await api.get(path, { as: 'agent' });
    expect(body).toMatchObject({ judgedAfter: '180d', definitions: { suggestion: {} } });
    expect(body).toMatchObject({ objective: 'regained', currency: 'EUR' });
    expect(body.comparisons).toMatchObject([
      {
        ...{ kind: 'playbook', cause: 'no-need', tier: 'C', suggestion: { arm: 'b@1' } },
        arms: [
          { arm: 'b@1', cases: 20, regained: 15, rate: 0.75, small: false, rank: 1 },
          { arm: 'a@1', cases: 20, regained: 1, rank: 2 },
          { arm: 'c@1', cases: 2, regained: 1, small: true, rank: null, bestProbability: null },
        ],
      },
    ]);
    expect(body.comparisons[0].suggestion.probability).toBeGreaterThan(0.99);
    const table = await api.get(`${path}&format=csv`);
    const lines = table.body.split('\r\n');
    expect(lines[1]).toMatch(/^playbook,no-need,C,b@1,1,false,20,15,0.75,.*,true$/);
    expect(lines[3]).toMatch(/^playbook,no-need,C,c@1,,true,2,1,/);
    const byMargin = (await api.get(`${path}&objective=margin`)).body;
    // Nobody has been contacted.
    expect(byMargin).toMatchObject({ objective: 'margin', comparisons: [] });
    expect((await api.get('/api/v1/reports/arms?kind=offer')).body.comparisons).toEqual([]);
    expect((await api.get('/api/v1/reports/arms?from=2021-01-01')).body.comparisons).toEqual([]);
  });
});

test('the team report shows what is open and overdue beside the figures, and agents only their own', async () => {
  const open = await anOpenCase(api.db, 'C7', { at: minute(0) });
  const waiting = task('t7', { dueAt: minute(10), deadlineAt: minute(900_000) });
  await projectCase(api.db, projection(open, 1, { tasks: [waiting] }), minute(1));
  const { body } = await api.get('/api/v1/reports/team');
  expect(body.teams).toMatchObject([
    { group: 'recovery', openTasks: 1, success: { cases: 2, regained: 1, returned: 1 } },
  ]);
  expect(body.teams[0].overdueTasks).toBeLessThanOrEqual(1);
  expect(body.agents.map(({ group }: { group: string }) => group)).toContain('boss');
  expect(body.definitions.overdueTasks.de).toContain('overdueAfter');
  const own = await api.get('/api/v1/reports/team', { as: 'agent' });
  expect(own.body.agents).toEqual([]);
  const none = await api.get('/api/v1/reports/team?from=2020-01-01&to=2020-02-01');
  expect(none.body.teams).toMatchObject([{ openTasks: 1, rank: null, success: null }]);
});

test('what is a list can be had as a table', async () => {
  const table = async (path: string) => {
    const { body, headers } = await api.get(`/api/v1${path}`, { headers: { accept: 'text/csv' } });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    return body
      .replace(/^\uFEFF/, '')
      .trim()
      .split('\r\n') as string[];
  };
  const causes = await table('/reports/causes?format=csv');
  expect(causes[0]).toBe(
    'cause,category,cases,regained,lostRevenue,stillLostRevenue,currency,stated,assessed,verified,alsoNamed',
  );
  expect(causes.some((line) => line.startsWith('neglected,,'))).toBe(true);
  const ledger = await table('/cases/C1-e1/ledger');
  expect(ledger[0]).toBe('kind,source,amount,margin,currency,minutes,basis,at,bookedAt,correction');
  expect(ledger.filter((line) => line.startsWith('purchase,b1,4000,1400,EUR'))).toHaveLength(1);
  expect((await table('/reports/rises'))[0]).toMatch(/^riseId|^cause/);
  expect((await table('/prevention/topics'))[0]).toBe(
    'cause,category,product,region,cases,lostRevenue,currency,over,actionId',
  );
});
