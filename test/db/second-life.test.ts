import { expect, it } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { secondLives } from '../../db/second-life.ts';
import type { CaseState } from '../../domain/case.ts';
import { after } from '../../domain/duration.ts';
import { withDatabase } from '../support/database.ts';
import { accept, anOpenCase, minute, projection, purchase } from './given.ts';

const returnedAt = minute(20);
const day = (number: number) => after(returnedAt, `${number}d`);

async function returned(db: Db, customerId: string, state: Partial<CaseState> = {}) {
  const record = await anOpenCase(db, customerId);
  const back = { regainedAt: returnedAt, regainedBy: 'purchase', ...state } as const;
  await projectCase(db, projection(record, 1, { state: back }), minute(30));
}

it('second lives are seen until the second loss, until they stop, or until now', () =>
  withDatabase(async ({ db }) => {
    const closed = (outcome: CaseState['outcome'], closedAt: string) =>
      ({ status: 'closed', outcome, closedAt }) as const;
    await returned(db, 'C1', { assessedCause: 'neglected' });
    await returned(db, 'C2', closed('lost-again', day(40)));
    await returned(db, 'C3', closed('stopped', day(35)));
    await returned(db, 'C4', { regainedAt: day(95) });
    await accept(db, [
      purchase('C1', 'back', { time: minute(19) }),
      purchase('C1', 'b1', { time: day(5) }),
      purchase('C1', 'b2', { time: day(6) }),
      purchase('C1', 'b3', { time: day(65) }),
      purchase('C2', 'b4', { time: day(31) }),
    ]);
    const found = await secondLives(db, { by: null, filter: {}, at: day(95) });
    expect(found.cohorts).toEqual([
      {
        ...{ cohort: '2026-11', returned: 3 },
        months: [
          { month: 1, of: 3, there: 3, bought: 1 },
          { month: 2, of: 2, there: 1, bought: 1 },
          { month: 3, of: 2, there: 1, bought: 1 },
        ],
      },
    ]);
    expect(found.curves).toMatchObject([
      { group: null, returned: 3, lostAgain: 1, steps: [{ time: 40, atRisk: 2, survival: 0.5 }] },
    ]);

    const byCause = await secondLives(db, { by: 'cause', filter: {}, at: day(95) });
    expect(byCause.curves.map(({ group, returned }) => [group, returned])).toEqual([
      [null, 2],
      ['neglected', 1],
    ]);
    const one = { cause: 'neglected', from: minute(0), to: minute(21) };
    const filtered = await secondLives(db, { by: null, filter: one, at: day(95) });
    expect(filtered.cohorts).toMatchObject([{ returned: 1 }]);
    expect(
      (await secondLives(db, { by: null, filter: { to: minute(1) }, at: day(9) })).curves,
    ).toEqual([]);
  }));

it('who buys every month is seen to do so beyond the horizon of the ledger, until the next loss', () =>
  withDatabase(async ({ db }) => {
    await returned(db, 'C1');
    await returned(db, 'C2', { status: 'closed', outcome: 'lost-again', closedAt: day(100) });
    for (const customerId of ['C1', 'C2']) {
      const orders = Array.from({ length: 20 }, (_, i) =>
        purchase(customerId, `o${i}`, { time: day(i * 30 + 15) }),
      );
      await accept(db, orders, day(600));
    }
    const { cohorts } = await secondLives(db, { by: null, filter: {}, at: day(600) });
    expect(cohorts[0]!.months.map(({ bought }) => bought)).toEqual([
      ...[2, 2, 2],
      ...Array.from({ length: 17 }, () => 1),
    ]);
  }));
