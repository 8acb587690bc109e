import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import type { Role } from '../../domain/words.ts';
import { diceOf } from './dice.ts';
import type { Json } from './load.ts';
import { startSystem, type Part, type System } from '../support/system.ts';

/*
 * Offers that a manager has to approve, while processes are killed between the approval and the offer, and between the
 * acceptance and its code: every approved offer is made once, every accepted one has one code, and the budget is
 * never overdrawn.
 *
 *   WINBACK_FAULT_SEED=17 npm test -- test/fault/offers
 */

const seed = Number(process.env['WINBACK_FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const dice = diceOf(seed);
const customers = 12;
const cost = 4_000;
/** leaves out two of them */
const monthlyBudget = (customers - 2) * cost;
const withinMs = 90_000;

const policy = {
  extends: 'demo',
  name: 'fault-offers',
  currency: 'EUR',
  identification: {
    effort: { pursue: { cost: 0 }, 'pursue-light': { cost: 0 } },
    ...{ doubtPercent: 0, controlGroupPercent: 0 },
  },
  measures: { window: '10m', call: { window: '10m' } },
  offers: { approveAbove: 1_000, approveWithin: '10m', monthlyBudget },
  successControl: { observation: '1h' },
  rescheduleAtMost: '1h',
};

let folder: string;
let system: System;
beforeAll(async () => {
  process.stderr.write(`fault test of offers: WINBACK_FAULT_SEED=${seed}\n`);
  folder = await mkdtemp(join(tmpdir(), 'winback-fault-offers-'));
  system = await startSystem(folder, policy);
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function call(as: Role, method: 'GET' | 'POST', path: string, body?: object): Promise<Json> {
  const { secret } = system.keys.find(({ role }) => role === as)!;
  const headers: Record<string, string> = { authorization: `Bearer ${secret}` };
  if (body) headers['content-type'] = 'application/json';
  for (const deadline = Date.now() + withinMs; ; await pause(100)) {
    try {
      const answer = await fetch(`${system.url}/api/v1${path}`, {
        ...{ method, headers, ...(body && { body: JSON.stringify(body) }) },
        signal: AbortSignal.timeout(20_000),
      });
      const json = (await answer.json()) as Json;
      // What is repeated after a kill may have been done by the first try.
      if (answer.status < 500) return { status: answer.status, ...json };
      if (Date.now() > deadline) throw new Error(`${method} ${path}: ${answer.status}`);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

const open = async (type: string): Promise<{ taskId: string }[]> =>
  (await call('manager', 'GET', `/tasks?status=open&type=${type}&limit=200`)).items;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await pause(150)) {
    if (await holds()) return;
  }
  throw new Error(`Not seen: ${what} (seed ${seed})`);
}

async function blow(part: Part, afterMs: number): Promise<void> {
  await pause(afterMs);
  await system.kill(part);
  await system.start(part);
  await system.ready();
}

/** Completes each task, with a kill somewhere among them. */
async function answeredUnderFire(type: string, as: Role, outcome: string): Promise<void> {
  const answers = open(type).then(async (tasks) => {
    for (const { taskId } of tasks) {
      await call(as, 'POST', `/tasks/${taskId}/complete`, { result: { outcome } });
    }
  });
  const part = dice.chance(70) ? 'worker' : 'api';
  await Promise.all([answers, blow(part, dice.between(20, 600))]);
}

test('an approved offer is made once, and an accepted one has one code', async () => {
  const offer = { offerId: 'dear', title: 'Dear', kind: 'credit', cost, monthlyBudget };
  await call('manager', 'POST', '/offers', offer);
  const playbook = {
    ...{ playbookId: 'dear', title: 'Dear', causes: ['no-need'], tiers: ['A'] },
    triggers: ['manual'],
    measures: [
      { id: 'sweeten', kind: 'offer', afterDays: 0, concession: 'dear', cost },
      { id: 'last', kind: 'letter', afterDays: 0 },
    ],
  };
  await call('manager', 'POST', '/playbooks', { playbook });
  const ids = Array.from({ length: customers }, (_, n) => `C-${n}`);
  const day = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString();
  const events = ids.flatMap((customerId) =>
    Array.from({ length: 8 }, (_, n) => ({
      ...{ specversion: '1.0', id: `${customerId}-${n}`, source: 'shop', subject: customerId },
      ...{ type: 'purchase.recorded', time: day(100 + 20 * n) },
      data: { orderId: `${customerId}-${n}`, amount: 90_000, currency: 'EUR' },
    })),
  );
  await call('sales-system', 'POST', '/events', events);
  for (const customerId of ids) {
    const asked = { customerId, trigger: 'manual', reason: 'no-need' };
    await call('manager', 'POST', '/cases', asked);
  }
  await until('every approval asked for that the budget leaves room for', async () => {
    const approvals = (await open('approve-offer')).length;
    return approvals + (await open('letter')).length === customers;
  });
  expect(await open('approve-offer')).toHaveLength(customers - 2);

  await answeredUnderFire('approve-offer', 'manager', 'approved');
  await until('every approval acted on', async () => {
    const calls = (await open('offer-call')).length;
    return calls + (await open('letter')).length === customers;
  });
  expect(await open('offer-call')).toHaveLength(customers - 2);

  await answeredUnderFire('offer-call', 'agent', 'accepted');
  await until('every call acted on', async () => (await open('offer-call')).length === 0);
  const db = new Database(join(folder, 'winback.db'), { readonly: true });
  const granted = () =>
    db.prepare(`select * from case_offers where status = 'granted'`).all() as {
      caseId: string;
      code: string;
      cost: number;
    }[];
  await until('every code issued', async () => granted().length === customers - 2);
  expect(new Set(granted().map(({ code }) => code)).size).toBe(customers - 2);
  expect(granted().reduce((sum, one) => sum + one.cost, 0)).toBe(monthlyBudget);
  expect(db.prepare(`select count(*) from case_offers`).pluck().get()).toBe(customers - 2);
  const costs = db.prepare(`select sum(concession_cost) from cases`).pluck().get();
  expect(costs).toBe(monthlyBudget);
  db.close();
}, 300_000);
