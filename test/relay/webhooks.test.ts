import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { Webhook } from 'standardwebhooks';
import { loadSecrets, type Secrets } from '../../config/secrets.ts';
import { webhookTargets, type WebhookTargets } from '../../config/webhook-targets.ts';
import { endOutside } from '../../db/cases.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { deliveryCounts, listDeliveries, replayDelivery } from '../../db/webhook-deliveries.ts';
import { changeWebhook, createWebhook, getWebhook, rotateSecret } from '../../db/webhooks.ts';
import { webhookTypes } from '../../domain/webhooks.ts';
import { runWebhooks } from '../../relay/webhooks.ts';
import { createRecoveries } from '../../temporal/recoveries.ts';
import { anOpenCase } from '../db/given.ts';
import { ok, startReceiver, type Received, type Receiver } from '../support/receiver.ts';

/* Without Temporal: what is sent here are facts of the database alone. */

const asked = {
  actor: { actorId: 'boss', role: 'admin' } as const,
  request: {},
  idempotencyKey: null,
};
const secret = `whsec_${Buffer.from('the first secret of this test 01').toString('base64')}`;
const newSecret = `whsec_${Buffer.from('the second secret of this test 2').toString('base64')}`;
const hourMs = 3_600_000;

let folder: string;
let db: Db;
let secrets: Secrets;
let connection: Connection;
let receiver: Receiver;
let running: Promise<void>[];
let stopping: AbortController;
/** how far the relay's clock is ahead */
let aheadMs: number;
const clock = () => new Date(Date.now() + aheadMs).toISOString();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-webhooks-'));
  db = await openDatabase(folder);
  secrets = loadSecrets(folder);
  connection = Connection.lazy({ address: '127.0.0.1:1' });
  receiver = await startReceiver();
  stopping = new AbortController();
  running = [];
  aheadMs = 0;
});
afterEach(async () => {
  await stop();
  await receiver.down();
  await connection.close();
  closeDatabase(db);
  await rm(folder, { recursive: true });
});

function start(targets: WebhookTargets = webhookTargets({ allowPrivate: true })): void {
  const recoveries = createRecoveries({ client: new Client({ connection }), taskQueue: 'none' });
  running.push(runWebhooks({ db, recoveries, secrets, targets, clock, log }, stopping.signal));
}

async function stop(): Promise<void> {
  stopping.abort();
  await Promise.all(running);
  stopping = new AbortController();
  running = [];
}

async function aWebhook(url = receiver.url): Promise<string> {
  const endpoint = { url, types: [...webhookTypes], description: null };
  const sealed = secrets.seal(secret);
  const { webhookId } = await createWebhook(
    db,
    { ...endpoint, secret: sealed, at: clock() },
    asked,
  );
  return webhookId;
}

const deliveries = async (webhookId: string) =>
  (await listDeliveries(db, { webhookId }, { limit: 200 })).items;

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await holds()); await pause(10)) {
    if (Date.now() > deadline) throw new Error('It did not come to that');
  }
}

/** Waits until so many messages are delivered. */
const delivered = (count: number) =>
  until(async () => (await deliveryCounts(db)).counts.delivered === count);
/** Waits until no attempt is under way and each message has been tried so often. */
const tried = (webhookId: string, attempts: number) =>
  until(async () =>
    (await deliveries(webhookId)).every(
      (one) => one.attempts === attempts && one.lastError !== null && !isTrying(one),
    ),
  );
const isTrying = ({
  lastAttemptAt,
  nextAttemptAt,
}: {
  lastAttemptAt: string | null;
  nextAttemptAt: string | null;
}) => nextAttemptAt !== null && lastAttemptAt !== null && nextAttemptAt <= lastAttemptAt;

const verified = ({ headers, body }: Received, key: string) =>
  new Webhook(key).verify(body, headers as Record<string, string>);

