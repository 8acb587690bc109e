import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dragOnto, startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithClosedCases } from '../support/closed-cases.ts';
import { until } from '../support/until.ts';

let product: Product;
let manager: Visit;
beforeAll(async () => {
  product = await startProduct(undefined, (db) => fillWithClosedCases(db));
  manager = await product.visit({ role: 'manager', name: 'Maria Manager' });
}, 180_000);
afterAll(() => product.stop());

const press = async ({ page }: Visit, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const dark = ({ page }: Visit, on: boolean) =>
  page.evaluate(`localStorage.setItem('mantine-color-scheme-value', '${on ? 'dark' : 'light'}')`);

describe('success', () => {
  test('shows a manager what works best, and leads to its cases', async () => {
    const { page } = manager;
    await manager.open('/success?view=compare&by=playbook&period=all');
    const table = page.getByRole('table', { name: 'What works best' });
    const rows = table.locator('tbody tr');
    const best = rows.first();
    // By its title, as people call it.
    const header = best
      .getByRole('rowheader')
      .filter({ hasText: /^Vernachlässigt, .*, version \d$/ });
    await header.waitFor();
    expect(await best.getByRole('cell').first().textContent()).toBe('1');
    const link = best.getByRole('link', { name: /Cases: Vernachlässigt/ });
    const cases = Number(await link.textContent());
    await link.click();
    await page.waitForURL(/\/cases\?/);
    await page.getByText(/cases shown/).waitFor();
    await until(async () => {
      await page.mouse.wheel(0, 4_000);
      return page.getByText(`${cases} cases shown`).isVisible();
    });
    const listed = page.getByRole('table', { name: 'Cases' });
    expect(await listed.getAttribute('aria-rowcount')).toBe(String(cases + 1));
    await page.getByRole('button', { name: 'Remove: Playbook Vernachlässigt' }).first().click();
    await page.waitForURL((url) => !url.search.includes('playbook'));
  });

  test('marks what has few cases, explains its figures, and compares like with like', async () => {
    const { page } = manager;
    await manager.open('/success?view=compare&by=target-group&period=all');
    await page.getByRole('button', { name: 'What “Regained” means' }).first().click();
    await page.getByText('regainedAfterContact ÷ contacted').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Like compared with like' }).waitFor();
    await page.getByText('price@2 is probably better').first().waitFor();
    expect(await page.getByText('Margin per case').count()).toBe(0);
    await page.getByRole('radiogroup', { name: 'Compared by' }).getByText('Margin').click();
    await page.getByText('Margin per case').first().waitFor();
    await page.waitForURL((url) => url.searchParams.get('objective') === 'margin');
  });

  test('exports what it shows', async () => {
    const { page } = manager;
    await manager.open('/success?view=compare&by=cause&period=all');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export (CSV)' }).first().click(),
    ]);
    expect(file.suggestedFilename()).toBe('success-cause.csv');
    expect(await readFile(await file.path(), 'utf8')).toMatch(/^\uFEFFgroup,label,rank/);
  });

  test('draws the course, the control group, the second life and the forecast', async () => {
    const { page } = manager;
    await press(manager, 'g', 'r');
    await page.waitForURL(/\/success/);
    await manager.open('/success?period=all');
    await page.getByRole('img', { name: 'Regained by month' }).locator('svg').waitFor();
    const control = page.getByRole('link', { name: 'Cases: Control group, without measures' });
    await control.waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('success-overview');
    await control.click();
    await page.getByText(/cases shown/).waitFor();
    await manager.picture('cases');
    await page.goBack();
    await page.getByRole('img', { name: 'Regained by month' }).waitFor();
    await press(manager, '3');
    await page.getByRole('img', { name: 'Still there' }).locator('svg').waitFor();
    await page.getByRole('table', { name: 'By month of return' }).waitFor();
    await page.getByRole('link', { name: /^[\d.]+%, Cases: Still there after 90 days/ }).waitFor();
    await manager.picture('success-second-life');
    await press(manager, '4');
    await page.getByRole('img', { name: 'What the open cases' }).locator('svg').waitFor();
    await manager.picture('success-forecast');
    await press(manager, '5');
    await page
      .getByRole('link', { name: /: PDF$/ })
      .first()
      .waitFor();
    await manager.picture('success-points');
    await press(manager, '2');
    await page.getByRole('table', { name: 'What works best' }).waitFor();
    await manager.picture('success-compare');
    expect(manager.faults).toEqual([]);
  });

  test.each(['light', 'dark'])('keeps to WCAG on every part, %s', async (scheme) => {
    await dark(manager, scheme === 'dark');
    for (const path of [
      '/success?view=compare&period=all',
      '/success?view=second-life&period=all&by=tier',
      '/success?view=forecast',
      '/success?view=points',
      '/cases?set=decided&regained=true&tier=B',
    ]) {
      await manager.open(path);
      expect([path, await manager.accessibilityFaults()]).toEqual([path, []]);
    }
    await manager.open('/success?period=all');
    await manager.page.getByRole('img', { name: 'Regained by month' }).locator('svg').waitFor();
    await manager.picture(`success-${scheme}`);
    await dark(manager, false);
  });

  test('speaks German, and shows agents only what is theirs of people', async () => {
    const agent = await product.visit({ language: 'de', name: 'Grace Hopper', width: 390 });
    await agent.open('/success?view=compare&by=agent&period=all');
    await agent.page.getByText('Noch kein Ergebnis').waitFor();
    await agent.open('/success?view=points');
    await agent.page.getByText('Sonst sieht sie niemand im Team').waitFor();
    expect(await agent.page.getByText('Monatsberichte').count()).toBe(0);
    await agent.open('/success?period=all&view=compare');
    await agent.page.getByText('Was am besten wirkt').first().waitFor();
    const wide = await agent.page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBe(390);
    expect(await agent.accessibilityFaults()).toEqual([]);
    await agent.picture('success-compare-de');
    await agent.page.setViewportSize({ width: 1_440, height: 900 });
    const groups = agent.page.getByRole('table', { name: 'Was am besten wirkt' });
    const hidden = await groups.evaluate((table) => {
      const frame = table.parentElement!.parentElement!;
      return frame.scrollWidth - frame.clientWidth;
    });
    expect(hidden).toBeLessThanOrEqual(0);
    await agent.page.setViewportSize({ width: 390, height: 844 });
    await agent.open('/causes');
    expect(await agent.page.getByRole('tab').count()).toBe(0);
    await agent.page.getByText('Von der Leistung').first().waitFor();
    expect(await agent.page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await agent.accessibilityFaults()).toEqual([]);
    expect(agent.faults).toEqual([]);
  });
});

