import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { outcomes } from '../../domain/words.ts';
import { testPath } from '../support/paths.ts';

const root = join(import.meta.dirname, '../..');
const adminKey = 'wb_an_admin_key_for_this_test';
let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winback-demo-'));
  children = [];
});

afterEach(() => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
});

function run(program: string, options: string[], settings: NodeJS.ProcessEnv) {
  // NODE_OPTIONS: those that are set are jest's own.
  const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', ...settings };
  const child = spawn(program, options, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return {
    ended,
    interrupt: () => child.kill('SIGINT'),
    terminate: () => child.kill('SIGTERM'),
    untilPrinted: async (pattern: RegExp): Promise<RegExpExecArray> => {
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        if (child.exitCode !== null) throw new Error(`it ended early:\n${output}`);
        await pause(50);
      }
    },
  };
}

const demo = (...options: string[]) =>
  run(process.execPath, ['cli/demo/main.ts', ...options], {
    WINBACK_DATA_DIR: folder,
    WINBACK_ADMIN_KEY: adminKey,
    WINBACK_TEMPORAL_BINARY: testPath('temporal'),
  });

const scan = (settings: NodeJS.ProcessEnv, ...options: string[]) =>
  run(process.execPath, ['cli/scan.ts', ...options], {
    WINBACK_KEY: '',
    WINBACK_ADMIN_KEY: '',
    ...settings,
  }).ended;

/** Every process that names the data folder in its command line or environment. */
function processesOf(dataDir: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((pid) => {
    try {
      const text = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
      return /^\d+$/.test(pid) && (text('cmdline') + text('environ')).includes(dataDir);
    } catch {
      return false;
    }
  });
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const taken = once(server, 'error').then(() => false);
  const listening = once(server, 'listening').then(() => true);
  server.listen({ port, host: '127.0.0.1' });
  const free = await Promise.race([taken, listening]);
  server.close();
  return free;
}

async function freePort(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('npm run demo', () => {
  test('shows every outcome and one case’s whole timeline, and ends by itself', async () => {
    const { code, output } = await demo('--once').ended;
    expect([code, output]).toEqual([0, expect.stringContaining('Every outcome occurred.')]);
    for (const outcome of outcomes) {
      expect(output).toMatch(new RegExp(`│ ${outcome.replaceAll('-', ' ')} +│ +[1-9]\\d* │`));
    }
    expect(output).toMatch(/One case from its opening to its end: cdnow-\d+-e\d \(simulated\)/);
    expect(output).toMatch(/^ {2}\+0:0\d +Case opened by /m);
    expect(output).toMatch(/^ {2}\+\d:\d\d +Case closed: loyal again/m);
    const written = /^Mails to simulated customers: (\d+), written as files/m.exec(output)?.[1];
    expect(readdirSync(join(folder, 'mails'))).toHaveLength(Number(written));
    expect(Number(written)).toBeGreaterThan(0);
    expect(Math.max(...output.split('\n').map(({ length }) => length))).toBeLessThan(100);
    expect(processesOf(folder)).toEqual([]);
  }, 400_000);

  test('stops at Ctrl-C in the middle and leaves nothing running', async () => {
    const { ended, interrupt, untilPrinted } = demo();
    const [, port] = await untilPrinted(/API docs +http:\/\/127\.0\.0\.1:(\d+)/);
    const [, temporalUi] = await untilPrinted(/Temporal +http:\/\/127\.0\.0\.1:(\d+)/);
    await untilPrinted(/act through the public API/);
    const url = `http://127.0.0.1:${port}`;
    expect(await scan({ WINBACK_URL: url, WINBACK_ADMIN_KEY: adminKey })).toEqual({
      code: 0,
      output: expect.stringMatching(
        /^Looked at .* dormant, \d+ of them worth a case, \d+ cases opened, \d+/,
      ),
    });
    interrupt();
    expect(await ended).toEqual({ code: 130, output: expect.stringContaining('Stopped.') });
    expect(processesOf(folder)).toEqual([]);
    expect([await isFree(Number(port)), await isFree(Number(temporalUi))]).toEqual([true, true]);
  }, 200_000);

  test('stops soon at Ctrl-C while it is starting', async () => {
    const { ended, interrupt, untilPrinted } = demo();
    await untilPrinted(/Starting worker and API/);
    const interruptedAt = Date.now();
    interrupt();
    expect((await ended).code).toBe(130);
    expect(Date.now() - interruptedAt).toBeLessThan(20_000);
    expect(processesOf(folder)).toEqual([]);
  }, 120_000);

  test('leaves a folder alone that it did not make', async () => {
    const file = join(folder, 'winback.db');
    writeFileSync(file, 'precious');
    const { code, output } = await demo('--once').ended;
    expect([code, output]).toEqual([1, expect.stringContaining('data that the demo did not make')]);
    expect(readdirSync(folder)).toEqual(['winback.db']);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

describe('npm start', () => {
  test('stops, and everything with it, when npm is told to end', async () => {
    const { terminate, untilPrinted } = run('npm', ['start'], {
      PORT: String(await freePort()),
      WINBACK_DATA_DIR: folder,
      WINBACK_ADMIN_KEY: adminKey,
      WINBACK_TEMPORAL_BINARY: testPath('temporal'),
    });
    await untilPrinted(/winback is ready/);
    terminate();
    while (processesOf(folder).length > 0) await pause(100);
  });
});

describe('npm run scan', () => {
  test('says what to do when nothing runs there, or when it has no key', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const nothingThere = await scan({ WINBACK_URL: url, WINBACK_KEY: 'wb_some_key' });
    expect(nothingThere).toEqual({ code: 1, output: expect.stringContaining('npm start') });
    expect(nothingThere.output).toContain(url);
    const keyless = await scan({ WINBACK_URL: url });
    expect(keyless).toEqual({ code: 1, output: expect.stringContaining('WINBACK_ADMIN_KEY') });
    expect(await scan({}, '--help')).toEqual({
      code: 0,
      output: expect.stringMatching(/^Usage: npm run scan/),
    });
  });
});
