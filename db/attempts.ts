import { eq, lte, sql } from 'drizzle-orm';
import { after, latest } from '../domain/duration.ts';
import type { Limit } from '../domain/users.ts';
import { writing, type Db } from './connection.ts';
import { hashOf } from './keys.ts';
import { attempts } from './schema.ts';

/** @param what `sign-in`; of: the account or address, of which only a hash is kept */
export type Attempt = { what: string; of: string; limit: Limit };

/**
 * Counts an attempt against each of its limits, before it is made: those that come at once are counted one by one. A
 * restart forgets nothing.
 * @returns null, or when the next may be made, where it is too many; then it is not counted
 */
export async function countAttempt(db: Db, tried: Attempt[], at: string): Promise<string | null> {
  return writing(db, (tx) => {
    const known = tried.map((one) => {
      const row = tx
        .select()
        .from(attempts)
        .where(eq(attempts.name, nameOf(one)))
        .get();
      return row && row.until > at ? row : { count: 0, until: after(at, one.limit.window) };
    });
    const full = known.filter(({ count }, i) => count >= tried[i]!.limit.most);
    if (full.length > 0) return full.map(({ until }) => until).reduce(latest);
    tried.forEach((one, i) => {
      const { count, until } = known[i]!;
      const row = { count: count + 1, until };
      tx.insert(attempts)
        .values({ name: nameOf(one), ...row })
        .onConflictDoUpdate({ target: attempts.name, set: row })
        .run();
    });
    return null;
  });
}

/** One that has come to something counts no more, and with it all the others of that account. */
export async function forgiveAttempts(
  db: Db,
  { account, address }: { account: Attempt; address: Attempt },
): Promise<void> {
  writing(db, (tx) => {
    tx.delete(attempts)
      .where(eq(attempts.name, nameOf(account)))
      .run();
    tx.update(attempts)
      .set({ count: sql`${attempts.count} - 1` })
      .where(eq(attempts.name, nameOf(address)))
      .run();
  });
}

/** Forgets the windows that are over. */
export async function pruneAttempts(db: Db, at: string): Promise<void> {
  db.delete(attempts).where(lte(attempts.until, at)).run();
}

function nameOf({ what, of }: Attempt): string {
  return hashOf(`${what} ${of}`);
}
