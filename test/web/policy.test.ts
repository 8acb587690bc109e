import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';
import { until } from '../support/until.ts';

let product: Product;
let manager: Visit;

beforeAll(async () => {
  product = await startProduct();
  await fillWithCancellations(product);
  await product.call('manager', 'POST', '/scans', {});
  manager = await product.visit({ role: 'manager', name: 'Mina Managerin' });
  await until(async () => (await product.call('manager', 'GET', '/detection')).fit !== null);
}, 120_000);
afterAll(() => product.stop());

const editor = ({ page }: Visit) => page.getByLabel('Text of the policy (YAML)');
const versions = async () => (await product.call('manager', 'GET', '/policies')).items;
const inForce = async () =>
  (await versions()).find((one: { inForce: boolean }) => one.inForce).version;

describe('the policy', () => {
  test('is read by agents, and edited by managers', async () => {
    const agent = await product.visit();
    await agent.open('/policy');
    await agent.page.getByText('In force: web-1').waitFor();
    expect(await agent.page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    await agent.open('/policy/edit');
    await agent.page.getByRole('heading', { level: 1, name: 'Managers only' }).waitFor();
    expect(agent.faults).toEqual([]);
  });

  test('stands in the menu of managers; the keys that are listed lead to what one’s own menu holds', async () => {
    const agent = await product.visit();
    for (const [visit, hasPolicy] of [
      [manager, true],
      [agent, false],
    ] as const) {
      const { page } = visit;
      await visit.open('/');
      const inMenu = await page.getByRole('navigation').getByRole('link').allTextContents();
      expect(inMenu.includes('Policy')).toBe(hasPolicy);
      await page.keyboard.press('?');
      const places = page.getByRole('dialog').getByText(/^Go to /);
      await places.first().waitFor();
      expect(await places.allTextContents()).toEqual(inMenu.map((name) => `Go to ${name}`));
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await manager.page.keyboard.press('g');
    await manager.page.keyboard.press('l');
    await manager.page.getByRole('heading', { name: 'Policy', level: 1 }).waitFor();
  });

  test('is mended by the line while typing, and put in force after a look at what it does', async () => {
    const { page } = manager;
    await manager.open('/policy');
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('combobox', { name: 'Go to a part' }).click();
    await page.getByRole('option', { name: 'Detection of silent losses' }).click();
    const marked = `(({ value, selectionStart, selectionEnd }) =>
      value?.slice(selectionStart, selectionEnd))(document.activeElement)`;
    await until(async () => (await page.evaluate(marked)) === 'detection:');
    const text = await editor(manager).inputValue();
    await editor(manager).fill(text.replace(/pauseAtMost: .*/, 'pauseAtMost: a while'));
    await page.getByText(/must be a length of time like/).waitFor();
    await page.getByRole('button', { name: /^Line \d+$/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Review and publish' }).isDisabled()).toBe(true);
    await manager.picture('policy-mistake');
    await editor(manager).fill(
      text
        .replace(/pauseAtMost: .*/, 'pauseAtMost: 77d')
        .replace(/^  rule: .*$/m, '  rule: fixed-days')
        .replace(/capacity: .*/, 'capacity: 77'),
    );
    await page.getByRole('row', { name: /A case may pause at most for .* 77 days/ }).waitFor();
    await page.getByText('No mistakes.').waitFor();
    await manager.picture('policy-edit');
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByRole('dialog');
    await review
      .getByRole('cell', { name: /^Fixed number of days|fixed/i })
      .first()
      .waitFor();
    await review.getByText(/Nothing changes in the \d+ open cases/).waitFor();
    await review.getByText('pauseAtMost: 77d').waitFor();
    await review.getByText('Tested on your own past').waitFor();
    await review.getByLabel('Why it changes').fill('Longer pauses for farmers');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('policy-publish');
    await review.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('In force: web-2').waitFor();
    await page.getByText('Put in force by Mina Managerin. Longer pauses for farmers').waitFor();
    await page.getByText('Published here, not by the file').waitFor();
    await manager.picture('policy-published');
    expect(manager.faults).toEqual([]);
  });

  test('that was published governs new cases and scans of all processes at once', async () => {
    const event = {
      ...{ specversion: '1.0', id: 'new-one', source: 'shop', type: 'customer.updated' },
      ...{ time: new Date().toISOString(), subject: 'NEW-1' },
      data: { name: 'Nadja Neu', kind: 'business' },
    };
    await product.call('admin', 'POST', '/events', event);
    const opened = await product.call('manager', 'POST', '/cases', {
      ...{ customerId: 'NEW-1', trigger: 'manual' },
    });
    expect(opened.policyVersion).toBe('web-2');
    const { scanId } = await product.call('manager', 'POST', '/scans', {});
    await until(async () => {
      const scan = await product.call('manager', 'GET', `/scans/${scanId}`);
      return scan.status === 'completed' && scan.detection.rule === 'fixed-days';
    });
  });

  test('is changed with the keyboard alone', async () => {
    const { page } = manager;
    await manager.open('/policy');
    await page.keyboard.press('e');
    await editor(manager).focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('recognisedWithin: 400d\n');
    await page.getByRole('row', { name: /recognised under a new ID within .*400 days/ }).waitFor();
    await page.getByText('No mistakes.').waitFor();
    await page.keyboard.press('Control+Enter');
    const review = page.getByRole('dialog');
    await review.getByLabel('Why it changes').press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('In force: web-3').waitFor();
  });

  test('that somebody else has changed meanwhile is not overwritten unseen', async () => {
    const { page } = manager;
    await manager.open('/policy/edit');
    const text = await editor(manager).inputValue();
    await editor(manager).fill(text.replace(/pauseAtMost: .*/, 'pauseAtMost: 88d'));
    await page.getByText('No mistakes.').waitFor();
    await product.call('manager', 'POST', '/policies', { version: 'web-1' });
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByRole('dialog');
    await review.getByRole('button', { name: 'Put in force' }).click();
    await review.getByText('By now the policy web-1 is in force.').waitFor();
    await review.getByRole('button', { name: 'Compare with that one' }).click();
    await review.getByText('What changes against web-1').waitFor();
    await review.getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('In force: web-4').waitFor();
  });

  test('is compared by its versions, and an old one put in force again', async () => {
    const { page } = manager;
    await manager.open('/policy?version=web-2&against=web-1');
    const difference = page.getByRole('region', { name: 'What differs between the versions' });
    await difference.getByText('pauseAtMost: 77d').waitFor();
    await page.getByText('This version is not in force: web-4 is').waitFor();
    await manager.picture('policy-old');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await page.getByRole('button', { name: 'Put in force again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Put in force' }).click();
    await page.getByText('In force: web-2').waitFor();
    expect(await inForce()).toBe('web-2');
    expect(manager.faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('can be edited by everybody, %s', async (colorScheme) => {
    await manager.page.emulateMedia({ colorScheme });
    for (const path of ['/policy', '/policy/edit?version=web-1']) {
      await manager.open(path);
      expect(await manager.accessibilityFaults()).toEqual([]);
      await manager.picture(`${path.split('?')[0]!.slice(1).replace('/', '-')}-${colorScheme}`);
    }
    expect(manager.faults).toEqual([]);
  });

  test('speaks German', async () => {
    const german = await product.visit({ role: 'manager', language: 'de' });
    await german.open('/policy');
    await german.page.getByText('Länger still als je zuvor').waitFor();
    const told = (await german.page.locator('main .policy-table td').allTextContents()).join('\n');
    expect(told).toContain('nicht zufrieden');
    expect(told.match(/\b[a-z]+(-[a-z]+)+\b/g) ?? []).toEqual([]);
    // The browser would write each into its console.
    const failed: string[] = [];
    german.page.on('response', (answer) => {
      if (answer.status() >= 400) failed.push(answer.url());
    });
    await german.page.getByRole('link', { name: 'Bearbeiten' }).click();
    const field = german.page.getByLabel('Text des Regelwerks (YAML)');
    const text = await field.inputValue();
    await field.fill(text.replace(/pauseAtMost: .*/, 'pauseAtMost: lange'));
    const line = text.split('\n').findIndex((one) => one.startsWith('pauseAtMost:')) + 1;
    const wrong = german.page.getByRole('listitem').filter({ hasText: 'pauseAtMost' });
    await wrong.getByText(/muss eine Dauer wie 20s, 15m, 4h oder 90d sein/).waitFor();
    await wrong.getByRole('button', { name: `Zeile ${line}` }).click();
    expect(await german.page.evaluate('String(getSelection())')).toBe('pauseAtMost: lange');
    await field.fill(text.replace(/pauseAtMost: .*/, 'pauseAtMost: 99d'));
    await german.page.getByRole('row', { name: /99 Tage/ }).waitFor();
    await german.page.getByRole('button', { name: 'Ansehen und veröffentlichen' }).click();
    await german.page.getByRole('dialog').getByText('davon einen Fall wert').waitFor();
    await german.picture('policy-publish-de');
    expect(failed).toEqual([]);
    expect(german.faults).toEqual([]);
  });
});
