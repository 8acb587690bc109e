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
  it('share a transaction, and each hears its outcome once that is committed', () =>
    withDatabase(async ({ db, connect }) => {
      const other = await connect();
      const unseen = () => expect(noted(other)).toEqual([]);
      const outcomes = await Promise.all([note(db, 'a'), note(db, 'b', unseen), note(db, 'c')]);
      expect(outcomes).toEqual(['a', 'b', 'c']);
      expect(noted(other)).toEqual(['a', 'b', 'c']);
    }));

  it('are each done or not done by themselves', () =>
    withDatabase(async ({ db }) => {
      const outcomes = await Promise.allSettled([
        note(db, 'a'),
        note(db, 'b', fails),
        note(db, 'c'),
        note(db, 'a'),
      ]);
      expect(outcomes).toMatchObject([
        { status: 'fulfilled', value: 'a' },
        { status: 'rejected', reason: { message: 'no' } },
        { status: 'fulfilled', value: 'c' },
        { status: 'rejected' },
      ]);
      expect(noted(db)).toEqual(['a', 'c']);
    }));

  it('are tried alone when SQLite takes back what they shared', () =>
    withDatabase(async ({ db }) => {
      const outcomes = await Promise.allSettled([
        note(db, 'a'),
        note(db, 'b', () => {
          db.$client.exec('rollback');
          fails();
        }),
        note(db, 'c'),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(noted(db)).toEqual(['a', 'c']);
      expect(await note(db, 'd')).toBe('d');
    }));
});
