import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { addToCache, cacheFolder } from './cache.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The workflows as one file for the worker, made once per version of their source. */
export async function workflowBundle(): Promise<string> {
  const target = join(cacheFolder(), 'bundles', `workflows-${await sourceHash()}.js`);
  if (existsSync(target)) return target;
  return addToCache(target, async (folder) => {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(root, 'workflows/index.ts'),
      logger: quiet,
    });
    const file = join(folder, 'bundle.js');
    await writeFile(file, code);
    return file;
  });
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as {
    version: string;
  };
  hash.update(version);
  const files: string[] = [];
  for await (const file of glob('{workflows,domain}/**/*.ts', { cwd: root })) files.push(file);
  for (const file of files.sort()) hash.update(file).update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

const ignore = () => undefined;
const quiet = {
  log: ignore,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: (message: string) => process.stderr.write(`${message}\n`),
  error: (message: string) => process.stderr.write(`${message}\n`),
};
