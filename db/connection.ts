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

/** Runs `body` in a transaction that is taken back: what it has written shows in what it returns, and nowhere else. */
export function dry<T>(db: Db, body: (tx: Db) => T): T {
  const takenBack = new Error('taken back');
  let found: { value: T } | undefined;
  try {
    return writing(db, (tx) => {
      found = { value: body(tx) };
      throw takenBack;
    });
  } catch (error) {
    if (error !== takenBack) throw error;
    return found!.value;
  }
}

type Write = { body: () => unknown; settle: (outcome: Outcome) => void };
type Outcome = { value: unknown } | { error: Error };

const gathered = new WeakMap<Db, Write[]>();

/** What waits longer than this for its turn gets the next transaction, so that other processes get theirs. */
const togetherMs = 50;

/**
 * The same, in one transaction with whatever else this process writes in the same turn of its event loop: many that
 * come at once wait for the disk once. Each `body` is still all or nothing by itself; it may run a second time, alone,
 * after one of the others has failed.
 * @returns when it is committed
 */
export function writingTogether<T>(db: Db, body: (tx: Db) => T): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (outcome: Outcome) =>
      'error' in outcome ? reject(outcome.error) : resolve(outcome.value as T);
    const write = { body: () => body(db), settle };
    const waiting = gathered.get(db);
    if (waiting) return void waiting.push(write);
    gathered.set(db, [write]);
    setImmediate(commit, db);
  });
}

function commit(db: Db): void {
  const waiting = gathered.get(db)!;
  const taken: Write[] = [];
  let outcomes: Outcome[];
  try {
    outcomes = writing(db, () => {
      const until = performance.now() + togetherMs;
      const done: Outcome[] = [];
      do {
        const write = waiting.shift()!;
        taken.push(write);
        done.push({ value: write.body() });
      } while (waiting.length > 0 && performance.now() < until);
      return done;
    });
  } catch (error) {
    // Without the lock nobody has had a turn. Otherwise one has spoilt it for all: that is rare, and a savepoint around
    // each would cost a copy of every page.
    if (taken.length > 1) outcomes = taken.map((one) => alone(db, one));
    else {
      if (taken.length === 0) taken.push(...waiting.splice(0));
      outcomes = taken.map(() => ({ error: error as Error }));
    }
  }
  taken.forEach(({ settle }, i) => settle(outcomes[i]!));
  if (waiting.length > 0) setImmediate(commit, db);
  else gathered.delete(db);
}

function alone(db: Db, { body }: Write): Outcome {
  try {
    return { value: writing(db, body) };
  } catch (error) {
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

type PreparedWrite = { getQuery(): Query };

/**
 * A prepared write for what runs with every event: Drizzle looks up at every run, for each placeholder, what it is and
 * how its column is encoded; here that happens once.
 */
export function compiled(db: Db, write: PreparedWrite) {
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

const inUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The same moment in the one spelling that sorts as text. @param time one that exists */
export function utc(time: string): string {
  return inUtc.test(time) ? time : new Date(time).toISOString();
}
