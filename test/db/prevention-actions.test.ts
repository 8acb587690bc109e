import { describe, expect, it } from '@jest/globals';
import { recordCause } from '../../db/case-causes.ts';
import { findRises, standingRises } from '../../db/loss-rises.ts';
import { customersAtRisk, lossCells, lossesOf } from '../../db/losses.ts';
import type { Db } from '../../db/open.ts';
import {
  changeAction,
  changesOfAction,
  createAction,
  currentActions,
  effectOfAction,
  listActions,
  proposeActions,
} from '../../db/prevention-actions.ts';
import { createWebhook } from '../../db/webhooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { PreventionPolicy } from '../../domain/prevention.ts';
import type { Cause } from '../../domain/words.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, boss, event, everyPage, purchase } from './given.ts';

const start = Date.UTC(2026, 0, 1);
const day = (number: number) => new Date(start + number * 86_400_000).toISOString();

const prevention: PreventionPolicy = {
  ...standardPolicy.prevention!,
  threshold: { cases: 3 },
  period: '90d',
};
const policy = { ...standardPolicy, prevention };

let number = 0;

/** A customer of a region who bought a product and is lost on a day for a cause. */
async function lost(
  db: Db,
  onDay: number,
  of: { cause?: Cause | null; region?: string; product?: string; amount?: number } = {},
): Promise<string> {
  const { cause = 'disappointed-service', region = 'DE-BY', product, amount = 1_000 } = of;
  number += 1;
  const customerId = `L${number}`;
  const bought = purchase(customerId, 'O1', { time: day(onDay - 10), amount });
  const data = { ...bought.data, ...(product && { product }) };
  const profile = { name: 'Anna', kind: 'consumer', country: 'DE', region };
  await accept(
    db,
    [
      event('customer.updated', customerId, { time: day(onDay - 20), data: profile }),
      { ...bought, data },
    ],
    day(onDay),
  );
  await anOpenCase(db, customerId, { statedCause: cause, at: day(onDay) });
  return customerId;
}

const asked = { actor: boss, request: {}, idempotencyKey: null };
const topic = { cause: 'neglected', category: null, product: null, region: null } as const;
const plan = {
  title: 'Call them once a year',
  description: null,
  owner: 'boss',
  dueAt: day(200),
  expectedFewerPercent: 50,
};

describe('losses', () => {
  it('are counted by cause, category, product and region, with the lost revenue', () =>
    withDatabase(async ({ db }) => {
      await lost(db, 10, { product: 'box', amount: 3_000 });
      await lost(db, 11, { product: 'box' });
      await lost(db, 12, { region: 'AT' });
      await lost(db, 13, { cause: 'unknown' });
      await lost(db, 14, { cause: null });
      await lost(db, 15, { cause: 'life-change' });
      const cells = lossCells(db, { from: day(0), to: day(30) }, ['life-change']);
      const common = { cause: 'disappointed-service', category: null };
      expect(cells).toHaveLength(2);
      expect(cells).toEqual(
        expect.arrayContaining([
          { ...common, product: 'box', region: 'DE-BY', cases: 2, lostRevenue: 4_000 },
          { ...common, product: null, region: 'AT', cases: 1, lostRevenue: 1_000 },
        ]),
      );
      expect(lossCells(db, { from: day(10), to: day(11) })).toMatchObject([{ cases: 1 }]);
    }));

  it('go by the own category of the most reliable cause, and else by the country', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [
        event('customer.updated', 'C1', { data: { name: 'A', kind: 'consumer', country: 'CH' } }),
      ]);
      const { caseId } = await anOpenCase(db, 'C1', { statedCause: 'neglected', at: day(5) });
      const statement = {
        cause: 'disappointed-service' as const,
        category: 'disappointed-service.delivery',
        ...{ furtherCauses: [], sureness: null, competitor: null, note: null },
      };
      await recordCause(db, {
        ...{ caseId, layer: 'verified', statement, request: {}, idempotencyKey: null },
        ...{ commandId: 'c1', actor: boss, at: day(6) },
      });
      expect(lossCells(db, { from: day(0), to: day(30) })).toMatchObject([
        { cause: 'disappointed-service', category: 'disappointed-service.delivery', region: 'CH' },
      ]);
    }));

  it('are set against the customers who could be lost then', () =>
    withDatabase(async ({ db }) => {
      const customers = ['C1', 'C2', 'C3'].map((id, i) => [
        purchase(id, 'a', { time: day(i * 100) }),
        purchase(id, 'b', { time: day(i * 100 + 5) }),
      ]);
      await accept(db, customers.flat(), day(300));
      expect(customersAtRisk(db, [day(50), day(250), day(560), day(900)])).toEqual([1, 3, 1, 0]);
      expect(customersAtRisk(db, [])).toEqual([]);
      await lost(db, 310, { product: 'box' });
      const risk = (of: { product?: string; region?: string }) =>
        customersAtRisk(db, [day(320)], { product: null, region: null, ...of });
      expect(risk({ product: 'box', region: 'DE-BY' })).toEqual([1]);
      expect(risk({ region: 'AT' })).toEqual([0]);
      const losses = lossesOf(
        db,
        { ...topic, cause: 'disappointed-service' },
        {
          from: day(305),
          to: day(320),
        },
      );
      expect(losses).toMatchObject({ cases: 1, atRisk: 4 });
    }));
});

