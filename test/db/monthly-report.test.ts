import { describe, expect, it } from '@jest/globals';
import { addCategory } from '../../db/cause-categories.ts';
import { projectCase } from '../../db/cases.ts';
import { firstMonth, monthlyReport, monthOf, spanOf } from '../../db/monthly-report.ts';
import type { Db } from '../../db/open.ts';
import { changeAction, createAction } from '../../db/prevention-actions.ts';
import { lossRises } from '../../db/schema.ts';
import type { CaseState } from '../../domain/case.ts';
import { topicKey } from '../../domain/prevention.ts';
import { pageOf } from '../../domain/monthly-report-words.ts';
import { withDatabase } from '../support/database.ts';
import { accept, aPolicy, anOpenCase, boss, closedAsLost, projection, purchase } from './given.ts';

const at = '2026-11-10T08:00:00.000Z';
const october = (day: number, time = '08:00:00.000') =>
  `2026-10-${String(day).padStart(2, '0')}T${time}Z`;

async function report(db: Db, month: string) {
  return monthlyReport(db, month, { policy: await aPolicy(db), at, pick: (below) => below >> 1 });
}

type Fields = Partial<Parameters<typeof anOpenCase>[2]>;

async function decided(db: Db, customerId: string, fields: Fields, state: Partial<CaseState>) {
  const record = await anOpenCase(db, customerId, fields);
  await projectCase(db, projection(record, 1, { state }), at);
  return record;
}

const asked = { actor: boss, request: {}, idempotencyKey: null };
const topic = { cause: 'neglected', category: null, product: null, region: null } as const;
const plan = { title: 'Call', description: null, owner: null, dueAt: null };

