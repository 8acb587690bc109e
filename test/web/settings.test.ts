import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ok, startReceiver, type Receiver } from '../support/receiver.ts';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';

let product: Product;
let admin: Visit;
let receiver: Receiver;
beforeAll(async () => {
  // The receiver is on loopback.
  process.env['WINBACK_WEBHOOK_ALLOW_PRIVATE'] = 'true';
  product = await startProduct();
  receiver = await startReceiver();
  admin = await product.visit({ role: 'admin', name: 'Alma Admin' });
}, 120_000);
afterAll(async () => {
  await receiver.down();
  await product.stop();
});

const rowOf = (page: Page, text: string) =>
  page.locator('.settings-row').filter({ hasText: text }).first();
const dialog = (page: Page) => page.getByRole('dialog');

describe('the settings', () => {
  test('let an admin invite a colleague, who opens the link elsewhere and is signed in', async () => {
    const { page } = admin;
    await admin.open('/settings/users');
    await page.keyboard.press('n');
    await dialog(page).getByLabel('Name').fill('Cora Kollegin');
    await dialog(page).getByLabel('E-mail').fill('Cora@shop.example');
    await page.keyboard.press('Enter');
    const link = await dialog(page).getByLabel('Link').inputValue();
    expect(await admin.accessibilityFaults()).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await rowOf(page, 'Cora Kollegin').getByText('invited').waitFor();

    const context = await product.browser.newContext({ locale: 'en-GB' });
    const hers = await context.newPage();
    await hers.goto(link.replace(/^https?:\/\/[^/]+/, product.system.url));
    await hers.getByText('Welcome, Cora Kollegin').waitFor();
    await hers.getByLabel('New password').fill('vier andere Worte hier');
    await hers.keyboard.press('Enter');
    await hers.getByRole('heading', { name: 'Inbox' }).waitFor();
    await hers.goto(`${product.system.url}/settings/users`);
    await hers.getByText('There is no such page').waitFor();
    await rowOf(page, 'Cora Kollegin')
      .getByText('invited', { exact: true })
      .waitFor({ state: 'detached' });
    await context.close();
  });

  test('end a session elsewhere: the other browser is told, and lands at the sign-in page', async () => {
    const { page } = admin;
    const other = await product.browser.newContext({
      locale: 'en-GB',
      baseURL: product.system.url,
    });
    const there = await other.newPage();
    await there.goto('/sign-in');
    const { email } = await (await page.request.get('/api/v1/session')).json().then((s) => s.user);
    await there.getByLabel('E-mail').fill(email);
    await there.locator('input[name=password]').fill('vier ruhige Worte hier');
    await there.keyboard.press('Enter');
    await there.getByRole('heading', { name: 'Inbox' }).waitFor();

    await admin.open('/settings/sessions');
    expect(await page.locator('.settings-row').count()).toBe(2);
    await page.getByRole('button', { name: /^End: / }).click();
    await there.getByText('Your session has ended.').waitFor();
    expect(new URL(there.url()).pathname).toBe('/sign-in');
    await other.close();
  });

  test('make a key, which works until it is revoked', async () => {
    const { page } = admin;
    await admin.open('/settings/keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await dialog(page).getByLabel('Name').fill('Our shop');
    await dialog(page).getByRole('button', { name: 'Make the key' }).click();
    const secret = await dialog(page).getByLabel('Key', { exact: true }).inputValue();
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    const call = async () => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(`${product.system.url}/api/v1/customers`, { headers })).status;
    };
    expect(await call()).toBe(200);
    await page.getByRole('button', { name: 'Revoke: Our shop' }).click();
    expect(await admin.accessibilityFaults()).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Revoke' }).click();
    await rowOf(page, 'Our shop').getByText('revoked').waitFor();
    expect(await call()).toBe(401);
  });

  test('let a manager note the absence of an agent', async () => {
    await product.visit({ name: 'Emil Erholung' });
    const manager = await product.visit({ role: 'manager', name: 'Mina Managerin' });
    await manager.open('/settings/absences');
    const { page } = manager;
    await page.getByRole('button', { name: 'Note an absence' }).click();
    await dialog(page).getByRole('combobox', { name: 'Who' }).click();
    await page.getByRole('option', { name: 'Emil Erholung' }).click();
    await dialog(page).getByRole('button', { name: 'Note it' }).click();
    await rowOf(page, 'Emil Erholung').getByText('absent now').waitFor();
    await page.getByRole('button', { name: 'End now: Emil Erholung' }).click();
    await rowOf(page, 'Emil Erholung').getByText('over').waitFor();
    expect(manager.faults).toEqual([]);
  });

  test('show a webhook that fails, and send its message again', async () => {
    const { page } = admin;
    receiver.answer = (_, res) => void res.writeHead(500).end('out of order');
    await admin.open('/settings/webhooks');
    await page.keyboard.press('n');
    await dialog(page).getByLabel('Address').fill(receiver.url);
    await dialog(page).getByLabel('What it is for').fill('Our CRM');
    await page.keyboard.press('Enter');
    expect(await dialog(page).getByLabel('Secret').inputValue()).toMatch(/^whsec_/);
    await dialog(page).getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await rowOf(page, 'webhook.test').getByText('answered 500').waitFor();
    await page.getByText(/^failing since/).waitFor();
    await page.getByRole('button', { name: /^Details: webhook.test/ }).click();
    await dialog(page).getByText('out of order').waitFor();
    expect(await admin.accessibilityFaults()).toEqual([]);
    await page.keyboard.press('Escape');
    await admin.picture('settings-webhook-failing');
    receiver.answer = ok;
    await page.getByRole('button', { name: /^Send again: webhook.test/ }).click();
    await rowOf(page, 'webhook.test').getByText('delivered').waitFor();
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect([ids.length > 1, new Set(ids).size]).toEqual([true, 1]);
  });

  test('make a team and say what somebody in it can do', async () => {
    const { page } = admin;
    await admin.open('/settings/team');
    await page.keyboard.press('n');
    await dialog(page).getByLabel('Name').fill('Customer service');
    await dialog(page).getByLabel('ID').fill('service');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Take somebody in' }).click();
    await page.getByRole('option', { name: 'Emil Erholung' }).click();
    await page.getByRole('button', { name: 'Change: Emil Erholung' }).click();
    await dialog(page).getByLabel('Languages').fill('de, en');
    await dialog(page).getByRole('switch', { name: 'Own hours' }).check();
    expect(await admin.accessibilityFaults()).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await rowOf(page, 'Emil Erholung').getByText('de, en').waitFor();
    await page.getByRole('button', { name: 'Take out: Emil Erholung' }).click();
    await dialog(page).getByText('0 open tasks').waitFor();
    await dialog(page).getByRole('button', { name: 'Take out' }).click();
    await page.getByText('Nobody is in this team yet.').waitFor();
  });

  test('say what happens to open work before access is taken away', async () => {
    const { page } = admin;
    const leaving = await product.visit({ name: 'Lena Letzter-Tag' });
    await fillWithCancellations(product);
    const { items } = await product.call('manager', 'GET', '/tasks?status=open&limit=2');
    for (const { taskId } of items) {
      const assign = { assignee: leaving.userId };
      await product.call('manager', 'POST', `/tasks/${taskId}/assign`, assign);
    }
    await admin.open('/settings/users');
    await page.getByRole('button', { name: 'More for Lena Letzter-Tag' }).click();
    await page.getByRole('menuitem', { name: 'Take away access' }).click();
    await dialog(page).getByText('2 open tasks go back to the team queue.').waitFor();
    await dialog(page).getByRole('button', { name: 'Take away access' }).click();
    await rowOf(page, 'Lena Letzter-Tag').getByText('no access').waitFor();
    await leaving.page.getByText('Your session has ended.').waitFor();
  });

  test('tell all of it in the audit log, by person, action and day', async () => {
    const { page } = admin;
    await admin.open('/settings/audit');
    for (const what of ['Changed somebody', 'Made a webhook', 'Sent a message again']) {
      await rowOf(page, what).waitFor();
    }
    await admin.picture('settings-audit');
    await page.getByRole('combobox', { name: 'What' }).click();
    await page.getByRole('option', { name: 'Revoked a key' }).click();
    await rowOf(page, 'about Our shop').waitFor();
    expect(await page.locator('.settings-row').count()).toBe(1);
    expect(new URL(page.url()).search).toBe('?action=key.revoke');
    await page.getByLabel('To', { exact: true }).fill('2020-01-01');
    await page.getByText('Nothing fits these filters').waitFor();
    await page.getByRole('button', { name: 'All filters off' }).click();
    await page.getByRole('combobox', { name: 'Who' }).click();
    await page.getByRole('option', { name: 'Mina Managerin' }).click();
    await rowOf(page, 'Noted an absence').getByText('Mina Managerin (Manager)').waitFor();
  });

  test('show agents their own sections alone, which work with the keyboard, too', async () => {
    const agent = await product.visit({ name: 'Ada Agent' });
    const { page } = agent;
    await agent.open('/');
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    const sections = page.getByRole('navigation', { name: 'Sections' }).getByRole('link');
    expect(await sections.allTextContents()).toEqual([
      'My account',
      'My sessions',
      'Absences',
      'Calendar and region',
    ]);
    await page.getByLabel('Your password now').fill('not this one at all');
    await page.getByLabel('New password').fill('vier neue Worte für mich');
    await page.keyboard.press('Enter');
    await page.getByText('current is not your password.').waitFor();
    await agent.open('/settings/calendar');
    await page.getByText('Mon, Tue, Wed, Thu, Fri, 09:00 to 19:00').waitFor();
    await page.getByRole('button', { name: 'Make an address' }).click();
    const address = await dialog(page).getByLabel('Address').inputValue();
    const { pathname } = new URL(address);
    const calendar = await fetch(`${product.system.url}${pathname}`);
    expect(await calendar.text()).toContain('BEGIN:VCALENDAR');
    expect(agent.faults).toEqual([]);
  });

  test('say in German alone why something cannot be', async () => {
    const german = await product.visit({ role: 'admin', language: 'de' });
    const { page } = german;
    await german.open('/settings/users');
    await page.getByRole('button', { name: 'Jemanden einladen' }).click();
    await dialog(page).getByLabel('Name').fill('Noch einmal');
    await dialog(page).getByLabel('E-Mail').fill('user1@shop.example');
    await dialog(page).getByRole('button', { name: 'Einladung senden' }).click();
    const said = dialog(page).getByRole('alert');
    await said.getByText('Diese E-Mail-Adresse gehört schon jemandem.').waitFor();
    expect(await said.textContent()).not.toMatch(/must|There is/);
    await german.open('/settings/mail');
    await page.getByRole('button', { name: 'Testmail an mich senden' }).click();
    await page.getByText('Hier verlässt keine Mail das Haus').waitFor();
    expect(german.faults).toEqual([]);
    await german.context.close();
  });

  test('can be read and used by everybody in both languages, light and dark', async () => {
    const german = await product.visit({
      role: 'admin',
      name: 'Gerda Verwaltung',
      language: 'de',
    });
    const sections = [
      ...['account', 'sessions', 'absences', 'calendar', 'team', 'mail'],
      ...['users', 'keys', 'signing-secrets', 'webhooks', 'audit', 'about'],
    ];
    for (const section of sections) {
      await german.open(`/settings/${section}`);
      expect([section, await german.accessibilityFaults()]).toEqual([section, []]);
      await german.picture(`settings-${section}-de`);
      expect(await german.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(
        true,
      );
    }
    await admin.page.emulateMedia({ colorScheme: 'dark' });
    for (const section of ['users', 'keys', 'webhooks', 'audit', 'about']) {
      await admin.open(`/settings/${section}`);
      expect([section, await admin.accessibilityFaults()]).toEqual([section, []]);
    }
    await admin.picture('settings-about-dark');
    expect(german.faults).toEqual([]);
    expect(admin.faults).toEqual([]);
  }, 240_000);
});
