import { bookAll } from '../db/ledger.ts';
import { createKey } from '../db/keys.ts';
import type { Db } from '../db/open.ts';
import { storePolicy } from '../db/policies.ts';
import { cases, contacts, customers, purchases, tasks } from '../db/schema.ts';
import { caseIdOf, taskIdOf } from '../domain/ids.ts';
import { monthBefore } from '../domain/monthly-report.ts';
import { standardPolicy } from '../domain/standard-policy.ts';
import { successSplits } from '../domain/success-figures.ts';
import type { TaskType } from '../domain/tasks.ts';
import { causes, tiers, triggers } from '../domain/words.ts';
import type { Api } from './api-client.ts';
import { millisecondsOf, percentile, progress, spread, type Findings } from './figures.ts';
import { startApiAlone } from './stack.ts';

const few = 1_000;
const requests = 9;
const agents = 20;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const reports = [
  '/reports/success',
  ...successSplits.map((split) => `/reports/success?by=${split}`),
  '/reports/success?by=cause&agent=agent-7&tier=B',
  '/reports/causes',
  `/reports/monthly/${monthBefore(new Date().toISOString().slice(0, 7), 6)}`,
  '/reports/second-life',
  '/reports/second-life?by=cause',
  '/reports/forecast',
  '/reports/arms',
  '/cases/C-0-e1/ledger',
];

/** Every report over few and over many closed cases, request by request in turn. */
export async function reportLatency({ many }: { many: number }): Promise<Findings> {
  const small = await apiOver(few);
  const large = await apiOver(many);
  const rows: string[][] = [];
  const figures = [];
  for (const path of reports) {
    progress(`reports: ${path}`);
    const times = { small: [] as number[], large: [] as number[] };
    for (let i = -2; i < requests; i += 1) {
      const a = await millisecondsOf(() => small.get(path));
      const b = await millisecondsOf(() => large.get(path));
      if (i < 0) continue;
      times.small.push(a);
      times.large.push(b);
    }
    const [a, b] = [percentile(times.small, 0.5), percentile(times.large, 0.5)];
    rows.push([path, a.toFixed(1), b.toFixed(1), (b / a).toFixed(1)]);
    figures.push({ path, few, many, small: a, large: b });
  }
  return {
    title: `Reports, over HTTP: ${few} and ${many} closed cases, ${requests} requests each`,
    columns: ['report', `p50 at ${few} (ms)`, `p50 at ${many} (ms)`, 'ratio'],
    rows,
    remarks: [`The ratio of the cases is ${many / few}.`],
    figures,
  };
}

async function apiOver(closed: number): Promise<Api> {
  progress(`reports: filling a database with ${closed} closed cases`);
  return startApiAlone(async (db) => {
    await storePolicy(db, standardPolicy, new Date().toISOString());
    await fill(db, closed);
  });
}

const types: TaskType[] = ['cause-call', 'recovery-call', 'offer-call', 'letter'];

/** Closed cases of two years with four tasks each, of which one in four has come back and bought three times since. */
async function fill(db: Db, closed: number): Promise<void> {
  const now = Date.now();
  const iso = (ms: number) => new Date(ms).toISOString();
  for (let i = 1; i <= agents; i += 1) {
    await createKey(db, { name: `Agent ${i}`, role: 'agent', at: iso(now) });
  }
  const batch = 200;
  for (let from = 0; from < closed; from += batch) {
    const numbers = Array.from({ length: Math.min(batch, closed - from) }, (_, i) => from + i);
    const made = numbers.map((i) => {
      const draw = (choices: number, salt: number) => spread(i * 31 + salt) % choices;
      const customerId = `C-${i}`;
      const caseId = caseIdOf(customerId, 1);
      const openedMs = now - (120 + draw(600, 1)) * dayMs - i;
      const controlGroup = draw(20, 2) === 0;
      const regained = draw(4, 3) === 0;
      const regainedMs = openedMs + (1 + draw(60, 4)) * dayMs;
      const closedMs = openedMs + 100 * dayMs;
      const lostAgain = regained && draw(5, 5) === 0;
      const theCase = {
        ...{ caseId, customerId, episode: 1, status: 'closed' as const },
        ...{ step: 'success-control' as const, trigger: triggers[draw(3, 6)]! },
        ...{ openedAt: iso(openedMs), lostAt: iso(openedMs - dayMs), closedAt: iso(closedMs) },
        tier: tiers[draw(4, 7)]!,
        cause: causes[draw(causes.length, 8)]!,
        ...{ playbookId: `playbook-${draw(12, 9)}`, playbookVersion: 1 + draw(3, 10) },
        ...{ decision: 'pursue' as const, controlGroup, contacted: draw(3, 11) > 0 },
        outcome: regained
          ? lostAgain
            ? ('lost-again' as const)
            : ('loyal-again' as const)
          : ('lost' as const),
        ...(regained && { regainedAt: iso(regainedMs), regainedBy: 'purchase' as const }),
        ...{ secondLifetimeValue: 2_000 + draw(20_000, 12), policyVersion: 'standard-1' },
        ...{ openedBy: 'bench', revision: 3 },
      };
      const work = types.map((type, n) => ({
        ...{ taskId: taskIdOf(caseId, type, 1), caseId, customerId, type, attempt: 1 },
        ...{ step: 'measures' as const, status: 'done' as const },
        measureId: type === 'cause-call' ? null : `${type}-1`,
        queue: draw(5, 20 + n) === 0 ? 'service' : null,
        ...{ createdAt: iso(openedMs), dueAt: iso(openedMs), deadlineAt: iso(openedMs) },
        closedAt: iso(openedMs + (n + 1) * hourMs),
        completedBy: `agent-${1 + draw(agents, 30 + n)}`,
        result: { outcome: draw(2, 40 + n) === 0 ? 'no-answer' : 'refused' },
      }));
      const bought = [0, 20, 50].map((days, n) => ({
        ...{ customerId, orderId: `${i}-${n}`, currency: 'EUR', amount: 1_000 + draw(9_000, n) },
        purchasedAt: iso(regained ? regainedMs + days * dayMs : openedMs - (2 + days) * dayMs),
      }));
      const called = work.map(({ taskId, result, closedAt }) => ({
        ...{ commandId: taskId, taskId, caseId, customerId, channel: 'phone' as const },
        ...{ purpose: 'recovery' as const, outcome: result.outcome, at: closedAt },
        ...{ permitted: true, reason: 'granted' as const },
      }));
      const at = iso(openedMs);
      const customer = { customerId, name: `Kunde ${i}`, createdAt: at, updatedAt: at };
      return { customer, theCase, work, bought, called };
    });
    db.transaction(() => {
      db.insert(customers)
        .values(made.map((one) => one.customer))
        .run();
      db.insert(cases)
        .values(made.map((one) => one.theCase))
        .run();
      db.insert(tasks)
        .values(made.flatMap((one) => one.work))
        .run();
      db.insert(purchases)
        .values(made.flatMap((one) => one.bought))
        .run();
      db.insert(contacts)
        .values(made.flatMap((one) => one.called))
        .run();
    });
  }
  const startedAt = performance.now();
  const { added } = await bookAll(db, iso(now));
  const seconds = (performance.now() - startedAt) / 1_000;
  progress(`reports: booked ${added} entries in ${seconds.toFixed(1)} s`);
}
