/**
 * The Temporal server that runs beside us on one machine, with its state in the data folder. It is a
 * process of its own, so it may outlive the process that started it: `temporal.json` in the data
 * folder says where it is, and whoever starts next takes it over.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { temporalBinary } from './binary.ts';
import { run, type OnProgress } from './cache.ts';

export type EmbeddedServer = {
  address: string;
  uiUrl: string | null;
  pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
};

type Place = { address: string; uiUrl: string | null; pid: number };

const host = '127.0.0.1';
const readyWithinMs = 60_000;
const stopWithinMs = 10_000;
const attempts = 3;

const settings = [
  'system.enableActivityEagerExecution=true',
  'system.enableEagerWorkflowStart=true',
  // 0 is no limit. The defaults, 10 at a time and 2,000 in all, are made for clusters that are shared.
  'history.maxInFlightUpdates=0',
  'history.maxTotalUpdates=0',
  // The server would otherwise report to its maker on the internet.
  'frontend.enableServerVersionCheck=false',
];

/** Address of the server that was last started from this data folder, if one ever was. */
export async function embeddedAddress(dataDir: string): Promise<string | undefined> {
  return (await readPlace(resolve(dataDir)))?.address;
}

/**
 * Starts the server and waits until it answers. One that already runs from this data folder is taken
 * over instead, and `stop` then stops that one.
 */
export async function startEmbeddedServer(options: {
  dataDir: string;
  onProgress: OnProgress;
  /** Whether to serve Temporal's own web pages; yes unless told otherwise. */
  ui?: boolean;
  /** Where to begin to look for a free one, the first time; several installations each need their own. */
  port?: number;
}): Promise<EmbeddedServer> {
  const { onProgress, ui = true, port: preferred = 7233 } = options;
  const folder = resolve(options.dataDir);
  await mkdir(folder, { recursive: true });
  const binary = await temporalBinary({ onProgress });

  const before = await readPlace(folder);
  const running = before && (await takeOver({ place: before, folder, onProgress }));
  if (running) return running;

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(portOf(before?.address) ?? preferred);
    const uiPort = ui ? await freePort(portOf(before?.uiUrl) ?? 8233) : null;
    onProgress(`Starting the Temporal server on port ${port}`);
    try {
      return await start({ binary, folder, port, uiPort });
    } catch (error) {
      const lostPort = !(await isFree(port)) || (uiPort !== null && !(await isFree(uiPort)));
      if (!lostPort || attempt === attempts) throw error;
      onProgress('Another program took the port meanwhile, trying the next');
    }
  }
}

async function takeOver(options: {
  place: Place;
  folder: string;
  onProgress: OnProgress;
}): Promise<EmbeddedServer | undefined> {
  const { place, folder, onProgress } = options;
  if (!(await isOurs(place.pid, folder))) return undefined;
  onProgress(`Taking over the Temporal server that runs already (process ${place.pid})`);
  const server = handle(place, untilGone(place.pid, folder));
  try {
    await untilReady(server, folder);
    return server;
  } catch (error) {
    onProgress(`${(error as Error).message}; replacing it`);
    await server.stop();
    return undefined;
  }
}

async function start(options: {
  binary: string;
  folder: string;
  port: number;
  uiPort: number | null;
}): Promise<EmbeddedServer> {
  const { binary, folder, port, uiPort } = options;
  const address = `${host}:${port}`;
  const uiUrl = uiPort === null ? null : `http://${host}:${uiPort}`;
  const logFile = join(folder, 'temporal.log');
  const logStart = existsSync(logFile) ? (await stat(logFile)).size : 0;

  const child = await spawnServer({ binary, folder, port, uiPort, logFile });
  const place = { address, uiUrl, pid: child.pid as number };
  const exited = once(child, 'exit').then(() => undefined);
  const server = handle(place, exited);
  // Before it is ready: whoever starts after us must find it even if we are killed now.
  await writePlace(folder, place);
  try {
    await untilReady(server, folder);
    return server;
  } catch (error) {
    await server.stop();
    const log = (await readFile(logFile)).subarray(logStart).toString().trimEnd();
    const lastLines = log.split('\n').slice(-15).join('\n');
    throw new Error(`${(error as Error).message}. The end of ${logFile}:\n${lastLines}`, {
      cause: error,
    });
  }
}

