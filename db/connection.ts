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

type Write = { body: () => unknown; settle: (outcome: Outcome) => void };
type Outcome = { value: unknown } | { error: Error };

const gathered = new WeakMap<Db, Write[]>();

/**
 * The same, in one transaction with whatever else this process writes in the same turn of its event loop: many that
 * come at once wait for the disk once. Each `body` is still all or nothing by itself.
 * @returns when it is committed
 */
export function writingTogether<T>(db: Db, body: (tx: Db) => T): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (outcome: Outcome) =>
      'error' in outcome ? reject(outcome.error) : resolve(outcome.value as T);
    const write = { body: () => body(db), settle };
    const waiting = gathered.get(db);
    if (waiting) return void waiting.push(write);
    const writes = [write];
    gathered.set(db, writes);
    setImmediate(() => {
      gathered.delete(db);
      commit(db, writes);
    });
  });
}

function commit(db: Db, writes: Write[]): void {
  let outcomes: Outcome[];
  try {
    outcomes = writing(db, () => writes.map(({ body }) => attempt(db, body)));
  } catch (error) {
    outcomes = writes.map(() => ({ error: error as Error }));
  }
  writes.forEach(({ settle }, i) => settle(outcomes[i]!));
}

/** A transaction inside the other: what fails takes back its own part alone. */
function attempt(db: Db, body: () => unknown): Outcome {
  try {
    return { value: writing(db, body) };
  } catch (error) {
    // After a full disk and the like SQLite itself has taken back everything.
    if (!db.$client.inTransaction) throw error;
    return { error: error as Error };
  }
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
