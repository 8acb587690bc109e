import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Route } from 'playwright-core';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';
import { until } from '../support/until.ts';

let product: Product;
let agent: Visit;
beforeAll(async () => {
  product = await startProduct();
  await fillWithCancellations(product);
  agent = await product.visit();
}, 120_000);
afterAll(() => product.stop());

const rows = ({ page }: Visit) => page.locator('.task-row');
const press = async ({ page }: Visit, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

describe('the inbox', () => {
  test('needs at most 250 KB of compressed script at its first load', async () => {
    const first = await product.visit({ role: 'agent', name: 'Nora Neu' });
    await first.open('/');
    await first.page.getByText('Nothing is waiting for you.').waitFor();
    const bytes = await first.page.evaluate(
      `performance.getEntriesByType('resource')
        .filter(({ name }) => name.endsWith('.js'))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
    );
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(250_000);
  });

  test('shows the team’s work, and what is mine once I claim it', async () => {
    await agent.open('/?view=team');
    expect(await rows(agent).count()).toBe(8);
    await agent.page.getByRole('button', { name: 'Claim' }).first().click();
    await until(async () => (await rows(agent).count()) === 7);
    await agent.page.getByText('Mine', { exact: true }).click();
    await until(async () => (await rows(agent).count()) === 1);
    expect(new URL(agent.page.url()).search).toBe('');
  });

  test('is done with the keyboard alone', async () => {
    await agent.open('/?view=team');
    await press(agent, 'j', 'j');
    const second = await agent.page.locator('.task-row:focus-within .row-link').textContent();
    await press(agent, 'c');
    await until(async () => !(await agent.page.locator('main').textContent())!.includes(second!));
    // The focus is on the task that took its place.
    await agent.page.locator('.task-row:focus-within').waitFor();
    await press(agent, 'g', 'i');
    await agent.page.waitForURL((url) => url.search === '');
    await until(async () =>
      (await rows(agent).allTextContents()).some((text) => text.includes(second!)),
    );
  });

  test('tells the slower of two who want the same task that the other has it', async () => {
    const quick = await product.visit({ name: 'Quick Quinn' });
    await quick.open('/?view=team');
    await agent.open('/?view=team');
    // The slower page hears nothing meanwhile.
    await agent.page.route('**/api/v1/changes', (route) => route.abort());
    await agent.page.reload();
    await rows(agent).first().waitFor();
    const name = await rows(agent).first().locator('.row-link').textContent();
    await quick.page
      .getByRole('listitem')
      .filter({ hasText: name! })
      .getByRole('button', { name: 'Claim' })
      .click();
    await quick.page.getByText('It is yours now.').waitFor();
    await rows(agent).first().getByRole('button', { name: 'Claim' }).click();
    await agent.page.getByText('Quick Quinn was quicker').waitFor();
    await agent.page.unroute('**/api/v1/changes');
    expect(quick.faults).toEqual([]);
  });

  test('shows a claim before the server has answered, and puts it back when it fails', async () => {
    await agent.open('/?view=team');
    const claims = '**/api/v1/tasks/*/claim';
    let held: Route | undefined;
    await agent.page.route(claims, (route) => void (held = route));
    const before = await rows(agent).count();
    const first = rows(agent).first();
    await first.getByRole('button', { name: 'Claim' }).click();
    await first.getByText('you', { exact: true }).waitFor();
    await until(async () => held !== undefined);
    await held!.abort();
    await first.getByRole('button', { name: 'Claim' }).waitFor();
    await agent.page.getByText('There is no answer from the server').first().waitFor();
    expect(await rows(agent).count()).toBe(before);
    await agent.page.unroute(claims);
    agent.faults.length = 0;
  });

  test('follows what others do without being loaded again, in two tabs', async () => {
    await agent.open('/?view=team');
    const tab = await agent.context.newPage();
    await tab.goto('/?view=team');
    await tab.locator('.task-row').first().waitFor();
    const before = await rows(agent).count();
    const { items } = await product.call('agent', 'GET', '/tasks?status=open&assignee=none');
    await product.call('agent', 'POST', `/tasks/${items[0].taskId}/claim`);
    await until(async () => (await rows(agent).count()) === before - 1);
    await until(async () => (await tab.locator('.task-row').count()) === before - 1);
    await tab.close();
  });

  test('keeps its filters in the address', async () => {
    await agent.open('/?view=team&type=letter');
    await agent.page.getByText('No task fits these filters.').waitFor();
    await agent.page.reload();
    await agent.page.getByText('No task fits these filters.').waitFor();
  });

  test('moves a task to later', async () => {
    await agent.open('/');
    await press(agent, 'j', 's');
    await agent.page.getByRole('button', { name: 'In a week' }).click();
    await agent.page
      .getByText(/Comes back|next such moment/)
      .first()
      .waitFor();
  });

  test('moves a task to later by mouse and touch', async () => {
    await agent.open('/?view=team');
    await rows(agent)
      .first()
      .getByRole('button', { name: /^Snooze / })
      .click();
    await agent.page.getByRole('button', { name: 'In a week' }).waitFor();
    await press(agent, 'Escape');
  });

  test('tells when the server is gone, and comes back by itself', async () => {
    await agent.open('/?view=team');
    const before = await rows(agent).count();
    await product.system.kill('api');
    await agent.page.getByText('No connection.').waitFor();
    expect(await rows(agent).count()).toBe(before);
    // A page that was never opened waits with everything else.
    await agent.page.getByRole('link', { name: 'Causes' }).click();
    await agent.page.waitForURL('**/causes');
    await agent.page.getByText('No connection.').waitFor();
    await product.system.start('api');
    await agent.page.getByRole('heading', { name: 'Causes and prevention' }).waitFor();
    await agent.page.getByText('No connection.').waitFor({ state: 'detached' });
    expect(await agent.page.title()).toBe('Causes and prevention · winback');
    agent.faults.length = 0;
  });

  test('lets a manager give many tasks to somebody at once', async () => {
    const manager = await product.visit({
      role: 'manager',
      name: 'Mina Managerin',
      language: 'de',
    });
    await manager.open('/?view=all');
    const bar = manager.page.getByRole('region', { name: 'ausgewählt' });
    const all = manager.page.getByRole('checkbox', { name: /^Alle unter/ }).first();
    await all.check();
    await bar.getByRole('button', { name: 'Auswahl aufheben' }).click();
    await bar.waitFor({ state: 'detached' });
    await all.check();
    await manager.page.getByText('Team', { exact: true }).click();
    await bar.waitFor({ state: 'detached' });
    await manager.page.getByText('Alle', { exact: true }).click();
    await all.waitFor();
    expect(await bar.count()).toBe(0);
    for (const index of [0, 1]) await rows(manager).nth(index).getByRole('checkbox').check();
    await manager.page.getByPlaceholder('Geben an …').click();
    await manager.page.getByRole('option', { name: 'Ada Lovelace' }).click();
    await manager.page.getByText('2 Aufgaben übergeben.').waitFor();
    await manager.picture('inbox-manager-de');
    expect(await manager.accessibilityFaults()).toEqual([]);
    expect(manager.faults).toEqual([]);
  });

  test('gives away more tasks than the API takes at once', async () => {
    const manager = await product.visit({ role: 'manager', name: 'Max Many' });
    const { page } = manager;
    await page.route(/\/api\/v1\/tasks\?/, async (route) => {
      const { items } = await (await route.fetch()).json();
      const many = Array.from({ length: 250 }, (_, n) => ({ ...items[0], taskId: `many-${n}` }));
      const isAgreed = route.request().url().includes('agreed');
      await route.fulfill({ json: { items: isAgreed ? [] : many, nextCursor: null } });
    });
    const sent: number[] = [];
    await page.route('**/api/v1/tasks/reassign', async (route) => {
      const { taskIds } = route.request().postDataJSON();
      sent.push(taskIds.length);
      await route.fulfill({ json: { reassigned: taskIds, skipped: [], absent: [] } });
    });
    await manager.open('/?view=all');
    await page.getByRole('checkbox', { name: /^Select all/ }).check();
    await page.getByRole('button', { name: 'Back to the team queue' }).click();
    await page.getByText('250 tasks given.').waitFor();
    expect(sent).toEqual([200, 50]);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('has callbacks agreed for today on top, whatever is due before them', async () => {
    const { items } = await product.call('manager', 'GET', '/tasks?status=open');
    const call = items.find(({ type }: { type: string }) => type.endsWith('-call'));
    const callbackAt = new Date(Date.now() + 60_000).toISOString();
    await product.call('manager', 'POST', `/tasks/${call.taskId}/complete`, {
      result: { outcome: 'callback', callbackAt },
    });
    const agreedOnes = '/tasks?status=open&agreed=true';
    await until(async () => (await product.call('manager', 'GET', agreedOnes)).items.length > 0);
    const manager = await product.visit({ role: 'manager', name: 'Cara Callback' });
    // As if it stood on a later page.
    await manager.page.route(/\/api\/v1\/tasks\?(?!.*agreed)/, async (route) => {
      const body = await (await route.fetch()).json();
      const others = body.items.filter(({ agreed }: { agreed: boolean }) => !agreed);
      await route.fulfill({ json: { ...body, items: others } });
    });
    await manager.open('/?view=all');
    const first = manager.page.locator('section').first();
    await first.getByRole('heading', { name: 'Agreed callbacks' }).waitFor();
    expect(await first.locator('.row-link').allTextContents()).toEqual([call.customer.name]);
    const name = { hasText: call.customer.name };
    expect(await rows(manager).filter(name).count()).toBe(1);
    await manager.page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test.each(['light', 'dark'] as const)('can be used by everybody, %s', async (colorScheme) => {
    await agent.page.emulateMedia({ colorScheme });
    for (const path of ['/', '/?view=team']) {
      await agent.open(path);
      expect(await agent.accessibilityFaults()).toEqual([]);
    }
    await agent.picture(`inbox-${colorScheme}`);
    expect(agent.faults).toEqual([]);
  });
});
