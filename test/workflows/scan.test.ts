import { setTimeout as pause } from 'node:timers/promises';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listCases } from '../../db/cases.ts';
import { newestFit } from '../../db/fits.ts';
import { recordPurchases } from '../../db/imports.ts';
import { listScans } from '../../db/scans.ts';
import { listTasks } from '../../db/tasks.ts';
import type { Policy } from '../../domain/policy.ts';
import { createScanSchedules, type ScanSchedules } from '../../temporal/scan-schedule.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { quickPolicy } from '../support/policies.ts';

const policy: Policy = {
  ...quickPolicy,
  detection: { ...quickPolicy.detection, rule: 'recommended' },
};

let engine: Engine;
let schedules: ScanSchedules;
beforeAll(async () => {
  engine = await startEngine('dev-server', policy);
  const { client } = engine.env;
  schedules = createScanSchedules({ client, taskQueue: 'winback-test' });
});
afterAll(() => engine.stop());

/** Used to buy every month and is silent for six weeks: late, but not lost. */
async function slowingDown(customerId: string): Promise<void> {
  const at = new Date().toISOString();
  const purchases = [165, 135, 105, 75, 45].map((daysAgo) => ({
    customerId,
    orderId: `O${daysAgo}`,
    purchasedAt: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
    amount: 5_000,
    currency: policy.currency,
  }));
  await recordPurchases(engine.db, { purchases, at });
}

async function completedScans(number: number) {
  for (;;) {
    const { items } = await listScans(engine.db, { limit: 100 });
    const completed = items.filter(({ status }) => status === 'completed');
    if (completed.length >= number) return completed;
    await pause(50);
  }
}

async function casesOpened(): Promise<string[]> {
  const { items } = await listCases(engine.db, { trigger: 'dormancy' }, { limit: 100 });
  return items.map(({ customerId }) => customerId).sort();
}

describe('the nightly scan', () => {
  it('opens the cases of dormant customers, and none twice', async () => {
    const customers = [await engine.customer(), await engine.customer()].sort();
    await slowingDown('slow');
    await schedules.ensure(policy);
    const handle = engine.env.client.schedule.getHandle('dormancy-scan');
    await handle.trigger();
    const [first] = await completedScans(1);
    expect(first).toMatchObject({ origin: 'schedule', dormant: 2, opened: 2, waiting: 0 });
    expect(await casesOpened()).toEqual(customers);
    // Nobody can fit a model to three customers: the own rhythm stands in, and every case says why it was opened.
    const fit = (await newestFit(engine.db))!;
    expect(fit).toMatchObject({ customers: 3, models: { 'mbg-nbd': { fitted: false } } });
    const stoodIn = { rule: 'own-rhythm', fallback: 'nothing-recommended' };
    expect(first!.detection).toMatchObject(stoodIn);
    const [opened] = (await listCases(engine.db, {}, { limit: 1 })).items;
    expect(opened!.silentLoss).toMatchObject(stoodIn);

    // Who buys ever more rarely gets a preventive task instead of a case.
    const signs = await listTasks(engine.db, { sign: 'declining-rhythm' }, { limit: 10 });
    expect(signs.items).toMatchObject([{ customerId: 'slow', type: 'prevention-call' }]);

    // The first one's workflow may not have ended when the database shows its end, and two of the same second would
    // have one name.
    await pause(1_100);
    await handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    await completedScans(2);
    expect(await casesOpened()).toEqual(customers);
    expect((await newestFit(engine.db))!.fitId).toBe(fit.fitId);
    expect(await listTasks(engine.db, { sign: 'declining-rhythm' }, { limit: 10 })).toEqual(signs);
  });

  it('runs at the time of the policy until it is moved or paused, which a restart leaves alone', async () => {
    await schedules.ensure(policy);
    const { at, timeZone } = { at: policy.scan.at, timeZone: policy.timeZone };
    const planned = await schedules.get();
    expect(planned).toMatchObject({ at, timeZone, paused: false });
    expect(localTime(planned.nextAt!, timeZone)).toBe(at);

    const moved = await schedules.change({ at: '04:45' });
    expect(localTime(moved.nextAt!, timeZone)).toBe('04:45');
    await schedules.change({ paused: true });
    await schedules.ensure(policy);
    expect(await schedules.get()).toMatchObject({ at: '04:45', paused: true, nextAt: null });
    expect(await schedules.change({ paused: false })).toMatchObject({ at: '04:45', paused: false });
  });
});

function localTime(at: string, timeZone: string): string {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone } as const;
  return new Intl.DateTimeFormat('en', options).format(new Date(at));
}