describe('the report of a month', () => {
  it('has the borders of the month by the company’s clock, in winter and in summer', () => {
    expect(spanOf('2026-10', 'Europe/Berlin')).toEqual({
      ...{ from: '2026-09-30T22:00:00.000Z', to: '2026-10-31T23:00:00.000Z' },
    });
    expect(spanOf('2026-12', 'America/New_York')).toEqual({
      ...{ from: '2026-12-01T05:00:00.000Z', to: '2027-01-01T05:00:00.000Z' },
    });
    expect(monthOf('2026-10-31T22:59:59.999Z', 'Europe/Berlin')).toBe('2026-10');
    expect(monthOf('2026-10-31T23:00:00.000Z', 'Europe/Berlin')).toBe('2026-11');
  });

  it('counts what was lost, came back and was lost again within these borders', () =>
    withDatabase(async ({ db }) => {
      const moments = {
        ...{ early: '2026-09-30T21:59:59.999Z', first: '2026-09-30T22:00:00.000Z' },
        ...{ last: '2026-10-31T22:59:59.999Z', late: '2026-10-31T23:00:00.000Z' },
      };
      for (const [name, openedAt] of Object.entries(moments)) {
        await anOpenCase(db, `lost-${name}`, { at: openedAt });
        const state = { regainedAt: openedAt, regainedBy: 'purchase' } as const;
        const fields = { at: '2026-08-10T08:00:00.000Z' };
        await decided(db, `back-${name}`, fields, state);
        const again = {
          ...{ ...state, regainedAt: '2026-08-20T08:00:00.000Z', closedAt: openedAt },
          status: 'closed',
          outcome: 'lost-again',
          endReason: 'cancelled-again',
        } as const;
        await decided(db, `again-${name}`, fields, again);
      }
      const found = await report(db, '2026-10');
      expect(found.now).toMatchObject({
        ...{
          lost: { cases: 2, byTrigger: { manual: 2 }, byTier: { unrated: 2 } },
          returned: 2,
          lostAgain: 2,
        },
        success: { cases: 2, returned: 2 },
      });
      expect(found.before).toMatchObject({
        ...{ month: '2026-09', lost: { cases: 1 }, returned: 1, success: { cases: 1 } },
      });
      expect(found.lastYear).toBeNull();
      expect(found.course).toEqual([
        { month: '2026-08', lost: 8, returned: 4 },
        { month: '2026-09', lost: 1, returned: 1 },
        { month: '2026-10', lost: 2, returned: 2 },
      ]);
      expect(firstMonth(db, 'Europe/Berlin')).toBe('2026-08');
      expect((await report(db, '2026-08')).before).toBeNull();
    }));

  it('says why, with the revenue lost, the month before and last year’s beside it', () =>
    withDatabase(async ({ db }) => {
      const lost = async (customerId: string, on: string, cause: CaseState['statedCause']) => {
        await accept(db, [purchase(customerId, 'O1', { time: '2025-09-30T08:00:00Z' })]);
        return anOpenCase(db, customerId, { at: on, statedCause: cause });
      };
      await lost('C1', '2025-10-05T08:00:00.000Z', 'neglected');
      await lost('C2', '2026-09-05T08:00:00.000Z', 'better-offer-price');
      await lost('C3', '2026-09-06T08:00:00.000Z', 'neglected');
      for (const [i, cause] of (['neglected', 'neglected', null] as const).entries()) {
        await accept(db, [
          purchase(`D${i}`, 'O1', { time: '2026-06-01T08:00:00Z', amount: 5_000 }),
        ]);
        await anOpenCase(db, `D${i}`, { at: october(5), statedCause: cause });
      }
      const { causes, now, before, lastYear } = await report(db, '2026-10');
      expect(now.lost).toMatchObject({ cases: 3, lostRevenue: 15_000 });
      expect([before?.lost.cases, lastYear?.lost.cases]).toEqual([2, 1]);
      expect(causes).toEqual([
        {
          ...{ cause: 'neglected', cases: 2, lostRevenue: 10_000, regained: 0 },
          ...{ before: 1, lastYear: 1, small: true, rank: null },
        },
        {
          ...{ cause: null, cases: 1, lostRevenue: 5_000, regained: 0 },
          ...{ before: 0, lastYear: 0, small: true, rank: null },
        },
      ]);
    }));

  it('tells costs and revenue of the cases whose result was known in it', () =>
    withDatabase(async ({ db }) => {
      await decided(
        db,
        'C1',
        { at: october(2) },
        { regainedAt: october(9), regainedBy: 'purchase' },
      );
      await accept(db, [purchase('C1', 'b1', { time: october(9), amount: 5_000 })], at);
      await decided(db, 'C2', { at: october(3) }, { ...closedAsLost, closedAt: october(20) });
      await decided(
        db,
        'C3',
        { at: october(3) },
        { ...closedAsLost, closedAt: '2026-11-02T08:00:00.000Z' },
      );
      const { now } = await report(db, '2026-10');
      expect(now.success).toMatchObject({ cases: 2, returned: 1, revenue: 5_000, margin: 1_750 });
      expect((await report(db, '2026-11')).now.success).toMatchObject({ cases: 1, returned: 0 });
    }));

  it('tells what is being done about causes, and what rose, in that month', () =>
    withDatabase(async ({ db }) => {
      const category = 'neglected.silence';
      const name = { de: 'Funkstille', en: 'Silence' };
      await addCategory(db, { code: category, name, at: october(1) });
      const act = async (product: string, on: string) => {
        const told = { asked, at: on };
        return createAction(
          db,
          { ...topic, product },
          { ...plan, owner: 'key-anna', expectedFewerPercent: null },
          told,
        );
      };
      await act('now', october(12));
      await act('later', '2026-11-03T08:00:00.000Z');
      const early = await act('rejected before', '2026-08-03T08:00:00.000Z');
      const change = { status: 'rejected' } as const;
      await changeAction(db, early.actionId, {
        ...{ change, revision: 1, asked, at: '2026-09-03T08:00:00.000Z' },
      });
      const rise = (riseId: string, foundAt: string, endedAt: string | null) => {
        const of = { ...topic, category };
        db.insert(lossRises)
          .values({
            ...{ ...of, riseId, topic: topicKey(of), fromAt: foundAt, toAt: foundAt },
            ...{ cases: 9, expected: 3, chance: 0.001, basis: 'recent' },
            ...{ foundAt, lastSeenAt: foundAt, endedAt },
          })
          .run();
      };
      rise('over', '2026-08-01T08:00:00.000Z', '2026-09-01T08:00:00.000Z');
      rise('in it', october(3), october(20));
      rise('later', '2026-11-03T08:00:00.000Z', null);
      const found = await report(db, '2026-10');
      expect(found.actions.map(({ product }) => product)).toEqual(['now']);
      expect(JSON.stringify(found)).not.toContain('key-anna');
      expect(found.rises).toMatchObject([{ riseId: 'in it', ratio: 3, categoryName: name }]);
      expect(JSON.stringify(pageOf(found, 'de'))).toContain('Vernachlässigt, Funkstille (vorbei)');
    }));

  it('is empty where there is nothing, also before the first case', () =>
    withDatabase(async ({ db }) => {
      const found = await report(db, '2026-10');
      expect(found).toMatchObject({
        ...{ before: null, lastYear: null, causes: [], rises: [], actions: [] },
        ...{ now: { lost: { cases: 0 } }, course: [{ month: '2026-10', lost: 0, returned: 0 }] },
      });
      expect(pageOf(found, 'en').summary).toHaveLength(1);
    }));
});
