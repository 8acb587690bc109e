import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { noncePlace, webFolder } from '../api/web-app.ts';

const keptForMs = 24 * 3_600_000;
const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the web app unless that has been done from the very same sources. Takes seconds, once after every change; beside
 * the folder that others may be serving or reading, which it replaces when all is there.
 * @throws Error with the builder's own words
 */
export async function buildWebApp(onProgress: (line: string) => void = () => {}): Promise<void> {
  const stamp = '.built-from';
  const last = join(webFolder, stamp);
  const sources = await hashOfSources();
  if (existsSync(last) && readFileSync(last, 'utf8') === sources) return;
  onProgress('Building the web app (once after every change of it)');
  removeLeftBuilds(dirname(webFolder));
  const fresh = `${webFolder}-${process.pid}`;
  const former = `${fresh}-former`;
  try {
    await buildInto(fresh);
    await compressAll(fresh);
    writeFileSync(join(fresh, stamp), sources);
    if (existsSync(webFolder)) {
      keepRecent(join(webFolder, 'assets'), join(fresh, 'assets'));
      renameSync(webFolder, former);
    }
    renameSync(fresh, webFolder);
  } finally {
    for (const folder of [fresh, former]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Processes that serve the build before, and pages that are open, still ask for its files; each has a name of its own. */
function keepRecent(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const file of readdirSync(from)) {
    const path = join(from, file);
    if (isRecent(path) && !existsSync(join(to, file))) linkSync(path, join(to, file));
  }
}

/** Of builds that were killed. */
function removeLeftBuilds(beside: string): void {
  const own = basename(webFolder);
  for (const name of readdirSync(beside)) {
    const path = join(beside, name);
    if (name.startsWith(`${own}-`) && !isRecent(path)) rmSync(path, { recursive: true });
  }
}

const isRecent = (path: string) => Date.now() - statSync(path).mtimeMs < keptForMs;

async function buildInto(folder: string): Promise<void> {
  const { build } = await import('vite');
  // Whatever the process is that builds: a test's would come out as React for development.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  await build({
    configFile: false,
    root: join(root, 'web'),
    base: '/',
    logLevel: 'error',
    html: { cspNonce: noncePlace },
    build: { outDir: folder, emptyOutDir: true, assetsInlineLimit: 0, sourcemap: true },
  });
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = await Array.fromAsync(
    glob(['web/**/*', 'domain/**/*.ts', 'package-lock.json', 'cli/web-app.ts'], {
      cwd: root,
      exclude: ['web/dist*/**'],
      withFileTypes: true,
    }),
  );
  const paths = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name));
  for (const path of paths.sort()) hash.update(path.slice(root.length)).update(readFileSync(path));
  return hash.digest('hex');
}

/** Once, when it is built, and not at every request. */
async function compressAll(folder: string): Promise<void> {
  const compress = promisify(brotliCompress);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  for await (const file of glob('assets/*.{js,css,svg}', { cwd: folder })) {
    const path = join(folder, file);
    writeFileSync(`${path}.br`, await compress(readFileSync(path), { params }));
  }
}