describe('a topic over the threshold', () => {
  it('proposes one action, with the losses that it is for', () =>
    withDatabase(async ({ db }) => {
      for (const onDay of [10, 20, 30]) await lost(db, onDay);
      const propose = (onDay: number) => proposeActions(db, { policy, at: day(onDay) });
      expect(await propose(31)).toBe(1);
      expect(await propose(32)).toBe(0);
      const [action] = await currentActions(db);
      expect(action).toMatchObject({
        ...{ cause: 'disappointed-service', region: 'DE-BY', status: 'proposed', owner: null },
        ...{ title: 'disappointed-service, region DE-BY', createdBy: null, revision: 1 },
        evidence: { from: day(-59), to: day(31), cases: 3, lostRevenue: 3_000 },
      });
      const { prevention: _, ...without } = policy;
      expect(await proposeActions(db, { policy: without, at: day(33) })).toBe(0);
    }));

  it('proposes none again until a whole period after the last one is over', () =>
    withDatabase(async ({ db }) => {
      for (const onDay of [10, 20, 30]) await lost(db, onDay);
      await proposeActions(db, { policy, at: day(31) });
      const [first] = await currentActions(db);
      const rejected = { change: { status: 'rejected' as const }, revision: 1, asked, at: day(40) };
      await changeAction(db, first!.actionId, rejected);
      for (const onDay of [50, 60, 70]) await lost(db, onDay);
      expect(await proposeActions(db, { policy, at: day(100) })).toBe(0);
      expect(await proposeActions(db, { policy, at: day(131) })).toBe(1);
    }));

  it('is proposed once by several workers at the same time', () =>
    withDatabase(async ({ db, inProcesses }) => {
      for (const onDay of [10, 20, 30]) await lost(db, onDay);
      const found = await inProcesses<number>(
        3,
        `async (db, load) => {
          const { proposeActions } = await load('db/prevention-actions.ts');
          return proposeActions(db, { policy: ${JSON.stringify(policy)}, at: ${JSON.stringify(day(31))} });
        }`,
      );
      expect(found.sort()).toEqual([0, 0, 1]);
    }));
});

