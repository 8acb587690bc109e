import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

const stopWithinMs = 20_000;
const undo: (() => Promise<void>)[] = [];

/** Notes what must be undone at the end of a section or at Ctrl-C. */
export function atEnd(step: () => Promise<void>): void {
  undo.push(step);
}

let cleaning = Promise.resolve();

/** Undoes everything, the last first; whoever calls meanwhile waits as well. */
export function cleanUp(): Promise<void> {
  cleaning = cleaning.then(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  return cleaning;
}

/** A folder that is gone at the end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'winback-bench-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export type Script = { child: ChildProcess; logFile: string };

/**
 * Runs one of our scripts as the product does, as a process that ends when this one is gone. `WINBACK_BENCH_NODE` adds
 * options for its Node, for example `--cpu-prof`.
 */
export function runScript(
  script: string,
  { env, logFile }: { env: Record<string, string>; logFile: string },
): Script {
  const log = openSync(logFile, 'a');
  const options = process.env['WINBACK_BENCH_NODE']?.split(' ') ?? [];
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...options, join(root, script)],
    { env: { ...process.env, ...env }, cwd: root, stdio: ['ignore', log, log, 'ipc'] },
  );
  closeSync(log);
  atEnd(() => stopScript({ child }));
  return { child, logFile };
}

export async function stopScript({ child }: Pick<Script, 'child'>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await exited;
  clearTimeout(impatience);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until `url`, which the script serves, answers 200. */
export async function untilAnswers(url: string, { child, logFile }: Script): Promise<void> {
  const failure = async (what: string) => {
    const log = await readFile(logFile, 'utf8');
    return new Error(`${what}. The end of its log:\n${log.split('\n').slice(-15).join('\n')}`);
  };
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(25)) {
    if (child.exitCode !== null) throw await failure(`What serves ${url} ended`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
  }
  throw await failure(`${url} never answered 200`);
}

/** CPU seconds, of user and system, that a process has used since its start. */
async function cpuSeconds(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; after it come the fields from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticksPerSecond = 100;
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }
  // macOS: minutes, seconds and hundredths.
  const { stdout } = await promisify(execFile)('ps', ['-o', 'cputime=', '-p', String(pid)]);
  return stdout
    .trim()
    .split(':')
    .reduce((seconds, part) => seconds * 60 + Number(part), 0);
}

/** The resident set of a process, in MB. */
export async function residentMegabytes(pid: number): Promise<number> {
  const kibibytes =
    process.platform === 'linux'
      ? /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]
      : (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout;
  return (Number(kibibytes) * 1_024) / 1e6;
}

/** Runs `work` and tells how much CPU each process used meanwhile, in seconds. */
export async function cpuDuring<Name extends string>(
  pids: Record<Name, number>,
  work: () => Promise<void>,
): Promise<Record<Name, number>> {
  const used = async () =>
    Promise.all(
      Object.entries<number>(pids).map(
        async ([name, pid]) => [name, await cpuSeconds(pid)] as const,
      ),
    );
  const before = await used();
  await work();
  const after = await used();
  return Object.fromEntries(
    after.map(([name, seconds], i) => [name, seconds - before[i]![1]]),
  ) as Record<Name, number>;
}
