import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { fillWithCancellations } from '../support/web-data.ts';

/** More than browsers open connections to one server. */
const tabs = 8;

let product: Product;
let agent: Visit;
beforeAll(async () => {
  product = await startProduct();
  await fillWithCancellations(product);
  agent = await product.visit({ name: 'Ada Lovelace' });
}, 180_000);
afterAll(() => product.stop());

test('any number of tabs hear of what happens, and go on when the one with the connection is closed', async () => {
  await agent.open('/?view=team');
  const pages = [agent.page];
  while (pages.length < tabs) {
    const page = await agent.context.newPage();
    await page.goto('/?view=team');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    await page.locator('.task-row').first().waitFor();
    pages.push(page);
  }
  const { items } = await product.call('manager', 'GET', '/tasks?status=open&limit=2');
  const give = async ({ taskId }: { taskId: string }) => {
    const assign = { assignee: agent.userId };
    await product.call('manager', 'POST', `/tasks/${taskId}/assign`, assign);
  };
  const rows = (page: Page) => page.locator('.task-row').count();
  const inQueue = await rows(agent.page);
  const allShow = (number: number) =>
    until(async () => (await Promise.all(pages.map(rows))).every((count) => count === number));
  await give(items[0]);
  await allShow(inQueue - 1);

  await pages.shift()!.close();
  await give(items[1]);
  await allShow(inQueue - 2);
  expect(agent.faults).toEqual([]);
});
