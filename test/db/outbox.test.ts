import { describe, expect, it } from '@jest/globals';
import { writing } from '../../db/connection.ts';
import type { Db } from '../../db/open.ts';
import {
  enqueue,
  messageFailed,
  messagesDone,
  nextMessages,
  outboxBacklog,
  pruneOutbox,
} from '../../db/outbox.ts';
import { outbox } from '../../db/schema.ts';
import { withDatabase } from '../support/database.ts';
import { minute } from './given.ts';

function put(db: Db, orderKey: string, n: number, notBefore?: string): void {
  const message = { orderKey, kind: 'fact', payload: { n }, at: minute(n) } as const;
  writing(db, (tx) => enqueue(tx, notBefore ? { ...message, notBefore } : message));
}

async function next(db: Db, now = minute(30), limit = 100) {
  return (await nextMessages(db, { now, limit })).map(
    ({ payload }) => (payload as { n: number }).n,
  );
}

describe('messages that wait to be told', () => {
  it('come in the order of their acceptance, of each key only the first', () =>
    withDatabase(async ({ db }) => {
      put(db, 'A', 1);
      put(db, 'B', 2);
      put(db, 'A', 3);
      put(db, 'C', 4);
      expect(await next(db)).toEqual([1, 2, 4]);
      expect(await next(db, minute(30), 2)).toEqual([1, 2]);
      await messagesDone(db, [1, 2], minute(5));
      expect(await next(db)).toEqual([3, 4]);
    }));

  it('leave out those that are under way, and what comes after them', () =>
    withDatabase(async ({ db }) => {
      put(db, 'A', 1);
      put(db, 'A', 2);
      put(db, 'B', 3);
      const [fresh, ...more] = await nextMessages(db, { now: minute(30), limit: 9, known: [1] });
      expect(fresh).toMatchObject({ outboxId: 3 });
      expect(more).toEqual([]);
    }));

  it('stay behind one that is leased or has just failed', () =>
    withDatabase(async ({ db }) => {
      put(db, 'A', 1, minute(10));
      put(db, 'A', 2);
      put(db, 'B', 3);
      expect(await next(db, minute(9))).toEqual([3]);
      expect(await next(db, minute(10))).toEqual([1, 3]);
      await messageFailed(db, { outboxId: 3, error: 'no answer', notBefore: minute(20) });
      expect(await next(db, minute(19))).toEqual([1]);
      const [, failed] = await nextMessages(db, { now: minute(20), limit: 9 });
      expect(failed).toEqual({
        outboxId: 3,
        orderKey: 'B',
        kind: 'fact',
        payload: { n: 3 },
        createdAt: minute(3),
        attempts: 1,
      });
    }));

  it('are done for good', () =>
    withDatabase(async ({ db }) => {
      put(db, 'A', 1);
      await messagesDone(db, [1], minute(2));
      await messagesDone(db, [1], minute(3));
      await messageFailed(db, { outboxId: 1, error: 'late', notBefore: minute(4) });
      await messagesDone(db, [], minute(5));
      expect(db.select().from(outbox).get()).toMatchObject({ doneAt: minute(2), attempts: 0 });
    }));

  it('are counted until they are done, and forgotten some time after', () =>
    withDatabase(async ({ db }) => {
      expect(await outboxBacklog(db)).toEqual({ undone: 0, oldestAt: null });
      for (const n of [1, 2, 3]) put(db, 'A', n);
      await messagesDone(db, [1], minute(5));
      expect(await outboxBacklog(db)).toEqual({ undone: 2, oldestAt: minute(2) });
      await messagesDone(db, [2], minute(9));
      await pruneOutbox(db, { doneBefore: minute(9) });
      expect(db.select({ id: outbox.outboxId }).from(outbox).all()).toEqual([{ id: 2 }, { id: 3 }]);
    }));
});
