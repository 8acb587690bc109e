import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { recordPurchases } from '../../db/imports.ts';
import { newestFit } from '../../db/fits.ts';
import { listScans } from '../../db/scans.ts';
import { detectionOf, fitCompany, valueModelsOf } from '../../domain/company-fit.ts';
import { dormancyOf } from '../../domain/dormancy.ts';
import { bestEffort, chanceOfReturn } from '../../domain/gain.ts';
import { worthOf } from '../../domain/identification.ts';
import { dayOf } from '../../domain/models/history.ts';
import type { Policy } from '../../domain/policy.ts';
import { createScanSchedules } from '../../temporal/scan-schedule.ts';
import { startApi, type Api } from '../support/api.ts';
import { cdnowOrders } from '../support/cdnow.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { quickPolicy } from '../support/policies.ts';

const capacity = 25;
const policy: Policy = {
  ...quickPolicy,
  name: 'cdnow',
  team: { ...quickPolicy.team, capacity },
  detection: { ...quickPolicy.detection, rule: 'mbg-nbd' },
};

const dayMs = 86_400_000;
const today = dayOf(new Date().toISOString());
/** A day of the sample on which many bought; its customers are those of today. */
const theDay = dayOf('1998-03-02');
const orders = cdnowOrders()
  .filter(({ at }) => dayOf(at) <= theDay)
  .map((order) => ({ ...order, day: dayOf(order.at) - theDay + today }));
const [earlier, todays] = [
  orders.filter(({ day }) => day < today),
  orders.filter(({ day }) => day === today),
];

let engine: Engine;
let api: Api;
beforeAll(async () => {
  engine = await startEngine('dev-server', policy);
  const schedules = createScanSchedules({ client: engine.env.client, taskQueue: 'winback-test' });
  api = await startApi({
    databaseOf: engine,
    recoveries: engine.recoveries,
    scanSchedules: schedules,
  });
  const at = new Date().toISOString();
  await recordPurchases(engine.db, {
    at,
    purchases: earlier.map(({ customerId, orderId, day, amount }) => ({
      ...{ customerId, orderId, amount, currency: policy.currency },
      purchasedAt: new Date(day * dayMs).toISOString(),
    })),
  });
  await schedules.ensure(policy);
});
afterAll(async () => {
  await api.stop();
  await engine.stop();
});

/** Whom the scan should find, best first: from the file and the rules alone. */
function expectedCases(): string[] {
  const own = new Map<string, Map<number, number>>();
  for (const { customerId, day, amount } of orders) {
    const days = own.get(customerId) ?? new Map<number, number>();
    own.set(customerId, days.set(day, (days.get(day) ?? 0) + amount));
  }
  const customers = [...own].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const past = customers.map(([customerId, byDay]) => {
    const days = [...byDay.keys()].toSorted((a, b) => a - b);
    return { customerId, days, spend: days.map((day) => byDay.get(day)!) };
  });
  const generator = xoroshiro128plus(1);
  const fit = fitCompany(past, {
    customers: past.length,
    today,
    policy: policy.detection,
    pick: (below) => uniformInt(generator, 0, below - 1),
  });
  const detection = detectionOf(policy.detection, fit);
  const models = valueModelsOf(fit);
  const none = { cases: 0, regained: 0 };
  return past
    .flatMap(({ customerId, days, spend }) => {
      const { state, suspicion, lost } = dormancyOf(days, today, detection);
      if (state !== 'dormant') return [];
      const totalAmount = spend.reduce((sum, amount) => sum + amount, 0);
      const history = { days, lastPurchaseAt: null, totalAmount, firstDayAmount: spend[0]! };
      const { tier, secondLifetimeValue } = worthOf(history, policy.identification, models);
      const lostDays = suspicion.explanation.silentDays - lost.lostAfterDays;
      const { percent } = chanceOfReturn(
        { trigger: 'dormancy', tier, cause: null, lostDays },
        policy.identification.chance,
        { ofCause: none, ofTier: none },
      );
      const { decision, perHour } = bestEffort(
        secondLifetimeValue,
        percent,
        policy.identification.effort,
      );
      return decision === 'do-not-pursue' ? [] : [{ customerId, perHour }];
    })
    .toSorted((a, b) => b.perHour - a.perHour || (a.customerId < b.customerId ? 1 : -1))
    .map(({ customerId }) => customerId);
}

