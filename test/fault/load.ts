import { setTimeout as pause } from 'node:timers/promises';
import { taskTypes, type TaskType } from '../../domain/tasks.ts';
import { causes, type Role } from '../../domain/words.ts';
import type { Dice } from './dice.ts';

/*
 * People and a sales system that use the API as well-behaved clients do: a request that broke off is sent again with
 * the same ID or key until it is answered. What was sent and answered is the journal, against which the database is
 * checked in the end.
 */

/** What a stranger reads, without a type. */
export type Json = ReturnType<typeof JSON.parse>;

export type SentEvent = {
  id: string;
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
};

/** A request with an Idempotency-Key and its last answer. */
export type Order = {
  key: string;
  actor: string;
  action: string;
  /** task, case or customer that it is about */
  target: string;
  body: Json;
  status: number;
  answer: Json;
};

export type Journal = {
  events: Map<string, SentEvent>;
  orders: Order[];
  /** of whom an event was accepted: others may be on their way */
  customers: Set<string>;
  /** `task.complete 200` → how often */
  answers: Map<string, number>;
  /** requests that broke off and were repeated */
  broken: number;
  /** answers that no client should ever get */
  surprises: string[];
};

export const source = 'https://shop.example/fault';

const giveUpAfterMs = 120_000;
const workingWithinMs = 4_000;
const dayMs = 86_400_000;
const expected = new Set([200, 201, 202, 400, 409, 422]);

type Key = { keyId: string; role: Role; secret: string };
type Api = ReturnType<typeof apiOf>;
type Client = Api & { actor: string; role: Role; dice: Dice; world: World };

function apiOf(url: string, { keyId, secret }: Key, journal: Journal, name: () => string) {
  async function request(method: string, path: string, body?: unknown, key?: string) {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: (await answer.json()) as Json };
  }

  /** Again and again until it is answered. */
  async function answered(path: string, body: unknown, key?: string) {
    for (const startedAt = Date.now(); ; await pause(100)) {
      try {
        return await request('POST', path, body, key);
      } catch (error) {
        journal.broken += 1;
        if (Date.now() - startedAt > giveUpAfterMs) {
          throw new Error(`POST ${path} was never answered`, { cause: error });
        }
      }
    }
  }

  return {
    /** an empty list when nobody answers */
    async list(path: string): Promise<Json[]> {
      const answer = await request('GET', path).catch(() => undefined);
      if (!answer) return [];
      if (answer.status !== 200) journal.surprises.push(`GET ${path}: ${JSON.stringify(answer)}`);
      return answer.body.items ?? [];
    },

    async report(events: SentEvent[]): Promise<void> {
      for (const event of events) journal.events.set(event.id, event);
      const envelopes = events.map((event) => ({ specversion: '1.0', source, ...event }));
      const body = envelopes.length === 1 ? envelopes[0] : envelopes;
      const { status, body: counts } = await answered('/events', body);
      count(journal, events.length === 1 ? 'event' : 'batch of events', status);
      if (status !== 202 || counts.accepted + counts.duplicates !== events.length) {
        journal.surprises.push(`events ${events[0]!.id} …: ${status} ${JSON.stringify(counts)}`);
      }
      for (const { subject } of events) journal.customers.add(subject);
    },

    /** Sends an order, and now and then once more after its answer, which must then stay the same. */
    async order(action: string, target: string, path: string, body: unknown, twice: boolean) {
      const key = name();
      const { status, body: answer } = await answered(path, body, key);
      count(journal, action, status);
      const order = { key, actor: keyId, action, target, body, status, answer };
      journal.orders.push(order);
      if (!expected.has(status)) journal.surprises.push(`${action} ${key}: ${told(order)}`);
      if (!twice) return order;
      const again = await answered(path, body, key);
      count(journal, `${action} again`, again.status);
      if (status !== 202 && status !== 409 && again.status !== status) {
        journal.surprises.push(`${action} ${key}: first ${status}, then ${told(again)}`);
      }
      return order;
    },
  };
}

function told({ status, ...rest }: { status: number; body?: unknown; answer?: unknown }): string {
  return `${status} ${JSON.stringify(rest)}`;
}

function count(journal: Journal, what: string, status: number): void {
  const line = `${what} ${status}`;
  journal.answers.set(line, (journal.answers.get(line) ?? 0) + 1);
}

/** The customers there are, and what tells their events and notes apart. */
class World {
  customers = 0;
  #lastMs = 0;
  #number = 0;

