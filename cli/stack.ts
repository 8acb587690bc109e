import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { urlOf, type Environment } from '../config/environment.ts';
import { loadPolicy } from '../config/policy.ts';
import { ensureAdminKey } from '../db/keys.ts';
import { lockDataDir } from '../db/lock.ts';
import { closeDatabase, openDatabase } from '../db/open.ts';
import { newSetUpCode } from '../db/set-up.ts';
import { cacheFolder } from '../temporal/cache.ts';
import { buildWebApp } from './web-app.ts';
import { connectTemporal, retentionDays, searchAttributeTypes } from '../temporal.config.ts';
import { startEmbeddedServer, type EmbeddedServer } from '../temporal/embedded.ts';
import { prepareNamespace } from '../temporal/namespace.ts';

/** The whole product on one machine: Temporal (unless a cluster is configured), worker and API, each a process. */
export type Stack = {
  url: string;
  temporalUiUrl: string | null;
  /** a new admin key, shown once; null when there is one already */
  newAdminKey: string | null;
  /** makes the first admin on the page `/setup`; null when there is an admin already */
  setUpCode: string | null;
  /** resolves when something cannot be kept running */
  failed: Promise<Error>;
  stop(): Promise<void>;
};

const readyWithinMs = 120_000;
const restartAfterMs = { first: 200, most: 10_000 };
/** A process that lived this long starts anew without a growing pause. */
const stableAfterMs = 10_000;
/** A process that ends this often in a row, each time at once, will not get well by itself. */
const hopelessAfter = 4;

/**
 * Starts everything and waits until it is ready.
 * @param stopRequested ends the start at any moment
 * @throws Error when the data folder is in use, a part does not start or a stop is requested; whatever was started is
 * stopped again
 */
