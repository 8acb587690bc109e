import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { outcomes } from '../../domain/words.ts';
import { testPath } from '../support/paths.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winback-demo-'));
});

afterEach(() => {
  if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function demo(...options: string[]) {
  const started = spawn(process.execPath, ['cli/demo/main.ts', ...options], {
    cwd: root,
    env: {
      ...process.env,
      // Those are jest's own.
      NODE_OPTIONS: '',
      WINBACK_DATA_DIR: folder,
      WINBACK_TEMPORAL_BINARY: testPath('temporal'),
      NODE_NO_WARNINGS: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let printed = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const ended = once(started, 'close') as Promise<[number | null]>;
  return {
    output: () => printed,
    exitCode: async () => (await ended)[0],
    stop: () => started.kill('SIGINT'),
    async untilPrinted(text: string): Promise<void> {
      while (!printed.includes(text)) {
        if (started.exitCode !== null) throw new Error(`the demo ended early:\n${printed}`);
        await pause(50);
      }
    },
  };
}

/** Every process whose command line or environment names the data folder. */
function processesOf(dataDir: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const text = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
        return text('cmdline').includes(dataDir) || text('environ').includes(dataDir);
      } catch {
        return false;
      }
    });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: '127.0.0.1' });
  const [free] = await Promise.race([
    once(server, 'listening').then(() => [true]),
    once(server, 'error').then(() => [false]),
  ]);
  server.close();
  return free!;
}

function portsIn(output: string): number[] {
  return [...output.matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

describe('npm run demo', () => {
  test('shows every outcome and one case’s whole timeline, and ends by itself', async () => {
    const run = demo('--once');
    expect([await run.exitCode(), run.output()]).toEqual([0, expect.any(String)]);

    const output = run.output();
    for (const outcome of outcomes) {
      const row = new RegExp(`│ ${outcome.replaceAll('-', ' ')} +│ +[1-9]\\d* │`);
      expect(output).toMatch(row);
    }
    expect(output).toContain('Every outcome occurred.');
    expect(output).toMatch(/One case from its opening to its end: cdnow-\d+-e\d/);
    expect(output).toMatch(/^ {2}\+0:00 +Case opened by /m);
    expect(output).toMatch(/^ {2}\+\d:\d\d +Case closed: loyal again/m);
    expect(output).toContain('simulated');
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(processesOf(folder)).toEqual([]);
  }, 300_000);

  test('stops cleanly at Ctrl-C in the middle and leaves nothing running', async () => {
    const run = demo();
    await run.untilPrinted('act through the public API');
    const ports = portsIn(run.output());
    expect(ports).toHaveLength(2);
    run.stop();
    expect([await run.exitCode(), run.output()]).toEqual([
      130,
      expect.stringContaining('Stopped.'),
    ]);
    expect(processesOf(folder)).toEqual([]);
    for (const port of ports) expect(await isFree(port)).toBe(true);
  }, 120_000);

  test('leaves a folder alone that it did not make', async () => {
    const file = join(folder, 'winback.db');
    writeFileSync(file, 'precious');
    const run = demo('--once');
    expect(await run.exitCode()).toBe(1);
    expect(run.output()).toContain('holds data that the demo did not make');
    expect(existsSync(join(folder, 'made-by-the-demo.txt'))).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});
