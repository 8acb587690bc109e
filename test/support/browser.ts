import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from 'playwright-core';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import type { Language } from '../../domain/mails.ts';
import type { UserRole } from '../../domain/users.ts';
import { testPath } from './paths.ts';
import { startSystem, type System } from './system.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../..');
/** Of every page, for people to look at; they take a quarter of the time. */
const picturesAreWanted = process.env['WINBACK_PICTURES'] === 'true';
const password = 'vier ruhige Worte hier';

/** Somebody at a browser, who has not signed in. */
export type Outsider = {
  page: Page;
  context: BrowserContext;
  /** what a page of ours must never do: errors in the console, what the security policy forbids, requests to others */
  faults: string[];
  /** the rules of WCAG 2.2 AA that the page breaks, with where */
  accessibilityFaults(): Promise<string[]>;
  /** fails where the page scrolls sideways, 1440 or 390 pixels wide, or what is narrow cannot be reached; with `npm run pictures` it keeps both in `screenshots/` */
  picture(name: string): Promise<void>;
};

/** Somebody who has signed in, and the page that they look at. */
export type Visit = Outsider & {
  userId: string;
  /** goes to a path of the app and waits until it has calmed down */
  open(path: string): Promise<void>;
  /** on the page for it, which leads to a path of the app */
  signIn(path?: string): Promise<void>;
};

/** The whole product on a data folder of its own, and a browser. */
export type Product = {
  system: System;
  browser: Browser;
  /** calls the API as a program with that role, and fails unless it is answered with a 2xx */
  call(
    role: 'sales-system' | 'manager' | 'agent' | 'admin',
    method: string,
    path: string,
    body?: unknown,
  ): Promise<any>;
  visitor(options?: { language?: Language; width?: number }): Promise<Outsider>;
  /** makes a user, and signs them in */
  visit(options?: {
    role?: UserRole;
    name?: string;
    language?: Language;
    width?: number;
  }): Promise<Visit>;
  stop(): Promise<void>;
};

/**
 * @param policy as a policy file says it
 * @param fill what the database holds before anything starts
 */
export async function startProduct(
  policy: object = { extends: 'standard', name: 'web' },
  fill?: (db: Db) => Promise<void>,
): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'winback-web-'));
  if (fill) {
    const db = await openDatabase(folder);
    await fill(db);
    closeDatabase(db);
  }
  process.env['WINBACK_TEMPORAL_BINARY'] = testPath('temporal');
  const system = await startSystem(folder, policy);
  const browser = await chromium.launch({
    executablePath: testPath('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  let users = 0;

  const call: Product['call'] = async (role, method, path, body) => {
    const { secret } = system.keys.find((key) => key.role === role)!;
    const answer = await fetch(`${system.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  const visitor: Product['visitor'] = async ({ language = 'en', width = 1_440 } = {}) => {
    const context = await browser.newContext({
      baseURL: system.url,
      viewport: { width, height: 900 },
      locale: language === 'de' ? 'de-DE' : 'en-GB',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    return {
      page,
      context,
      faults: faultsOf(page, system.url),
      accessibilityFaults: () => accessibilityFaults(page),
      picture: (name) => narrowAndWide(page, name),
    };
  };

  return {
    system,
    browser,
    call,
    visitor,
    async visit({ role = 'agent', name = 'Ada Lovelace', language = 'en', width = 1_440 } = {}) {
      users += 1;
      const email = `user${users}@shop.example`;
      const { userId, link } = await call('admin', 'POST', '/users', {
        name,
        email,
        role,
        language,
      });
      const outsider = await visitor({ language, width });
      const { page } = outsider;
      const token = new URL(link).pathname.split('/').at(-1)!;
      await page.goto(`/password/${token}`);
      await page.locator('input[name=password]').fill(password);
      await page.locator('button[type=submit]').click();
      await page.waitForURL(`${system.url}/`);
      return {
        ...outsider,
        userId,
        async open(path) {
          await page.goto(path);
          await page.locator('h1').first().waitFor();
          await until(async () => (await page.locator('[role=status][aria-label]').count()) === 0);
        },
        async signIn(path = '/') {
          await page.locator('input[name=email]').fill(email);
          await page.locator('input[name=password]').fill(password);
          await page.locator('button[type=submit]').click();
          await page.waitForURL((url) => decodeURIComponent(url.pathname) === path);
        },
      };
    },
    async stop() {
      await browser.close();
      await system.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Lets go only once the place has seen what is above it; until then it follows a place that moves. */
export async function dragOnto({ mouse }: Page, what: Locator, onto: Locator): Promise<void> {
  await what.hover();
  await mouse.down();
  await until(async () => {
    // `hover` would wait for what the drag lays over the page.
    const { x, y, width, height } = (await onto.boundingBox())!;
    await mouse.move(x + width / 2 - 5, y + height / 2);
    await mouse.move(x + width / 2, y + height / 2, { steps: 5 });
    return (await onto.locator('xpath=ancestor-or-self::*[@data-over]').count()) > 0;
  });
  await mouse.up();
}

function faultsOf(page: Page, url: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    // Chromium says this of every answer of 400 and above; that a page asks for one is not its fault.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      faults.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) {
      faults.push(`request to ${request.url()}`);
    }
  });
  return faults;
}

const rulesOfAll = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** In the dark nothing but colours differs. Without frames of other origins, and what passed, it takes a fifth of the time. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  const isDark = await page.locator('html[data-mantine-color-scheme=dark]').count();
  const runOnly = isDark
    ? { type: 'rule' as const, values: ['color-contrast', 'link-in-text-block'] }
    : { type: 'tag' as const, values: rulesOfAll };
  return faultsBy(page, runOnly);
}

async function faultsBy(
  page: Page,
  runOnly: { type: 'rule' | 'tag'; values: string[] },
): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations } = await axe.options({ runOnly, resultTypes: ['violations'] }).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

/** Fails where a page scrolls sideways. What is drawn, such as a chart, follows the window a moment later. */
export async function fitsWindow(page: Page): Promise<void> {
  const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
  await until(() => page.evaluate<boolean>(fits));
}

/** What a narrow page may have that a wide one has not. */
const rulesOfNarrow = ['scrollable-region-focusable', 'target-size', 'button-name', 'link-name'];

async function narrowAndWide(page: Page, name: string): Promise<void> {
  const { width } = page.viewportSize()!;
  for (const wide of [1_440, 390]) {
    await page.setViewportSize({ width: wide, height: 900 });
    await fitsWindow(page).catch((cause: unknown) => {
      throw new Error(`${name} scrolls sideways at ${wide} pixels`, { cause });
    });
    if (wide === 390) {
      const faults = await faultsBy(page, { type: 'rule', values: rulesOfNarrow });
      if (faults.length > 0) throw new Error(`${name} at 390 pixels: ${faults.join('\n')}`);
    }
    if (picturesAreWanted) await picture(page, `${name}-${wide}`);
  }
  await page.setViewportSize({ width, height: 900 });
}

async function picture(page: Page, name: string): Promise<void> {
  const folder = join(root, 'screenshots');
  await mkdir(folder, { recursive: true });
  await page.waitForTimeout(200);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
