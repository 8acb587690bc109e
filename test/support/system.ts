import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createKey } from '../../db/keys.ts';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import type { Role } from '../../domain/words.ts';
import { retentionDays, searchAttributeTypes } from '../../temporal.config.ts';
import { startEmbeddedServer, type EmbeddedServer } from '../../temporal/embedded.ts';
import { prepareNamespace } from '../../temporal/namespace.ts';
import { faultPolicy } from '../fault/policy.ts';

export const parts = ['worker', 'api', 'temporal'] as const;
export type Part = (typeof parts)[number];

/** The product as three processes on one data folder, each of which can be killed and started again. */
export type System = {
  url: string;
  folder: string;
  keys: { keyId: string; role: Role; secret: string }[];
  /** SIGKILL, whatever it is doing; returns when it is gone */
  kill(part: Part): Promise<void>;
  /** resolves when the part is ready, or killed before; one that ends by itself is started again, as by cli/stack.ts */
  start(part: Part): Promise<void>;
  /** how often a process ended without being killed */
  endedByItself: { part: Part; words: string }[];
  /** until everything answers */
  ready(): Promise<void>;
  client(): Promise<{ client: Client; connection: Connection }>;
  /** ends everything in order */
  stop(): Promise<void>;
};

const root = join(import.meta.dirname, '../..');
const scripts = { worker: 'worker.ts', api: 'api/server.ts' } as const;
/** One client each. */
const staffing: Role[] = [
  ...(['sales-system', 'sales-system'] as const),
  ...(['agent', 'agent', 'agent', 'agent'] as const),
  ...(['manager', 'manager', 'admin'] as const),
];
const readyWithinMs = 60_000;
const stopWithinMs = 15_000;
const restartAfterMs = 200;

/** @param policy as a policy file says it */
export async function startSystem(folder: string, policy: object = faultPolicy): Promise<System> {
  const policyFile = join(folder, 'fault.json');
  await writeFile(policyFile, JSON.stringify(policy));
  const keys = await makeKeys(folder);
  const port = await freePort();
  const temporalPort = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    // Jest's own flags.
    NODE_OPTIONS: '',
    PORT: String(port),
    WINBACK_DATA_DIR: folder,
    WINBACK_POLICY: policyFile,
    WINBACK_ADMIN_KEY: `wb_${randomBytes(24).toString('hex')}`,
    WINBACK_RATE_LIMIT: '1000000',
    LOG_LEVEL: 'info',
    TEMPORAL_ADDRESS: '',
  };
  let temporal: EmbeddedServer | undefined;
  const running: { worker?: ChildProcess; api?: ChildProcess } = {};
  let stopping = false;

  const run = (part: 'worker' | 'api', becameReady: () => void): void => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, scripts[part])],
      { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    running[part] = child;
    const log = createWriteStream(join(folder, `${part}.log`), { flags: 'a' });
    let tail = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log.write(text);
        tail = `${tail}${text}`.slice(-2_000);
        if (tail.includes(`"${part} ready"`)) becameReady();
      });
    }
    child.once('exit', (_code, signal) => {
      log.end();
      if (stopping || signal === 'SIGKILL') return becameReady();
      system.endedByItself.push({ part, words: tail });
      setTimeout(() => (stopping ? becameReady() : run(part, becameReady)), restartAfterMs);
    });
  };

  const system: System = {
    url,
    folder,
    keys,
    endedByItself: [],
    async kill(part) {
      if (part === 'temporal') {
        const server = temporal!;
        process.kill(server.pid, 'SIGKILL');
        await server.exited;
        return;
      }
      // One that has just ended by itself is about to be started again.
      while (hasEnded(running[part]!)) await pause(restartAfterMs / 2);
      const exited = once(running[part]!, 'exit');
      running[part]!.kill('SIGKILL');
      await exited;
    },
    async start(part) {
      if (part === 'temporal') {
        // Where another system would look for a port, its workers would meet our server while its own is down.
        const own = { port: temporalPort, onProgress: ignore, ui: false };
        temporal = await startEmbeddedServer({ dataDir: folder, ...own });
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      run(part, resolve);
      const late = () => {
        const words = system.endedByItself.at(-1)?.words;
        reject(new Error(`${part} was not ready in ${readyWithinMs / 1_000} s: ${words}`));
      };
      const timer = setTimeout(late, readyWithinMs);
      await promise.finally(() => clearTimeout(timer));
    },
    async ready() {
      let last = '';
      for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await pause(100)) {
        try {
          const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
          if (answer.ok) return;
          last = await answer.text();
        } catch (error) {
          last = (error as Error).message;
        }
      }
      throw new Error(`Not ready within ${readyWithinMs / 1_000} s: ${last}`);
    },
    async client() {
      const connection = await Connection.connect({ address: temporal!.address });
      return { connection, client: new Client({ connection }) };
    },
    async stop() {
      stopping = true;
      for (const child of [running.api, running.worker]) if (child) await end(child);
      await temporal?.stop();
    },
  };

  try {
    await system.start('temporal');
    await prepare(system);
    await Promise.all([system.start('worker'), system.start('api')]);
    await system.ready();
    return system;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

async function makeKeys(folder: string): Promise<System['keys']> {
  const db = await openDatabase(folder);
  const keys: System['keys'] = [];
  for (const role of staffing) {
    const at = new Date().toISOString();
    const { record, secret } = await createKey(db, { name: `${role} ${keys.length}`, role, at });
    keys.push({ keyId: record.keyId, role, secret });
  }
  closeDatabase(db);
  return keys;
}

async function prepare(system: System): Promise<void> {
  const { connection } = await system.client();
  await prepareNamespace({
    connection,
    namespace: 'default',
    retentionDays,
    searchAttributes: searchAttributeTypes,
  });
  await connection.close();
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await exited;
  clearTimeout(impatience);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Below the ports of outgoing connections, since a client of ours could take one of those while the API is down. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ port, host: '127.0.0.1' }, () => resolve(true));
    });
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

const ignore = () => undefined;
