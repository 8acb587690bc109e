import { describe, expect, it } from '@jest/globals';
import { drawControl } from '../../db/control-group.ts';
import type { Db } from '../../db/open.ts';
import { withDatabase } from '../support/database.ts';
import { minute } from './given.ts';

const stratum = { trigger: 'dormancy', tier: 'B', percent: 15, at: minute(0) } as const;

const drawAll = async (db: Db, count: number, of: object = {}, prefix = 'C') =>
  Promise.all(
    Array.from({ length: count }, async (_, i) =>
      drawControl(db, { ...stratum, ...of, caseId: `${prefix}${i}-e1` }),
    ),
  );
const sum = (drawn: boolean[]) => drawn.filter(Boolean).length;

describe('the control group', () => {
  it('has exactly its share of each trigger and tier', () =>
    withDatabase(async ({ db }) => {
      expect(sum(await drawAll(db, 400))).toBe(60);
      expect(sum(await drawAll(db, 20, { tier: 'A' }, 'A'))).toBe(3);
      expect(sum(await drawAll(db, 20, { trigger: 'manual' }, 'M'))).toBe(3);
      expect(sum(await drawAll(db, 20, { percent: 50 }, 'H'))).toBe(10);
    }));

  it('is drawn once for each case, also by several processes', () =>
    withDatabase(async ({ db, connect, inProcesses }) => {
      const first = await drawAll(db, 40);
      expect(await drawAll(await connect(), 40)).toEqual(first);
      const body = `async (db, load) => {
        const { drawControl } = await load('db/control-group.ts');
        const draw = (i) => drawControl(db, { ...${JSON.stringify(stratum)}, caseId: 'P' + i });
        return Promise.all(Array.from({ length: 100 }, (_, i) => draw(i)));
      }`;
      const [one, other] = await inProcesses<boolean[]>(2, body);
      expect(other).toEqual(one);
      expect(sum(one!)).toBe(15);
    }));

  it('is drawn differently in another installation', async () => {
    const drawn = () => withDatabase(async ({ db }) => drawAll(db, 60));
    expect(await drawn()).not.toEqual(await drawn());
  });
});
