import { join } from 'node:path';
import {
  cacheFolder,
  firstThatWorks,
  isExecutable,
  programOnPath,
  run,
  type OnProgress,
} from '../temporal/cache.ts';

const debians = '/usr/bin/chromium';

/** The path of a Chromium: the one on this machine, Playwright's own download into our cache, or Debian's package. */
export async function chromiumProgram({ onProgress }: { onProgress: OnProgress }): Promise<string> {
  const ifThere = async (path: string) => ((await isExecutable(path)) ? path : undefined);
  const browsers = join(cacheFolder(), 'browsers');
  return firstThatWorks({
    program: 'Chromium',
    onProgress,
    ways: [
      {
        name: 'WINBACK_CHROMIUM',
        get: async () => process.env['WINBACK_CHROMIUM'] || undefined,
      },
      ...['chromium', 'chromium-browser', 'google-chrome'].map((name) => ({
        name: `${name} on the PATH`,
        get: () => programOnPath(name),
      })),
      { name: "Debian's package", get: () => fromDebian(onProgress, () => ifThere(debians)) },
      { name: "Playwright's download", get: () => fromPlaywright(browsers, onProgress) },
    ],
    advice:
      'Install Chromium or Chrome, name its program in WINBACK_CHROMIUM, or give this machine access to cdn.playwright.dev.',
  });
}

async function fromDebian(
  onProgress: OnProgress,
  installed: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !(await programOnPath('apt-get'))) return undefined;
  onProgress("Installing Debian's chromium, once on this machine");
  process.env['DEBIAN_FRONTEND'] = 'noninteractive';
  await run('apt-get', ['update', '-qq']);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  return installed();
}

async function fromPlaywright(folder: string, onProgress: OnProgress): Promise<string | undefined> {
  // Read when the package is loaded.
  process.env['PLAYWRIGHT_BROWSERS_PATH'] = folder;
  const { chromium } = await import('playwright-core');
  if (await isExecutable(chromium.executablePath())) return chromium.executablePath();
  onProgress('Downloading Chromium into the cache, once');
  const cli = join(import.meta.dirname, '../node_modules/playwright-core/cli.js');
  await run(process.execPath, [cli, 'install', 'chromium']);
  return chromium.executablePath();
}
