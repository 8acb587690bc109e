import { describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import {
  armResults,
  offerResults,
  playbookResults,
  type ArmCell,
  type ArmFilter,
} from '../../db/arms.ts';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { caseFigures, caseOffers, ledger, tasks } from '../../db/schema.ts';
import type { CaseState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import type { OptimisationPolicy } from '../../domain/policy.ts';
import type { LedgerKind } from '../../domain/ledger.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, closedAsLost, minute, projection, task } from './given.ts';

type Fields = Partial<Parameters<typeof anOpenCase>[2]>;
let number = 0;

async function aCase(db: Db, state: Partial<CaseState>, fields: Fields = {}) {
  const record = await anOpenCase(db, `C${(number += 1)}`, {
    ...{ statedCause: 'neglected', trigger: 'cancellation' },
    ...fields,
  });
  const playbook = { playbookId: 'call', version: 1 };
  const ended = { ...closedAsLost, tier: 'B', statedCause: 'neglected', playbook } as const;
  await projectCase(db, projection(record, 1, { state: { ...ended, ...state } }), minute(60));
  return record;
}

const withdrawn = {
  outcome: 'loyal-again',
  regainedAt: minute(20),
  regainedBy: 'cancellation-withdrawn',
} as const;
const letter = { playbook: { playbookId: 'letter', version: 3 } };
const at = after(minute(0), '180d');
const asked = (filter: ArmFilter = {}, now = at) => ({
  ...{ filter, judgedAfter: '180d' as const, at: now },
  ...{ objective: 'regained' as const, currency: 'EUR' },
});

const policy: OptimisationPolicy = {
  ...{ floorPercent: 5, stopAtPercent: 95, casesAtMost: 100, judgedAfter: '180d' },
};
const cell = { cause: 'neglected', tier: 'B', currency: 'EUR', at } as const;

async function someCases(db: Db) {
  await aCase(db, withdrawn);
  await aCase(db, {});
  await aCase(db, { ...withdrawn, ...letter });
  await aCase(db, { ...letter, tier: 'A' });
  await aCase(db, { ...letter, statedCause: 'no-need' });
  // None of these tells anything of a playbook.
  await aCase(db, { ...withdrawn, controlGroup: true });
  await aCase(db, { outcome: 'not-pursued', endReason: 'was-not-lost' });
  await aCase(db, { ...withdrawn, regainedBy: 'purchase' });
  await aCase(db, withdrawn, { at: minute(1) });
}

describe('the results of playbooks', () => {
  it('are regains by the strict rule of cases of a cause and tier that have had their time', () =>
    withDatabase(async ({ db }) => {
      await someCases(db);
      const arms = [
        { playbookId: 'letter', version: 3 },
        { playbookId: 'call', version: 1 },
        { playbookId: 'call', version: 2 },
      ];
      expect(await playbookResults(db, arms, { ...cell, policy })).toEqual([
        { arm: 'letter@3', cases: 1, hits: 1 },
        { arm: 'call@1', cases: 2, hits: 1 },
        { arm: 'call@2', cases: 0, hits: 0 },
      ]);
    }));

  it('are told for every cause and tier, by filter and period', () =>
    withDatabase(async ({ db }) => {
      await someCases(db);
      const call = { arm: 'call@1', cases: 2, hits: 1 };
      expect(await armResults(db, 'playbook', asked())).toEqual([
        { cause: 'neglected', tier: 'A', results: [{ arm: 'letter@3', cases: 1, hits: 0 }] },
        { cause: 'neglected', tier: 'B', results: [call, { arm: 'letter@3', cases: 1, hits: 1 }] },
        { cause: 'no-need', tier: 'B', results: [{ arm: 'letter@3', cases: 1, hits: 0 }] },
      ]);
      const cells = async (filter: ArmFilter) =>
        (await armResults(db, 'playbook', asked(filter))).map(({ cause, tier }) => [cause, tier]);
      expect(await cells({ cause: 'no-need' })).toEqual([['no-need', 'B']]);
      expect(await cells({ tier: 'A' })).toEqual([['neglected', 'A']]);
      expect(await cells({ trigger: 'dormancy' })).toEqual([]);
      expect(await cells({ from: minute(1) })).toEqual([]);
      expect(await cells({ to: minute(0) })).toEqual([]);
      const later = await armResults(db, 'playbook', asked({}, after(at, '1m')));
      expect(later[1]!.results[0]).toEqual({ arm: 'call@1', cases: 3, hits: 2 });
    }));

  it('are told of offers that were made, once for each case', () =>
    withDatabase(async ({ db }) => {
      const records = [await aCase(db, withdrawn), await aCase(db, {})];
      const offered = (i: number, measureId: string, offerId: string, isMade = true) => {
        const { caseId, customerId } = records[i]!;
        const code = isMade ? `WB-${i}${measureId}` : null;
        const ended = { status: 'withdrawn', proposedAt: minute(3), code } as const;
        db.insert(caseOffers)
          .values({ caseId, customerId, measureId, offerId, cost: 1, validDays: 9, ...ended })
          .run();
        const answered = task(`${caseId}-${measureId}`, { status: 'done', closedAt: minute(4) });
        const result = { outcome: offerId === 'unheard' ? 'no-answer' : 'refused' };
        db.insert(tasks)
          .values({ ...answered, caseId, customerId, measureId, result })
          .run();
      };
      for (const measureId of ['m1', 'm2']) {
        offered(0, measureId, 'gift');
        offered(1, measureId, 'credit');
      }
      // A manager was asked about it, and did not say yes.
      offered(0, 'm3', 'lavish', false);
      offered(0, 'm4', 'unheard');
      const results = [
        { arm: 'credit', cases: 1, hits: 0 },
        { arm: 'gift', cases: 1, hits: 1 },
      ];
      const [found] = await armResults(db, 'offer', asked());
      expect(found!.results).toEqual(results);
      const offers = ['credit', 'gift', 'lavish', 'unheard'];
      expect(await offerResults(db, offers, { ...cell, policy })).toEqual([
        ...[...results, { arm: 'lavish', cases: 0, hits: 0 }],
        { arm: 'unheard', cases: 0, hits: 0 },
      ]);
    }));

  it('are by margin what contacted cases have left in the time in which they are judged', () =>
    withDatabase(async ({ db }) => {
      const booked = async (entries: [LedgerKind, string, number, string?][], contacted = true) => {
        const { caseId } = await aCase(db, withdrawn);
        db.update(caseFigures).set({ contacted }).where(eq(caseFigures.caseId, caseId)).run();
        const rows = entries.map(([kind, at, margin, currency = 'EUR'], i) => ({
          ...{ caseId, kind, source: `${i}`, at, currency, amount: margin, margin, bookedAt: at },
        }));
        db.insert(ledger).values(rows).run();
      };
      const last = after(minute(0), '180d');
      await booked([
        ['purchase', minute(9), 2_000],
        ['purchase', last, 500],
        ['concession', minute(9), -300],
        // None of these counts.
        ['purchase', after(last, '1s'), 7_000],
        ['work', minute(9), -900],
        ['purchase', minute(9), 4_000, 'CHF'],
      ]);
      await booked([['concession', minute(9), -100]]);
      await booked([['purchase', minute(9), 9_000]], false);
      const [{ results }] = (await armResults(db, 'playbook', {
        ...{ ...asked(), objective: 'margin' },
      })) as [ArmCell];
      const margin = { sum: 2_100, squares: 2_200 ** 2 + 100 ** 2 };
      expect(results).toEqual([{ arm: 'call@1', cases: 2, hits: 2, margin }]);
      const arms = [{ playbookId: 'call', version: 1 }];
      const by = { ...cell, policy: { ...policy, objective: 'margin' as const } };
      expect(await playbookResults(db, arms, by)).toEqual(results);
    }));
});