  /** Times that no two events share, so that a timeline entry tells which event it is about. */
  nextTime(): string {
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
    return new Date(this.#lastMs).toISOString();
  }

  next(what: string): string {
    this.#number += 1;
    return `${what}-${this.#number}`;
  }

  event(type: string, subject: string, data: SentEvent['data'], time = this.nextTime()): SentEvent {
    return { id: this.next('event'), type, subject, time, data };
  }

  /** A new customer, who bought up to three times half a year ago. */
  newcomer(dice: Dice): SentEvent[] {
    this.customers += 1;
    const customerId = `C${this.customers}`;
    const profile = { name: `Erika Mustermann ${this.next('name')}`, kind: 'consumer' };
    return [
      this.event('customer.updated', customerId, profile),
      ...Array.from({ length: dice.between(0, 3) }, (_, i) => {
        const longAgo = Date.parse(this.nextTime()) - dayMs * (160 + 40 * i);
        return this.event(...purchase(customerId, this, dice), new Date(longAgo).toISOString());
      }),
    ];
  }
}

function purchase(customerId: string, world: World, dice: Dice) {
  const data = {
    orderId: world.next('order'),
    amount: dice.between(100, 30_000),
    currency: 'EUR',
  };
  return ['purchase.recorded', customerId, data] as const;
}

const eventMakers: [weight: number, make: (client: Client) => SentEvent[]][] = [
  [6, ({ world, dice }) => [world.event(...purchase(anyCustomer(world, dice), world, dice))]],
  [4, ({ world, dice }) => [cancellation(world, dice)]],
  [2, ({ world, dice }) => [plain('cancellation.withdrawn', world, dice)]],
  [1, ({ world, dice }) => [plain('customer.objected', world, dice)]],
  [1, ({ world, dice }) => [plain('complaint.recorded', world, dice)]],
  [1, ({ world, dice }) => world.newcomer(dice)],
  [
    2,
    ({ world, dice }) => [
      world.event('customer.updated', anyCustomer(world, dice), {
        name: `Erika Mustermann ${world.next('name')}`,
        kind: 'consumer',
      }),
    ],
  ],
  [
    2,
    ({ world, dice }) => [
      world.event('permission.changed', anyCustomer(world, dice), {
        channel: 'phone',
        granted: dice.chance(70),
      }),
    ],
  ],
];

function anyCustomer(world: World, dice: Dice): string {
  return `C${dice.between(1, world.customers)}`;
}

function plain(type: string, world: World, dice: Dice): SentEvent {
  return world.event(type, anyCustomer(world, dice), {});
}

function cancellation(world: World, dice: Dice): SentEvent {
  return world.event('cancellation.received', anyCustomer(world, dice), {
    ...(dice.chance(60) ? { reason: dice.pick(causes) } : {}),
    ...(dice.chance(40) ? { effectiveAt: inSeconds(dice.between(1, 10)) } : {}),
  });
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString();
}

type Deed = (client: Client, journal: Journal) => Promise<unknown>;

const sendEvents: Deed = (client) => client.report(weighted(eventMakers, client.dice)(client));

const sendBatch: Deed = (client, journal) => {
  const events = Array.from({ length: client.dice.between(2, 8) }, () =>
    weighted(eventMakers, client.dice)(client),
  ).flat();
  // Some of a batch may have come before, on its own or in another batch.
  return client.report(client.dice.chance(40) ? [...events, ...known(client, journal)] : events);
};

const sendAgain: Deed = (client, journal) => client.report(known(client, journal));

function known({ dice }: Client, { events }: Journal): SentEvent[] {
  return [dice.pick([...events.values()])];
}

/** The same order under another event ID: must count once. */
const sendOrderAgain: Deed = async (client, { events }) => {
  const orders = [...events.values()].filter(({ type }) => type === 'purchase.recorded');
  if (orders.length === 0) return;
  const { subject, data, type } = client.dice.pick(orders);
  await client.report([client.world.event(type, subject, data)]);
};

const openCase: Deed = async (client, { customers }) => {
  const customerId = anyCustomer(client.world, client.dice);
  if (!customers.has(customerId)) return;
  const body = {
    customerId,
    trigger: 'manual',
    ...(client.dice.chance(50) ? { reason: client.dice.pick(causes) } : {}),
  };
  return client.order('case.open', customerId, '/cases', body, client.dice.chance(15));
};

async function anOpenTask(client: Client): Promise<Json> {
  const { role, dice } = client;
  const tasks = await client.list('/tasks?status=open&limit=60');
  const mine = tasks.filter(
    ({ type }) => role !== 'agent' || taskTypes[type as TaskType].role === 'agent',
  );
  return mine.length === 0 ? undefined : dice.pick(mine);
}

const completeTask: Deed = async (client) => {
  const task = await anOpenTask(client);
  if (!task) return;
  const result = resultFor(task.type, client);
  const twice = client.dice.chance(15);
  const path = `/tasks/${task.taskId}/complete`;
  await client.order('task.complete', task.taskId, path, { result }, twice);
  if (!client.dice.chance(10)) return;
  // A second opinion on the same task comes too late.
  const other = { result: resultFor(task.type, client) };
  await client.order('task.complete', task.taskId, path, other, false);
};

function resultFor(type: TaskType, { dice, world }: Client): Record<string, unknown> {
  const fields = Object.entries<Json>(taskTypes[type].result);
  const outcomes: readonly string[] = taskTypes[type].result.outcome.values;
  let outcome = dice.pick(outcomes);
  if (outcome === 'do-not-contact' && dice.chance(80)) outcome = outcomes[0]!;
  const result: Record<string, unknown> = { outcome, note: `Note ${world.next('note')}` };
  for (const [name, field] of fields) {
    if (!field.when?.includes(outcome) || field.optional) continue;
    if (field.kind === 'time') result[name] = inSeconds(dice.between(1, 4));
    else if (field.kind === 'score') result[name] = dice.between(0, 10);
    else result[name] = dice.pick(field.values as string[]);
  }
  return result;
}

const claimTask: Deed = async (client) => {
  const task = await anOpenTask(client);
  if (!task) return;
  const path = `/tasks/${task.taskId}/claim`;
  await client.order('task.claim', task.taskId, path, undefined, client.dice.chance(15));
};

const rescheduleTask: Deed = async (client) => {
  const task = await anOpenTask(client);
  if (!task) return;
  const body = { dueAt: inSeconds(client.dice.between(1, 4)), reason: 'busy' };
  const path = `/tasks/${task.taskId}/reschedule`;
  await client.order('task.reschedule', task.taskId, path, body, client.dice.chance(15));
};

function tellCase(verb: 'pause' | 'resume' | 'close'): Deed {
  return async (client) => {
    const cases = await client.list('/cases?status=open&limit=60');
    const choice = verb === 'resume' ? cases.filter((one) => one.pausedUntil) : cases;
    if (choice.length === 0) return;
    const { caseId } = client.dice.pick(choice);
    const body = {
      reason: 'because',
      ...(verb === 'pause' ? { until: inSeconds(client.dice.between(1, 5)) } : {}),
    };
    const path = `/cases/${caseId}/${verb}`;
    await client.order(`case.${verb}`, caseId, path, body, client.dice.chance(15));
  };
}

const startScan: Deed = (client) =>
  client.order('scan.start', '', '/scans', undefined, client.dice.chance(15));

const deeds: Record<'sales-system' | 'agent' | 'manager', [weight: number, deed: Deed][]> = {
  'sales-system': [
    [10, sendEvents],
    [2, sendBatch],
    [2, sendAgain],
    [1, sendOrderAgain],
    [2, openCase],
  ],
  agent: [
    [8, completeTask],
    [3, claimTask],
    [1, rescheduleTask],
  ],
  manager: [
    [6, completeTask],
    [1, claimTask],
    [3, openCase],
    [2, rescheduleTask],
    [3, tellCase('pause')],
    [2, tellCase('resume')],
    [1, tellCase('close')],
    [1, startScan],
  ],
};

function weighted<T>(choices: readonly [weight: number, value: T][], dice: Dice): T {
  let left = dice.between(
    1,
    choices.reduce((sum, [weight]) => sum + weight, 0),
  );
  for (const [weight, value] of choices) {
    left -= weight;
    if (left <= 0) return value;
  }
  throw new RangeError('unreachable');
}

function forCases(action: string, status: number): boolean {
  return status === 200 && !['case.open', 'task.claim', 'scan.start'].includes(action);
}

export type Load = {
  journal: Journal;
  /** resolves when a case has answered somebody since this was called, or after a while without */
  working(): Promise<void>;
  /** resolves when every request is answered */
  stop(): Promise<void>;
};

/** Starts one client per key and lets them work until told to stop. */
export async function startLoad(
  { url, keys }: { url: string; keys: Key[] },
  dice: Dice,
): Promise<Load> {
  const journal: Journal = {
    events: new Map(),
    orders: [],
    customers: new Set(),
    answers: new Map(),
    broken: 0,
    surprises: [],
  };
  const world = new World();
  const workers = keys.filter(({ role }) => role in deeds);
  const clients = workers.map((key): Client => {
    const api = apiOf(url, key, journal, () => world.next('key'));
    return { ...api, actor: key.keyId, role: key.role, dice: dice.fork(), world };
  });
  const sales = clients.find(({ role }) => role === 'sales-system')!;
  await sales.report(Array.from({ length: 60 }, () => world.newcomer(sales.dice)).flat());

  let stopping = false;
  const work = clients.map(async (client) => {
    while (!stopping) {
      await weighted(deeds[client.role as keyof typeof deeds], client.dice)(client, journal);
      await pause(client.dice.between(20, 250));
    }
  });
  const done = Promise.all(work);
  done.catch(() => (stopping = true));
  const answered = () => journal.orders.filter(({ action, status }) => forCases(action, status));
  return {
    journal,
    async working() {
      const before = answered().length;
      const deadline = Date.now() + workingWithinMs;
      while (answered().length === before && Date.now() < deadline && !stopping) await pause(50);
    },
    async stop() {
      stopping = true;
      await done;
    },
  };
}
