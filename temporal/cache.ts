/**
 * How programs that no npm package holds are found on this machine or got into the user's cache
 * folder, where they survive `npm ci`.
 */
import { execFile } from 'node:child_process';
import { constants, createWriteStream, existsSync, statSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

export type OnProgress = (line: string) => void;

export function cacheFolder(): string {
  const { env, platform } = process;
  if (env['WINBACK_CACHE_DIR']) return resolve(env['WINBACK_CACHE_DIR']);
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'winback');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'winback');
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'winback');
  }
  return join(homedir(), '.cache', 'winback');
}

/**
 * One way to get a program. `get` answers with its path or with nothing when this way does not apply
 * here, and throws when it should have worked.
 */
export type Way = { name: string; get: () => Promise<string | undefined> };

/** The path from the first way that works; an error that lists them all when none does. */
export async function firstThatWorks(options: {
  program: string;
  ways: Way[];
  advice: string;
  onProgress: OnProgress;
}): Promise<string> {
  const tried: string[] = [];
  for (const { name, get } of options.ways) {
    try {
      const path = await get();
      if (path) return path;
      tried.push(`${name}: not there`);
    } catch (error) {
      const failure = `${name}: ${reason(error)}`;
      tried.push(failure);
      options.onProgress(failure);
    }
  }
  throw new Error(
    [`No ${options.program} was found, and none could be got.`, ...tried.map((line) => `- ${line}`)]
      .concat(options.advice)
      .join('\n'),
  );
}

export async function isExecutable(path: string): Promise<boolean> {
  const usable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return usable && (await stat(path)).isFile();
}

export async function programOnPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const path = join(folder, executableName(name));
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

export function executableName(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** Runs a program to its end and returns what it printed; the error of a failed one shows its output. */
export async function run(program: string, args: string[], cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { env: process.env, cwd });
  return stdout.trim();
}

/**
 * Puts a file or folder at `target`: `make` makes it in an empty folder and returns its path there.
 * It gets its final name only when it is complete, so that a process that is killed or that runs at
 * the same time leaves nothing half-made.
 */
export async function addToCache(
  target: string,
  make: (emptyFolder: string) => Promise<string>,
): Promise<string> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const emptyFolder = await mkdtemp(join(folder, unfinished));
  try {
    const made = await make(emptyFolder);
    await rename(made, target).catch((error: unknown) => {
      // A folder, or on Windows a running program, is not replaced: then another process was first.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(emptyFolder, { recursive: true, force: true });
  }
  return target;
}

const unfinished = '.unfinished-';
const abandonedAfterMs = 24 * 3_600_000;

async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(unfinished)) continue;
    const path = join(folder, name);
    // Its process may finish and remove it meanwhile.
    const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - madeAt > abandonedAfterMs) await rm(path, { recursive: true, force: true });
  }
}

const answerWithinMs = 5_000;
const stalledAfterMs = 20_000;

/**
 * Downloads a program of Temporal's into `folder` and returns its path. `address` is one of
 * temporal.download, which tells every Temporal SDK where the archive lies and what to take from it.
 */
export async function download(options: {
  address: string;
  folder: string;
  onProgress: OnProgress;
}): Promise<string> {
  const answer = await fetch(options.address, { signal: AbortSignal.timeout(answerWithinMs) });
  if (!answer.ok) throw new Error(`${options.address} answered ${answer.status}`);
  const { archiveUrl, fileToExtract } = (await answer.json()) as {
    archiveUrl: string;
    fileToExtract: string;
  };
  const archive = join(options.folder, 'archive');
  await downloadFile({ ...options, address: archiveUrl, file: archive });
  await run(tarProgram(), ['-xf', archive, '-C', options.folder]);
  return join(options.folder, fileToExtract);
}

async function downloadFile(options: {
  address: string;
  file: string;
  onProgress: OnProgress;
}): Promise<void> {
  const stalled = new AbortController();
  const patience = setTimeout(
    () => stalled.abort(new Error(`no data for ${stalledAfterMs / 1_000} s`)),
    stalledAfterMs,
  );
  try {
    const response = await fetch(options.address, { signal: stalled.signal });
    if (!response.ok || !response.body) {
      throw new Error(`${options.address} answered ${response.status}`);
    }
    const all = megabytes(Number(response.headers.get('content-length')));
    let received = 0;
    let reportedAt = 0;
    await pipeline(
      response.body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          patience.refresh();
          received += chunk.length;
          if (Date.now() - reportedAt > 1_000) {
            reportedAt = Date.now();
            options.onProgress(`Downloaded ${megabytes(received)} of ${all} MB`);
          }
          yield chunk;
        }
      },
      createWriteStream(options.file),
    );
  } finally {
    clearTimeout(patience);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function tarProgram(): string {
  // Windows' own tar unpacks zip files as well; a GNU tar that comes first on PATH does not.
  return process.platform === 'win32'
    ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'tar.exe')
    : 'tar';
}

/** The processor as Go, and so temporal.download, names it. */
export function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

/** The operating system as Go, and so temporal.download, names it. */
export function operatingSystem(): string {
  return process.platform === 'win32' ? 'windows' : process.platform;
}

function reason(error: unknown): string {
  const { message, cause } = error as Error;
  return cause === undefined ? message : `${message} (${reason(cause)})`;
}
