import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  dragOnto,
  fitsWindow,
  startProduct,
  type Product,
  type Visit,
} from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';
import { until } from '../support/until.ts';

/** Calls are overdue after a second, and stuck after two, but nothing closes them. */
const policy = {
  ...{ extends: 'demo', name: 'board', overdueAfter: '1s', escalateAfter: '2s' },
  pauseAtMost: '60d',
  causeAnalysis: { call: { window: '3h' } },
  identification: { managerDecidesWithin: '3h', controlGroupPercent: 0 },
};

let product: Product;
let manager: Visit;
beforeAll(async () => {
  product = await startProduct(policy);
  await fillWithCancellations(product);
  await valuableCustomerWhoMoved();
  await product.visit({ name: 'Emil Berg' });
  await product.visit({ name: 'Frida Kahl' });
  manager = await product.visit({ role: 'manager', name: 'Grace Hopper' });
}, 180_000);
afterAll(() => product.stop());

/** A manager decides of them, since the cause speaks against it. */
async function valuableCustomerWhoMoved(): Promise<void> {
  const now = Date.now();
  const event = (id: string, type: string, days: number, data: object) => ({
    ...{ specversion: '1.0', id, source: 'web-test', type, subject: 'C-2001' },
    ...{ time: new Date(now - days * 86_400_000).toISOString(), data },
  });
  await product.call('sales-system', 'POST', '/events', [
    event('m-0', 'customer.updated', 900, { name: 'Ida Reich', kind: 'consumer', country: 'DE' }),
    ...Array.from({ length: 17 }, (_, n) =>
      event(`m-${n + 1}`, 'purchase.recorded', 800 - n * 45, {
        ...{ orderId: `I-${n}`, amount: 90_000, currency: 'USD' },
      }),
    ),
    event('m-99', 'cancellation.received', 0, { reason: 'life-change' }),
  ]);
  await until(async () => {
    const { items } = await product.call('manager', 'GET', '/tasks?type=decide-pursuit');
    return items.length === 1;
  });
}

const card = ({ page }: Visit, name: string) =>
  page.locator('.board-card').filter({ hasText: name });
const person = ({ page }: Visit, name: string) =>
  page.locator('.board-person').filter({ hasText: name });

describe('the board', () => {
  test('shows every open recovery by step, and what is stuck', async () => {
    await manager.open('/');
    await manager.page.keyboard.press('g');
    await manager.page.keyboard.press('b');
    await manager.page.waitForURL('**/board');
    await manager.page.locator('.board-card').first().waitFor();
    expect(await manager.page.locator('.board-column').count()).toBe(5);
    await until(async () => (await manager.page.locator('[data-pace=stuck]').count()) >= 8);
    await manager.page.getByText('9 of 40 places of the team taken').waitFor();
    await manager.picture('board');
  });

  test('reassigns what is stuck by dragging its card onto somebody', async () => {
    await manager.open('/board?pace=stuck');
    const name = card(manager, 'Anna Schneider').getByRole('link', { name: 'Anna Schneider' });
    await dragOnto(manager.page, name, person(manager, 'Emil Berg'));
    await manager.page.getByText('Anna Schneider is with Emil Berg now.').waitFor();
    await card(manager, 'Anna Schneider').getByText('Emil Berg').waitFor();
    await person(manager, 'Emil Berg').getByText('1 open').waitFor();
  });

  test('reassigns with the keyboard alone', async () => {
    await manager.open('/board?pace=stuck');
    const press = (key: string) => manager.page.keyboard.press(key);
    await press('j');
    await press('j');
    const name = await manager.page.evaluate('document.activeElement.textContent');
    // Its button would lie below the fold.
    const { y } = (await card(manager, name as string).boundingBox())!;
    await manager.page.setViewportSize({ width: 1_440, height: Math.ceil(y) + 60 });
    await press('a');
    const place = manager.page.getByRole('menuitem', { name: 'Frida Kahl' });
    await place.waitFor();
    while ((await manager.page.evaluate('document.activeElement.textContent')) !== 'Frida Kahl') {
      await press('ArrowDown');
    }
    await press('Enter');
    await manager.page.getByText(`${name as string} is with Frida Kahl now.`).waitFor();
    await card(manager, name as string)
      .getByText('Frida Kahl')
      .waitFor();
    await manager.page.setViewportSize({ width: 1_440, height: 900 });
  });

  test('keeps a view for its owner, who finds it after signing in again', async () => {
    await manager.open('/board');
    await manager.page.getByRole('combobox', { name: 'Tier' }).click();
    await manager.page.getByRole('option', { name: 'A', exact: true }).click();
    await manager.page.waitForURL('**/board?tier=A');
    await manager.page.getByRole('button', { name: 'Save this view' }).click();
    await manager.page.getByLabel('Name of the view').fill('Top customers');
    await manager.page.keyboard.press('Enter');
    await manager.page.getByText('Saved as “Top customers”.').waitFor();

    await manager.page.getByRole('button', { name: 'Account of Grace Hopper' }).click();
    await manager.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await manager.page.waitForURL('**/sign-in');
    await manager.signIn();
    await manager.open('/board');
    await manager.page.getByRole('button', { name: /^Top customers \d+$/ }).click();
    await manager.page.waitForURL('**/board?tier=A');
    await manager.page.getByRole('button', { name: 'Delete the view Top customers' }).click();
    await manager.page.getByRole('button', { name: 'Save this view' }).waitFor();
  });

  test('lets the manager decide on the card, after a second click', async () => {
    await manager.open('/board?approval=true');
    expect(await manager.page.locator('.board-card').count()).toBe(1);
    const ida = card(manager, 'Ida Reich');
    await ida.getByRole('button', { name: 'Pursue', exact: true }).click();
    await ida.getByRole('button', { name: 'Sure? Pursue' }).click();
    await manager.page.getByText('Decided: Pursue.').waitFor();
    await manager.page.getByText('No open case fits these filters.').waitFor();
  });

  test('breaks no rule of accessibility, light or dark, and speaks German', async () => {
    const german = await product.visit({ role: 'manager', name: 'Greta Weil', language: 'de' });
    await german.open('/board');
    await german.page.getByRole('heading', { name: 'Übersicht' }).waitFor();
    await german.page.getByText('festgefahren').first().waitFor();
    expect(await german.accessibilityFaults()).toEqual([]);
    await german.page.emulateMedia({ colorScheme: 'dark' });
    expect(await german.accessibilityFaults()).toEqual([]);
    await german.picture('board-de-dark');
    await german.page.setViewportSize({ width: 390, height: 800 });
    await fitsWindow(german.page);
    expect([...german.faults, ...manager.faults]).toEqual([]);
  });
});
