import { expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { returnRates } from '../../db/return-rates.ts';
import type { CaseState } from '../../domain/case.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, closedAsLost, minute, projection, purchase } from './given.ts';

let number = 0;
async function closed(db: Db, state: Partial<CaseState> = {}): Promise<void> {
  number += 1;
  const record = await anOpenCase(db, `R${number}`, { trigger: 'dormancy' });
  const ended = { ...closedAsLost, tier: 'B', decision: 'pursue', ...state } as const;
  await projectCase(db, projection(record, 1, { state: ended }), minute(1));
}

it('rates of return are those of cases like it that somebody tried to win back', () =>
  withDatabase(async ({ db }) => {
    const back = { regainedAt: minute(1) };
    await closed(db);
    await closed(db, back);
    await closed(db, { ...back, statedCause: 'neglected' });
    await closed(db, { ...back, tier: 'A' });
    await closed(db, { ...back, decision: 'pursue-light' });
    await closed(db, { ...back, controlGroup: true });
    await closed(db, { ...back, status: 'open', outcome: null });
    await closed(db, { status: 'open', outcome: null });
    await closed(db, { outcome: 'closed-by-manager' });
    await closed(db, { outcome: 'stopped' });
    await closed(db, { ...back, outcome: 'stopped' });

    const like = { trigger: 'dormancy', tier: 'B', cause: 'neglected' } as const;
    const judged = { at: minute(100), judgedAfter: '1h' } as const;
    expect(returnRates(db, like, judged)).toEqual({
      ofTier: { cases: 6, regained: 4 },
      ofCause: { cases: 1, regained: 1 },
    });
    expect(returnRates(db, { ...like, trigger: 'manual' }, judged).ofTier.cases).toBe(0);
    // Who comes back is known sooner than who does not: until all have had their time, none counts.
    expect(returnRates(db, like, { ...judged, judgedAfter: '2h' }).ofTier.cases).toBe(0);
  }));

it('who came back in time counts, though that was heard only after the end', () =>
  withDatabase(async ({ db }) => {
    const record = await anOpenCase(db, 'C1', { trigger: 'dormancy' });
    const state = { ...closedAsLost, tier: 'B', decision: 'pursue', closedAt: minute(10) } as const;
    await projectCase(db, projection(record, 1, { state }), minute(10));
    const like = { trigger: 'dormancy', tier: 'B', cause: null } as const;
    const rate = () => returnRates(db, like, { at: minute(100), judgedAfter: '1h' }).ofTier;
    expect(rate()).toEqual({ cases: 1, regained: 0 });
    await accept(db, [purchase('C1', 'o1', { time: minute(8) })], minute(20));
    expect(rate()).toEqual({ cases: 1, regained: 1 });
  }));
