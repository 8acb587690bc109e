import { describe, expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import { createKey } from '../../db/keys.ts';
import { judgeDue } from '../../db/ledger.ts';
import type { Db } from '../../db/open.ts';
import { successFigures, type SuccessFilter } from '../../db/reports.ts';
import { caseOffers, tasks } from '../../db/schema.ts';
import type { CaseState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import { figuresOf, ranked, type SuccessSplit } from '../../domain/success-figures.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, closedAsLost, minute, projection, purchase, task } from './given.ts';

type Fields = Partial<Parameters<typeof anOpenCase>[2]>;

async function closed(db: Db, customerId: string, state: Partial<CaseState>, fields: Fields = {}) {
  const record = await anOpenCase(db, customerId, fields);
  const ending = { ...closedAsLost, ...state };
  await projectCase(db, projection(record, 1, { state: ending }), minute(60));
  return record;
}

const won = {
  outcome: 'loyal-again',
  contacted: true,
  regainedAt: minute(20),
  regainedBy: 'purchase',
} as const;

const asked = (filter: SuccessFilter = {}, at = minute(100)) => ({
  ...{ filter, at, recoveryTeam: 'recovery', pick: (below: number) => below >> 1 },
});

async function by(db: Db, split: SuccessSplit, filter: SuccessFilter = {}) {
  const groups = await successFigures(db, split, asked(filter));
  return Object.fromEntries(groups.map(({ group, cases }) => [group, cases]));
}

describe('success figures', () => {
  it('count decided cases, contacts, returns, revenue, costs and outcomes', () =>
    withDatabase(async ({ db }) => {
      await closed(db, 'C1', won);
      await accept(db, [purchase('C1', 'b1', { time: minute(20), amount: 5_000 })]);
      await closed(db, 'C2', { contacted: true });
      await closed(db, 'C3', { outcome: 'not-pursued' });
      await closed(db, 'C5', { outcome: 'not-pursued', endReason: 'was-not-lost' });
      // Decided at the return, though its second life goes on.
      await closed(db, 'C6', { ...won, status: 'open', outcome: null, closedAt: null });
      await anOpenCase(db, 'C4');
      const [all] = await successFigures(db, null, asked());
      expect(all).toMatchObject({
        ...{ group: null, cases: 4, contacted: 3, regained: 2, regainedAfterContact: 2 },
        ...{ revenue: 5_000, margin: 1_750, daysToRegain: 20 / 1_440 },
        outcomes: { 'loyal-again': 1, lost: 1, 'not-pursued': 1, 'lost-again': 0 },
      });
      expect(figuresOf(all!)).toMatchObject({ regainedRate: 2 / 3, cost: 0, returnOnCost: null });
    }));

  it('count by the strict rule, and leave out of its rate what is not known yet', () =>
    withDatabase(async ({ db }) => {
      const days = (number: number) => minute(20 + number * 1_440);
      const past = [0, 30, 60, 90, 120].map((at) => days(at - 200));
      for (const id of ['C1', 'C2', 'C3']) {
        await accept(
          db,
          past.map((time, i) => purchase(id, `p${i}`, { time, amount: 1_000 })),
        );
        await closed(db, id, won);
        await accept(db, [purchase(id, 'b1', { time: minute(20), amount: 1_000 })]);
      }
      await accept(db, [purchase('C1', 'b2', { time: days(9), amount: 1_000 })]);
      await judgeDue(db, days(90));
      await accept(db, [purchase('C3', 'b3', { time: days(95), amount: 9_000 })], days(95));
      await closed(db, 'C4', { contacted: true });
      await closed(db, 'C5', won);
      const strictly = async () => {
        const [all] = await successFigures(db, null, asked());
        return { ...all!.strict, rate: figuresOf(all!).strictRate };
      };
      // C5 came back with an order that we have not heard of.
      const counted = { regained: 1, 'half-return': 2, pending: 1, not: 1 };
      expect(await strictly()).toEqual({ ...counted, rate: 1 / 4 });
      await judgeDue(db, days(90));
      expect(await strictly()).toEqual({ ...counted, pending: 0, not: 2, rate: 1 / 5 });
    }));

  it('are split by what the case row says, and filtered by it', () =>
    withDatabase(async ({ db }) => {
      await closed(db, 'C1', { ...won, tier: 'A', playbook: { playbookId: 'p', version: 2 } });
      await closed(db, 'C2', { tier: 'B' });
      await closed(db, 'C3', { tier: 'B', outcome: 'stopped', assessedCause: 'neglected' });
      await closed(db, 'C4', { closedAt: '2026-12-01T00:00:00.000Z' }, { trigger: 'dormancy' });
      expect(await by(db, 'tier')).toEqual({ B: 2, A: 1, null: 1 });
      expect(await by(db, 'trigger')).toEqual({ manual: 3, dormancy: 1 });
      expect(await by(db, 'cause')).toEqual({ null: 3, neglected: 1 });
      expect(await by(db, 'playbook')).toEqual({ null: 3, 'p@2': 1 });
      expect(await by(db, 'target-group')).toEqual({ Z1: 4 });
      expect(await by(db, 'period')).toEqual({ '2026-11': 3, '2026-12': 1 });
      expect(await by(db, 'tier', { cause: 'neglected' })).toEqual({ B: 1 });
      expect(await by(db, 'tier', { playbook: 'p@2' })).toEqual({ A: 1 });
    }));

  it('count a case once for each measure, offer, team and agent that had a part in it', () =>
    withDatabase(async ({ db }) => {
      const record = await closed(db, 'C1', won);
      const other = await closed(db, 'C2', {});
      const { record: anna } = await createKey(db, { name: 'Anna', role: 'agent', at: minute(0) });
      const done = (caseId: string, taskId: string, fields: object) =>
        db
          .insert(tasks)
          .values({
            ...task(taskId, { status: 'done', closedAt: minute(5), measureId: 'm1' }),
            ...{
              caseId,
              customerId: 'C1',
              completedBy: anna.keyId,
              result: { outcome: 'refused' },
            },
            ...fields,
          })
          .run();
      done(record.caseId, 't1', {});
      done(record.caseId, 't2', {});
      done(record.caseId, 't3', { type: 'letter', completedBy: 'bert' });
      done(record.caseId, 't4', { type: 'remedy', queue: 'service' });
      done(other.caseId, 't5', { type: 'letter' });
      done(other.caseId, 't6', { type: 'cause-call', measureId: null });
      db.insert(caseOffers)
        .values({
          ...{ caseId: record.caseId, measureId: 'm1', offerId: 'gift', customerId: 'C1' },
          ...{ cost: 1, validDays: 9, status: 'withdrawn', proposedAt: minute(3) },
        })
        .run();
      expect(await by(db, 'measure')).toEqual({ call: 1, letter: 2, remedy: 1 });
      expect(await by(db, 'team')).toEqual({ recovery: 2, service: 1 });
      expect(await by(db, 'agent')).toEqual({ [anna.keyId]: 2, bert: 1 });
      expect(await by(db, 'offer')).toEqual({ gift: 1 });
      expect(await by(db, 'measure', { team: 'service' })).toEqual({
        call: 1,
        letter: 1,
        remedy: 1,
      });
      const agents = await successFigures(db, 'agent', asked());
      expect(agents.find(({ group }) => group === anna.keyId)?.label).toBe('Anna');
    }));

  it('are limited to a period by the time of the decision, its end not included', () =>
    withDatabase(async ({ db }) => {
      for (const n of [10, 20, 30]) await closed(db, `C${n}`, { closedAt: minute(n) });
      const cases = async (period: { from?: string; to?: string }) =>
        (await successFigures(db, null, asked(period)))[0]?.cases;
      expect(await cases({ from: minute(20) })).toBe(2);
      expect(await cases({ to: minute(20) })).toBe(1);
      expect(await cases({ from: minute(20), to: minute(30) })).toBe(1);
    }));

  it('say of those who have had the time who is still there, and how others were lost again', () =>
    withDatabase(async ({ db }) => {
      await closed(db, 'C1', won);
      await closed(db, 'C2', {
        ...won,
        outcome: 'lost-again',
        closedAt: after(minute(20), '100d'),
      });
      await closed(db, 'C3', { ...won, regainedAt: after(minute(20), '60d') });
      const stayed = async (at: string) =>
        (await successFigures(db, null, asked({}, at)))[0]!.stayed;
      expect(await stayed(after(minute(20), '90d'))).toEqual([
        { of: 2, there: 2 },
        { of: 0, there: 0 },
        { of: 0, there: 0 },
      ]);
      expect(await stayed(after(minute(20), '200d'))).toEqual([
        { of: 3, there: 3 },
        { of: 2, there: 1 },
        { of: 0, there: 0 },
      ]);
      const [all] = await successFigures(db, null, asked());
      expect(all!.secondLosses).toEqual({ same: 0, other: 0, unknown: 1 });
    }));

  it('compare with the control group where there is one', () =>
    withDatabase(async ({ db }) => {
      const dormant = { trigger: 'dormancy' } as const;
      const pursued = { tier: 'B', decision: 'pursue' } as const;
      await closed(db, 'C1', { ...won, ...pursued }, dormant);
      await closed(db, 'C2', pursued, dormant);
      await closed(db, 'C3', { ...pursued, controlGroup: true }, dormant);
      await closed(db, 'C4', { ...pursued, controlGroup: true }, dormant);
      // No control group of their kind.
      await closed(db, 'C5', { ...won, ...pursued });
      await closed(db, 'C6', { ...won, ...pursued, tier: 'A' }, dormant);
      // Came back after the time for which both are seen; not yet decided; not seen for so long.
      await closed(db, 'C7', { ...won, ...pursued, regainedAt: minute(200_000) }, dormant);
      await closed(
        db,
        'C8',
        { ...pursued, status: 'open', outcome: null, closedAt: null },
        dormant,
      );
      await closed(db, 'C9', pursued, { ...dormant, at: minute(1) });
      const seenFor = after(minute(0), '90d');
      const [all] = await successFigures(db, null, asked({}, seenFor));
      expect(all!.uplift).toMatchObject({
        ...{ treated: { hits: 1, cases: 4 }, control: { hits: 0, cases: 2 } },
        rate: { value: 0.25 },
      });
      const groups = await successFigures(db, 'trigger', asked({}, seenFor));
      expect(groups.map(({ group, uplift }) => [group, uplift !== null])).toEqual([
        ['dormancy', true],
        ['manual', false],
      ]);
    }));

  it('are zero where nothing is decided', () =>
    withDatabase(async ({ db }) => {
      const [all] = await successFigures(db, null, asked());
      expect(all).toMatchObject({ cases: 0, revenue: 0, daysToRegain: null, uplift: null });
      expect(figuresOf(all!)).toMatchObject({
        regainedRate: null,
        costPerRegain: null,
        small: true,
      });
      expect(await successFigures(db, 'tier', asked())).toEqual([]);
    }));
});

it('small groups are shown last and have no rank', () =>
  withDatabase(async ({ db }) => {
    const [none] = await successFigures(db, null, asked());
    const group = (name: string, contacted: number, regainedAfterContact: number) => ({
      ...{ ...none!, group: name, cases: contacted, contacted, regainedAfterContact },
    });
    const groups = [group('a', 19, 19), group('b', 20, 5), group('c', 40, 20), group('d', 60, 15)];
    expect(ranked(groups, 'cause').map(({ group, rank }) => [group, rank])).toEqual([
      ['c', 1],
      ['b', 2],
      ['d', 2],
      ['a', null],
    ]);
    expect(ranked(groups, 'period').map(({ group }) => group)).toEqual(['a', 'b', 'c', 'd']);
  }));
