import type Database from 'better-sqlite3';
import type { Journal, Json } from './load.ts';

/*
 * What must be true after everything has settled. Each check reads the database itself, not the program's own
 * queries, and returns a line with the ID for whatever is not as it was promised.
 */

export type Row = Record<string, Json>;

export type Check = (db: Database.Database, journal: Journal) => string[];

export function rows(db: Database.Database, query: string): Row[] {
  return db.prepare(query).all() as Row[];
}

export function grouped<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  return Map.groupBy(items, keyOf);
}

/** Tells how often each value of `found` differs from `expected`. */
export function differences(
  what: string,
  expected: Iterable<string>,
  found: Iterable<string>,
): string[] {
  const counts = new Map<string, number>();
  for (const one of expected) counts.set(one, (counts.get(one) ?? 0) + 1);
  for (const one of found) counts.set(one, (counts.get(one) ?? 0) - 1);
  return [...counts]
    .filter(([, missing]) => missing !== 0)
    .map(([one, missing]) =>
      missing > 0
        ? `${what}: ${one} is missing ${missing}×`
        : `${what}: ${one} is ${-missing}× too many`,
    );
}
