import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';
import { until } from '../support/until.ts';

let product: Product;
let manager: Visit;
beforeAll(async () => {
  product = await startProduct();
  manager = await product.visit({ role: 'admin', name: 'Grace Hopper' });
}, 120_000);
afterAll(() => product.stop());

const press = async ({ page }: Visit, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

describe('an empty installation', () => {
  test('leads from the inbox to the first steps, and with the example to the first candidates', async () => {
    const { page } = manager;
    await manager.open('/');
    await page.getByRole('link', { name: 'To the first steps' }).click();
    await page.getByRole('heading', { level: 1, name: 'First steps' }).waitFor();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByText('curl http').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('start');
    await page.getByRole('button', { name: 'Load the example' }).click();
    await page.getByText('There are 2,357 customers.').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Scan now' }).click();
    await page.getByText(/are lost silently/).waitFor({ timeout: 90_000 });
    await page.getByRole('link', { name: 'Who waits, and why' }).click();
    await page
      .getByText(/silent for \d+/)
      .first()
      .waitFor();
    await page.getByText('These are example data').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('customers-waiting');
  });

  test('hears of the first event without reloading', async () => {
    await manager.open('/start');
    await fillWithCancellations(product);
    await manager.page.getByText(/The last event came/).waitFor();
    expect(manager.faults).toEqual([]);
  });
});

describe('customers', () => {
  test('are found by part of a name with umlaut, with the keyboard, and their rhythm and proof read', async () => {
    const { page } = manager;
    await manager.open('/customers');
    await press(manager, 's');
    await page.keyboard.type('koehl bern');
    await page.getByRole('link', { name: 'Bernd Köhler', exact: true }).waitFor();
    await manager.picture('customers');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await press(manager, 'Tab', 'Enter');
    await page.getByRole('heading', { level: 1, name: 'Bernd Köhler' }).waitFor();
    await page.getByRole('img', { name: /Buys about every 45 days/ }).waitFor();
    await page.getByText('Proof: Telefonformular C-1002').first().waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('customer');
    expect(manager.faults).toEqual([]);
  });

  test('a manager opens a case by hand, and sees what is made of it', async () => {
    const { page } = manager;
    const { items } = await product.call('manager', 'GET', '/customers?search=winter&limit=20');
    const free = items.find(({ episodes }: { episodes: unknown[] }) => episodes.length === 0);
    await manager.open(`/customers/${free.customerId}`);
    await page.getByRole('button', { name: 'Open a case' }).click();
    await page.keyboard.type('Met them at a fair');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.waitForURL('**/cases/*');
    await page
      .getByText(/because of what that promises and costs/)
      .first()
      .waitFor();
    expect(manager.faults).toEqual([]);
  });

  test('in German and dark, and an agent imports nothing', async () => {
    const agent = await product.visit({ language: 'de', name: 'Ada' });
    await agent.open('/customers?search=kohler');
    await agent.page.getByRole('link', { name: 'Bernd Köhler', exact: true }).click();
    await agent.page.getByText('Kauft etwa alle 45 Tage.').first().waitFor();
    await agent.page.getByText(/Deutschland, Rückgewinnung, Telefon, \S+kunde: UWG/).waitFor();
    const letter = agent.page.getByText('Nachweis: keine Ablehnung bekannt');
    await letter.first().waitFor();
    await agent.page
      .getByText(/Telefon, jeder Zweck: erteilt · ausdrückliche Einwilligung/)
      .waitFor();
    await agent.page.emulateMedia({ colorScheme: 'dark' });
    expect(await agent.accessibilityFaults()).toEqual([]);
    expect(await agent.page.getByRole('button', { name: 'Fall eröffnen' }).count()).toBe(0);
    await agent.picture('customer-de');
    await agent.open('/customers?search=niemand');
    await agent.page.getByText('Niemand gefunden').waitFor();
    await agent.open('/import');
    await agent.page.getByRole('heading', { level: 1, name: 'Das macht die Leitung' }).waitFor();
    expect(agent.faults).toEqual([]);
  });
});

describe('an import', () => {
  const file = {
    name: 'kunden.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      'Kundennummer;Wer;E-Mail;Land\nN-1;Jürgen Größe;j@kunde.example;DE\nN-2;Uta Kurz;kaputt;DE\n',
    ),
  };

  test('of what is no text says so, in the reader’s language', async () => {
    const german = await product.visit({ role: 'manager', language: 'de' });
    await german.open('/import');
    const table = {
      name: 'kunden.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from([80, 75, 3, 4, 0, 0]),
    };
    await german.page.locator('input[type=file]').setInputFiles(table);
    await german.page.getByText('kunden.csv: ist kein Text').waitFor();
  });

  test('of a file with errors is done with the keyboard: mapping, trial, errors, import', async () => {
    const { page } = manager;
    await manager.open('/import');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByText('Jürgen Größe').waitFor();
    await page.getByRole('combobox', { name: 'Name' }).focus();
    await press(manager, 'Space');
    const marked = page.locator('[role=option][data-combobox-selected]');
    await until(async () => {
      await press(manager, 'ArrowDown');
      return (await marked.count()) === 1 && (await marked.textContent()) === 'Wer';
    });
    await press(manager, 'Enter');
    await until(
      async () => (await page.getByRole('combobox', { name: 'Name' }).inputValue()) !== '',
    );
    expect(await page.getByRole('combobox', { name: 'Name' }).inputValue()).toBe('Wer');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('import');
    await page.getByRole('button', { name: 'Try without importing' }).focus();
    await press(manager, 'Enter');
    await page.getByText('This would happen.').waitFor({ timeout: 30_000 });
    await page.getByRole('row', { name: /^3 E-mail must be/ }).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download the lines left out' }).focus();
    await press(manager, 'Enter');
    const errors = await (await downloading).path();
    expect(errors).toBeTruthy();
    expect((await product.call('manager', 'GET', '/customers?search=grosse')).items).toEqual([]);
    await page.getByRole('button', { name: 'Import', exact: true }).focus();
    await press(manager, 'Enter');
    await page.getByText('Imported.').waitFor({ timeout: 30_000 });
    await manager.picture('import-done');
    expect(await manager.accessibilityFaults()).toEqual([]);
    const { items } = await product.call('manager', 'GET', '/customers?search=größe');
    expect(items.map(({ name }: { name: string }) => name)).toEqual(['Jürgen Größe']);
    expect(manager.faults).toEqual([]);
  });
});
