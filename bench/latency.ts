import { millisecondsOf, percentile, progress, withClients, type Findings } from './figures.ts';
import { startBenchStack, type BenchStack } from './stack.ts';
import {
  answerBare,
  bareIds,
  complete,
  makeCustomers,
  openCase,
  openTask,
  startBare,
  type OpenTask,
} from './walks.ts';

const tasks = 200;
const crowd = 10;

/** How long a person waits until the result of a call is recorded and the next step stands in the database. */
export async function completionLatency(options: { rounds: number }): Promise<Findings> {
  const stack = await startBenchStack();
  const kinds = [1, crowd].map((clients) => ({
    clients,
    ours: [] as number[],
    bare: [] as number[],
  }));
  await timed(1, await openTasks(stack, 20), (task) => completed(stack, task));
  for (let round = 1; round <= options.rounds; round += 1) {
    progress(`latency, round ${round} of ${options.rounds}`);
    for (const { clients, ours, bare } of kinds) {
      const open = await openTasks(stack, tasks);
      ours.push(...(await timed(clients, open, (task) => completed(stack, task))));
      const workflowIds = await waitingBare(stack, tasks);
      bare.push(...(await timed(clients, workflowIds, (id) => answerBare(stack, id))));
    }
  }
  const row = (what: string, ours: number[], bare: number[], share: number) => {
    const [a, b] = [percentile(ours, share), percentile(bare, share)];
    return [what, a.toFixed(1), b.toFixed(1), (a / b).toFixed(2)];
  };
  return {
    title: `Completing a task: ${tasks} tasks a round, ${options.rounds} rounds`,
    columns: ['ms', 'ours, POST complete', 'bare update', 'ours ÷ bare'],
    rows: kinds.flatMap(({ clients, ours, bare }) => {
      const who = clients === 1 ? 'one after the other' : `${clients} clients`;
      return [row(`${who}, p50`, ours, bare, 0.5), row(`${who}, p99`, ours, bare, 0.99)];
    }),
    remarks: [
      'A "no-answer" to a first call: recorded, the next attempt planned and in the inbox.',
      ...(stack.kept > 0 ? [`${stack.kept} answers were only kept for more than 5 s.`] : []),
    ],
    figures: kinds,
  };
}

async function openTasks(stack: BenchStack, number: number): Promise<OpenTask[]> {
  const open: OpenTask[] = [];
  await withClients(crowd, await makeCustomers(stack, number), async (customerId) => {
    open.push(await openTask(stack, await openCase(stack, customerId), 'cause-call'));
  });
  return open;
}

async function completed(stack: BenchStack, task: OpenTask): Promise<void> {
  await complete(stack, task, { outcome: 'no-answer' });
}

async function waitingBare(stack: BenchStack, number: number): Promise<string[]> {
  const workflowIds = bareIds(number);
  await withClients(crowd, workflowIds, async (workflowId) => {
    await startBare(stack, workflowId);
    await stack.bareReached(workflowId);
  });
  return workflowIds;
}

async function timed<T>(
  clients: number,
  items: T[],
  work: (item: T) => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  await withClients(clients, items, async (item) => {
    times.push(await millisecondsOf(() => work(item)));
  });
  return times;
}