async function spawnServer(options: {
  binary: string;
  folder: string;
  port: number;
  uiPort: number | null;
  logFile: string;
}): Promise<ChildProcess> {
  const { folder, port, uiPort } = options;
  const log = await open(options.logFile, 'a');
  try {
    const child = spawn(
      options.binary,
      [
        ['server', 'start-dev', '--ip', host, '--port', String(port)],
        uiPort === null ? ['--headless'] : ['--ui-ip', host, '--ui-port', String(uiPort)],
        ['--db-filename', databaseFile(folder)],
        ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=full'],
        ['--namespace', markerNamespace(folder)],
        settings.flatMap((setting) => ['--dynamic-config-value', setting]),
        ['--log-level', 'warn'],
      ].flat(),
      {
        env: process.env,
        // Out of the terminal's process group: Ctrl-C must reach it last, through `stop`.
        detached: true,
        windowsHide: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    await once(child, 'spawn');
    return child;
  } finally {
    await log.close();
  }
}

function databaseFile(folder: string): string {
  return join(folder, 'temporal.db');
}

/**
 * A namespace that only the server of this data folder has. Asking for it tells that the one that
 * answers at an address is ours, and not another that got the port a moment earlier.
 */
function markerNamespace(folder: string): string {
  return `winback-data-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}`;
}

async function untilReady({ address, exited }: EmbeddedServer, folder: string): Promise<void> {
  let ended = false;
  void exited.then(() => (ended = true));
  let lastError: unknown;
  for (const deadline = Date.now() + readyWithinMs; Date.now() < deadline; await pause(100)) {
    if (ended) throw new Error('The Temporal server ended while it was starting');
    try {
      return await describe(address, markerNamespace(folder));
    } catch (error) {
      lastError = error;
    }
  }
  throw new Error(
    `The Temporal server did not answer at ${address} in ${readyWithinMs / 1_000} s`,
    {
      cause: lastError,
    },
  );
}

async function describe(address: string, namespace: string): Promise<void> {
  const connection = Connection.lazy({
    address,
    interceptors: [],
    // gRPC shares what it knows about an address in the whole process, and after failures does not try it
    // for up to two minutes; here every attempt must be a real one.
    channelArgs: { 'grpc.use_local_subchannel_pool': 1 },
  });
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } finally {
    await connection.close();
  }
}

function handle(place: Place, exited: Promise<void>): EmbeddedServer {
  let ended = false;
  void exited.then(() => (ended = true));
  const stop = async () => {
    if (ended) return;
    signal(place.pid, 'SIGTERM');
    const impatience = setTimeout(() => signal(place.pid, 'SIGKILL'), stopWithinMs);
    await exited;
    clearTimeout(impatience);
  };
  return { ...place, exited, stop };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function untilGone(pid: number, folder: string): Promise<void> {
  while (await isOurs(pid, folder)) await pause(500);
}

/** Whether the process is a Temporal server on our file: after a restart of the machine the pid may be anything. */
async function isOurs(pid: number, folder: string): Promise<boolean> {
  const command = await commandLine(pid);
  return command.includes('start-dev') && command.includes(databaseFile(folder));
}

/** Empty when there is no such process, or only its remains. */
async function commandLine(pid: number): Promise<string> {
  const nothing = () => '';
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(nothing);
  if (process.platform === 'win32') {
    const query = `(Get-CimInstance Win32_Process -Filter 'ProcessId=${pid}').CommandLine`;
    return run('powershell', ['-NoProfile', '-Command', query]);
  }
  return run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).catch(nothing);
}

/** `preferred`, or another one when it is taken. */
async function freePort(preferred: number): Promise<number> {
  let port = preferred;
  // Below the ports that systems give to outgoing connections: on one of those, a client of ours that
  // reconnects while the server is down could connect to itself and so keep the port.
  while (!(await isFree(port))) port = 15_000 + Math.floor(Math.random() * 15_000);
  return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host });
    await once(server, 'listening');
  } catch (error) {
    if (['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}

function portOf(address: string | null | undefined): number | undefined {
  return address ? Number(address.slice(address.lastIndexOf(':') + 1)) : undefined;
}

function placeFile(folder: string): string {
  return join(folder, 'temporal.json');
}

async function readPlace(folder: string): Promise<Place | undefined> {
  const file = placeFile(folder);
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Place) : undefined;
}

async function writePlace(folder: string, place: Place): Promise<void> {
  const temporary = `${placeFile(folder)}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(place)}\n`);
  await rename(temporary, placeFile(folder));
}
