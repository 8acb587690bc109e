import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';
import { until } from '../support/until.ts';

let product: Product;
let manager: Visit;
let agent: Visit;

const before = `playbookId: own
title: Ask, then write
causes: [neglected]
triggers: [cancellation]
tiers: [A, B, C, D]
decisions: [pursue, pursue-light]
customerKinds: [consumer, business]
measures:
  - id: ask
    kind: call
    afterDays: 1
    on: { refused: end }
  - id: sweeten
    kind: offer
    afterDays: 2
    concession: credit
    cost: 1000
    on: { refused: goodbye, not-reached: goodbye }
  - id: write
    kind: letter
    afterDays: 3
  - id: goodbye
    kind: letter
    afterDays: 5
`;

beforeAll(async () => {
  product = await startProduct();
  await product.call('manager', 'POST', '/playbooks', { yaml: before });
  await fillWithCancellations(product);
  const { items } = await product.call('manager', 'GET', '/tasks?type=cause-call&limit=1');
  await product.call('admin', 'POST', `/tasks/${items[0].taskId}/complete`, {
    result: { outcome: 'answered', cause: 'neglected' },
  });
  await product.call('manager', 'POST', '/scans', {});
  manager = await product.visit({ role: 'manager', name: 'Mina Managerin' });
  agent = await product.visit();
}, 120_000);
afterAll(() => product.stop());

const editor = ({ page }: Visit) => page.getByLabel('Text of the playbook (YAML)');

