import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { buildWebApp } from '../cli/web-app.ts';
import { chromiumProgram } from './chromium.ts';
import { fillWithClosedCases } from './closed-cases.ts';
import { judged, noAim, percentile, progress, shown, type Findings } from './figures.ts';
import { fill } from './lists.ts';
import { atEnd, temporaryFolder } from './processes.ts';
import { startApiAlone } from './stack.ts';

const few = 1_000;
/** of every page, ms: what people still find quick (Web Vitals: good) */
const paintAim = 2_500;
const delayAim = 200;
/** of compressed script that the inbox loads first */
const scriptAim = 250_000;
/** for a report at first sight, on a busy machine */
const longestMs = 120_000;
const password = 'a password of the bench';

/** Each with what stands there when it can be used, and the two keys that people press there, in turn. */
const pages: Subject[] = [
  { name: 'inbox', path: '/?view=team', rows: '.task-row', keys: ['j', 'k'] },
  { name: 'board', path: '/board', rows: '.board-card', keys: ['j', 'k'] },
  { name: 'cases', path: '/cases', rows: 'tbody [data-index]', keys: ['PageDown', 'PageUp'] },
  { name: 'customers', path: '/customers', rows: '.customer-row', keys: ['PageDown', 'PageUp'] },
  { name: 'success', path: '/success?period=all', rows: '.chart svg', keys: ['Tab', 'Shift+Tab'] },
  {
    name: 'causes',
    path: '/causes?period=all',
    rows: '.causes .cause-bar',
    keys: ['Tab', 'Shift+Tab'],
  },
];

type Subject = { name: string; path: string; rows: string; keys: [string, string] };

type Measured = {
  /** when the largest thing was painted, ms after the start of the navigation */
  paint: number;
  /** sum of layout shifts that nobody caused */
  shift: number;
  /** the longest of ten key presses until the next frame, ms; 8 is the least that browsers tell */
  delay: number;
  /** bytes of script over the line */
  script: number;
};

/**
 * What people wait for on the pages that they have open all day, with few and with many open cases, beside a bare page
 * of the same library. Each load begins with an empty cache.
 */
export async function webPages({
  many,
  rounds,
}: {
  many: number;
  rounds: number;
}): Promise<Findings> {
  await buildWebApp(progress);
  const executablePath = await chromiumProgram({ onProgress: progress });
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
  });
  atEnd(() => browser.close());
  const bare = { url: await bareServer(), state: undefined };
  const small = await installation(browser, few);
  const large = await installation(browser, many);
  const subjects = [
    { name: 'bare page', ...bare, path: '/', rows: 'button', keys: ['j', 'k'] as const, open: '' },
    ...pages.flatMap((page) => [
      { ...page, ...small, open: String(few) },
      { ...page, ...large, open: String(many) },
    ]),
  ];
  const found = subjects.map(() => [] as Measured[]);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, subject] of subjects.entries()) {
      progress(`web: ${subject.name} ${subject.open}, round ${round + 1} of ${rounds}`);
      const context = await browser.newContext({
        ...(subject.state && { storageState: subject.state }),
      });
      found[i]!.push(await measured(await context.newPage(), subject));
      await context.close();
    }
  }
  const rows = subjects.map(({ name, open }, i) => {
    const of = (figure: keyof Measured) => found[i]!.map((one) => one[figure]);
    const script = percentile(of('script'), 0.5);
    return [
      name,
      open,
      shown(of('paint'), 0),
      shown(of('delay'), 0),
      shown(of('shift'), 3),
      (script / 1_000).toFixed(0),
      ...aimOf(name, {
        script,
        paint: percentile(of('paint'), 0.5),
        delay: percentile(of('delay'), 0.5),
      }),
    ];
  });
  return {
    title: 'Web app: a first load with an empty cache, and keys pressed on it',
    columns: [
      'page',
      'open cases',
      'largest paint ms',
      'key to frame ms',
      'layout shift',
      'script KB',
      'aim',
      '',
    ],
    rows,
    remarks: [
      'Script is compressed (Brotli), as it goes over the line. There are as many closed cases as open ones.',
    ],
    figures: subjects.map(({ name, open }, i) => ({ name, open, rounds: found[i] })),
  };
}

/** The inbox is what people open first; what is slow elsewhere is as slow. */
function aimOf(
  name: string,
  { script, paint, delay }: Pick<Measured, 'script' | 'paint' | 'delay'>,
): [string, string] {
  if (name === 'bare page') return noAim;
  const isQuick = paint <= paintAim && delay <= delayAim;
  const aim = `paint at most ${paintAim}, key at most ${delayAim}`;
  return name === 'inbox'
    ? judged(`${aim}, script at most 250`, isQuick && script <= scriptAim)
    : judged(aim, isQuick);
}

/** The API over a database with so many open and as many closed cases, and somebody who has signed in there. */
async function installation(
  browser: Browser,
  open: number,
): Promise<{ url: string; state: Awaited<ReturnType<BrowserContext['storageState']>> }> {
  progress(`web: filling a database with ${open} open cases and as many closed`);
  const api = await startApiAlone(async (db) => {
    fill(db, open);
    await fillWithClosedCases(db, open);
  });
  const asked = { name: 'Bench', email: 'bench@shop.example', role: 'manager', language: 'en' };
  const { link } = (await api.post('/users', asked)).body as { link: string };
  const context = await browser.newContext({ baseURL: api.url });
  const page = await context.newPage();
  await page.goto(new URL(link).pathname);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${api.url}/`);
  const state = await context.storageState();
  await context.close();
  return { url: api.url, state };
}

/** By what the browser itself says (Performance Timeline). */
const watching = `
  window.seen = { paint: 0, shift: 0, delay: 8 };
  new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.paint = one.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value; })
    .observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.delay = Math.max(seen.delay, one.duration); })
    .observe({ type: 'event', durationThreshold: 16, buffered: true });
`;

async function measured(
  page: Page,
  { url, path, rows, keys }: { url: string; path: string; rows: string; keys: readonly string[] },
): Promise<Measured> {
  await page.addInitScript(watching);
  await page.goto(url + path);
  await page.locator(rows).first().waitFor({ timeout: longestMs });
  await page.waitForTimeout(500);
  // Before the keys: a link that has the focus loads what it leads to.
  const script = await page.evaluate<number>(
    `performance.getEntriesByType('resource').filter(({ name }) => /\\.js$/.test(name)).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
  );
  for (let i = 0; i < 10; i += 1) {
    await page.keyboard.press(keys[i % 2]!);
    await page.waitForTimeout(60);
  }
  return { ...(await page.evaluate<Omit<Measured, 'script'>>('seen')), script };
}

/** Serves the bare page, built and compressed as the app is. */
async function bareServer(): Promise<string> {
  const folder = await temporaryFolder();
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'bare-page'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url!;
    const type = types[path.split('.').at(-1) as keyof typeof types] ?? 'text/plain';
    readFile(join(folder, path)).then(
      (content) =>
        response
          .writeHead(200, { 'content-type': type, 'content-encoding': 'br' })
          .end(brotliCompressSync(content)),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(async () => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
