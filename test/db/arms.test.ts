import { describe, expect, it } from '@jest/globals';
import { armResults, playbookResults, type ArmFilter } from '../../db/arms.ts';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { caseOffers } from '../../db/schema.ts';
import type { CaseState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, closedAsLost, minute, projection } from './given.ts';

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
});

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
      const of = { cause: 'neglected', tier: 'B', judgedAfter: '180d', at } as const;
      expect(await playbookResults(db, arms, of)).toEqual([
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
      for (const [i, { caseId, customerId }] of records.entries()) {
        for (const measureId of ['m1', 'm2']) {
          db.insert(caseOffers)
            .values({
              ...{ caseId, customerId, measureId, offerId: i === 0 ? 'gift' : 'credit' },
              ...{ cost: 1, validDays: 9, status: 'withdrawn', proposedAt: minute(3) },
            })
            .run();
        }
      }
      const [cell] = await armResults(db, 'offer', asked());
      expect(cell!.results).toEqual([
        { arm: 'credit', cases: 1, hits: 0 },
        { arm: 'gift', cases: 1, hits: 1 },
      ]);
    }));
});