describe('playbooks', () => {
  test('are found by what they are for', async () => {
    const { page } = agent;
    await agent.open('/playbooks');
    await page.getByRole('heading', { name: 'Better offer elsewhere: price' }).first().waitFor();
    await page.getByLabel('Search by name').fill('ask, then write');
    await until(async () => (await page.locator('.playbook-list > li').count()) === 1);
    await page.reload();
    await page.getByRole('link', { name: 'Ask, then write' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ask, then write' }).waitFor();
    await page.getByText('refused, not reached → 4 · Letter (goodbye)').waitFor();
  });

  test('say which of them a case would get', async () => {
    const { page } = agent;
    await agent.open('/playbooks');
    await page.getByRole('combobox', { name: 'Cause', exact: true }).click();
    await page.getByRole('option', { name: 'Neglected', exact: true }).click();
    await page
      .getByText(/^own was written for this: Cause, Tier, Customer, Trigger, Decision/)
      .waitFor();
  });

  test('are read by agents, and edited by managers', async () => {
    await agent.open('/playbooks/own');
    await agent.page.getByRole('heading', { name: 'Ask, then write' }).waitFor();
    expect(await agent.page.getByRole('link', { name: 'Edit' }).count()).toBe(0);
    await agent.open('/playbooks/own/edit');
    await agent.page.getByRole('heading', { level: 1, name: 'Managers only' }).waitFor();
    expect(agent.faults).toEqual([]);
  });

  test('are mended by the line while typing, and published after a look at what changes', async () => {
    const { page } = manager;
    await manager.open('/playbooks/own/edit');
    const text = await editor(manager).inputValue();
    await editor(manager).fill(text.replace('kind: letter', 'kind: latter'));
    await page.getByRole('button', { name: /^Line \d+$/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Review and publish' }).isDisabled()).toBe(true);
    await manager.picture('playbook-mistake');
    await page.getByRole('button', { name: /^Line \d+$/ }).click();
    await editor(manager).fill(
      text
        .replace('title: Ask, then write', 'title: Ask and write')
        .replace('afterDays: 3', 'afterDays: 4'),
    );
    await page.getByText('No mistakes.').waitFor();
    await page.getByRole('button', { name: 'Review and publish' }).click();
    const review = page.getByRole('dialog');
    await review.getByText('title: Ask and write').waitFor();
    await review.getByText('1 open case has other measures').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('playbook-publish');
    await review.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ask and write' }).waitFor();
    await page.getByText('Open cases on an older version').waitFor();
    await manager.picture('playbook-apply');
    await page.getByLabel('Why they change').fill('A day more is kinder');
    await page.getByRole('button', { name: 'Apply version 2 to 1 case' }).click();
    await page.getByText('1 case goes on by it').waitFor();
    await until(async () => {
      const body = { version: 2 };
      const effect = await product.call('manager', 'POST', '/playbooks/own/preview', body);
      return effect.cases.length === 0 && effect.unchanged === 1;
    });
  });

  test('are changed with the keyboard alone', async () => {
    const { page } = manager;
    await manager.open('/playbooks/own');
    await page.keyboard.press('e');
    await editor(manager).focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('    windowDays: 9\n');
    await page.getByText('No mistakes.').waitFor();
    await page.getByText('to be done within 9 days').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').getByText('windowDays: 9').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).press('Enter');
    await page.waitForURL('**/playbooks/own');
    await page.getByText('version 3', { exact: false }).first().waitFor();
  });

  test('are compared by their versions', async () => {
    const { page } = manager;
    await manager.open('/playbooks/own?version=3&against=1');
    const difference = page.getByRole('region', { name: 'What differs between the versions' });
    await difference.getByText('title: Ask, then write').waitFor();
    expect(await difference.locator('[data-change=added]').count()).toBe(3);
  });

  test.each(['light', 'dark'] as const)('can be used by everybody, %s', async (colorScheme) => {
    await manager.page.emulateMedia({ colorScheme });
    for (const path of [
      '/policy',
      '/playbooks',
      '/playbooks/own?version=3&against=1',
      '/playbooks/own/edit',
    ]) {
      await manager.open(path);
      expect(await manager.accessibilityFaults()).toEqual([]);
      await manager.picture(`${path.split('?')[0]!.slice(1).replaceAll('/', '-')}-${colorScheme}`);
    }
    expect(manager.faults).toEqual([]);
  });

  test('speak German', async () => {
    const german = await product.visit({ role: 'manager', language: 'de' });
    await german.open('/playbooks/better-product-subscription');
    const missing = german.page.getByRole('listitem').filter({ hasText: 'what-was-missing' });
    await missing.getByText('bietet Höhere Ausstattung drei Monate ohne Aufpreis').waitFor();
    expect(await missing.innerText()).toMatch(/und Sie probieren die größere Ausstattung/);
    await german.open('/playbooks/own');
    await german.page.getByText('abgelehnt, nicht erreicht → 4 · Brief (goodbye)').waitFor();
    await german.page.getByRole('link', { name: 'Bearbeiten' }).waitFor();
    expect(german.faults).toEqual([]);
  });
});

test.each(['playbooks', 'templates'])('a long list of %s is read to its end', async (name) => {
  const { page } = manager;
  const all = (await product.call('manager', 'GET', `/${name}?limit=200`)).items;
  const first = (url: URL) => url.pathname.endsWith(`/${name}`) && !url.searchParams.has('cursor');
  await page.route(first, (route) =>
    route.continue({ url: route.request().url().replace('limit=200', 'limit=2') }),
  );
  await manager.open(`/playbooks?tab=${name}`);
  const links = page.locator('.playbook-list a');
  const shown = async () =>
    new Set(await links.evaluateAll((found) => found.map((one) => one.getAttribute('href'))));
  await until(async () => (await shown()).size === all.length);
  await page.unroute(first);
  expect(all.length).toBeGreaterThan(2);
  expect(manager.faults).toEqual([]);
});

describe('templates and offers', () => {
  test('show a mail as it would arrive while it is written', async () => {
    const { page } = manager;
    await manager.open('/playbooks?tab=templates');
    await page.locator('.playbook-list').getByRole('link').first().click();
    const field = page.getByLabel('Text of the template (YAML)');
    await field.waitFor();
    const text = await field.inputValue();
    await field.fill(text.replace('texts:', 'textes:'));
    await page.getByText('is not known here').waitFor();
    await field.fill(text.replace(/body: ([|>][-+]?\n +)?/g, (found) => `${found}Grüße vorweg. `));
    const preview = page.getByRole('region', { name: 'As it would arrive' });
    await preview.getByText(/Grüße vorweg\./).waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('template');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Published as version 2.').waitFor();
  });

  test('let a manager change what an offer costs, and an agent only read it', async () => {
    const { page } = manager;
    await agent.open('/playbooks?tab=offers');
    await agent.page.getByRole('columnheader', { name: 'Costs us' }).waitFor();
    expect(await agent.page.getByRole('button', { name: /^Change/ }).count()).toBe(0);
    await manager.open('/playbooks?tab=offers');
    await page
      .getByRole('button', { name: /^Change/ })
      .first()
      .click();
    await page.getByLabel('Costs us (EUR)').fill('12.34');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('cell', { name: '€12.34' }).waitFor();
    await manager.picture('offers');
  });
});

describe('a new offer', () => {
  test('is put into the catalogue, with what is wrong beside its field', async () => {
    const { page } = manager;
    await manager.open('/playbooks?tab=offers');
    await page.getByRole('button', { name: 'New offer' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'ID', exact: true }).fill('credit');
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('A box of apples');
    await form.getByRole('button', { name: 'Put into the catalogue' }).click();
    await form.getByText('must not be that of another offer').waitFor();
    await form.getByRole('textbox', { name: 'ID', exact: true }).fill('Box of apples');
    await form.getByRole('button', { name: 'Put into the catalogue' }).click();
    await form.getByText(/must be 1 to 50 small letters/).waitFor();
    expect(
      await form.getByRole('textbox', { name: 'ID', exact: true }).getAttribute('aria-invalid'),
    ).toBe('true');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('offer-new');
    await form.getByRole('textbox', { name: 'ID', exact: true }).fill('apples');
    await form.getByRole('combobox', { name: 'Kind', exact: true }).click();
    await page.getByRole('option', { name: 'Gift' }).click();
    await form.getByLabel('Costs us (EUR)').fill('7.5');
    await form.getByLabel('What German mails call it').fill('Eine Kiste Äpfel');
    await form.getByRole('button', { name: 'Put into the catalogue' }).click();
    await page.getByRole('row', { name: /A box of apples.*€7\.50/ }).waitFor();
    const { items } = await product.call('manager', 'GET', '/offers?limit=200');
    const apples = items.find(({ offerId }: { offerId: string }) => offerId === 'apples');
    expect(apples).toMatchObject({ kind: 'gift', names: { de: 'Eine Kiste Äpfel' } });
  });

  test('is written with the keyboard alone', async () => {
    const { page } = manager;
    await manager.open('/playbooks?tab=offers');
    await page.getByRole('button', { name: 'New offer' }).press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('pears');
    await page.keyboard.press('Tab');
    await page.keyboard.type('A box of pears');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /A box of pears/ }).waitFor();
  });
});

describe('a new template', () => {
  test('is written from the beginning, and never over one that is there', async () => {
    const { page } = manager;
    await manager.open('/playbooks?tab=templates');
    await page.getByRole('link', { name: 'New template' }).click();
    const field = page.getByLabel('Text of the template (YAML)');
    const text = await field.inputValue();
    await field.fill(text.replace('my-letter', 'letter').replace('We miss you', 'Come back'));
    await page.getByRole('region', { name: 'As it would arrive' }).waitFor();
    await page.getByText('No mistakes.').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await manager.picture('template-new');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText(/There is version \d+ by now/).waitFor();
    const keys: string[] = [];
    const publishing = (url: URL) => url.pathname.endsWith('/templates');
    await page.route(publishing, (route) => {
      const request = route.request();
      if (request.method() !== 'POST') return route.continue();
      keys.push(request.headers()['idempotency-key']!);
      return keys.length < 3 ? route.abort() : route.continue();
    });
    const publish = async () => {
      const before = keys.length;
      await page.getByText('No mistakes.').waitFor();
      await page.getByRole('button', { name: 'Publish' }).click();
      await until(async () => keys.length > before);
    };
    await field.fill(text.replace('my-letter', 'come-back'));
    await publish();
    await page.getByText('There is no answer from the server.').first().waitFor();
    await field.fill(text.replace('my-letter', 'come-back').replace('What it is for', 'Back'));
    await publish();
    await publish();
    await page.getByRole('heading', { level: 1, name: 'Back' }).waitFor();
    // A key belongs to one text, however often that is sent.
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBe(keys[1]);
    await page.unroute(publishing);
    await page.waitForURL('**/templates/come-back');
  });

  test('begins as a copy of another', async () => {
    const { page } = manager;
    await manager.open('/templates/come-back');
    await page.getByRole('link', { name: 'Copy as new' }).click();
    const field = page.getByLabel('Text of the template (YAML)');
    await until(async () => (await field.inputValue()).startsWith('templateId: come-back-2'));
  });
});

describe('the policy', () => {
  test('is read in plain words, by everybody', async () => {
    const { page } = agent;
    await agent.open('/policy');
    await page.getByText('In force: web-1').waitFor();
    await page
      .getByRole('row', { name: 'A manager approves what costs more than €30.00' })
      .waitFor();
    await page
      .getByRole('row', { name: 'Business hours days (Mon, Tue, Wed, Thu, Fri)' })
      .waitFor();
    expect(await page.getByText('How silent losses are found').count()).toBe(0);
    expect(agent.faults).toEqual([]);
  });

  test('shows managers how each rule would have found silent losses', async () => {
    const { page } = manager;
    await until(async () => (await product.call('manager', 'GET', '/detection')).fit !== null);
    await manager.open('/policy');
    await page.getByText('How silent losses are found').waitFor();
    await page.getByText(/^Tested on your own past/).waitFor();
    expect(await page.getByRole('img', { name: /lost customers found/ }).count()).toBeGreaterThan(
      1,
    );
  });

  test('speaks German', async () => {
    const german = await product.visit({ role: 'manager', language: 'de' });
    await german.open('/policy');
    await german.page.getByText('In Kraft: web-1').waitFor();
    await german.page.getByText('Geschäftszeiten').waitFor();
    await german.picture('policy-de');
    expect(german.faults).toEqual([]);
  });
});
