import { setTimeout as pause } from 'node:timers/promises';
import { getCase, openCaseOf } from '../db/cases.ts';
import { caseIdOf, recoveryWorkflowId } from '../domain/ids.ts';
import { judged, noAim, progress, shown, spreadOf, withClients, type Findings } from './figures.ts';
import { cpuDuring } from './processes.ts';
import { startBenchStack, type BenchStack } from './stack.ts';
import { localActivitiesAtTheEnd, observationSeconds, story } from './story.ts';
import { bareIds, makeCustomers, walkBare, walkOurs } from './walks.ts';

const clients = 50;
const aims = { cpuRatio: 1.5, events: 120 };

type Run = {
  /** cases by the time from the first opening to the last answer */
  casesPerSecond: number;
  /** CPU per case, milliseconds */
  server: number;
  worker: number;
  api: number;
};

/** Whole cases, ours and bare in turn on the same server. */
export async function wholeCases(options: { cases: number; rounds: number }): Promise<Findings> {
  const stack = await startBenchStack();
  const ours: Run[] = [];
  const bare: Run[] = [];
  // The first cases meet cold code on both sides.
  await oursOnce(stack, Math.min(options.cases, 20));
  await bareOnce(stack, Math.min(options.cases, 20));
  for (let round = 1; round <= options.rounds; round += 1) {
    progress(`whole cases, round ${round} of ${options.rounds}: ours`);
    ours.push(await oursOnce(stack, options.cases));
    progress(`whole cases, round ${round} of ${options.rounds}: bare`);
    bare.push(await bareOnce(stack, options.cases));
  }
  const events = await eventsOf(stack);
  const engine = (run: Run) => run.server + run.worker;
  const cpuRatios = ours.map((run, i) => engine(run) / engine(bare[i]!));
  const rateRatios = ours.map((run, i) => run.casesPerSecond / bare[i]!.casesPerSecond);
  const row = (what: string, of: (run: Run) => number) => [
    what,
    shown(ours.map(of)),
    shown(bare.map(of)),
    shown(
      ours.map((run, i) => of(run) / of(bare[i]!)),
      2,
    ),
    ...noAim,
  ];
  const activities = story.reduce((sum, stage) => sum + stage.localActivities, 0);
  const differ = events.oursActivities !== events.bareActivities;
  return {
    title: `Whole cases: ${options.cases} a round, ${options.rounds} rounds, ${clients} clients`,
    columns: ['', 'ours', 'bare workflow', 'ours ÷ bare', 'aim', ''],
    rows: [
      row('cases per second', (run) => run.casesPerSecond),
      row('CPU per case, Temporal server, ms', (run) => run.server),
      row('CPU per case, worker, ms', (run) => run.worker),
      [
        'CPU per case, server and worker, ms',
        shown(ours.map(engine)),
        shown(bare.map(engine)),
        shown(cpuRatios, 2),
        ...judged(`at most ${aims.cpuRatio}`, spreadOf(cpuRatios).median <= aims.cpuRatio),
      ],
      ['CPU per case, API, ms', shown(ours.map((run) => run.api)), '', '', ...noAim],
      [
        'history events of a case',
        String(events.ours),
        String(events.bare),
        (events.ours / events.bare).toFixed(2),
        ...judged(`under ${aims.events}`, events.ours < aims.events),
      ],
    ],
    remarks: [
      `Our history: ${listed(events.oursByType)}.`,
      ...(stack.kept > 0 ? [`${stack.kept} answers were only kept for more than 5 s.`] : []),
      ...(differ
        ? [
            `NOT COMPARABLE: ours ran ${events.oursActivities} local activities, the bare one ${events.bareActivities} (story.ts says ${activities + localActivitiesAtTheEnd}).`,
          ]
        : []),
    ],
    figures: { clients, ours, bare, cpuRatios, rateRatios, events },
  };
}

async function oursOnce(stack: BenchStack, number: number): Promise<Run> {
  const customers = await makeCustomers(stack, number);
  const { server, worker, api } = stack.pids;
  let seconds = 0;
  const cpu = await cpuDuring({ server, worker, api }, async () => {
    const startedAt = performance.now();
    await withClients(clients, customers, (customerId) => walkOurs(stack, customerId));
    seconds = (performance.now() - startedAt) / 1_000;
    await untilZero(() => openOf(stack, customers));
  });
  for (const customerId of customers) await mustHaveEndedAsTold(stack, customerId);
  return perCase(number, seconds, cpu);
}

async function bareOnce(stack: BenchStack, number: number): Promise<Run> {
  const { server, bareWorker: worker } = stack.pids;
  let seconds = 0;
  const cpu = await cpuDuring({ server, worker }, async () => {
    const startedAt = performance.now();
    await withClients(clients, bareIds(number), (workflowId) => walkBare(stack, workflowId));
    seconds = (performance.now() - startedAt) / 1_000;
    await untilZero(() => runningBare(stack));
  });
  return perCase(number, seconds, { ...cpu, api: 0 });
}

function perCase(
  number: number,
  seconds: number,
  cpu: Record<'server' | 'worker' | 'api', number>,
) {
  const ms = (used: number) => (used * 1_000) / number;
  return {
    casesPerSecond: number / seconds,
    server: ms(cpu.server),
    worker: ms(cpu.worker),
    api: ms(cpu.api),
  };
}

async function openOf({ db }: BenchStack, customers: string[]): Promise<number> {
  const open = await Promise.all(customers.map((customerId) => openCaseOf(db, customerId)));
  return open.filter(Boolean).length;
}

async function runningBare({ client }: BenchStack): Promise<number> {
  const query = `WorkflowType = 'bareCase' AND ExecutionStatus = 'Running'`;
  return (await client.workflow.count(query)).count;
}

async function untilZero(open: () => Promise<number>): Promise<void> {
  const deadline = Date.now() + (observationSeconds + 60) * 1_000;
  while ((await open()) > 0) {
    if (Date.now() > deadline) throw new Error('Cases did not end after their observation');
    await pause(500);
  }
}

async function mustHaveEndedAsTold({ db }: BenchStack, customerId: string): Promise<void> {
  const record = await getCase(db, caseIdOf(customerId, 1));
  if (record?.outcome === 'lost-again' && record.endReason === 'no-second-purchase') return;
  throw new Error(`The case of ${customerId} ended as ${record?.outcome}, ${record?.endReason}`);
}

/** The histories of one case of each kind. */
async function eventsOf(stack: BenchStack) {
  const [customerId] = await makeCustomers(stack, 1);
  const [workflowId] = bareIds(1);
  await Promise.all([walkOurs(stack, customerId!), walkBare(stack, workflowId!)]);
  await untilZero(async () => (await openOf(stack, [customerId!])) + (await runningBare(stack)));
  const ours = await historyOf(stack, recoveryWorkflowId(customerId!));
  const bare = await historyOf(stack, workflowId!);
  return {
    ours: ours.length,
    bare: bare.length,
    oursActivities: ours.filter((type) => type === 'marker recorded').length,
    bareActivities: bare.filter((type) => type === 'marker recorded').length,
    oursByType: counted(ours),
    bareByType: counted(bare),
  };
}

async function historyOf({ client }: BenchStack, workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map((event) => {
    const attributes = Object.keys(event).find((key) => key.endsWith('EventAttributes'))!;
    return attributes
      .replace('EventAttributes', '')
      .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  });
}

function counted(types: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

function listed(counts: Record<string, number>): string {
  return Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}
