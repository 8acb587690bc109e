import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import { newSetUpCode } from '../../db/set-up.ts';
import { startProduct, type Outsider, type Product } from '../support/browser.ts';
import { until } from '../support/until.ts';

let product: Product;
let visitor: Outsider;
beforeAll(async () => {
  product = await startProduct();
  visitor = await product.visitor();
}, 120_000);
afterAll(() => product.stop());

const address = 'erste@shop.example';
const first = 'vier erste Worte hier';

/** What stands in the mail that came last, with the breaks of its lines undone. */
async function lastMail(): Promise<string> {
  const folder = join(product.system.folder, 'mails');
  const names = await readdir(folder).catch(() => []);
  const text = names.length === 0 ? '' : await readFile(join(folder, names.sort().at(-1)!), 'utf8');
  return text.replaceAll('=\r\n', '').replaceAll('=3D', '=');
}

/** Without the page, which would notice it and go to sign in by itself. */
async function signOut({ page, context }: Outsider): Promise<void> {
  await page.goto('about:blank');
  await context.clearCookies();
}

describe('signing in', () => {
  test('begins with the code of the terminal, which makes the first admin', async () => {
    const { page } = visitor;
    const db = await openDatabase(product.system.folder);
    const code = await newSetUpCode(db);
    closeDatabase(db);
    await page.goto('/');
    await page.waitForURL('**/setup');
    const fill = async (text: string) => {
      await page.getByLabel('Code from the terminal').fill(text);
      await page.getByLabel('Your name').fill('Erste Verwaltung');
      await page.getByLabel('E-mail').fill(address);
      await page.locator('input[name=password]').fill(first);
      await page.keyboard.press('Enter');
    };
    await page.getByRole('heading', { name: 'Set up winback' }).waitFor();
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('setup');
    await fill('NOT-THE-CODE');
    await page.getByRole('alert').getByText('Look for the code').waitFor();
    await fill(code!);
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
  });

  test('tells who has the wrong password so, and leads back to where they wanted to go', async () => {
    const { page } = visitor;
    await signOut(visitor);
    await page.goto('/settings/sessions');
    await page.waitForURL('**/sign-in?to=%2Fsettings%2Fsessions');
    await page.getByLabel('E-mail').fill(address);
    await page.locator('input[name=password]').fill('certainly not this one');
    await page.keyboard.press('Enter');
    await page.getByText('E-mail and password do not fit together.').waitFor();
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('sign-in-wrong');
    await page.locator('input[name=password]').fill(first);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My sessions' }).waitFor();
    await page.goto('/sign-in?to=%2Fcustomers');
    await page.waitForURL('**/customers');
    await page.goto('/sign-in?to=%2F%2Felsewhere.example');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
  });

  test('gives a new password by mail to who has forgotten theirs', async () => {
    const { page } = visitor;
    await signOut(visitor);
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Forgotten your password?' }).click();
    await page.getByLabel('E-mail').fill(address);
    await page.keyboard.press('Enter');
    await page.getByText('the link lies in the data folder').waitFor();
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await until(async () => /\/password\/[\w-]+/.test(await lastMail()));
    const path = /\/password\/[\w-]+/.exec(await lastMail())![0];
    await page.goto(path);
    await page.getByText('A new password for Erste Verwaltung').waitFor();
    expect(await visitor.accessibilityFaults()).toEqual([]);
    await visitor.picture('new-password');
    await page.locator('input[name=password]').fill('vier neue Worte hier');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    await page.goto(path);
    await page.getByText('This link is not valid any more').waitFor();
  });

  test('asks who tries too often to wait', async () => {
    const { page } = visitor;
    await signOut(visitor);
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill('nobody@shop.example');
    for (let tries = 0; tries < 11; tries += 1) {
      await page.locator('input[name=password]').fill(`guess number ${tries}`);
      const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
      // As long as it waits for an answer it takes no other try.
      await page.locator('button[type=submit]:enabled').waitFor();
      await page.keyboard.press('Enter');
      await answered;
    }
    await page.getByText('Too many attempts.').waitFor();
  });

  test('can be done by everybody, in German and in the dark', async () => {
    const german = await product.visitor({ language: 'de' });
    const { page } = german;
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [path, title] of [
        ['/sign-in', 'Anmelden'],
        ['/sign-in?problem=ended', 'Anmelden'],
        ['/forgotten', 'Passwort vergessen?'],
        ['/password/none', 'Dieser Link gilt nicht mehr'],
      ] as const) {
        await page.goto(path);
        await page.getByRole('heading', { name: title }).waitFor();
        expect([path, await german.accessibilityFaults()]).toEqual([path, []]);
      }
    }
    await page.goto('/sign-in?problem=ended');
    await page.getByText('Ihre Anmeldung ist beendet.').waitFor();
    await german.picture('sign-in-de-dark');
    // What the content security policy forbids would stand among them.
    expect([...german.faults, ...visitor.faults]).toEqual([]);
  });
});
