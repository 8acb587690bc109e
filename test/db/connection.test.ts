import { describe, expect, it } from '@jest/globals';
import { writingTogether, type Db } from '../../db/connection.ts';
import { installation } from '../../db/schema.ts';
import { withDatabase } from '../support/database.ts';

function note(db: Db, name: string, then: () => void = () => undefined): Promise<string> {
  return writingTogether(db, (tx) => {
    tx.insert(installation).values({ name, value: 'noted' }).run();
    then();
    return name;
  });
}

const noted = (db: Db) =>
  db
    .select({ name: installation.name })
    .from(installation)
    .all()
    .map(({ name }) => name);

const fails = () => {
  throw new Error('no');
};

describe('writes that come at once', () => {
  it('share a transaction, and each hears its own outcome once that is committed', () =>
    withDatabase(async ({ db, connect }) => {
      const other = await connect();
      const outcomes = await Promise.allSettled([
        note(db, 'a'),
        note(db, 'b', fails),
        note(db, 'c', () => expect(noted(other)).toEqual([])),
        note(db, 'a'),
      ]);
      expect(outcomes).toMatchObject([
        { status: 'fulfilled', value: 'a' },
        { status: 'rejected', reason: { message: 'no' } },
        { status: 'fulfilled', value: 'c' },
        { status: 'rejected' },
      ]);
      expect(noted(other)).toEqual(['a', 'c']);
    }));

  it('fail with those before them when SQLite takes back their transaction', () =>
    withDatabase(async ({ db }) => {
      const outcomes = await Promise.allSettled([
        note(db, 'a'),
        note(db, 'b', () => {
          db.$client.exec('rollback');
          fails();
        }),
        note(db, 'c'),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
      expect(noted(db)).toEqual(['c']);
      expect(await note(db, 'd')).toBe('d');
    }));
});
