import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  addToCache,
  architecture,
  cacheFolder,
  download,
  executableName,
  firstThatWorks,
  isExecutable,
  operatingSystem,
  programOnPath,
  run,
  type OnProgress,
} from './cache.ts';

/** Temporal CLI 1.5.1 holds server 1.29.1. Later CLI versions cannot be built by `go install`. */
const version = '1.5.1';

/** The path of the `temporal` program: the user's own, or ours of a pinned version, got if need be. */
export async function temporalBinary({ onProgress }: { onProgress: OnProgress }): Promise<string> {
  const configured = process.env['WINBACK_TEMPORAL_BINARY'];
  if (configured) {
    if (await isExecutable(configured)) return configured;
    throw new Error(`WINBACK_TEMPORAL_BINARY is ${configured}, which is no executable file`);
  }
  const cached = join(cacheFolder(), `temporal-${version}`, executableName('temporal'));
  return firstThatWorks({
    program: `Temporal server (CLI ${version})`,
    onProgress,
    ways: [
      { name: 'temporal on PATH', get: () => onPath(onProgress) },
      { name: cached, get: async () => ((await isExecutable(cached)) ? cached : undefined) },
      {
        name: 'Download from temporal.download',
        get: () => addToCache(cached, (folder) => downloaded(folder, onProgress)),
      },
      {
        name: 'Build with go install',
        get: () => addToCache(cached, (folder) => built(folder, onProgress)),
      },
    ],
    advice: [
      'Do one of these, then start again:',
      '- install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH;',
      '- set WINBACK_TEMPORAL_BINARY to the path of a `temporal` program;',
      '- set TEMPORAL_ADDRESS to use a Temporal cluster that already runs;',
      '- install Go (https://go.dev/dl), which builds it from source in about 5 minutes;',
      '- behind a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1.',
    ].join('\n'),
  });
}

async function onPath(onProgress: OnProgress): Promise<string | undefined> {
  const path = await programOnPath('temporal');
  if (path) onProgress(`Using ${path} (${await run(path, ['--version'])})`);
  return path;
}

async function downloaded(folder: string, onProgress: OnProgress): Promise<string> {
  onProgress(`Downloading the Temporal server (CLI ${version}) once`);
  const query = `platform=${operatingSystem()}&arch=${architecture()}&format=tar.gz`;
  const address = `https://temporal.download/cli/v${version}?${query}`;
  return runs(await download({ address, folder, onProgress }));
}

async function built(folder: string, onProgress: OnProgress): Promise<string> {
  const go = await programOnPath('go');
  if (!go) throw new Error('Go is not on PATH');
  const child = spawn(
    go,
    [
      'install',
      `-ldflags=-s -w -X github.com/temporalio/cli/temporalcli.Version=${version}`,
      `github.com/temporalio/cli/cmd/temporal@v${version}`,
    ],
    { env: { ...process.env, GOBIN: folder }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const startedAt = Date.now();
  let modules = 0;
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading ')) modules += 1;
    else complaints.push(line);
  });
  const report = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    onProgress(
      `Building the Temporal server with Go, once, about 5 minutes: ${seconds} s, ${modules} modules downloaded`,
    );
  };
  report();
  const reporting = setInterval(report, 5_000);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`go install failed:\n${complaints.slice(-10).join('\n')}`);
  } finally {
    clearInterval(reporting);
  }
  return runs(join(folder, executableName('temporal')));
}

/** Fails for a program that this machine cannot run, before it gets into the cache. */
async function runs(program: string): Promise<string> {
  await run(program, ['--version']);
  return program;
}