export async function startStack(
  environment: Environment,
  onProgress: (line: string) => void,
  stopRequested: AbortSignal,
): Promise<Stack> {
  // The data folder holds names and numbers of customers: nobody else on this machine reads it.
  process.umask(0o077);
  const lock = lockDataDir(environment.dataDir);
  const stops: (() => Promise<void>)[] = [async () => lock.release()];
  const stop = async () => {
    stopped.abort();
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  const failures = Promise.withResolvers<Error>();
  const stopped = new AbortController();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  stopRequested.addEventListener('abort', () =>
    aborted.reject(new Error('Stopped while starting')),
  );
  const unlessStopped = <T>(work: Promise<T>) => Promise.race([work, aborted.promise]);
  try {
    await loadPolicy(environment.policySource);
    await mustBeFree(environment);
    await buildWebApp(onProgress);
    onProgress('Opening the database');
    const first = await prepareDatabase(environment);

    let temporalUiUrl: string | null = null;
    if (!environment.temporal.address) {
      const temporal = keepTemporal(environment, onProgress, failures.resolve);
      stops.push(temporal.stop);
      temporalUiUrl = (await unlessStopped(temporal.started)).uiUrl;
    }
    onProgress('Preparing the Temporal namespace');
    await unlessStopped(prepareTemporal(environment));

    onProgress('Starting worker and API');
    stops.push(keepProcess('worker', 'worker.ts', environment, failures.resolve));
    const ui: Record<string, string> = temporalUiUrl
      ? { WINBACK_TEMPORAL_UI_URL: temporalUiUrl }
      : {};
    stops.push(keepProcess('api', 'api/server.ts', environment, failures.resolve, ui));
    const url = urlOf(environment);
    const broken = failures.promise.then((error) => Promise.reject(error));
    await unlessStopped(Promise.race([untilReady(url, stopped.signal), broken]));
    return { url, temporalUiUrl, ...first, failed: failures.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Aborted at the first Ctrl-C or SIGTERM. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

/** Before anything starts: whoever has the port would otherwise answer in our place. */
async function mustBeFree({ host, port }: Environment): Promise<void> {
  const probe = createServer();
  try {
    probe.listen({ host, port });
    await once(probe, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `Cannot listen on ${host}:${port} (${code}): choose others with HOST and PORT.`,
    );
  }
  probe.close();
  await once(probe, 'close');
}

async function prepareDatabase({
  dataDir,
  adminKey,
}: Environment): Promise<Pick<Stack, 'newAdminKey' | 'setUpCode'>> {
  const db = await openDatabase(dataDir);
  try {
    const at = new Date().toISOString();
    const { secret } = await ensureAdminKey(db, { ...(adminKey ? { secret: adminKey } : {}), at });
    return { newAdminKey: secret, setUpCode: await newSetUpCode(db) };
  } finally {
    closeDatabase(db);
  }
}

async function prepareTemporal(environment: Environment): Promise<void> {
  const { connection } = await connectTemporal(environment);
  try {
    await prepareNamespace({
      connection,
      namespace: environment.temporal.namespace,
      retentionDays,
      searchAttributes: searchAttributeTypes,
    });
  } finally {
    await connection.close();
  }
}

/** Starts the embedded server again whenever it ends, until told to stop. */
function keepTemporal(
  { dataDir }: Environment,
  onProgress: (line: string) => void,
  onFailure: (error: Error) => void,
): { started: Promise<EmbeddedServer>; stop: () => Promise<void> } {
  let stopping = false;
  let server = startEmbeddedServer({ dataDir, onProgress });
  const watch = async () => {
    while (!stopping) {
      await (
        await server
      ).exited;
      if (stopping) return;
      onProgress('The Temporal server ended, starting it again');
      server = startEmbeddedServer({ dataDir, onProgress });
    }
  };
  const started = server;
  void started
    .then(() => watch())
    .catch((error: Error) => (stopping ? undefined : onFailure(error)));
  return {
    started,
    stop: async () => {
      stopping = true;
      await (await server.catch(() => undefined))?.stop();
    },
  };
}

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs one of our own processes and starts it again whenever it ends; what it prints goes into the data folder. It
 * ends by itself when this process is gone, since its channel to us closes then. Returns how to stop it.
 */
function keepProcess(
  name: string,
  script: string,
  { dataDir }: Environment,
  onFailure: (error: Error) => void,
  settings: Record<string, string> = {},
): () => Promise<void> {
  const folder = join(dataDir, 'logs');
  const logFile = join(folder, `${name}.log`);
  mkdirSync(folder, { recursive: true });
  let stopping = false;
  let child: ChildProcess;
  const run = async () => {
    for (let shortLives = 0; !stopping;) {
      const startedAt = Date.now();
      child = spawnLogged(join(root, script), logFile, settings);
      await once(child, 'exit');
      if (stopping) return;
      shortLives = Date.now() - startedAt > stableAfterMs ? 0 : shortLives + 1;
      if (shortLives >= hopelessAfter) {
        const why = lastError(readFileSync(logFile, 'utf8'));
        const message = `The ${name} process ends again and again${why && `: ${why}`}; see ${logFile}`;
        return onFailure(new Error(message));
      }
      await pause(Math.min(restartAfterMs.first * 2 ** (shortLives - 1), restartAfterMs.most));
    }
  };
  void run();
  return async () => {
    stopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(impatience);
  };
}

/** Node's own words for what ended a process, or our log's. */
function lastError(log: string): string {
  const lines = log.split('\n').filter((line) => /^\w*Error\b|"level":(50|60)/.test(line));
  const line = lines.at(-1) ?? '';
  return line.startsWith('{') ? String((JSON.parse(line) as { msg?: string }).msg) : line;
}

function spawnLogged(
  script: string,
  logFile: string,
  settings: Record<string, string>,
): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      stdio: ['ignore', log, log, 'ipc'],
      // Saves a quarter of a second of every start but the first.
      env: { NODE_COMPILE_CACHE: join(cacheFolder(), 'compiled'), ...settings, ...process.env },
    });
  } finally {
    closeSync(log);
  }
}

async function untilReady(url: string, stopped: AbortSignal): Promise<void> {
  let last = 'no answer yet';
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await pause(100)) {
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return;
      last = await answer.text();
    } catch (error) {
      last = (error as Error).message;
    }
    if (stopped.aborted) return;
  }
  throw new Error(`winback was not ready within ${readyWithinMs / 1_000} s: ${last}`);
}
