import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getCase, projectCase } from '../../db/cases.ts';
import { beginCommand, finishCommand } from '../../db/commands.ts';
import { writing } from '../../db/connection.ts';
import { createKey } from '../../db/keys.ts';
import { judgeDue } from '../../db/ledger.ts';
import type { Db } from '../../db/open.ts';
import {
  closePayroll,
  listPayrollClosings,
  listPointEntries,
  payrollEntries,
  pointBalances,
} from '../../db/payroll.ts';
import { storePolicy } from '../../db/policies.ts';
import { openPreventiveTask } from '../../db/preventive-tasks.ts';
import { completePreventiveTask } from '../../db/prevention.ts';
import type { CaseState, TaskState } from '../../domain/case.ts';
import type { Duration } from '../../domain/duration.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import type { CaseRecord } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import { unlessRefused } from '../support/policies.ts';
import { accept, anOpenCase, boss, event, everyPage, projection, purchase, task } from './given.ts';

const day = (number: number) => new Date(Date.UTC(2026, 0, 1 + number)).toISOString();

const rules = {
  points: { regained: 100, averted: 60, prevented: 20 },
  halfReturnPercent: 30,
  weights: { task: 1, reached: 0, last: 0 },
  roles: ['agent' as const],
};

async function withRules(db: Db, judgedAfter: Duration = '60d'): Promise<VersionedPolicy> {
  const changed = {
    secondLoyalty: { ...unlessRefused.secondLoyalty, observation: '60d' as const },
    successControl: { ...unlessRefused.successControl, observation: judgedAfter },
  };
  return storePolicy(db, { ...unlessRefused, incentives: rules, ...changed }, day(0));
}

async function bought(db: Db, customerId: string, days: number[], at = days.at(-1)!) {
  const orders = days.map((one) => purchase(customerId, `o${one}`, { time: day(one) }));
  await accept(db, orders, day(at));
}

/** An order of C1 comes back as a whole. */
async function sentBack(db: Db, orderId: string, on: number) {
  const back = { data: { orderId, amount: 1_000 }, time: day(on) };
  await accept(db, [event('order.returned', 'C1', back)], day(on));
}

/** A customer who bought every ten days, so that as before means more than once in the observation. */
async function aRegular(db: Db, customerId: string, policy: VersionedPolicy) {
  await bought(db, customerId, [-50, -40, -30, -20, -10, 0]);
  return anOpenCase(db, customerId, { policy, at: day(1) });
}

async function agent(db: Db, name: string): Promise<string> {
  return (await createKey(db, { name, role: 'agent', at: day(0) })).record.keyId;
}

/** A task that somebody completed, with the command that says who. */
async function done(db: Db, { caseId }: CaseRecord, keyId: string, onDay: number) {
  const taskId = `${caseId}-t${onDay}`;
  const commandId = `c-${taskId}`;
  const told = { action: 'task.complete', target: taskId, caseId, idempotencyKey: null };
  const actor = { actorId: keyId, role: 'agent' as const };
  const request = { result: { outcome: 'accepted' } };
  await beginCommand(db, { ...told, commandId, actor, request, at: day(onDay), lease: day(onDay) });
  await finishCommand(db, { commandId, status: 'done', at: day(onDay) });
  return task(taskId, {
    ...{ status: 'done', createdAt: day(onDay), closedAt: day(onDay), commandId },
    result: { outcome: 'accepted' },
  });
}

let revision = 0;

async function project(
  db: Db,
  record: CaseRecord,
  at: string,
  state: Partial<CaseState>,
  tasks: TaskState[] = [],
): Promise<void> {
  revision += 1;
  const fields = { state, tasks, since: day(400), timeline: { firstSeq: 1, entries: [] } };
  await projectCase(db, projection(record, revision, fields), at);
}

const regained = { step: 'second-loyalty', regainedAt: day(10), regainedBy: 'purchase' } as const;
const over = { ...regained, status: 'closed', closedAt: day(70) } as const;
const loyal = { ...over, outcome: 'loyal-again', endReason: 'bought-again' } as const;
const lostAgain = { ...over, outcome: 'lost-again', endReason: 'no-second-purchase' } as const;
const gone = { status: 'closed', outcome: 'lost', endReason: 'observation-over' } as const;

const entriesOf = async (db: Db) => (await listPointEntries(db, undefined, { limit: 200 })).items;
const told = async (db: Db) =>
  (await entriesOf(db)).map(({ keyId, points, reason }) => [keyId, points, reason]).reverse();
const asked = { actor: boss, request: {}, idempotencyKey: null };

