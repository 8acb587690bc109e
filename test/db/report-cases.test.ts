import { expect, it } from '@jest/globals';
import { armResults } from '../../db/arms.ts';
import { projectCase } from '../../db/cases.ts';
import { causeFigures } from '../../db/cause-report.ts';
import { lossCells } from '../../db/losses.ts';
import { reportCases, type ReportCaseFilter } from '../../db/report-cases.ts';
import { successFigures } from '../../db/reports.ts';
import { secondLives } from '../../db/second-life.ts';
import { after } from '../../domain/duration.ts';
import type { CaseSet } from '../../domain/report-cases.ts';
import { stayDays, successSplits } from '../../domain/success-figures.ts';
import { fillWithClosedCases } from '../support/closed-cases.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anOpenCase,
  closedAsLost,
  everyPage,
  minute,
  projection,
  purchase,
} from './given.ts';

it('every figure leads to its cases: as many as it counts, whatever it is split by', () =>
  withDatabase(async ({ db }) => {
    await fillWithClosedCases(db, 300);
    const at = after(new Date().toISOString(), '1d');
    const comparison = { objective: 'regained', currency: 'EUR', judgedAfter: '30d' } as const;
    const common = { recoveryTeam: 'recovery', comparison, sight: null, at } as const;
    const pages = (set: CaseSet, filter: ReportCaseFilter = {}) =>
      everyPage((cursor) => reportCases(db, { ...common, set, filter }, { limit: 50, cursor }));
    const behind = async (set: CaseSet, filter?: ReportCaseFilter) =>
      (await pages(set, filter)).flat().length;

    for (const split of successSplits) {
      const groups = await successFigures(db, split, { ...common, filter: {}, pick: () => 0 });
      expect(groups.length).toBeGreaterThan(0);
      for (const { group, cases, contacted, returned, strict, stayed, uplift } of groups) {
        const isPart = ['measure', 'offer', 'team', 'agent'].includes(split);
        if (split === 'period' || (isPart && group === null)) continue;
        const own = { [split]: group };
        expect(await behind('decided', own)).toBe(cases);
        expect(await behind('decided', { ...own, contacted: true })).toBe(contacted);
        expect(await behind('decided', { ...own, regained: true })).toBe(returned);
        for (const is of ['regained', 'half-return', 'pending'] as const) {
          expect(await behind('decided', { ...own, strict: is })).toBe(strict[is]);
        }
        for (const [i, stillThere] of stayDays.entries()) {
          expect(await behind('decided', { ...own, stillThere })).toBe(stayed[i]!.there);
        }
        if (!uplift) continue;
        expect(await behind('treated', own)).toBe(uplift.treated.cases);
        expect(await behind('control', own)).toBe(uplift.control.cases);
      }
    }
    for (const { cause, cases, regained } of await causeFigures(db, {})) {
      expect(await behind('losses', { cause })).toBe(cases);
      expect(await behind('losses', { cause, regained: true })).toBe(regained);
    }
    for (const { cases, lostRevenue: _, ...topic } of lossCells(db, { from: '', to: at })) {
      if (Object.values(topic).includes(null)) continue;
      expect(await behind('losses', topic as ReportCaseFilter)).toBe(cases);
    }
    for (const kind of ['playbook', 'offer'] as const) {
      for (const { cause, tier, results } of await armResults(db, kind, {
        ...comparison,
        filter: {},
        at,
      })) {
        const { arm, cases } = results[0]!;
        expect(await behind('compared', { cause, tier, [kind]: arm })).toBe(cases);
      }
    }
    const { cohorts } = await secondLives(db, { by: null, filter: {}, at });
    const { cohort, returned } = cohorts[0]!;
    const month = { from: `${cohort}-01T00:00:00.000Z`, to: `${cohort}-31T23:59:59.999Z` };
    expect(await behind('returned', month)).toBe(returned);

    const [first, second] = await pages('opened');
    const inOrder = [...first!, ...second!].map(({ openedAt }) => openedAt);
    expect(inOrder).toEqual(inOrder.toSorted().toReversed());
    expect(first![0]).toMatchObject({ customerName: expect.any(String), cost: expect.any(Number) });
  }));

it('who came back in time counts as back, though that was heard only after the end', () =>
  withDatabase(async ({ db }) => {
    const bought = (orderId: string, at: number) =>
      accept(db, [purchase('C1', orderId, { time: minute(at), amount: 900 })], minute(20));
    await bought('o1', -60);
    const record = await anOpenCase(db, 'C1', { statedCause: 'no-need' });
    const state = { ...closedAsLost, statedCause: 'no-need', closedAt: minute(10) } as const;
    await projectCase(db, projection(record, 1, { state }), minute(10));
    expect(await causeFigures(db, {})).toMatchObject([{ regained: 0, stillLostRevenue: 900 }]);
    await bought('o2', 8);
    expect(await causeFigures(db, {})).toMatchObject([
      { cause: 'no-need', cases: 1, regained: 1, lostRevenue: 900, stillLostRevenue: 0 },
    ]);
    const comparison = { objective: 'regained', currency: 'EUR', judgedAfter: '30d' } as const;
    const asked = { recoveryTeam: 'recovery', sight: null, comparison, at: minute(100) } as const;
    for (const set of ['losses', 'decided'] as const) {
      const filter = { cause: 'no-need', regained: true };
      const { items } = await reportCases(db, { ...asked, set, filter }, { limit: 10 });
      expect(items).toMatchObject([{ caseId: record.caseId, regainedAt: minute(8) }]);
    }
  }));
