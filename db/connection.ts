import type Database from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

export type Db = BetterSQLite3Database & { $client: Database.Database };

/**
 * Runs `body` in one transaction, all or nothing. It takes the write lock at once: a transaction that reads first
 * and asks for the lock later is refused when another process wrote in between. The body is synchronous, and as on
 * SQLite a whole connection is in the transaction, it gets the same `Db`.
 */
export function writing<T>(db: Db, body: (tx: Db) => T): T {
  return db.transaction(() => body(db), { behavior: 'immediate' });
}

/** Statements that are prepared once per connection: on hot paths building them costs far more than running them. */
export function prepared<T>(prepare: (db: Db) => T): (db: Db) => T {
  const byConnection = new WeakMap<Db, T>();
  return (db) => {
    const known = byConnection.get(db);
    if (known) return known;
    const statements = prepare(db);
    byConnection.set(db, statements);
    return statements;
  };
}

/** The same moment in the one spelling that sorts as text. */
export function utc(time: string): string {
  return new Date(time).toISOString();
}
