import type { Db } from '../db/open.ts';
import { cases, customers, tasks } from '../db/schema.ts';
import { caseIdOf, taskIdOf } from '../domain/ids.ts';
import { taskTypes, type TaskType } from '../domain/tasks.ts';
import { causes, tiers, triggers } from '../domain/words.ts';
import type { Api } from './api-client.ts';
import { judged, millisecondsOf, percentile, progress, spread, type Findings } from './figures.ts';
import { startApiAlone } from './stack.ts';

const few = 1_000;
const aim = 2;
/** of 10 cases 6 are somebody's, and nobody has more of them than a person can keep up with */
const share = { assigned: 6, of: 10 };
const tasksOfAnAgent = 60;
/** One case in so many waits longer than the policy allows: a team that keeps up. */
const overdueOneIn = 200;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const lists = [
  { name: 'inbox', path: '/tasks?status=open', page: 1 },
  { name: 'inbox, 20th page', path: '/tasks?status=open', page: 20 },
  { name: 'inbox of the team queue', path: '/tasks?status=open&assignee=none', page: 1 },
  { name: 'inbox of one agent', path: '/tasks?status=open&assignee=agent-7', page: 1 },
  { name: 'inbox, one type', path: '/tasks?status=open&type=offer-call', page: 1 },
  {
    name: 'inbox, one type, team queue',
    path: '/tasks?status=open&type=offer-call&assignee=none',
    page: 1,
  },
  { name: 'open cases', path: '/cases?status=open', page: 1 },
  { name: 'open cases, 20th page', path: '/cases?status=open', page: 20 },
  { name: 'open cases, one step', path: '/cases?status=open&step=second-loyalty', page: 1 },
  { name: 'open cases, step and tier', path: '/cases?status=open&step=measures&tier=A', page: 1 },
  { name: 'cases of one agent', path: '/cases?assignee=agent-7', page: 1 },
  { name: 'overdue cases', path: '/cases?overdue=true', page: 1 },
];

/** The lists that people open all day, with few and with many open cases, request by request in turn. */
export async function listLatency(options: { many: number; requests: number }): Promise<Findings> {
  const small = await apiOver(few);
  const large = await apiOver(options.many);
  const figures = [];
  const rows: string[][] = [];
  for (const { name, path, page } of lists) {
    progress(`lists: ${name}`);
    const times = { small: [] as number[], large: [] as number[] };
    const paths = {
      small: await pathOf(small, path, page),
      large: await pathOf(large, path, page),
    };
    for (let i = -20; i < options.requests; i += 1) {
      const [a, b] = [
        await millisecondsOf(() => small.get(paths.small)),
        await millisecondsOf(() => large.get(paths.large)),
      ];
      if (i < 0) continue;
      times.small.push(a);
      times.large.push(b);
    }
    const p = (of: number[], share: number) => percentile(of, share);
    const ratio = p(times.large, 0.5) / p(times.small, 0.5);
    const cells = (of: number[]) => `${p(of, 0.5).toFixed(1)} / ${p(of, 0.99).toFixed(1)}`;
    rows.push([
      name,
      cells(times.small),
      cells(times.large),
      ratio.toFixed(2),
      ...judged(`at most ${aim}`, ratio <= aim),
    ]);
    figures.push({ name, path, page, ratio, ...times });
  }
  return {
    title: `Lists: p50 / p99 of ${options.requests} requests, pages of 50`,
    columns: ['ms', `${few} open`, `${options.many} open`, 'ratio of p50', 'aim', ''],
    rows,
    remarks: [
      `One case in ${overdueOneIn} is overdue; an agent has about ${tasksOfAnAgent} tasks.`,
    ],
    figures,
  };
}

/** Through the pages before it, as their cursors say. */
async function pathOf(api: Api, path: string, page: number): Promise<string> {
  let at = path;
  for (let i = 1; i < page; i += 1) {
    const { nextCursor } = await api.get<{ nextCursor: string | null }>(at);
    if (nextCursor === null) throw new Error(`${path} has no page ${i + 1}`);
    at = `${path}&cursor=${nextCursor}`;
  }
  return at;
}

async function apiOver(open: number): Promise<Api> {
  progress(`lists: filling a database with ${open} open cases`);
  return startApiAlone(async (db) => fill(db, open));
}

const openTypes: TaskType[] = [
  ...['cause-call', 'cause-call', 'cause-call', 'recovery-call', 'recovery-call', 'offer-call'],
  ...['letter', 'remedy', 'welcome-call', 'aftercare-call', 'aftercare-call', 'satisfaction-call'],
] as TaskType[];

/** Open cases with one open task each, and one done before. */
export function fill(db: Db, open: number): void {
  const now = Date.now();
  const iso = (ms: number) => new Date(ms).toISOString();
  const agents = Math.round((open * share.assigned) / share.of / tasksOfAnAgent);
  const batch = 200;
  for (let from = 0; from < open; from += batch) {
    const numbers = Array.from({ length: Math.min(batch, open - from) }, (_, i) => from + i);
    const made = numbers.map((i) => {
      // Spread without a pattern, and the same every time.
      const draw = (choices: number, salt: number) => spread(i * 31 + salt) % choices;
      const customerId = `O-${i}`;
      const caseId = caseIdOf(customerId, 1);
      const type = openTypes[draw(openTypes.length, 1)]!;
      const step = taskTypes[type].step;
      const openedAt = iso(now - draw(180 * 24, 2) * hourMs - i);
      const overdue = draw(overdueOneIn, 3) === 0;
      const dueAt = iso(
        overdue ? now - (2 + draw(8, 4)) * dayMs : now + (draw(31 * 24, 5) - 18) * hourMs + i,
      );
      const assignee = draw(share.of, 6) < share.assigned ? `agent-${1 + draw(agents, 7)}` : null;
      const task = { caseId, customerId, type, step, attempt: 1, createdAt: openedAt };
      const deadlineAt = iso(Date.parse(dueAt) + 3 * dayMs);
      return {
        customer: {
          ...{ customerId, name: `Kunde ${i}`, kind: 'consumer' as const },
          ...{ createdAt: openedAt, updatedAt: openedAt },
        },
        theCase: {
          ...{ caseId, customerId, episode: 1, status: 'open' as const, step },
          ...{ openedAt, lostAt: openedAt },
          trigger: triggers[draw(triggers.length, 8)]!,
          tier: tiers[draw(tiers.length, 9)]!,
          cause: causes[draw(causes.length, 10)]!,
          ...{ nextDueAt: dueAt, policyVersion: 'standard-1', openedBy: 'bench', revision: 3 },
        },
        tasks: [
          {
            ...task,
            ...{ taskId: taskIdOf(caseId, type, 1), status: 'done' as const, assignee },
            ...{ dueAt: openedAt, deadlineAt: openedAt, closedAt: openedAt },
            ...{ completedBy: assignee, result: { outcome: 'no-answer' } },
          },
          {
            ...task,
            ...{ taskId: taskIdOf(caseId, type, 2), status: 'open' as const, assignee },
            ...{ attempt: 2, dueAt, deadlineAt },
          },
        ],
      };
    });
    db.transaction(() => {
      db.insert(customers)
        .values(made.map(({ customer }) => customer))
        .run();
      db.insert(cases)
        .values(made.map(({ theCase }) => theCase))
        .run();
      db.insert(tasks)
        .values(made.flatMap((one) => one.tasks[0]!))
        .run();
      db.insert(tasks)
        .values(made.flatMap((one) => one.tasks[1]!))
        .run();
    });
  }
}
