import { loadavg } from 'node:os';
import { monthBefore } from '../domain/monthly-report.ts';
import { successSplits } from '../domain/success-figures.ts';
import type { Api } from './api-client.ts';
import { fillWithClosedCases } from './closed-cases.ts';
import { judged, millisecondsOf, percentile, progress, type Findings } from './figures.ts';
import { startApiAlone } from './stack.ts';

const few = 1_000;
const requests = 3;
/** seconds */
const aim = 1;

const thisMonth = new Date().toISOString().slice(0, 7);
const month = monthBefore(thisMonth, 3);
const reports = [
  '/reports/success',
  ...successSplits.map((split) => `/reports/success?by=${split}`),
  '/reports/success?by=cause&agent=KEY&tier=B',
  '/reports/success?by=cause&format=csv',
  `/reports/success?from=${month}-01&to=${monthBefore(month, -1)}-01`,
  '/reports/arms',
  '/reports/arms?kind=offer',
  '/reports/second-life',
  '/reports/second-life?by=cause',
  '/reports/second-life.svg',
  '/reports/forecast',
  '/reports/causes',
  '/prevention/topics',
  '/reports/rises',
  '/prevention/actions',
  '/prevention/actions/action-0',
  '/points',
  '/points/entries?limit=200',
  '/payroll',
  `/payroll/${month}`,
  `/payroll/${month}?by=entry`,
  `/reports/monthly/${month}`,
  `/reports/monthly/${month}.html`,
  '/cases/C-0-e1/ledger',
];

/** Every report over few and over many closed cases, request by request in turn. */
export async function reportLatency({ many }: { many: number }): Promise<Findings> {
  const small = await opened(few);
  const large = await opened(many);
  const rows: string[][] = [];
  const figures = [];
  for (const report of reports) {
    progress(`reports: ${report}`);
    const times = { small: [] as number[], large: [] as number[] };
    for (let i = -1; i < requests; i += 1) {
      const a = await millisecondsOf(() => small.get(report));
      const b = await millisecondsOf(() => large.get(report));
      if (i < 0) continue;
      times.small.push(a);
      times.large.push(b);
    }
    const [a, b] = [percentile(times.small, 0.5), percentile(times.large, 0.5)];
    const wait = await longestWait(large, report);
    const [ratio, others] = [(b / a).toFixed(1), wait.toFixed(0)];
    rows.push([report, a.toFixed(1), b.toFixed(1), ratio, ...judgement(b), others]);
    figures.push({ report, few, many, small: a, large: b, longestWait: wait });
  }
  return {
    title: `Reports, over HTTP: ${few} and ${many} closed cases, ${requests} requests each`,
    columns: [
      ...['report', `p50 at ${few} (ms)`, `p50 at ${many} (ms)`, 'ratio', 'aim', ''],
      'longest wait of others (ms)',
    ],
    rows,
    remarks: [
      `The ratio of the cases is ${many / few}.`,
      `Load after: ${loadavg()[0]!.toFixed(1)}; what else runs counts.`,
    ],
    figures,
  };
}

/** Milliseconds that another small request had to wait at most while the report was made. */
async function longestWait(api: Pick<Api, 'get'>, report: string): Promise<number> {
  const waits: number[] = [];
  let done = false;
  const made = api.get(report).finally(() => (done = true));
  do waits.push(await millisecondsOf(() => api.get('/cases/C-0-e1')));
  while (!done);
  await made;
  return Math.max(...waits);
}

const judgement = (ms: number) => judged(`at most ${aim} s`, ms <= aim * 1_000);

/** The API over a database with so many closed cases, asked by a manager; `KEY` is one of its agents. */
async function opened(closed: number): Promise<Pick<Api, 'get'>> {
  const api = await apiOver(closed);
  const { items } = await api.get<{ items: { keyId: string }[] }>('/points');
  return { get: (path) => api.get(path.replace('KEY', items[0]!.keyId)) };
}

async function apiOver(closed: number): Promise<Api> {
  progress(`reports: filling a database with ${closed} closed cases`);
  return startApiAlone((db) => fillWithClosedCases(db, closed));
}