describe('an action', () => {
  it('keeps who changed what and when, and is not changed over a change that was not seen', () =>
    withDatabase(async ({ db }) => {
      const made = await createAction(db, topic, plan, { asked, at: day(1) });
      await expect(createAction(db, topic, plan, { asked, at: day(1) })).rejects.toMatchObject({
        code: 'conflict',
      });
      const change = (fields: object, revision: number, at: string) =>
        changeAction(db, made.actionId, { change: fields, revision, asked, at });
      await change({ status: 'accepted', owner: 'anna' }, 1, day(2));
      await expect(change({ title: 'x' }, 1, day(3))).rejects.toMatchObject({ code: 'conflict' });
      const begun = await change({ status: 'in-progress' }, 2, day(3));
      expect(begun).toMatchObject({ startedAt: day(3), endedAt: null, revision: 3 });
      expect((await change({ title: plan.title }, 3, day(3))).revision).toBe(3);
      expect(await change({ status: 'done' }, 3, day(4))).toMatchObject({ endedAt: day(4) });
      expect(await changesOfAction(db, made.actionId)).toMatchObject([
        { revision: 1, by: 'boss', changes: { status: [null, 'proposed'], owner: [null, 'boss'] } },
        {
          ...{ revision: 2, at: day(2) },
          changes: { status: ['proposed', 'accepted'], owner: ['boss', 'anna'] },
        },
        { revision: 3, changes: { status: ['accepted', 'in-progress'] } },
        { revision: 4, changes: { status: ['in-progress', 'done'] } },
      ]);
      await expect(changeAction(db, 'none', { change: {}, revision: 1, asked, at: day(5) }))
        .rejects // prettier-ignore
        .toMatchObject({ code: 'not-found' });
    }));

  it('is listed newest first, by status and owner', () =>
    withDatabase(async ({ db }) => {
      for (const [i, region] of ['A', 'B', 'C'].entries()) {
        const owner = i === 0 ? 'anna' : 'boss';
        await createAction(db, { ...topic, region }, { ...plan, owner }, { asked, at: day(i) });
      }
      const pages = await everyPage((cursor) => listActions(db, {}, { limit: 2, cursor }));
      expect(pages.map((page) => page.map(({ region }) => region))).toEqual([['C', 'B'], ['A']]);
      const ofAnna = await listActions(db, { owner: 'anna', status: 'proposed' }, { limit: 9 });
      expect(ofAnna.items).toHaveLength(1);
    }));

  it('is measured by the losses of its topic before it was begun and since it was done', () =>
    withDatabase(async ({ db }) => {
      for (let onDay = 0; onDay < 60; onDay += 3) await lost(db, onDay);
      for (let onDay = 120; onDay < 180; onDay += 20) await lost(db, onDay);
      for (let onDay = 120; onDay < 180; onDay += 2) await lost(db, onDay, { region: 'AT' });
      const bavaria = { ...topic, cause: 'disappointed-service', region: 'DE-BY' } as const;
      const { actionId } = await createAction(db, bavaria, plan, { asked, at: day(50) });
      const change = (status: 'accepted' | 'in-progress' | 'done', revision: number, at: string) =>
        changeAction(db, actionId, { change: { status }, revision, asked, at });
      const measured = (record: Awaited<ReturnType<typeof change>>, onDay: number) =>
        effectOfAction(db, record, {
          prevention: { ...prevention, measuredOver: '60d', judgedAfter: '50d' },
          at: day(onDay),
        });
      expect(await measured(await change('accepted', 1, day(55)), 300)).toBeNull();
      await change('in-progress', 2, day(60));
      const done = await change('done', 3, day(120));
      // Losses have their causes 14 days later.
      expect(await measured(done, 125)).toMatchObject({
        after: { from: day(120), to: day(120), cases: 0 },
        verdict: 'too-early',
      });
      const effect = await measured(done, 300);
      expect(effect).toMatchObject({
        before: { from: day(0), to: day(60), cases: 20 },
        after: { from: day(120), to: day(180), cases: 3 },
        verdict: 'fewer',
      });
      expect(effect!.ratio!.to).toBeLessThan(1);
      // As far back as losses are known at all: what was before nobody has counted.
      const longer = { ...prevention, measuredOver: '365d', judgedAfter: '50d' } as const;
      expect(await effectOfAction(db, done, { prevention: longer, at: day(300) })).toMatchObject({
        before: { from: day(0), to: day(60), cases: 20 },
      });
    }));
});

describe('a rise', () => {
  const rising = {
    ...policy,
    prevention: { ...prevention, rises: { ...prevention.rises, casesAtLeast: 5 } },
  };
  const look = (db: Db, onDay: number) => findRises(db, { policy: rising, at: day(onDay) });
  const told = (db: Db) =>
    db.$client
      .prepare(`select payload from webhook_deliveries where type = 'losses.risen'`)
      .all() as { payload: string }[];

  async function aMonthOfLosses(db: Db): Promise<void> {
    const endpoint = {
      ...{ url: 'https://x.example', types: ['losses.risen' as const], description: null },
      ...{ secret: 'sealed', at: day(0) },
    };
    await createWebhook(db, endpoint, asked);
    for (let onDay = 0; onDay < 120; onDay += 15) await lost(db, onDay);
    for (let onDay = 122; onDay < 146; onDay += 2) await lost(db, onDay);
  }

  it('is found without being asked for, shown, and announced once', () =>
    withDatabase(async ({ db }) => {
      await aMonthOfLosses(db);
      expect(await look(db, 119)).toBe(0);
      expect(await look(db, 148)).toBe(1);
      const rise = { cause: 'disappointed-service', region: 'DE-BY', cases: 12, basis: 'recent' };
      expect(await standingRises(db)).toMatchObject([{ ...rise, foundAt: day(148) }]);
      expect(await look(db, 149)).toBe(0);
      expect((await standingRises(db)).map(({ lastSeenAt }) => lastSeenAt)).toEqual([day(149)]);
      expect(told(db).map(({ payload }) => JSON.parse(payload).data.region as string)).toEqual([
        'DE-BY',
      ]);
    }));

  it('is over when it is not seen any more, and the same when it comes again soon', () =>
    withDatabase(async ({ db }) => {
      await aMonthOfLosses(db);
      await look(db, 148);
      expect(await look(db, 172)).toBe(0);
      expect(await standingRises(db)).toEqual([]);
      expect(await look(db, 149)).toBe(0);
      expect(await standingRises(db)).toHaveLength(1);
      expect(told(db)).toHaveLength(1);
    }));
});
