import { describe, expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { successFigures } from '../../db/reports.ts';
import type { CaseState } from '../../domain/case.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, closedAsLost, minute, projection } from './given.ts';

async function closed(db: Db, customerId: string, state: Partial<CaseState>): Promise<void> {
  const record = await anOpenCase(db, customerId);
  const ending = { ...closedAsLost, ...state };
  await projectCase(db, projection(record, 1, { state: ending }), minute(60));
}

const won = {
  outcome: 'loyal-again',
  contacted: true,
  regainedAt: minute(20),
  regainedBy: 'purchase',
  regainedAmount: 5_000,
  concessionCost: 1_500,
} as const;

describe('success figures', () => {
  it('count closed cases, contacts, returns, revenue, cost and outcomes', () =>
    withDatabase(async ({ db }) => {
      await closed(db, 'C1', won);
      await closed(db, 'C2', { contacted: true, concessionCost: 500 });
      await closed(db, 'C3', { outcome: 'not-pursued' });
      await anOpenCase(db, 'C4');
      expect(await successFigures(db, {})).toEqual([
        {
          group: null,
          figures: {
            cases: 3,
            contacted: 2,
            regained: 1,
            regainedAfterContact: 1,
            regainedRate: 0.5,
            regainedAmount: 5_000,
            concessionCost: 2_000,
            outcomes: {
              'loyal-again': 1,
              'lost-again': 0,
              lost: 1,
              'not-pursued': 1,
              'control-group': 0,
              stopped: 0,
              'closed-by-manager': 0,
            },
          },
        },
      ]);
    }));

  it('are given by group, the biggest first', () =>
    withDatabase(async ({ db }) => {
      await closed(db, 'C1', { ...won, tier: 'A', playbook: { playbookId: 'p', version: 1 } });
      await closed(db, 'C2', { tier: 'B' });
      await closed(db, 'C3', { tier: 'B', outcome: 'stopped', assessedCause: 'neglected' });
      await closed(db, 'C4', {});
      const by = async (groupBy: 'trigger' | 'tier' | 'cause' | 'playbookId') =>
        (await successFigures(db, { groupBy })).map(({ group, figures }) => [group, figures.cases]);
      const tiers = await by('tier');
      expect(tiers[0]).toEqual(['B', 2]);
      expect(new Map(tiers as [string, number][])).toEqual(
        new Map([
          ['B', 2],
          ['A', 1],
          [null, 1],
        ]),
      );
      expect(await by('trigger')).toEqual([['manual', 4]]);
      expect(await by('cause')).toEqual([
        [null, 3],
        ['neglected', 1],
      ]);
      expect(await by('playbookId')).toEqual([
        [null, 3],
        ['p', 1],
      ]);
    }));

  it('are limited to a period by the time of closing, its end not included', () =>
    withDatabase(async ({ db }) => {
      for (const n of [10, 20, 30]) await closed(db, `C${n}`, { closedAt: minute(n) });
      const cases = async (period: { from?: string; to?: string }) =>
        (await successFigures(db, period))[0]?.figures.cases;
      expect(await cases({ from: minute(20) })).toBe(2);
      expect(await cases({ to: minute(20) })).toBe(1);
      expect(await cases({ from: minute(20), to: minute(30) })).toBe(1);
    }));

  it('are zero where nothing closed', () =>
    withDatabase(async ({ db }) => {
      const [all] = await successFigures(db, {});
      expect(all?.figures).toMatchObject({ cases: 0, regainedRate: null, regainedAmount: 0 });
      expect(await successFigures(db, { groupBy: 'tier' })).toEqual([]);
    }));
});
