import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { apiClient, type Api } from './api-client.ts';
import {
  judged,
  millisecondsOf,
  noAim,
  progress,
  shown,
  spread,
  spreadOf,
  withClients,
  type Findings,
} from './figures.ts';
import { freePort, runScript, temporaryFolder, untilAnswers } from './processes.ts';
import { startApiAlone } from './stack.ts';
import { makeCustomers } from './walks.ts';

const customers = 10_000;
const aim = 0.5;

/** How events are sent: so many in a request, by so many clients, and of all events of a round one in so many. */
const manners = {
  single: { inRequest: 1, clients: 20, oneIn: 10 },
  batches: { inRequest: 500, clients: 4, oneIn: 1 },
};
type Manner = keyof typeof manners;

/**
 * Purchases of customers who are known, until they are accepted: ours, and a bare server's, in turn; ours also until the
 * last of them has had its effect.
 */
export async function eventIngestion(options: {
  events: number;
  rounds: number;
}): Promise<Findings> {
  progress(`events: filling a database with ${customers} customers`);
  let customerIds: string[] = [];
  const ours = await startApiAlone(async (db) => {
    customerIds = await makeCustomers({ db }, customers);
  });
  const bare = await startBareServer();

  const rates: Record<Manner, { ours: number[]; bare: number[] }> = {
    single: { ours: [], bare: [] },
    batches: { ours: [], bare: [] },
  };
  const untilEffect: number[] = [];
  const measure = async (manner: Manner, events: number) => {
    const startedAt = performance.now();
    const accepted = await eventsPerSecond(ours, manner, requestsOf(customerIds, manner, events));
    while ((await ours.metric('winback_waiting_events')) > 0) await pause(20);
    if (manner === 'batches') untilEffect.push((events * 1_000) / (performance.now() - startedAt));
    const bodies = requestsOf(customerIds, manner, events);
    return { ours: accepted, bare: await eventsPerSecond(bare, manner, bodies) };
  };
  await measure('single', 1_000);
  await measure('batches', 10_000);
  untilEffect.length = 0;
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const manner of Object.keys(manners) as Manner[]) {
      progress(`events, round ${round} of ${options.rounds}: ${manner}`);
      const rate = await measure(manner, Math.ceil(options.events / manners[manner].oneIn));
      rates[manner].ours.push(rate.ours);
      rates[manner].bare.push(rate.bare);
    }
  }
  const row = (what: string, manner: Manner, judge: (ratio: number) => [string, string]) => {
    const { ours, bare } = rates[manner];
    const ratios = ours.map((rate, i) => rate / bare[i]!);
    const { median } = spreadOf(ratios);
    return [what, shown(ours, 0), shown(bare, 0), shown(ratios, 2), ...judge(median)];
  };
  const { single, batches } = manners;
  return {
    title: `Events: ${options.events} purchases a round, ${options.rounds} rounds`,
    columns: ['events per second', 'ours', 'bare insert', 'ours ÷ bare', 'aim', ''],
    rows: [
      row(`one a request, ${single.clients} clients`, 'single', () => noAim),
      row(`batches of ${batches.inRequest}, ${batches.clients} clients`, 'batches', (median) =>
        judged(`at least ${aim}`, median >= aim),
      ),
      ['… until the last has had its effect', shown(untilEffect, 0), '', '', ...noAim],
    ],
    remarks: [],
    figures: { customers, manners, rates, untilEffect },
  };
}

/** Served like ours, so that the same client drives it. */
async function startBareServer(): Promise<Api> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const server = runScript('bench/bare-events.ts', {
    env: { PORT: String(port), BARE_DATABASE: join(folder, 'bare.db') },
    logFile: join(folder, 'bare-events.log'),
  });
  await untilAnswers(`http://127.0.0.1:${port}/healthz`, server);
  return apiClient(`http://127.0.0.1:${port}`, '');
}

let sent = 0;

/** Bodies made before anything is measured: new orders, each of somebody by chance. */
function requestsOf(customerIds: string[], manner: Manner, events: number): string[] {
  const { inRequest } = manners[manner];
  const time = new Date().toISOString();
  const purchase = () => {
    const number = (sent += 1);
    return {
      ...{ specversion: '1.0', id: `E-${number}`, source: 'https://shop.example' },
      ...{ type: 'purchase.recorded', subject: customerIds[spread(number) % customerIds.length] },
      time,
      data: { orderId: `bench-${number}`, amount: 4_990, currency: 'EUR' },
    };
  };
  return Array.from({ length: Math.ceil(events / inRequest) }, () => {
    const batch = Array.from({ length: inRequest }, purchase);
    return JSON.stringify(inRequest === 1 ? batch[0] : batch);
  });
}

async function eventsPerSecond(api: Api, manner: Manner, requests: string[]): Promise<number> {
  const { inRequest, clients } = manners[manner];
  const ms = await millisecondsOf(() =>
    withClients(clients, requests, async (json) => {
      const { body } = await api.postJson('/events', json);
      const { accepted } = body as { accepted: number };
      if (accepted !== inRequest) throw new Error(`${accepted} of ${inRequest} were accepted`);
    }),
  );
  return (requests.length * inRequest * 1_000) / ms;
}
