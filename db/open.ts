import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Db } from './connection.ts';
import { migrate } from './migrate.ts';

export type { Db } from './connection.ts';

/** How long a process waits while another one writes. */
const busyMs = 10_000;

/**
 * Opens the database of this installation, created and brought to the present schema if need be; any number of
 * processes may do so at once. What is committed survives a power failure.
 * @param dataDir `WINBACK_DATA_DIR`; for our user alone, since it holds personal data
 */
export async function openDatabase(dataDir: string): Promise<Db> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const client = new Database(databaseFile(dataDir), { timeout: busyMs });
  try {
    await keepLogAhead(client);
    client.pragma('synchronous = FULL');
    // Batches of events touch pages all over the file: keep more of them, and copy them back less often.
    client.pragma('cache_size = -64000');
    client.pragma('wal_autocheckpoint = 4000');
    const db = drizzle({ client, casing: 'snake_case' });
    migrate(db);
    return db;
  } catch (error) {
    client.close();
    throw error;
  }
}

/**
 * Opens a copy of the database of this installation, as it is at this moment, in another folder: what is tried on it
 * changes nothing. Without a database yet the copy is an empty one.
 * @param folder for our user alone, since it holds personal data
 */
export async function openCopy(dataDir: string, folder: string): Promise<Db> {
  if (existsSync(databaseFile(dataDir))) {
    const client = new Database(databaseFile(dataDir), { readonly: true, timeout: busyMs });
    try {
      client.prepare('vacuum into ?').run(databaseFile(folder));
    } finally {
      client.close();
    }
  }
  const db = await openDatabase(folder);
  // It is thrown away in the end, whatever happens.
  db.$client.pragma('synchronous = OFF');
  return db;
}

function databaseFile(dataDir: string): string {
  return join(dataDir, 'winback.db');
}

/**
 * Write-ahead logging, so that readers and a writer do not wait for each other. The switch of a new file is the one
 * moment for which SQLite does not wait: of two processes that switch together it refuses both.
 */
async function keepLogAhead(client: Database.Database): Promise<void> {
  const giveUpAt = Date.now() + busyMs;
  for (;;) {
    try {
      client.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const busy = (error as { code?: string }).code === 'SQLITE_BUSY';
      if (!busy || Date.now() > giveUpAt) throw error;
    }
    await pause(5 + Math.random() * 20);
  }
}

export function closeDatabase(db: Db): void {
  db.$client.close();
}