describe('causes and prevention', () => {
  test('leads from a cause to its topics, and from them to their cases', async () => {
    const { page } = manager;
    await manager.open('/causes?period=all');
    await page.getByRole('button', { name: /Look closer: .*ervice/ }).click();
    const topics = page.getByRole('table', { name: 'What these losses have in common' });
    await topics.waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('causes');
    const delivery = topics.getByRole('row').filter({ hasText: 'Delivery' }).first();
    const many = Number(await delivery.getByRole('link').textContent());
    await delivery.getByRole('link').click();
    await page.waitForURL(/category=disappointed-service.delivery/);
    await page.getByText(`${Math.min(many, 50)} cases shown`).waitFor();
    await manager.open('/causes?view=rises');
    await page
      .getByText(/instead of/)
      .first()
      .waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('causes-rises');
  });

  test('lets a manager take up an action and bring it to done with the keyboard alone', async () => {
    const { page } = manager;
    await manager.open('/causes?view=board');
    await manager.picture('causes-board');
    expect(await manager.accessibilityFaults()).toEqual([]);
    const menu = page.getByRole('list', { name: 'Proposed' }).getByRole('button').first();
    const title = (await menu.getAttribute('aria-label'))!.replace('Move or change: ', '');
    const choose = async (item: string) => {
      const button = page.getByRole('button', { name: `Move or change: ${title}`, exact: true });
      await button.focus();
      await press(manager, 'Enter');
      await page.getByRole('menuitem', { name: item }).focus();
      await press(manager, 'Enter');
    };
    await choose('Move to: Accepted');
    await page.getByText('Somebody is to do it').waitFor();
    await page.getByLabel('Owner').first().focus();
    await page.keyboard.type('Grace');
    await press(manager, 'ArrowDown', 'Enter');
    await page.getByLabel('Due').fill('2030-01-31');
    await page.getByLabel('Expected: so many percent fewer losses').focus();
    await page.keyboard.type('30');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('causes-action');
    await press(manager, 'Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const inColumn = (name: string) =>
      page.getByRole('list', { name }).getByText(title, { exact: true }).waitFor();
    await inColumn('Accepted');
    await choose('Move to: In progress');
    await inColumn('In progress');
    await choose('Move to: Done');
    await inColumn('Done');
    await page.getByText('Too early to say').first().waitFor();
  });

  test('moves an action by dragging it', async () => {
    const { page } = manager;
    await manager.open('/causes?view=board');
    const card = page.getByRole('list', { name: 'Proposed' }).getByRole('listitem').first();
    const title = await card.locator('p').first().textContent();
    await dragOnto(page, card, page.getByText('Rejected', { exact: true }));
    await page.getByRole('list', { name: 'Rejected' }).getByText(title!, { exact: true }).waitFor();
  });

  test('starts a campaign from what is done, and sees how far it is', async () => {
    const { page } = manager;
    await manager.open('/causes?view=board');
    await page.getByRole('button', { name: 'Move or change: Ein besseres Mahlwerk' }).click();
    await page.getByRole('menuitem', { name: 'Win back those it cost us' }).click();
    await page.getByText(/customers would be put in line/).waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('causes-campaign');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press(manager, '4');
    await page.getByRole('heading', { name: 'Ein besseres Mahlwerk' }).waitFor();
    await page.getByText(/with a new case/).waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('causes-campaigns');
    expect(manager.faults).toEqual([]);
  });
});
