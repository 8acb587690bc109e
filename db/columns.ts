import { getTableColumns, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/* What prepared writes of whole rows say of each column. */

type Name<T extends SQLiteTable> = keyof T['$inferInsert'];

/** A value to come for every column, under its name. */
export function placeholders<T extends SQLiteTable>(table: T, without: readonly Name<T>[] = []) {
  return ofEach(table, without, (name) => sql.placeholder(name)) as unknown as T['$inferInsert'];
}

/** The values of a row that is there already become those that were to be inserted. */
export function excluded<T extends SQLiteTable>(table: T, without: readonly Name<T>[] = []) {
  return ofEach(table, without, (name) =>
    sql.raw(`excluded.${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`),
  );
}

function ofEach<T extends SQLiteTable, V>(
  table: T,
  without: readonly Name<T>[],
  value: (name: string) => V,
): Record<string, V> {
  const names = Object.keys(getTableColumns(table)).filter((name) => !without.includes(name));
  return Object.fromEntries(names.map((name) => [name, value(name)]));
}