describe('a day of CDNOW', () => {
  it('arrives as events, and the scan that night opens exactly the cases it should', async () => {
    const noon = new Date(today * dayMs).toISOString();
    const events = todays.map(({ customerId, orderId, amount }) => ({
      ...{ specversion: '1.0', id: orderId, source: 'cdnow', type: 'purchase.recorded' },
      ...{ time: noon, subject: customerId, data: { orderId, amount, currency: policy.currency } },
    }));
    expect(events.length).toBeGreaterThan(5);
    const sent = await api.post('/api/v1/events', events, { as: 'sales-system' });
    expect(sent).toMatchObject({ status: 202, body: { accepted: events.length, duplicates: 0 } });

    await engine.env.client.schedule.getHandle('dormancy-scan').trigger();
    const scan = await scanned();
    const expected = expectedCases();
    expect(expected.length).toBeGreaterThan(4 * capacity);
    // By name, so that a change of the rules is seen.
    expect(expected.slice(0, 5)).toEqual(
      ['1901', '0244', '2332', '1010', '1310'].map((number) => `cdnow-${number}`),
    );
    expect(scan).toMatchObject({
      ...{ origin: 'schedule', status: 'completed', opened: capacity },
      ...{ worthwhile: expected.length, waiting: expected.length - capacity },
      detection: { rule: 'mbg-nbd', fallback: null },
    });
    const { body } = await api.get('/api/v1/cases?limit=100');
    const opened = body.items.map(({ customerId }: { customerId: string }) => customerId);
    expect(opened.toSorted()).toEqual(expected.slice(0, capacity).toSorted());

    const waiting = await api.get('/api/v1/candidates?limit=10');
    expect(waiting.body.items.map(({ customerId }: { customerId: string }) => customerId)).toEqual(
      expected.slice(capacity, capacity + 10),
    );
  });

  it('is explained: by the rule, on each case, to the customer and at the fit', async () => {
    const { body: detection } = await api.get('/api/v1/detection');
    const fit = (await newestFit(engine.db))!;
    expect(detection).toMatchObject({ wanted: 'mbg-nbd', rule: 'mbg-nbd', fallback: null });
    expect(detection.fit.mbgNbd.parameters).toMatchObject({ r: expect.any(Number) });
    expect(detection.fit.customers).toBe(fit.customers);

    const [one] = (await api.get('/api/v1/cases?limit=1')).body.items;
    const bought = new Set(orders.flatMap((o) => (o.customerId === one.customerId ? [o.day] : [])));
    expect(one.silentLoss).toMatchObject({
      rule: 'mbg-nbd',
      purchaseDays: bought.size,
      silentDays: today - Math.max(...bought),
      text: expect.stringContaining('likely to buy in the next 90 days'),
    });
    expect(one.triggerDetail).toBe(bought.size === 1 ? 'no-second-purchase' : 'out-of-rhythm');
    const record = await engine.until(one.caseId, ({ tier }) => tier !== null);
    expect(record.secondLifetimeValue).toBeGreaterThan(0);
    const { body: timeline } = await api.get(`/api/v1/cases/${one.caseId}/timeline`);
    expect(timeline.items[1]).toMatchObject({ code: 'silent-loss', text: one.silentLoss.text });

    const { body: customer } = await api.get(`/api/v1/customers/${one.customerId}`);
    expect(customer.rhythm).toMatchObject({ state: 'dormant', because: one.silentLoss.text });
    expect(customer.value.because).toContain('MBG/NBD, Gamma-Gamma');
    expect(customer.value.secondLifetimeValue.amount).toBe(record.secondLifetimeValue);

    // BG/NBD's certainty that a single purchase makes a customer for ever reaches nobody.
    const everything = JSON.stringify([detection, one, timeline, customer]);
    expect(everything).not.toMatch(/alive/i);
  });
});

async function scanned() {
  for (;;) {
    const { items } = await listScans(engine.db, { limit: 1 });
    if (items[0] && items[0].status !== 'running') return items[0];
    await pause(50);
  }
}
