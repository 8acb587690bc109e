import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { and, count, eq, gt, inArray } from 'drizzle-orm';
import { outboxBacklog } from '../db/outbox.ts';
import { cases } from '../db/schema.ts';
import { judged, progress, shown, spreadOf, withClients, type Findings } from './figures.ts';
import { startBenchStack, type BenchStack } from './stack.ts';
import { bareIds, makeCustomers, openCase, startBare } from './walks.ts';

const clients = 50;
const aim = 0.8;

/** Cases per second that Temporal has acknowledged, and that wait for their first answer. */
type Rates = { started: number; waiting: number };

/** Starts, ours in two ways and bare in turn on the same server. */
export async function starts(options: { starts: number; rounds: number }): Promise<Findings> {
  const stack = await startBenchStack();
  const byHand: Rates[] = [];
  const byBatch: Rates[] = [];
  const bare: Rates[] = [];
  await startedByHand(stack, 20);
  await startedBare(stack, 20);
  for (let round = 1; round <= options.rounds; round += 1) {
    progress(`starts, round ${round} of ${options.rounds}`);
    byHand.push(await startedByHand(stack, options.starts));
    bare.push(await startedBare(stack, options.starts));
    byBatch.push(await startedByBatch(stack, options.starts));
  }
  const row = (what: string, ours: Rates[], of: keyof Rates) => {
    const ratios = ours.map((rates, i) => rates[of] / bare[i]![of]);
    const rates = (all: Rates[]) => shown(all.map((one) => one[of]));
    const met = spreadOf(ratios).median >= aim;
    return [what, rates(ours), rates(bare), shown(ratios, 2), ...judged(`at least ${aim}`, met)];
  };
  return {
    title: `Starts: ${options.starts} a round, ${options.rounds} rounds, ${clients} clients`,
    columns: ['per second', 'ours', 'bare start', 'ours ÷ bare', 'aim', ''],
    rows: [
      row('POST /cases: workflows started', byHand, 'started'),
      row('POST /cases: waiting for the first answer', byHand, 'waiting'),
      row('one batch of cancellations: workflows started', byBatch, 'started'),
      row('one batch of cancellations: waiting for the first answer', byBatch, 'waiting'),
    ],
    remarks: [],
    figures: { clients, byHand, byBatch, bare },
  };
}

async function startedByHand(stack: BenchStack, number: number): Promise<Rates> {
  const customers = await makeCustomers(stack, number);
  return ratesOf(stack, customers, () =>
    withClients(clients, customers, async (customerId) => void (await openCase(stack, customerId))),
  );
}

async function startedByBatch(stack: BenchStack, number: number): Promise<Rates> {
  const customers = await makeCustomers(stack, number);
  const time = new Date().toISOString();
  const events = customers.map((subject) => ({
    ...{ specversion: '1.0', id: randomUUID(), source: 'https://billing.example' },
    ...{ type: 'cancellation.received', subject, time, data: {} },
  }));
  return ratesOf(stack, customers, () => stack.api.post('/events', events));
}

async function ratesOf(
  { db }: BenchStack,
  customers: string[],
  open: () => Promise<unknown>,
): Promise<Rates> {
  const startedAt = performance.now();
  await open();
  while ((await outboxBacklog(db)).undone > 0) await pause(20);
  const started = performance.now() - startedAt;
  const waiting = () =>
    db
      .select({ number: count() })
      .from(cases)
      .where(
        and(eq(cases.status, 'open'), inArray(cases.customerId, customers), gt(cases.revision, 0)),
      )
      .get()!.number;
  while (waiting() < customers.length) await pause(20);
  return perSecond(customers.length, started, performance.now() - startedAt);
}

async function startedBare(stack: BenchStack, number: number): Promise<Rates> {
  const workflowIds = bareIds(number);
  const startedAt = performance.now();
  await withClients(clients, workflowIds, (workflowId) => startBare(stack, workflowId));
  const started = performance.now() - startedAt;
  await Promise.all(workflowIds.map((workflowId) => stack.bareReached(workflowId)));
  return perSecond(number, started, performance.now() - startedAt);
}

function perSecond(number: number, startedMs: number, waitingMs: number): Rates {
  return { started: (number * 1_000) / startedMs, waiting: (number * 1_000) / waitingMs };
}
