import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { writing, type Db } from './connection.ts';

const migrations = () =>
  readMigrationFiles({ migrationsFolder: join(import.meta.dirname, 'migrations') });
const table = sql.identifier('__drizzle_migrations');

/**
 * Brings the database to this program's schema. Drizzle's own migrator reads what is applied before it locks, so
 * that two processes starting at once would both apply everything; this one uses the same files and the same table
 * under the write lock.
 * @throws Error when a newer program has already changed the schema
 */
export function migrate(db: Db): void {
  const known = migrations();
  const newest = known.at(-1)!.folderMillis;
  db.run(
    sql`create table if not exists ${table} (id serial primary key, hash text not null, created_at numeric)`,
  );
  if (lastApplied(db) === newest) return;
  writing(db, (tx) => {
    const last = lastApplied(tx);
    if (last > newest) throw new Error('The database belongs to a newer version of this program');
    for (const migration of known.filter(({ folderMillis }) => folderMillis > last)) {
      for (const statement of migration.sql) tx.run(sql.raw(statement));
      tx.run(
        sql`insert into ${table} (hash, created_at) values (${migration.hash}, ${migration.folderMillis})`,
      );
    }
  });
}

function lastApplied(db: Db): number {
  const row = db.get<{ last: number | null }>(sql`select max(created_at) as last from ${table}`);
  return Number(row.last ?? 0);
}
