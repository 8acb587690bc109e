import { describe, expect, it } from '@jest/globals';
import { openCaseOf } from '../../db/cases.ts';
import { getCustomer } from '../../db/customers.ts';
import { applyWaiting, catchUp, countWaitingEvents } from '../../db/events.ts';
import { waitingEvents } from '../../db/schema.ts';
import type { Db } from '../../db/open.ts';
import { withDatabase } from '../support/database.ts';
import { accept, event, minute, purchase } from './given.ts';

const orders = (customerId: string, number: number, named = 'o') =>
  Array.from({ length: number }, (_, i) => purchase(customerId, `${named}${i}`));

const apply = (db: Db, limit: number) => applyWaiting(db, { limit, at: minute(1) });

describe('a large batch', () => {
  it('is kept, and takes effect a little at a time, each event once', () =>
    withDatabase(async ({ db }) => {
      const batch = [...orders('C1', 30), ...orders('C2', 30)];
      expect(await accept(db, batch)).toEqual({ accepted: 60, duplicates: 0 });
      expect(await countWaitingEvents(db)).toBe(60);
      expect(await getCustomer(db, 'C1')).toBeUndefined();
      expect(await apply(db, 40)).toEqual({ applied: 40, left: 20 });
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 30, totalAmount: 30_000 });
      expect(await apply(db, 40)).toEqual({ applied: 20, left: 0 });
      expect(await apply(db, 40)).toEqual({ applied: 0, left: 0 });
      expect(await getCustomer(db, 'C2')).toMatchObject({ purchases: 30, updatedAt: minute(1) });
    }));

  it('knows the duplicates of what waits', () =>
    withDatabase(async ({ db }) => {
      const batch = orders('C1', 30);
      await accept(db, batch);
      const again = [...batch, ...orders('C1', 5, 'p')];
      expect(await accept(db, again)).toEqual({ accepted: 5, duplicates: 30 });
      expect(await accept(db, batch.slice(0, 2))).toEqual({ accepted: 0, duplicates: 2 });
      expect(await apply(db, 100)).toEqual({ applied: 35, left: 0 });
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 35 });
    }));

  it('does not wait when it says more, and what was bought before counts by then', () =>
    withDatabase(async ({ db }) => {
      const late = orders('C1', 30).map((order) => ({ ...order, time: minute(5) }));
      await accept(db, late);
      expect(await countWaitingEvents(db)).toBe(30);
      const cancelled = event('cancellation.received', 'C1', { time: minute(4) });
      await accept(db, [...orders('C2', 30), cancelled]);
      expect(await countWaitingEvents(db)).toBe(0);
      expect(await openCaseOf(db, 'C1')).toBeUndefined();
      expect(await getCustomer(db, 'C2')).toMatchObject({ purchases: 30 });
    }));

  it('is not waited for by a small one that comes later', () =>
    withDatabase(async ({ db }) => {
      await accept(db, orders('C1', 30));
      await accept(db, [purchase('C1', 'later')]);
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 1 });
      expect(await apply(db, 100)).toMatchObject({ left: 0 });
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 31, totalAmount: 31_000 });
    }));

  it('has had its effect when somebody decides by it', () =>
    withDatabase(async ({ db }) => {
      await accept(db, orders('C1', 25));
      await accept(db, orders('C2', 30));
      await catchUp(db, () => minute(2));
      expect(await countWaitingEvents(db)).toBe(0);
      expect(await getCustomer(db, 'C2')).toMatchObject({ purchases: 30, updatedAt: minute(2) });
    }));

  it('brings others to their effect when too many wait', () =>
    withDatabase(async ({ db }) => {
      await accept(db, orders('C1', 30));
      db.insert(waitingEvents).values({ firstSeq: 1_000_000, lastSeq: 2_000_000 }).run();
      await accept(db, orders('C2', 25));
      expect(await getCustomer(db, 'C1')).toMatchObject({ purchases: 25 });
    }));
});
