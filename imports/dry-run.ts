import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeDatabase, openCopy, type Db } from '../db/open.ts';

/** Does some work on a copy of the database that is gone afterwards, in whatever way this process ends but by force. */
export async function onCopy<T>(dataDir: string, work: (db: Db) => Promise<T>): Promise<T> {
  const beside = existsSync(dataDir) ? dataDir : tmpdir();
  removeLeftCopies(beside);
  const folder = await mkdtemp(join(beside, `winback-dry-run-${process.pid}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const db = await openCopy(dataDir, folder);
    try {
      return await work(db);
    } finally {
      closeDatabase(db);
    }
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** Of dry runs that were killed, and of our own: a process makes one at a time. */
export function removeLeftCopies(beside: string): void {
  for (const name of readdirSync(beside)) {
    const [, pid] = /^winback-dry-run-(\d+)-/.exec(name) ?? [];
    const isLeft = pid && (Number(pid) === process.pid || !isAlive(Number(pid)));
    if (isLeft) rmSync(join(beside, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process must not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