describe('points for a regain', () => {
  it('are booked with it, shared, and due at the end of the observation', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const [anna, bert] = [await agent(db, 'Anna'), await agent(db, 'Bert')];
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      const work = [
        await done(db, record, anna, 3),
        await done(db, record, anna, 4),
        await done(db, record, bert, 5),
        await done(db, record, bert, 12),
      ];
      await project(db, record, day(10), regained, work);
      await project(db, record, day(11), regained);
      expect((await told(db)).sort()).toEqual(
        [
          [anna, 67, 'earned'],
          [bert, 33, 'earned'],
        ].sort(),
      );
      expect(await entriesOf(db)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ caseId: 'C1-e1', dueAt: day(70), payableAt: day(70) }),
        ]),
      );
      const balances = (onDay: number) => pointBalances(db, { keyId: anna, at: day(onDay) });
      expect(await balances(69)).toMatchObject([{ name: 'Anna', pending: 67, payable: 0 }]);
      expect(await balances(70)).toMatchObject([{ pending: 0, payable: 67, paid: 0 }]);
    }));

  it('are none under a policy without rules', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1', { at: day(1) });
      const work = await done(db, record, await agent(db, 'Anna'), 3);
      await project(db, record, day(10), regained, [work]);
      expect(await entriesOf(db)).toEqual([]);
    }));

  it('are fewer for a cancellation withdrawn before it took effect', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      for (const [i, effectiveAt] of [day(30), day(9)].entries()) {
        const record = await anOpenCase(db, `C${i}`, { policy, at: day(1), effectiveAt });
        const work = await done(db, record, anna, 3);
        const state = { ...regained, regainedBy: 'cancellation-withdrawn' as const };
        await project(db, record, day(10), state, [work]);
      }
      expect((await entriesOf(db)).map((one) => [one.achievement, one.points])).toEqual([
        ['regained', 100],
        ['averted', 60],
      ]);
    }));

  it('are as few where the date on which it takes effect is heard of after the opening', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      const cancels = (onDay: number, data: Record<string, unknown>) => {
        const cancellation = event('cancellation.received', 'C1', { time: day(onDay), data });
        return accept(db, [cancellation], day(onDay));
      };
      await cancels(2, { effectiveAt: day(30) });
      await cancels(4, {});
      const state = { ...regained, regainedBy: 'cancellation-withdrawn' as const };
      await project(db, record, day(10), state, [await done(db, record, anna, 3)]);
      // That is about the next loss.
      await cancels(11, { effectiveAt: day(5) });
      expect((await getCase(db, 'C1-e1'))!.effectiveAt).toBe(day(30));
      await project(db, record, day(12), state);
      expect(await entriesOf(db)).toMatchObject([{ achievement: 'averted', points: 60 }]);
    }));

  it('are taken back by an entry of their own when the second life fails', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      await project(db, record, day(70), lostAgain);
      expect(await told(db)).toEqual([
        [anna, 100, 'earned'],
        [anna, -100, 'second-loss'],
      ]);
    }));

  it('are taken back by a cancellation within the observation, also where the case outlasts it', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      for (const [i, cancelledOn] of [71, 69].entries()) {
        const customerId = `C${i}`;
        const record = await anOpenCase(db, customerId, { policy, at: day(1) });
        await bought(db, customerId, [10]);
        await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
        const cancellation = event('cancellation.received', customerId, { time: day(cancelledOn) });
        await accept(db, [cancellation], day(72));
        const again = { ...lostAgain, endReason: 'cancelled-again', closedAt: day(72) } as const;
        await project(db, record, day(72), again);
      }
      expect(await told(db)).toEqual([
        [anna, 100, 'earned'],
        [anna, 100, 'earned'],
        [anna, -100, 'second-loss'],
      ]);
    }));

  it('are taken back after a second loss within the observation, heard of however late', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      for (const [i, cancelledOn] of [60, 80].entries()) {
        const record = await anOpenCase(db, `C${i}`, { policy, at: day(1) });
        await bought(db, `C${i}`, [10]);
        await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
        await project(db, record, day(70), loyal);
        const next = { trigger: 'cancellation' as const, policy, at: day(cancelledOn + 15) };
        db.$client
          .prepare('update customers set last_cancellation_at = ? where customer_id = ?')
          .run(day(cancelledOn), `C${i}`);
        const again = await anOpenCase(db, `C${i}`, next);
        expect(again.episode).toBe(2);
        if (i === 0) {
          const notLost = { ...gone, outcome: 'not-pursued', endReason: 'was-not-lost' } as const;
          await project(db, again, day(90), { ...notLost, closedAt: day(90) });
        }
      }
      expect(await told(db)).toEqual([
        [anna, 100, 'earned'],
        [anna, -100, 'second-loss'],
        [anna, 100, 'corrected'],
        [anna, 100, 'earned'],
      ]);
    }));

  it('are due only for what the strict rule calls a regain: a half return is worth its share', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await aRegular(db, 'C1', policy);
      await bought(db, 'C1', [10]);
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      expect(await judgeDue(db, day(69))).toBe(0);
      expect(await told(db)).toEqual([[anna, 100, 'earned']]);
      expect(await judgeDue(db, day(70))).toBe(1);
      await project(db, record, day(70), loyal);
      const half = [
        [anna, 100, 'earned'],
        [anna, -70, 'half-return'],
      ];
      expect(await told(db)).toEqual(half);
      expect(await pointBalances(db, { at: day(70) })).toMatchObject([{ payable: 30 }]);
      // An order from within the observation that is heard of late.
      await bought(db, 'C1', [20], 75);
      expect(await told(db)).toEqual([...half, [anna, 70, 'corrected']]);
      await sentBack(db, 'o20', 76);
      expect((await told(db)).at(-1)).toEqual([anna, -70, 'half-return']);
    }));

  it('are given for a return that is heard of only after the end of the case', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      const lost = { status: 'closed', outcome: 'lost', closedAt: day(30) } as const;
      await project(db, record, day(30), lost, [await done(db, record, anna, 3)]);
      expect(await told(db)).toEqual([]);
      await bought(db, 'C1', [10], 40);
      expect(await told(db)).toEqual([[anna, 100, 'earned']]);
      await sentBack(db, 'o10', 41);
      expect((await told(db)).at(-1)).toEqual([anna, -100, 'corrected']);
    }));

  it('are given for a return that is known before the end of the case, and that the case has not heard of', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await aRegular(db, 'C1', policy);
      const work = [await done(db, record, anna, 3)];
      await bought(db, 'C1', [10], 29);
      const lost = { status: 'closed', outcome: 'lost', closedAt: day(30) } as const;
      await project(db, record, day(30), lost, work);
      expect(await told(db)).toEqual([[anna, 100, 'earned']]);
    }));

  it('are none where nothing of what was bought is kept', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await aRegular(db, 'C1', policy);
      await bought(db, 'C1', [10]);
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      await sentBack(db, 'o10', 12);
      await judgeDue(db, day(70));
      expect(await told(db)).toEqual([
        [anna, 100, 'earned'],
        [anna, -100, 'not-regained'],
      ]);
    }));

  it('are not due before the strict rule has judged, and a payroll closes on judgements alone', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db, '75d');
      const anna = await agent(db, 'Anna');
      const record = await aRegular(db, 'C1', policy);
      await bought(db, 'C1', [10]);
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      expect(await entriesOf(db)).toMatchObject([{ dueAt: day(85), payableAt: day(85) }]);
      // Nobody has judged what was to be judged by day 85.
      await closePayroll(db, '2026-03', { asked, at: day(92) });
      const paid = await payrollEntries(db, '2026-03');
      expect(paid.map(({ points, reason }) => [points, reason])).toEqual([
        [100, 'earned'],
        [-70, 'half-return'],
      ]);
    }));

  it('stay with who earned them, whatever role they have later', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      await bought(db, 'C1', [10]);
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      await project(db, record, day(70), loyal);
      const shown = { sign: 'cancellation-considered', signAt: day(71), signData: {} } as const;
      const call = { customerId: 'C1', type: 'prevention-call', shown } as const;
      writing(db, (tx) => openPreventiveTask(tx, call, { policy, at: day(71) }));
      await completePreventiveTask(db, {
        ...{ taskId: 'C1-prevention-call-1', policy, at: day(72), idempotencyKey: null },
        ...{ actor: { actorId: anna, role: 'agent' }, result: { outcome: 'reached' } },
      });
      const earned = [
        [anna, 100, 'earned'],
        [anna, 20, 'earned'],
      ];
      expect(await told(db)).toEqual(earned);
      db.$client.prepare(`update api_keys set role = 'manager' where key_id = ?`).run(anna);
      await anOpenCase(db, 'C1', { policy, at: day(800) });
      expect(await told(db)).toEqual(earned);
    }));

  it('are nothing for who was the last to work on the episode that was given up', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const [anna, bert] = [await agent(db, 'Anna'), await agent(db, 'Bert')];
      const first = await anOpenCase(db, 'C1', { policy, at: day(-90) });
      const work = [await done(db, first, bert, -88), await done(db, first, anna, -86)];
      await project(db, first, day(-80), { ...gone, closedAt: day(-80) }, work);
      const second = await anOpenCase(db, 'C1', { policy, at: day(1) });
      const again = [await done(db, second, anna, 3), await done(db, second, bert, 4)];
      await project(db, second, day(10), regained, again);
      expect((await told(db)).sort()).toEqual(
        [
          [anna, 0, 'let-go'],
          [bert, 50, 'earned'],
        ].sort(),
      );
    }));
});

