import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { projectCase } from '../../db/cases.ts';
import { getCustomer } from '../../db/customers.ts';
import { judgementsOf, strictRegainsOf } from '../../db/judgements.ts';
import { bookAll, hasUnbooked, judgeDue, ledgerOf } from '../../db/ledger.ts';
import type { Db } from '../../db/open.ts';
import { caseFigures, caseJudgements, purchases } from '../../db/schema.ts';
import type { CaseState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import type { SalesEvent } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, closedAsLost, event, minute, projection, purchase } from './given.ts';

const days = (number: number) => after(minute(0), `${number + 1_000}d`);

const back = (orderId: string, amount: number, fields: Partial<SalesEvent> = {}) =>
  event('order.returned', 'C1', { data: { orderId, amount }, ...fields });

const strict = async (db: Db, caseId = 'C1-e1') =>
  (await judgementsOf(db, caseId)).map(({ is, because, at }) => [is, because, at]);

/** Who bought every 30 days, cancelled or fell silent, and came back on day 100. */
async function aReturner(db: Db, state: Partial<CaseState> = {}) {
  const past = [-150, -120, -90, -60, -30, 0].map((at, i) =>
    purchase('C1', `past-${i}`, { time: days(at), amount: 2_000 }),
  );
  await accept(db, past, days(0));
  const record = await anOpenCase(db, 'C1', { at: days(90), trigger: 'dormancy' });
  await accept(db, [purchase('C1', 'b1', { time: days(100), amount: 2_000 })], days(100));
  const returned = { regainedAt: days(100), regainedBy: 'purchase' } as const;
  await projectCase(db, projection(record, 1, { state: { ...returned, ...state } }), days(100));
  return record;
}

