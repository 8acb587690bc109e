import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fitsWindow, startProduct, type Product, type Visit } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { fillWithCancellations } from '../support/web-data.ts';

let product: Product;
let manager: Visit;
beforeAll(async () => {
  product = await startProduct();
  await fillWithCancellations(product);
  manager = await product.visit({ role: 'manager', name: 'Grace Hopper' });
}, 120_000);
afterAll(() => product.stop());

const dialog = () => manager.page.getByRole('dialog');
const button = (name: string) => manager.page.getByRole('button', { name, exact: true });

describe('a case', () => {
  test('shows where it stands, what happened and why, and what comes next', async () => {
    await manager.open('/cases/C-1001-e1');
    const { page } = manager;
    await page.getByRole('heading', { name: 'Anna Schneider' }).waitFor();
    expect(await page.locator('[aria-current=step]').textContent()).toContain('Cause analysis');
    await page.getByText('Case opened by cancellation, episode 1').waitFor();
    await page.getByText(/^Expected second lifetime value .*because/).waitFor();
    await page.getByText(/Ask why the customer left, due .*nobody has taken it/).waitFor();
    await page.getByText(/it counts as an attempt without an answer/).waitFor();
    expect(await page.locator('.case-timeline').textContent()).not.toMatch(/\d{4}-\d\d-\d\dT/);
    await manager.picture('case');
  });

  test('pauses until a date with a reason, and goes on, by its keys', async () => {
    const { page } = manager;
    await manager.open('/cases/C-1002-e1');
    await page.keyboard.press('p');
    await dialog().getByLabel('Why? It stays with the command.').fill('On holiday.');
    await dialog().getByRole('button', { name: 'Until' }).click();
    await page.getByRole('button', { name: '+14' }).click();
    await page.keyboard.press('Escape');
    await dialog().getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^Paused until .*Nothing falls due/).waitFor();
    await page.keyboard.press('p');
    await dialog().getByLabel('Why? It stays with the command.').fill('Back early.');
    await dialog().getByRole('button', { name: 'Go on' }).click();
    await page.getByText('Resumed by a manager').waitFor();
  });

  test('is a few keys away from anywhere, as is the policy', async () => {
    const { page } = manager;
    await manager.open('/');
    await page.keyboard.press('/');
    const search = page.getByPlaceholder('A customer or a page …');
    await search.waitFor();
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await search.waitFor();
    await page.mouse.click(20, 880);
    await search.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await search.fill('schnei');
    await page.getByText('C-1001', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/customers/C-1001');
    await until(async () => (await page.title()) === 'Anna Schneider · winback');
    await page.keyboard.press('/');
    await search.fill('nobody at all');
    await page.getByText('Nothing is called that.').waitFor();
    await search.fill('polic');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/policy');
  });

  test.each([
    ['/nowhere', 'There is no such page'],
    ['/tasks/unknown', 'Task unknown'],
    ['/cases/unknown', 'Case unknown'],
    ['/customers/unknown', 'unknown'],
  ])('%s says that it is not there, to everybody', async (path, name) => {
    await manager.open(path);
    await manager.page.getByRole('heading', { level: 1, name }).waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
  });

  test('takes the cause that a manager has verified', async () => {
    const { page } = manager;
    await manager.open('/cases/C-1003-e1');
    await button('Verify the cause').click();
    await dialog().getByRole('combobox', { name: 'Cause' }).fill('Neglected');
    await page.getByRole('option', { name: 'Neglected' }).click();
    await dialog().getByRole('button', { name: 'Record' }).click();
    await page.getByText('Cause (verified): neglected').waitFor();
  });

  test('is closed with a reason, and shows it', async () => {
    const { page } = manager;
    await manager.open('/cases/C-1004-e1');
    await button('Close the case').click();
    const close = dialog().getByRole('button', { name: 'Close for good' });
    expect(await close.isDisabled()).toBe(true);
    await dialog().getByLabel('Why? It stays with the command.').fill('Settled in person.');
    await close.click();
    await page.getByText(/^Closed .*Closed by a manager\.$/).waitFor();
    expect(await button('Close the case').count()).toBe(0);
  });

  test('keeps notes and files', async () => {
    const { page } = manager;
    await manager.open('/cases/C-1005-e1?tab=documents');
    await page.getByLabel('Write a note').fill('Prefers letters.');
    await button('Save the note').click();
    await page.locator('li').getByText('Prefers letters.').waitFor();
    await page.locator('input[type=file]').setInputFiles({
      ...{ name: 'brief.txt', mimeType: 'text/plain', buffer: Buffer.from('Guten Tag') },
    });
    await page.getByRole('link', { name: 'brief.txt' }).waitFor();
    for (const text of ['Second note.', 'Third note.']) {
      await product.call('manager', 'POST', '/cases/C-1005-e1/notes', { text });
    }
    const first = (url: URL) => url.pathname.endsWith('/notes') && url.search === '';
    await page.route(first, (route) => route.continue({ url: `${route.request().url()}?limit=1` }));
    await manager.open('/cases/C-1005-e1?tab=documents');
    for (const text of ['Prefers letters.', 'Second note.', 'Third note.']) {
      await page.locator('li').getByText(text).waitFor();
    }
    await page.unroute(first);
    for (const tab of ['plan', 'money']) {
      await manager.open(`/cases/C-1005-e1?tab=${tab}`);
      expect(await manager.accessibilityFaults()).toEqual([]);
    }
  });

  test('says that there is none', async () => {
    await manager.page.goto('/cases/C-9999-e1');
    await manager.page.getByText('There is nothing here, or not any more.').waitFor();
  });

  test('breaks no rule of accessibility, light or dark, and speaks German', async () => {
    const german = await product.visit({ name: 'Greta Weil', language: 'de' });
    await german.open('/cases/C-1006-e1');
    const { page } = german;
    await page.getByText('Fall eröffnet wegen einer Kündigung, Episode 1').waitFor();
    await page.getByText(/^Aufgabe: Nach der Ursache fragen, fällig \d\d\.\d\d\.\d{4}/).waitFor();
    expect(await page.getByRole('button', { name: 'Fall schließen' }).count()).toBe(0);
    expect(await german.accessibilityFaults()).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await german.accessibilityFaults()).toEqual([]);
    await german.picture('case-de-dark');
    await page.setViewportSize({ width: 390, height: 800 });
    await fitsWindow(page);
    expect([...german.faults, ...manager.faults]).toEqual([]);
  });
});