describe('the ledger', () => {
  const anyState = fc.constantFrom<Partial<CaseState>>(
    {},
    regained,
    { ...regained, regainedAt: day(4) },
    { ...regained, regainedBy: 'cancellation-withdrawn' },
    loyal,
    lostAgain,
    { ...gone, closedAt: day(50) },
  );
  /** What was bought meanwhile, on which days. */
  const anyStep = fc.record({
    state: anyState,
    orders: fc.uniqueArray(fc.integer({ min: 5, max: 75 }), { maxLength: 2 }),
  });

  it('agrees with the last state, whatever came before and how often, and loses no entry', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const agents = [await agent(db, 'Anna'), await agent(db, 'Bert')];
      let number = 0;
      const customer = async () => {
        number += 1;
        const record = await aRegular(db, `P${number}`, policy);
        const work = [
          await done(db, record, agents[0]!, 3),
          await done(db, record, agents[1]!, 5),
          await done(db, record, agents[1]!, 6),
        ];
        return { record, work };
      };
      const sums = async (caseId: string) => {
        const own = (await payrollEntriesOf(db)).filter((one) => one.caseId === caseId);
        return agents.map((keyId) =>
          own.filter((one) => one.keyId === keyId).reduce((sum, one) => sum + one.points, 0),
        );
      };
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (steps) => {
          const [one, other] = [await customer(), await customer()];
          let before = await entriesOf(db);
          for (const { state, orders } of steps) {
            await bought(db, one.record.customerId, orders, 80);
            await project(db, one.record, day(80), state, one.work);
            await project(db, one.record, day(80), state, one.work);
            const now = await entriesOf(db);
            expect(now.slice(now.length - before.length)).toEqual(before);
            before = now;
          }
          const all = steps.flatMap(({ orders }) => orders);
          await bought(db, other.record.customerId, all, 80);
          await project(db, other.record, day(80), steps.at(-1)!.state, other.work);
          expect(await sums(one.record.caseId)).toEqual(await sums(other.record.caseId));
          const booked = (await entriesOf(db)).reduce((sum, { points }) => sum + points, 0);
          const balances = await pointBalances(db, { at: day(50) });
          const shown = balances.reduce((sum, b) => sum + b.pending + b.payable + b.paid, 0);
          expect(shown).toBe(booked);
        }),
        { numRuns: 15 },
      );
    }));

  /** Every entry is in exactly one period. */
  async function payrollEntriesOf(db: Db) {
    const periods = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'];
    const all = await Promise.all(periods.map((period) => payrollEntries(db, period)));
    expect(all.flat()).toHaveLength((await everyEntry(db)).length);
    return all.flat();
  }
  const everyEntry = async (db: Db) =>
    (await everyPage((cursor) => listPointEntries(db, undefined, { limit: 7, cursor }))).flat();

  it('adds nothing to a payroll period that is closed: corrections land in the next', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      await bought(db, 'C1', [10]);
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      await project(db, record, day(70), loyal);
      const close = (period: string, at: string) => closePayroll(db, period, { asked, at });
      await expect(close('2026-03', day(80))).rejects.toThrow('is not over');
      await expect(close('2026-04', day(130))).rejects.toThrow('Close 2026-03 first');
      await close('2026-03', day(92));
      await expect(close('2026-03', day(92))).rejects.toThrow('is closed');
      const paid = await payrollEntries(db, '2026-03');
      expect(paid).toMatchObject([{ points: 100, name: 'Anna' }]);

      await project(db, record, day(95), lostAgain);
      expect(await payrollEntries(db, '2026-03')).toEqual(paid);
      expect(await payrollEntries(db, '2026-04')).toMatchObject([
        { points: -100, reason: 'second-loss', dueAt: day(70), payableAt: day(90) },
      ]);
      expect(await pointBalances(db, { at: day(95) })).toMatchObject([
        { pending: 0, payable: -100, paid: 100 },
      ]);
      expect(await listPayrollClosings(db)).toMatchObject([
        { period: '2026-03', closedBy: 'boss' },
      ]);
    }));

  it('takes back in the same period what that period has not paid yet', () =>
    withDatabase(async ({ db }) => {
      const policy = await withRules(db);
      const anna = await agent(db, 'Anna');
      const record = await anOpenCase(db, 'C1', { policy, at: day(1) });
      await project(db, record, day(10), regained, [await done(db, record, anna, 3)]);
      await project(db, record, day(20), lostAgain);
      const march = await payrollEntries(db, '2026-03');
      expect(march.map(({ points }) => points)).toEqual([100, -100]);
    }));
});