describe('the strict rule', () => {
  it('is pending at the return, and judged for good by purchases or by the end of the observation', () =>
    withDatabase(async ({ db }) => {
      await aReturner(db);
      const until = days(190);
      expect(await strictRegainsOf(db, ['C1-e1', 'C9-e1'])).toEqual(
        new Map([['C1-e1', { is: 'pending', because: 'still-observed', until }]]),
      );
      expect(await judgeDue(db, days(189))).toBe(0);
      expect(await judgeDue(db, until)).toBe(1);
      expect(await judgeDue(db, until)).toBe(0);
      expect(await strict(db)).toEqual([
        ['pending', 'still-observed', days(100)],
        ['half-return', 'less-than-before', until],
      ]);
      // A late report of an order from within the observation.
      await accept(db, [purchase('C1', 'b2', { time: days(150), amount: 2_000 })], days(200));
      expect(await strict(db)).toHaveLength(3);
      expect((await strict(db))[2]).toEqual(['regained', 'as-before', days(200)]);
      expect((await judgementsOf(db, 'C1-e1'))[2]).toMatchObject({
        ...{ expected: { purchaseDays: 3 }, bought: { purchaseDays: 2, spend: 4_000 } },
      });
    }));

  it('is corrected by goods that come back, which the ledger corrects, too', () =>
    withDatabase(async ({ db }) => {
      await aReturner(db);
      await accept(db, [purchase('C1', 'b2', { time: days(110), amount: 2_000 })], days(110));
      await accept(db, [back('b2', 500, { time: days(112) })], days(112));
      await accept(db, [back('b2', 1_500, { time: days(113) })], days(113));
      await judgeDue(db, days(300));
      expect(await strict(db)).toEqual([
        ['pending', 'still-observed', days(100)],
        ['regained', 'as-before', days(110)],
        ['pending', 'still-observed', days(113)],
        ['half-return', 'less-than-before', days(300)],
      ]);
      const entries = await ledgerOf(db, 'C1-e1');
      expect(entries.map(({ source, amount, correction }) => [source, amount, correction])).toEqual(
        [
          ['b1', 2_000, false],
          ['b2', 2_000, false],
          ['b2', -500, true],
          ['b2', -1_500, true],
        ],
      );
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 8, totalAmount: 14_000 });
    }));

  it('is corrected by a cancellation that is withdrawn and repeated', () =>
    withDatabase(async ({ db }) => {
      const cancelled = event('cancellation.received', 'C1', { time: days(0) });
      await accept(db, [cancelled], days(0));
      const record = await anOpenCase(db, 'C1');
      const withdrawn = {
        ...({ regainedAt: days(10), regainedBy: 'cancellation-withdrawn' } as const),
        ...({ status: 'closed', outcome: 'loyal-again', closedAt: days(80) } as const),
      };
      await accept(db, [event('cancellation.withdrawn', 'C1', { time: days(10) })], days(10));
      await projectCase(db, projection(record, 1, { state: withdrawn }), days(80));
      await accept(db, [event('cancellation.received', 'C1', { time: days(70) })], days(120));
      expect(await strict(db)).toEqual([
        ['regained', 'withdrawn', days(80)],
        ['not', 'cancelled-again', days(120)],
      ]);
    }));

  it('counts a return that is heard of only after the end of the case, as everything else does', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1', { at: minute(0) });
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(50));
      const figures = () => db.select().from(caseFigures).get()!;
      await accept(db, [purchase('C1', 'b2', { time: minute(51) })], minute(60));
      expect(figures()).toMatchObject({ regainedAt: null, strictRegain: 'not', revenue: 0 });
      await accept(db, [purchase('C1', 'b1', { time: minute(40), amount: 700 })], minute(70));
      expect(figures()).toMatchObject({
        ...{ regainedAt: minute(40), decidedAt: minute(40), outcome: 'lost', revenue: 1_700 },
      });
      await accept(db, [back('b1', 700)], minute(80));
      expect(figures()).toMatchObject({ regainedAt: null, decidedAt: minute(50), revenue: 0 });
      expect(await strict(db)).toEqual([
        ['not', 'no-return', minute(50)],
        ['regained', 'as-before', minute(70)],
        ['not', 'no-return', minute(80)],
      ]);
    }));

  it('counts a withdrawal that is heard of only after the end of the case', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [event('cancellation.received', 'C1', { time: minute(0) })], minute(0));
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(50));
      await accept(db, [event('cancellation.withdrawn', 'C1', { time: minute(45) })], minute(60));
      expect(await strict(db)).toEqual([
        ['not', 'no-return', minute(50)],
        ['regained', 'withdrawn', minute(60)],
      ]);
    }));

  it('is made up for cases from before there was one', () =>
    withDatabase(async ({ db }) => {
      await aReturner(db);
      db.delete(caseJudgements).run();
      db.update(caseFigures).set({ strictRegain: null, strictBecause: null, rules: 0 }).run();
      expect(await hasUnbooked(db)).toBe(true);
      await bookAll(db, days(101));
      expect(await hasUnbooked(db)).toBe(false);
      expect(await strict(db)).toEqual([['pending', 'still-observed', days(101)]]);
      await bookAll(db, days(102));
      expect(await strict(db)).toHaveLength(1);
    }));

  it('keeps no judgement of a case that is only open', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1');
      expect(await strict(db)).toEqual([]);
      expect((await strictRegainsOf(db, ['C1-e1'])).get('C1-e1')!.is).toBe('pending');
    }));
});

describe('goods that come back', () => {
  const order = (db: Db) =>
    db
      .select({ amount: purchases.amount, returned: purchases.returned })
      .from(purchases)
      .where(eq(purchases.orderId, 'b1'))
      .get();

  it('reduce their order once, in whatever order and however often both are reported', () =>
    withDatabase(async ({ db }) => {
      const bought = purchase('C1', 'b1', { time: minute(9), amount: 1_000 });
      const earlier = purchase('C1', 'b1', { time: minute(5), amount: 1_200 });
      const parts = ['r1', 'r2'].map((returnId, i) => {
        const data = { orderId: 'b1', amount: 300, returnId };
        return event('order.returned', 'C1', { data, time: minute(20 + i) });
      });
      const again = { ...parts[0]!, eventId: 'reported-again' };
      const all = [bought, earlier, ...parts, parts[0]!, again];
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
          fc.integer({ min: 1, max: 1e9 }),
          async (order, salt) => {
            const customerId = `C-${salt}`;
            for (const i of order) {
              const one = all[i]!;
              await accept(db, [{ ...one, customerId, source: `${one.source}/${salt}` }]);
            }
            expect(await getCustomer(db, customerId)).toMatchObject({
              ...{ purchases: 1, totalAmount: 600, lastPurchaseAt: minute(5) },
            });
          },
        ),
        { numRuns: 40 },
      );
    }));

  it('never make an order cost less than nothing', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [purchase('C1', 'b1'), back('b1', 5_000)]);
      expect(order(db)).toEqual({ amount: 0, returned: 5_000 });
      expect(await getCustomer(db, 'C1')).toMatchObject({ totalAmount: 0, purchases: 1 });
    }));
});
