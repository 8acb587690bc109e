import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';

/*
 * The only file of the database tests that knows what kind of database they run on, so that the same suite can run
 * on another kind.
 */

export type TestDatabase = {
  db: Db;
  /** further connections to the same database */
  connect: () => Promise<Db>;
  /**
   * Runs `body`, the source of an async function `(db, load, number)`, in `count` processes that begin together,
   * and returns what each returned. `load('db/cases.ts')` imports a module of ours.
   */
  inProcesses: <T>(count: number, body: string) => Promise<T[]>;
};

const file = 'winback.db';

/** The file of an empty database, brought to the present schema once for all tests of a suite. */
let empty: Promise<Buffer> | undefined;

function makeEmpty(): Promise<Buffer> {
  return withDataDir(async (dataDir) => {
    closeDatabase(await openDatabase(dataDir));
    return readFile(join(dataDir, file));
  });
}

/** An empty database of its own, closed and removed afterwards. */
export async function withDatabase<T>(test: (on: TestDatabase) => Promise<T>): Promise<T> {
  return withDataDir(async (dataDir) => {
    await writeFile(join(dataDir, file), await (empty ??= makeEmpty()));
    const connections: Db[] = [];
    const connect = async () => {
      const db = await openDatabase(dataDir);
      // No test of these cuts the power.
      db.$client.pragma('synchronous = OFF');
      connections.push(db);
      return db;
    };
    try {
      const db = await connect();
      return await test({ db, connect, inProcesses: (n, body) => inProcesses(dataDir, n, body) });
    } finally {
      connections.forEach(closeDatabase);
    }
  });
}

export async function withDataDir<T>(test: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'winback-db-'));
  try {
    return await test(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

const root = join(import.meta.dirname, '../..');

/** As in `TestDatabase`, on a data folder that may still be empty. */
export async function inProcesses<T>(dataDir: string, count: number, body: string): Promise<T[]> {
  const children = Array.from({ length: count }, (_, number) => start(dataDir, number, body));
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin.end('go');
  return Promise.all(children.map(async ({ output }) => JSON.parse(await output) as T));
}

/** A process that loads the database code, says so with a line, and waits for its input before it opens anything. */
function start(dataDir: string, number: number, body: string) {
  const source = `
    import { readFileSync } from 'node:fs';
    const load = (path) => import(${JSON.stringify(`${root}/`)} + path);
    const { openDatabase, closeDatabase } = await load('db/open.ts');
    console.log();
    readFileSync(0);
    const db = await openDatabase(${JSON.stringify(dataDir)});
    const result = await (${body})(db, load, ${number});
    closeDatabase(db);
    process.stdout.write(JSON.stringify(result ?? null));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let written = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (written += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const output = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(errors || `the process ended with ${String(code)}`);
    return written;
  });
  // Whoever ends before being ready has failed, and `output` says why.
  const ready = Promise.race([once(child.stdout, 'data'), output]);
  return { child, ready, output };
}
