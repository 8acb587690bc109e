import type Database from 'better-sqlite3';
import { is, Param, Placeholder, type Query } from 'drizzle-orm';
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

type Job = { run: (tx: Db) => () => void; reject: (error: unknown) => void };

const waiting = new WeakMap<Db, Job[]>();
/** What waits longer than this for its turn gets the next transaction, so that other writers get theirs. */
const togetherMs = 50;

/**
 * Like `writing`, for what comes in great numbers: bodies that are asked for at the same time share one transaction,
 * in their order, and one wait for the disk. Each is still all or nothing by itself, and answered when it is committed.
 * @param body may be run again after it was rolled back, so it does nothing but write
 */
export async function writingTogether<T>(db: Db, body: (tx: Db) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const run = (tx: Db) => {
      const value = body(tx);
      return () => resolve(value);
    };
    const queue = waiting.get(db);
    if (queue) return void queue.push({ run, reject });
    waiting.set(db, [{ run, reject }]);
    setImmediate(commitWaiting, db);
  });
}

function commitWaiting(db: Db): void {
  const queue = waiting.get(db)!;
  const taken: Job[] = [];
  try {
    const answers = writing(db, (tx) => {
      const until = performance.now() + togetherMs;
      const done: (() => void)[] = [];
      do {
        const job = queue.shift()!;
        taken.push(job);
        done.push(job.run(tx));
      } while (queue.length > 0 && performance.now() < until);
      return done;
    });
    for (const answer of answers) answer();
  } catch (error) {
    if (taken.length > 1) for (const job of taken) commitAlone(db, job);
    // Nobody had a turn: the lock was not to be had.
    else for (const { reject } of taken.length === 1 ? taken : queue.splice(0)) reject(error);
  }
  if (queue.length > 0) setImmediate(commitWaiting, db);
  else waiting.delete(db);
}

function commitAlone(db: Db, { run, reject }: Job): void {
  try {
    writing(db, run)();
  } catch (error) {
    reject(error);
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

type Write = { getQuery(): Query };

/**
 * A prepared write for what runs with every event: Drizzle looks up at every run, for each placeholder, what it is and
 * how its column is encoded; here that happens once.
 */
export function compiled(db: Db, write: Write) {
  const { sql, params } = write.getQuery();
  const statement = db.$client.prepare(sql);
  const values = params.map(valueOf);
  return {
    run: (given: Record<string, unknown>) => statement.run(values.map((value) => value(given))),
  };
}

function valueOf(param: unknown): (given: Record<string, unknown>) => unknown {
  if (is(param, Placeholder)) return (given) => given[param.name];
  if (!is(param, Param)) return () => param;
  const { value, encoder } = param;
  if (!is(value, Placeholder)) return () => encoder.mapToDriverValue(value);
  return (given) => encoder.mapToDriverValue(given[value.name]);
}

/** The same moment in the one spelling that sorts as text. */
export function utc(time: string): string {
  return new Date(time).toISOString();
}
