import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { projectCase } from '../../db/cases.ts';
import { createKey } from '../../db/keys.ts';
import { bookAll, hasUnbooked, judgeDue } from '../../db/ledger.ts';
import type { Db } from '../../db/open.ts';
import { reportCases } from '../../db/report-cases.ts';
import { successFigures, type SuccessFilter } from '../../db/reports.ts';
import { caseFigures, caseOffers, controlDraws, mails, tasks } from '../../db/schema.ts';
import type { CaseState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import { figuresOf, ranked, type SuccessSplit } from '../../domain/success-figures.ts';
import { fillWithClosedCases } from '../support/closed-cases.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anOpenCase,
  closedAsLost,
  minute,
  projection,
  purchase,
  spokenTo,
  task,
} from './given.ts';

type Fields = Partial<Parameters<typeof anOpenCase>[2]>;

async function closed(db: Db, customerId: string, state: Partial<CaseState>, fields: Fields = {}) {
  const record = await anOpenCase(db, customerId, fields);
  const ending = { ...closedAsLost, ...state };
  if (state.contacted) spokenTo(db, record);
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
        ...{ group: null, cases: 4, contacted: 3, returned: 2, returnedAfterContact: 2 },
        ...{ revenue: 5_000, margin: 1_750, daysToRegain: 20 / 1_440 },
        outcomes: { 'loyal-again': 1, lost: 1, 'not-pursued': 1, 'lost-again': 0 },
      });
      // Of C6 it is not known yet what the return is worth.
      expect(all).toMatchObject({
        strict: { regained: 1, 'half-return': 0, pending: 1, not: 2 },
        ...{ strictAfterContact: { regained: 1, pending: 1 }, regainedByUs: 1 },
      });
      expect(figuresOf(all!)).toMatchObject({
        regainedRate: 1 / 2,
        returnRate: 2 / 3,
        small: true,
      });
    }));

  it('count what was said and done up to the return, and not the care for who is back', () =>
    withDatabase(async ({ db }) => {
      const { caseId } = await closed(db, 'C1', { ...won, contacted: false });
      const care = { caseId, customerId: 'C1', completedBy: 'bert', queue: 'care' };
      const welcome = task('t1', { type: 'welcome-call', status: 'done', closedAt: minute(21) });
      db.insert(tasks)
        .values({ ...welcome, ...care, measureId: 'm1', result: { outcome: 'reached' } })
        .run();
      db.insert(mails)
        .values({
          ...{ mailId: 'm1', caseId, customerId: 'C1', measureId: 'm', templateId: 'thanks' },
          ...{ afterReturn: true, status: 'sent', token: 't', finishedAt: minute(22) },
          ...{ createdAt: minute(21), notBefore: minute(21) },
        })
        .run();
      await bookAll(db, minute(30));
      const [before] = await successFigures(db, null, asked());
      expect(before).toMatchObject({ returned: 1, contacted: 0, reached: 0 });
      for (const split of ['measure', 'team', 'agent'] as const) {
        expect(await by(db, split)).toEqual({});
        expect((await successFigures(db, null, asked({ [split]: 'bert' })))[0]!.cases).toBe(0);
      }
      db.update(tasks)
        .set({ closedAt: minute(20) })
        .run();
      await bookAll(db, minute(31));
      const [after] = await successFigures(db, null, asked());
      expect(after).toMatchObject({ returned: 1, contacted: 1, reached: 1 });
      expect(await by(db, 'agent')).toEqual({ bert: 1 });
    }));

  it('of cases from before are made anew at the next start', () =>
    withDatabase(async ({ db }) => {
      await closed(db, 'C1', { ...won, contacted: false });
      db.update(caseFigures).set({ contacted: true, reached: true, rules: 0 }).run();
      expect(await hasUnbooked(db)).toBe(true);
      await bookAll(db, minute(90));
      expect(await hasUnbooked(db)).toBe(false);
      expect((await successFigures(db, null, asked()))[0]).toMatchObject({ contacted: 0 });
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
        return { ...all!.strict, rate: figuresOf(all!).regainedRate };
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
      for (const [offerId, measureId] of [
        ['gift', 'm1'],
        ['pause', 'm9'],
      ] as const) {
        // Nobody has spoken about the pause.
        db.insert(caseOffers)
          .values({
            ...{ caseId: record.caseId, measureId, offerId, customerId: 'C1', code: offerId },
            ...{ cost: 1, validDays: 9, status: 'withdrawn', proposedAt: minute(3) },
          })
          .run();
      }
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
      // Nobody knows whether who objected would have stayed.
      const objected = { ...won, outcome: 'stopped', endReason: 'objection' } as const;
      await closed(db, 'C4', { ...objected, closedAt: after(minute(20), '100d') });
      const stayed = async (at: string) =>
        (await successFigures(db, null, asked({}, at)))[0]!.stayed;
      expect(await stayed(after(minute(20), '90d'))).toEqual([
        { of: 3, there: 3 },
        { of: 0, there: 0 },
        { of: 0, there: 0 },
      ]);
      expect(await stayed(after(minute(20), '200d'))).toEqual([
        { of: 4, there: 4 },
        { of: 2, there: 1 },
        { of: 0, there: 0 },
      ]);
      const [all] = await successFigures(db, null, asked());
      expect(all!.secondLosses).toEqual({ same: 0, other: 0, unknown: 1 });
    }));

  it('compare those who were drawn into the control group with those who could have been', () =>
    withDatabase(async ({ db }) => {
      const dormant = { trigger: 'dormancy' } as const;
      const drawn = (customerId: string, isControl: boolean, percent = 50) =>
        db
          .insert(controlDraws)
          .values({
            ...{ caseId: `${customerId}-e1`, trigger: 'dormancy', tier: 'B', percent },
            ...{ place: Number(customerId.slice(1)), drawn: isControl, at: minute(0) },
          })
          .run();
      const inDraw = async (id: string, state: Partial<CaseState>, fields: Fields = dormant) => {
        drawn(id, state.controlGroup ?? false);
        await closed(db, id, { tier: 'B', decision: 'pursue', ...state }, fields);
      };
      await inDraw('C1', won);
      // A manager said no to it, which nobody was asked of the control group.
      await inDraw('C2', { outcome: 'not-pursued', decision: 'do-not-pursue' });
      await inDraw('C3', { controlGroup: true });
      await inDraw('C4', { controlGroup: true });
      // A manager let it go: it was drawn all the same.
      db.update(caseFigures)
        .set({ controlGroup: false })
        .where(eq(caseFigures.caseId, 'C4-e1'))
        .run();
      // Were never in the draw: not yet effective then, or from before there was one.
      await closed(db, 'C5', { ...won, tier: 'B', decision: 'pursue' }, dormant);
      await closed(db, 'C6', { ...won, tier: 'B', decision: 'pursue', contacted: false });
      // Came back after the time for which both are seen; not yet decided; not seen for so long.
      await inDraw('C7', { ...won, regainedAt: minute(200_000) });
      await inDraw('C8', { status: 'open', outcome: null, closedAt: null });
      await inDraw('C9', {}, { ...dormant, at: minute(1) });
      // Was not lost at all.
      await inDraw('C10', { outcome: 'not-pursued', endReason: 'was-not-lost' });
      // By another share there are fewer.
      for (const [id, isControl] of [
        ['C11', false],
        ['C12', true],
        ['C13', true],
      ] as const) {
        drawn(id, isControl, 60);
        await closed(db, id, { tier: 'B', decision: 'pursue', controlGroup: isControl }, dormant);
      }
      const seenFor = after(minute(0), '90d');
      const [all] = await successFigures(db, null, asked({}, seenFor));
      expect(all!.uplift).toMatchObject({
        ...{ treated: { hits: 1, cases: 4 }, control: { hits: 0, cases: 2 } },
        rate: { value: 0.25 },
      });
      // The cases behind it are the very same.
      const comparison = { objective: 'regained', currency: 'EUR', judgedAfter: '30d' } as const;
      const behind = async (set: 'treated' | 'control', filter: SuccessFilter = {}) => {
        const of = { ...asked(filter, seenFor), set, sight: null, comparison };
        const { items } = await reportCases(db, of, { limit: 50 });
        return items.map(({ customerId }) => customerId).sort();
      };
      expect(await behind('treated')).toEqual(['C1', 'C2', 'C7', 'C8']);
      expect(await behind('control', { trigger: 'dormancy' })).toEqual(['C3', 'C4']);
      expect(await behind('treated', { cause: null })).toEqual([]);
      const groups = await successFigures(db, 'trigger', asked({}, seenFor));
      expect(groups.map(({ group, uplift }) => [group, uplift !== null])).toEqual([
        ['dormancy', true],
        ['manual', false],
      ]);
    }));

  it('have no uplift by what is found out only after the draw', () =>
    withDatabase(async ({ db }) => {
      await fillWithClosedCases(db, 300);
      const at = after(new Date().toISOString(), '1d');
      const told = async (split: SuccessSplit | null, filter: SuccessFilter = {}) =>
        (await successFigures(db, split, asked(filter, at))).some(({ uplift }) => uplift !== null);
      for (const split of ['tier', 'trigger', 'period', null] as const) {
        expect([split, await told(split)]).toEqual([split, true]);
      }
      for (const split of ['cause', 'playbook', 'measure', 'offer', 'team', 'agent'] as const) {
        expect([split, await told(split)]).toEqual([split, false]);
        const [group] = (await successFigures(db, split, asked({}, at))).slice(-1);
        expect(await told(null, { [split]: group!.group })).toBe(false);
      }
      expect(await told(null, { cause: null })).toBe(false);
      expect(await told(null, { trigger: 'dormancy', from: minute(-5_000_000) })).toBe(true);
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

it('small groups are shown last and have no rank, nor has what is not known', () =>
  withDatabase(async ({ db }) => {
    const [none] = await successFigures(db, null, asked());
    const group = (name: string | null, contacted: number, regained: number, pending = 0) => ({
      ...{ ...none!, group: name, cases: contacted, contacted },
      strictAfterContact: { regained, pending },
    });
    const groups = [
      ...[group(null, 90, 80), group('a', 25, 19, 6), group('b', 20, 5), group('c', 40, 20)],
      group('d', 70, 15, 10),
    ];
    expect(ranked(groups, 'cause').map(({ group, rank }) => [group, rank])).toEqual([
      ['c', 1],
      ['b', 2],
      ['d', 2],
      ['a', null],
      [null, null],
    ]);
    const months = ranked(groups, 'period').map(({ group }) => group);
    expect(months).toEqual(['a', 'b', 'c', 'd', null]);
  }));
