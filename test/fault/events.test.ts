import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { startSystem, type System } from '../support/system.ts';

/* Large batches of purchases, whose effect comes after the answer, while the API is killed in between. */

const batches = 4;
const inBatch = 1_000;
const customers = 70;
const withinMs = 90_000;

let folder: string;
let system: System;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winback-fault-events-'));
  system = await startSystem(folder);
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function send(batch: number): Promise<unknown> {
  const purchases = Array.from({ length: inBatch }, (_, i) => ({
    ...{ specversion: '1.0', source: 'https://shop.example', type: 'purchase.recorded' },
    ...{ id: `E-${batch}-${i}`, subject: `C${i % customers}`, time: '2026-03-24T16:30:00Z' },
    data: { orderId: `O-${batch}-${i}`, amount: 100, currency: 'EUR' },
  }));
  const { secret } = system.keys.find(({ role }) => role === 'sales-system')!;
  const answer = await fetch(`${system.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(purchases),
  });
  return [answer.status, await answer.json()];
}

test('what was answered has its effect once, though the API was killed before', async () => {
  const db = new Database(join(folder, 'winback.db'), { readonly: true });
  const waiting = db
    .prepare('select coalesce(sum(last_seq - first_seq + 1), 0) from waiting_events')
    .pluck();
  const left: unknown[] = [];
  for (let batch = 0; batch < batches; batch += 1) {
    expect(await send(batch)).toEqual([202, { accepted: inBatch, duplicates: 0 }]);
    await pause(15 * batch);
    await system.kill('api');
    left.push(waiting.get());
    await system.start('api');
    await system.ready();
  }
  // Otherwise nothing was tried.
  expect(left[0]).toBeGreaterThan(0);
  expect(await send(0)).toEqual([202, { accepted: 0, duplicates: inBatch }]);
  for (const deadline = Date.now() + withinMs; waiting.get() !== 0; await pause(100)) {
    if (Date.now() > deadline) throw new Error(`${String(waiting.get())} events wait for ever`);
  }
  const sums = db
    .prepare('select count(*), sum(purchases), sum(total_amount) from customers')
    .raw()
    .get();
  expect(sums).toEqual([customers, batches * inBatch, batches * inBatch * 100]);
  expect(db.prepare('select count(*) from purchases').pluck().get()).toBe(batches * inBatch);
  db.close();
}, 180_000);
