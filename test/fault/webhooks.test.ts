import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { loadSecrets } from '../../config/secrets.ts';
import { timelineOf } from '../../db/cases.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { cases } from '../../db/schema.ts';
import { deliveryCounts } from '../../db/webhook-deliveries.ts';
import { createWebhook } from '../../db/webhooks.ts';
import { webhookTypes } from '../../domain/webhooks.ts';
import { ok, startReceiver, type Received, type Receiver } from '../support/receiver.ts';
import { startSystem, type Part, type System } from '../support/system.ts';

/* Real processes, killed while a receiver has a message in hand or cases are just writing; the receiver fails as well. */

const customers = Array.from({ length: 12 }, (_, n) => `C-${n + 1}`);
const secret = `whsec_${Buffer.from('the secret of the fault test 001').toString('base64')}`;
const settledWithinMs = 180_000;

let folder: string;
let system: System;
let receiver: Receiver;
let db: Db;
/** what the receiver had in hand when the worker died */
const inHand: Received[] = [];

async function call(path: string, body: unknown): Promise<void> {
  const key = system.keys.find(({ role }) => role === 'manager')!.secret;
  const shop = system.keys.find(({ role }) => role === 'sales-system')!.secret;
  const answer = await fetch(`${system.url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${path === 'events' ? shop : key}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

const open = (customerId: string) => call('cases', { customerId, trigger: 'manual' });
const buys = (customerId: string, orderId: string) =>
  call('events', {
    ...{ specversion: '1.0', id: orderId, source: 'shop', type: 'purchase.recorded' },
    ...{ subject: customerId, data: { orderId, amount: 5_000, currency: 'EUR' } },
  });

async function killed(...parts: Part[]): Promise<void> {
  await Promise.all(parts.map((part) => system.kill(part)));
  for (const part of parts) await system.start(part);
}

beforeAll(async () => {
  process.env['WINBACK_WEBHOOK_ALLOW_PRIVATE'] = 'true';
  folder = await mkdtemp(join(tmpdir(), 'winback-fault-webhooks-'));
  receiver = await startReceiver();
  system = await startSystem(folder);
  db = await openDatabase(folder);
  const asked = {
    actor: { actorId: 'test', role: 'admin' } as const,
    request: {},
    idempotencyKey: null,
  };
  await createWebhook(
    db,
    {
      ...{ url: receiver.url, types: [...webhookTypes], description: null },
      ...{ secret: loadSecrets(folder).seal(secret), at: new Date().toISOString() },
    },
    asked,
  );

  await call(
    'events',
    customers.map((customerId) => ({
      ...{ specversion: '1.0', id: customerId, source: 'shop', type: 'customer.updated' },
      ...{ subject: customerId, data: { name: 'Erika Mustermann', kind: 'consumer' } },
    })),
  );

  // In the middle of a request: the receiver has read the message, and the worker never hears that.
  const arrived = Promise.withResolvers<void>();
  receiver.answer = (message) => {
    inHand.push(message);
    arrived.resolve();
  };
  // Somebody who never bought is not worth a case.
  for (const customerId of customers) await buys(customerId, `before-${customerId}`);
  for (const customerId of customers.slice(0, 4)) await open(customerId);
  await arrived.promise;
  await system.kill('worker');
  receiver.answer = ok;
  await system.start('worker');

  // The receiver is away for a while, meanwhile the worker dies again.
  await receiver.down();
  for (const customerId of customers.slice(4, 8)) await open(customerId);
  await pause(3_000);
  await killed('worker');
  await pause(2_000);
  await receiver.up();

  // Temporal and the worker die while cases begin and customers come back.
  for (const customerId of customers.slice(8)) await open(customerId);
  for (const customerId of customers.slice(0, 6)) await buys(customerId, `order-${customerId}`);
  await killed('temporal', 'worker');
  await system.ready();
  for (const customerId of customers.slice(6, 8)) await buys(customerId, `order-${customerId}`);
  await pause(200);
  await killed('worker');
  await pause(5_000);
  await system.ready();
  for (const { caseId, status } of db.select().from(cases).all()) {
    if (status !== 'open') continue;
    await call(`cases/${caseId}/close`, { reason: 'The test is over' }).catch((error: Error) => {
      // Its observation may have been over a moment before.
      if (!error.message.includes('case-not-open')) throw error;
    });
  }
  await settled();
}, settledWithinMs + 240_000);

/** Until every case is closed and everything is told. */
async function settled(): Promise<void> {
  for (const deadline = Date.now() + settledWithinMs; ; await pause(200)) {
    const { counts } = await deliveryCounts(db);
    const open = db
      .select()
      .from(cases)
      .all()
      .filter(({ status }) => status === 'open');
    if (open.length === 0 && counts.held === 0 && counts.pending === 0) return;
    if (Date.now() > deadline) {
      throw new Error(`${open.length} cases are open, deliveries: ${JSON.stringify(counts)}`);
    }
  }
}

afterAll(async () => {
  await system?.stop();
  await receiver?.down();
  if (db) closeDatabase(db);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** What a message tells, in one line. */
function lineOf({ message: { type, data } }: Received): string {
  const of = type.startsWith('task.') ? data['taskId'] : data['caseId'];
  return [type, of, data['step'] !== undefined && type === 'case.step-changed' && data['step']]
    .filter(Boolean)
    .join(' ');
}

/** What should have been told: what the timelines tell. */
async function expected(): Promise<string[]> {
  const lines: string[] = [];
  for (const { caseId } of db.select().from(cases).all()) {
    lines.push(`case.opened ${caseId}`);
    for (const { code, data } of await timelineOf(db, caseId)) {
      if (code === 'step-entered' && data['step'] !== 'identification') {
        lines.push(`case.step-changed ${caseId} ${data['step']}`);
      }
      if (code === 'task-opened') lines.push(`task.created ${data['taskId']}`);
      if (code === 'task-done') lines.push(`task.completed ${data['taskId']}`);
      if (code === 'regained') lines.push(`customer.regained ${caseId}`);
      if (code === 'closed') lines.push(`case.closed ${caseId}`);
    }
  }
  return lines.sort();
}

describe('with processes killed and the receiver away', () => {
  test('everything that the timelines tell is told, and nothing else', async () => {
    const lines = await expected();
    expect(lines.length).toBeGreaterThan(customers.length * 3);
    expect([...new Set(receiver.received.map(lineOf))].sort()).toEqual(lines);
  });

  test('one occurrence has one webhook-id, and always the same body', () => {
    const ids = new Map<string, Set<string>>();
    for (const one of receiver.received) {
      const id = `${String(one.headers['webhook-id'])} ${one.body}`;
      ids.set(lineOf(one), (ids.get(lineOf(one)) ?? new Set()).add(id));
    }
    expect([...ids.values()].filter((set) => set.size > 1)).toEqual([]);
  });

  test('what the receiver had in hand when the worker died comes again', () => {
    expect(inHand.length).toBeGreaterThan(0);
    for (const { headers } of inHand) {
      const same = receiver.received.filter(
        (one) => one.headers['webhook-id'] === headers['webhook-id'],
      );
      expect(same.length).toBeGreaterThan(1);
    }
  });

  test('every message bears a signature', () => {
    const verifier = new Webhook(secret);
    // The oldest may be older than a receiver would have let pass by now.
    for (const { body, headers } of receiver.received) {
      const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
      expect(verifier.sign(String(headers['webhook-id']), at, body)).toBe(
        headers['webhook-signature'],
      );
    }
  });

  test('no process ended by itself', () => {
    expect(system.endedByItself).toEqual([]);
  });
});
