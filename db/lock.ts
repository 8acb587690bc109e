import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DomainError } from '../domain/errors.ts';

/**
 * Holds the data folder for this process alone, until released or until the process ends in whatever way: the lock
 * is the operating system's, taken through an exclusive transaction of an empty database file.
 * @throws DomainError `conflict` when another process holds it
 */
export function lockDataDir(dataDir: string): { release: () => void } {
  mkdirSync(dataDir, { recursive: true });
  const lock = new Database(join(dataDir, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    throw new DomainError(
      'conflict',
      `winback already runs on ${dataDir}. Stop it, or choose another folder with WINBACK_DATA_DIR.`,
    );
  }
  return { release: () => lock.close() };
}
