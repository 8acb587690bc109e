import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithClosedCases } from '../support/closed-cases.ts';
import { fillWithOpenCases, nameOf } from '../support/open-cases.ts';
import { until } from '../support/until.ts';

const many = 300;
/** Rows that fit a window of 900 pixels, those kept ready above and below, and those that the keyboard reaches next. */
const drawnAtMost = 50;

let product: Product;
let manager: Visit;
beforeAll(async () => {
  product = await startProduct(undefined, async (db) => {
    await fillWithOpenCases(db, many);
    await fillWithClosedCases(db, many);
  });
  manager = await product.visit({ role: 'manager', name: 'Mina Managerin' });
}, 180_000);
afterAll(() => product.stop());

const row = (i: number) => manager.page.locator(`main [data-index="${i}"]`);
const drawn = () => manager.page.locator('main [data-index]').count();
const focused = () =>
  manager.page.evaluate<number>(
    `Number(document.activeElement.closest('[data-index]')?.dataset.index ?? -1)`,
  );
/** Until no further page is to be read, and the last row stands there. */
const scrollToEnd = (last: number) =>
  until(async () => {
    await manager.page.mouse.wheel(0, 4_000);
    return (
      (await manager.page.getByRole('button', { name: 'Show more' }).count()) === 0 &&
      (await row(last).isVisible()) &&
      (await manager.page.evaluate<boolean>(
        'scrollY + innerHeight >= document.documentElement.scrollHeight - 2',
      ))
    );
  });
const walkTo = async (key: string, to: number) => {
  for (let at = await focused(); at !== to; at = await focused()) {
    await manager.page.keyboard.press(key);
    await until(async () => {
      if ((await focused()) !== at) return true;
      await manager.page.waitForTimeout(300);
      // Its page still had to come, and the key has moved nothing.
      if ((await focused()) === at) await manager.page.keyboard.press(key);
      return (await focused()) !== at;
    });
    expect(Math.abs((await focused()) - at)).toBe(1);
  }
};

describe('a list longer than a page', () => {
  test.each(['/?view=all', '/cases', '/customers', '/board'])(
    'is opened at its beginning: %s',
    async (path) => {
      await manager.open(path);
      await row(1).first().waitFor();
      expect(await manager.page.evaluate('scrollY')).toBe(0);
    },
  );

  test('of tasks is scrolled to its end, where a row can be chosen with one at its beginning', async () => {
    await manager.open('/?view=all');
    await row(0).getByRole('checkbox').check();
    expect(await row(0).getAttribute('aria-setsize')).toBe('-1');
    await manager.page.mouse.move(700, 500);
    await scrollToEnd(many - 1);
    expect(await row(many - 1).textContent()).toContain(nameOf(many - 1));
    expect(await row(many - 1).getAttribute('aria-setsize')).toBe(String(many));
    expect(await drawn()).toBeLessThan(drawnAtMost);
    await row(many - 1)
      .getByRole('checkbox')
      .check();
    await manager.page.getByText('2 selected').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
  });

  test('of tasks is walked by keyboard alone, and knows where one was after scrolling away', async () => {
    const { page } = manager;
    await manager.open('/?view=all');
    await page.keyboard.press('j');
    await walkTo('j', 120);
    expect(await row(120).getAttribute('aria-posinset')).toBe('121');
    expect(await drawn()).toBeLessThan(drawnAtMost);
    await page.evaluate('scrollTo(0, 0)');
    await row(3).waitFor();
    expect(await row(100).count()).toBe(0);
    expect(await focused()).toBe(120);
    await page.keyboard.press('k');
    expect(await focused()).toBe(119);
    expect(await row(119).textContent()).toContain(nameOf(119));
    await page.waitForTimeout(300);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: nameOf(119) }).waitFor();
    await page.goBack();
    await row(119).waitFor();
  });

  test('stays where somebody reads while rows above it go', async () => {
    const { page } = manager;
    await manager.open('/?view=team');
    await page.mouse.move(700, 500);
    await page.evaluate('scrollTo(0, 1900)');
    const read = page.locator('.task-row').filter({ hasText: nameOf(35) });
    await read.waitFor();
    await page.waitForTimeout(300);
    const before = (await read.boundingBox())!.y;
    const { items } = await product.call('agent', 'GET', '/tasks?status=open&assignee=none');
    const given = { taskIds: [items[2].taskId], to: manager.userId, reason: 'test' };
    await product.call('manager', 'POST', '/tasks/reassign', given);
    await page
      .locator(`[data-index="34"]`)
      .filter({ hasText: nameOf(35) })
      .waitFor();
    expect(Math.abs((await read.boundingBox())!.y - before)).toBeLessThan(3);
  });

  test('of cases is a table of which only a part is drawn', async () => {
    const { page } = manager;
    await manager.open('/cases?set=decided');
    await page.mouse.move(700, 500);
    const table = page.getByRole('table', { name: 'Cases' });
    expect(await table.getAttribute('aria-rowcount')).toBe('-1');
    await scrollToEnd(many - 1);
    expect(await table.getAttribute('aria-rowcount')).toBe(String(many + 1));
    await page.getByText(`${many} cases shown`).waitFor();
    expect(await drawn()).toBeLessThan(drawnAtMost);
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('cases-end');
  });

  test('of customers is scrolled to its end', async () => {
    await manager.open('/customers');
    await manager.page.mouse.move(700, 500);
    await scrollToEnd(2 * many - 1);
    expect(await drawn()).toBeLessThan(drawnAtMost);
    expect(manager.faults).toEqual([]);
  });

  test('of a step of the board is walked by keyboard', async () => {
    await manager.open('/board');
    await manager.page.keyboard.press('j');
    await walkTo('j', 45);
    const column = manager.page.getByRole('region', { name: 'Cause analysis' });
    expect(await column.getByRole('listitem').count()).toBeLessThan(drawnAtMost);
    expect(await row(45).textContent()).toContain(nameOf(45));
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('board-long');
    expect(manager.faults).toEqual([]);
  });
});
