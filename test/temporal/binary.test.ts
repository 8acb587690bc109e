import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { download } from '../../temporal/cache.ts';

let folder: string;
let bin: string;
let cache: string;
let cached: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winback-binary-'));
  bin = join(folder, 'bin');
  cache = join(folder, 'cache');
  cached = join(cache, 'temporal-1.5.1', 'temporal');
  mkdirSync(bin);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeProgram(path: string, ...lines: string[]): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
}

/** A `go` that takes a while to install a `temporal`, and counts how often it did. */
function writeGo(): void {
  writeProgram(
    join(bin, 'go'),
    `echo "$*" >> "${folder}/builds"`,
    'echo "go: downloading go.temporal.io/server v1.29.1" >&2',
    'printf "#!/bin/sh\\n" > "$GOBIN/temporal"',
    '/bin/sleep 0.3',
    'echo "echo built" >> "$GOBIN/temporal"',
    '/bin/chmod +x "$GOBIN/temporal"',
  );
}

const module = pathToFileURL(join(import.meta.dirname, '../../temporal/binary.ts')).href;
const program = `
  import { temporalBinary } from ${JSON.stringify(module)};
  console.log(await temporalBinary({ onProgress: (line) => console.error(line) }));`;

/** Looks for the server in a process of its own: no network, and only `bin` and `cache` to find it in. */
async function find(env: Record<string, string> = {}): Promise<{ path: string; progress: string }> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    {
      env: {
        PATH: bin,
        WINBACK_CACHE_DIR: cache,
        // Nobody listens there, so every download fails at once.
        HTTPS_PROXY: 'http://127.0.0.1:9',
        NODE_USE_ENV_PROXY: '1',
        ...env,
      },
    },
  );
  return { path: stdout.trim(), progress: stderr };
}

describe('the search for the Temporal server', () => {
  it('takes the configured program before any other', async () => {
    const configured = join(folder, 'mine');
    for (const path of [configured, join(bin, 'temporal'), cached]) writeProgram(path);
    expect((await find({ WINBACK_TEMPORAL_BINARY: configured })).path).toBe(configured);
  });

  it('stops at a configured program that is not there, rather than take another', async () => {
    writeProgram(cached);
    await expect(find({ WINBACK_TEMPORAL_BINARY: join(folder, 'gone') })).rejects.toThrow(
      /WINBACK_TEMPORAL_BINARY is .*gone, which is no executable file/,
    );
  });

  it('takes `temporal` on PATH whatever its version is, and says which', async () => {
    writeProgram(join(bin, 'temporal'), 'echo temporal version 9.9.9');
    writeProgram(cached);
    const { path, progress } = await find();
    expect(path).toBe(join(bin, 'temporal'));
    expect(progress).toContain('temporal version 9.9.9');
  });

  it('passes over a `temporal` on PATH that does not run, and says why', async () => {
    writeProgram(join(bin, 'temporal'), 'echo wrong processor >&2', 'exit 1');
    writeProgram(cached);
    const { path, progress } = await find();
    expect(path).toBe(cached);
    expect(progress).toContain('wrong processor');
  });

  it('builds with Go what cannot be downloaded, and does so only once', async () => {
    writeGo();
    const first = await find();
    expect(first.path).toBe(cached);
    expect(first.progress).toContain('Building the Temporal server with Go');
    expect((await find()).path).toBe(cached);
    expect(readFileSync(join(folder, 'builds'), 'utf8').trim().split('\n')).toEqual([
      expect.stringContaining('github.com/temporalio/cli/cmd/temporal@v1.5.1'),
    ]);
  });

  it('leaves one whole program in the cache when two processes get it at once', async () => {
    writeGo();
    const [a, b] = await Promise.all([find(), find()]);
    expect([a.path, b.path]).toEqual([cached, cached]);
    expect(readdirSync(join(cache, 'temporal-1.5.1'))).toEqual(['temporal']);
    expect((await promisify(execFile)(cached)).stdout).toBe('built\n');
  });

  it('does not keep a built program that this machine cannot run', async () => {
    writeProgram(join(bin, 'go'), 'echo nonsense > "$GOBIN/temporal"');
    await expect(find()).rejects.toThrow('Build with go install');
    expect(existsSync(cached)).toBe(false);
  });

  it('tells what it tried, why each way failed and what to do when there is none', async () => {
    writeProgram(join(bin, 'go'), 'echo no space left on device >&2', 'exit 1');
    const error = await find().catch((reason: Error) => reason.message);
    expect(error).toContain('- temporal on PATH: not there');
    expect(error).toContain(`- ${cached}: not there`);
    expect(error).toMatch(/- Download from temporal.download: .*ECONNREFUSED/);
    expect(error).toContain('no space left on device');
    expect(error).toContain('set WINBACK_TEMPORAL_BINARY');
  });
});

describe('a download', () => {
  const onProgress = () => undefined;

  /** Serves what temporal.download does: where the archive lies, and the archive. */
  async function serve(archive: Buffer | undefined) {
    const server = createServer((request, response) => {
      if (request.url === '/archive' && archive) response.end(archive);
      else if (request.url === '/archive') response.writeHead(404).end();
      else response.end(JSON.stringify({ archiveUrl: `${origin}/archive`, fileToExtract: 'it' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { address: `${origin}/where`, close: () => server.close() };
  }

  it('is unpacked into the folder', async () => {
    writeProgram(join(bin, 'it'), 'echo works');
    await promisify(execFile)('tar', ['-czf', join(folder, 'a.tar.gz'), '-C', bin, 'it']);
    const server = await serve(readFileSync(join(folder, 'a.tar.gz')));
    const path = await download({ address: server.address, folder, onProgress });
    server.close();
    expect((await promisify(execFile)(path)).stdout).toBe('works\n');
  });

  it('that the server does not have fails with its answer', async () => {
    const server = await serve(undefined);
    await expect(download({ address: server.address, folder, onProgress })).rejects.toThrow(
      'answered 404',
    );
    server.close();
  });
});