describe('a message', () => {
  it('comes signed by the convention, once, and is noted as delivered', async () => {
    const webhookId = await aWebhook();
    start();
    await anOpenCase(db, 'C1', { at: clock() });
    const [message] = await receiver.has(1);
    await delivered(1);
    expect(verified(message!, secret)).toMatchObject({
      type: 'case.opened',
      data: { caseId: 'C1-e1', customerId: 'C1', trigger: 'manual' },
    });
    expect(() => verified(message!, newSecret)).toThrow('No matching signature');
    expect(message!.headers).toMatchObject({ 'content-type': 'application/json' });
    const [{ deliveryId, attempts, responseStatus } = {} as never] = await deliveries(webhookId);
    expect(message!.headers['webhook-id']).toBe(deliveryId);
    expect({ attempts, responseStatus }).toEqual({ attempts: 1, responseStatus: 204 });
    await pause(500);
    expect(receiver.received).toHaveLength(1);
  });

  it('is signed with both secrets for a day after a rotation, and then with the new one alone', async () => {
    const webhookId = await aWebhook();
    const previousUntil = new Date(Date.now() + 24 * hourMs).toISOString();
    const rotation = { webhookId, secret: secrets.seal(newSecret), previousUntil, at: clock() };
    await rotateSecret(db, rotation, asked);
    start();
    await anOpenCase(db, 'C1');
    const [first] = await receiver.has(1);
    expect(verified(first!, secret)).toEqual(verified(first!, newSecret));
    aheadMs = 25 * hourMs;
    await anOpenCase(db, 'C2');
    const [, second] = await receiver.has(2);
    expect(String(first!.headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(String(second!.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('waits while the receiver is down, comes when it is back, and none is missing', async () => {
    const webhookId = await aWebhook();
    await receiver.down();
    start();
    const customers = Array.from({ length: 12 }, (_, n) => `C${n}`);
    for (const customerId of customers) await anOpenCase(db, customerId, { at: clock() });
    await tried(webhookId, 1);
    expect(await getWebhook(db, webhookId)).toMatchObject({
      failingSince: expect.any(String),
      lastError: expect.stringContaining('ECONNREFUSED'),
    });
    for (const attempt of [2, 3, 4]) {
      aheadMs += attempt === 2 ? 10_000 : hourMs;
      await tried(webhookId, attempt);
    }
    await receiver.up();
    // The first that comes through brings all others forward: none waits for its own next attempt in hours.
    aheadMs += 2.5 * hourMs;
    await delivered(customers.length);
    const told = receiver.received.map(({ message }) => message.data['customerId']).sort();
    expect(told).toEqual([...customers].sort());
    expect(await getWebhook(db, webhookId)).toMatchObject({
      failingSince: null,
      lastError: null,
    });
  });

  it('is given up after ten attempts over three days, and can then be replayed under the same ID', async () => {
    const webhookId = await aWebhook();
    receiver.answer = (_, res) =>
      void res.writeHead(503).end('Out of\nservice, with a long story '.repeat(50));
    start();
    await anOpenCase(db, 'C1', { at: clock() });
    for (let attempts = 1; attempts < 10; attempts += 1) {
      await tried(webhookId, attempts);
      const [{ nextAttemptAt } = {} as never] = await deliveries(webhookId);
      aheadMs = Math.max(aheadMs, Date.parse(nextAttemptAt!) - Date.now());
    }
    await until(async () => (await deliveries(webhookId))[0]!.status === 'failed');
    expect(aheadMs / hourMs).toBeGreaterThan(67);
    const [failed] = await deliveries(webhookId);
    expect(failed).toMatchObject({ attempts: 10, responseStatus: 503, nextAttemptAt: null });
    expect(failed!.responseBody!.length).toBeLessThanOrEqual(200);
    expect(failed!.responseBody).toMatch(/^Out of service/);
    receiver.answer = ok;
    const { deliveryId } = failed!;
    await replayDelivery(db, { webhookId, deliveryId, at: clock() }, asked);
    await delivered(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([deliveryId]),
    );
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it('is not repeated before the receiver wants it', async () => {
    const webhookId = await aWebhook();
    receiver.answer = (_, res) => void res.writeHead(429, { 'retry-after': '7200' }).end();
    start();
    await anOpenCase(db, 'C1', { at: clock() });
    await tried(webhookId, 1);
    await anOpenCase(db, 'C2', { at: clock() });
    aheadMs = 1.9 * hourMs;
    await pause(500);
    expect(receiver.received).toHaveLength(1);
    receiver.answer = ok;
    aheadMs = 2.1 * hourMs;
    await delivered(2);
  });

  it('tells the story of a customer in order', async () => {
    await aWebhook();
    const customers = Array.from({ length: 10 }, (_, n) => `C${n}`);
    let failures = 0;
    receiver.answer = (message, res) => {
      failures += 1;
      if (failures % 3 === 0) return void res.writeHead(500).end();
      ok(message, res);
    };
    for (const customerId of customers) {
      const { caseId } = await anOpenCase(db, customerId, { at: clock() });
      await endOutside(db, { caseId, at: clock() });
    }
    start();
    await until(async () => {
      aheadMs += 1_000;
      return (await deliveryCounts(db)).counts.delivered === 20;
    });
    for (const customerId of customers) {
      const types = receiver.received
        .filter(({ message }) => message.data['customerId'] === customerId)
        .map(({ message }) => message.type);
      expect([...new Set(types)]).toEqual(['case.opened', 'case.closed']);
    }
  });
});

describe('a receiver', () => {
  it('that is gone disables its webhook, until somebody enables it again', async () => {
    const webhookId = await aWebhook();
    receiver.answer = (_, res) => void res.writeHead(410).end();
    start();
    await anOpenCase(db, 'C1', { at: clock() });
    await until(async () => (await getWebhook(db, webhookId)).status === 'gone');
    await anOpenCase(db, 'C2', { at: clock() });
    aheadMs = 10 * hourMs;
    await pause(500);
    expect(receiver.received).toHaveLength(1);
    receiver.answer = ok;
    await changeWebhook(db, { webhookId, status: 'enabled', at: clock() }, asked);
    await delivered(2);
  });

  it('that redirects is not followed', async () => {
    const other = await startReceiver();
    const webhookId = await aWebhook();
    receiver.answer = (_, res) => void res.writeHead(307, { location: other.url }).end();
    start();
    await anOpenCase(db, 'C1', { at: clock() });
    await tried(webhookId, 1);
    expect(other.received).toEqual([]);
    expect((await deliveries(webhookId))[0]).toMatchObject({
      ...{ status: 'pending', responseStatus: 307 },
      lastError: 'the receiver answered 307: redirects are not followed',
    });
    await other.down();
  });

  it('that never answers holds up no other, and no more than four messages of its own at once', async () => {
    const slow = await startReceiver();
    slow.answer = () => undefined;
    await aWebhook(slow.url);
    await aWebhook();
    start();
    for (let n = 0; n < 30; n += 1) await anOpenCase(db, `C${n}`, { at: clock() });
    await receiver.has(30);
    await delivered(30);
    expect(slow.received).toHaveLength(4);
    // Whoever stops does not wait for it either, and counts no attempt.
    await stop();
    const waiting = (await listDeliveries(db, { webhookId: (await slowId())! }, { limit: 50 }))
      .items;
    expect(waiting.every(({ attempts }) => attempts === 0)).toBe(true);
    await slow.down();
  });

  const slowId = async () =>
    db.$client
      .prepare(`select webhook_id as id from webhook_deliveries where status = 'pending' limit 1`)
      .pluck()
      .get() as string | undefined;

  it('is called at the address that was checked: its name is looked up once for each attempt', async () => {
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      // From the second time on it leads to where nobody is.
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    await aWebhook(`http://crm.example:${receiver.port}/hook`);
    start(webhookTargets({ allowPrivate: true, resolve }));
    await anOpenCase(db, 'C1', { at: clock() });
    await delivered(1);
    expect(asked).toBe(1);
    expect(receiver.received[0]!.headers.host).toBe(`crm.example:${receiver.port}`);
  });

  it('whose name has come to lead to a private address is not called', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const webhookId = await aWebhook(`https://crm.example:${receiver.port}/hook`);
    const literal = await aWebhook(`https://127.0.0.1:${receiver.port}/hook`);
    start(webhookTargets({ allowPrivate: false, resolve }));
    await anOpenCase(db, 'C1', { at: clock() });
    await tried(webhookId, 1);
    await tried(literal, 1);
    const [one] = await deliveries(webhookId);
    const [two] = await deliveries(literal);
    const rule = 'must not lead to a private, local or reserved address';
    expect([one!.lastError, two!.lastError]).toEqual([rule, `the URL ${rule}`]);
    expect(receiver.received).toEqual([]);
  });
});

describe('two worker processes', () => {
  it('send each message once', async () => {
    await aWebhook();
    start();
    start();
    for (let n = 0; n < 40; n += 1) await anOpenCase(db, `C${n}`, { at: clock() });
    await delivered(40);
    expect(receiver.received).toHaveLength(40);
  });
});
