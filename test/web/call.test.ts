import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localDay } from '../../domain/calendar.ts';
import { startProduct, type Product, type Visit } from '../support/browser.ts';
import { fillWithCancellations } from '../support/web-data.ts';
import { until } from '../support/until.ts';

type Task = { taskId: string; caseId: string; customerId: string; customer: { name: string } };

/** Every call is due now, at whatever time this runs. */
const atOnce = {
  ...{ extends: 'standard', name: 'web' },
  contact: {
    ...{ hours: null, timesOfDay: [] },
    customerHours: { opensAt: '00:00', closesAt: '23:59' },
  },
  causeAnalysis: { call: { firstAfter: '1s' } },
};

let product: Product;
let agent: Visit;
let tasks: Task[];
beforeAll(async () => {
  product = await startProduct(atOnce);
  await fillWithCancellations(product);
  // Without an administrator whoever is signed out lands at the set-up.
  await product.visit({ role: 'admin', name: 'Alma Admin' });
  agent = await product.visit();
  const { items } = await product.call('manager', 'GET', '/tasks?type=cause-call&limit=200');
  tasks = items;
}, 120_000);
afterAll(() => product.stop());

/** Cause calls that no test has had yet. */
const fresh = (): Task => tasks.shift()!;
const shown = async (taskId: string) => product.call('manager', 'GET', `/tasks/${taskId}`);
const open = (visit: Visit, { taskId }: Task) => visit.open(`/tasks/${taskId}`);
const press = async ({ page }: Visit, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const outcome = ({ page }: Visit, name: string) => page.getByRole('radio', { name });

describe('the call view', () => {
  test('has everything for one call on one screen, and says what each result leads to', async () => {
    const whoNamesThePrice = tasks.findIndex(({ customerId }) => customerId === 'C-1001');
    const [task] = tasks.splice(whoNamesThePrice, 1) as [Task];
    await open(agent, task);
    const { page } = agent;
    await page.getByRole('heading', { level: 1, name: task.customer.name }).waitFor();
    await page.getByText('May be contacted').waitFor();
    await page.getByText(`Telefonformular ${task.customerId}`).waitFor();
    await page.getByText(/^Germany, winning back, Phone, Private customer: UWG § 7/).waitFor();
    await page.getByText('If the cause is: Better offer elsewhere: Price').waitFor();
    await page.getByText('The price of the better offer').waitFor();
    await page.getByRole('button', { name: /^All \d+$/ }).click();
    await page.getByText('Delivery free of charge').waitFor();
    await page.getByRole('button', { name: 'Fewer' }).click();
    expect(await page.locator('#dial').getAttribute('href')).toMatch(/^tel:\+4930/);
    await outcome(agent, 'No answer')
      .getByText(/Calls again .* \(attempt 2 of 4\)/)
      .waitFor();
    await outcome(agent, 'No more contact').getByText('The case ends').waitFor();
    for (const part of [
      ...['Who', 'What happened', 'Permission', 'Allowed offers'],
      ...['Interview guide', 'Result'],
    ]) {
      const { y, height } = (await page.getByRole('region', { name: part }).boundingBox())!;
      expect({ part, isSeen: y + height <= 900 }).toEqual({ part, isSeen: true });
    }
    await page.getByRole('button', { name: /^Beschwerde ohne Antwort/ }).click();
    await page.getByText(/^If the cause is: Disappointed: .*complaint/i).waitFor();
    await page.getByText('The price of the better offer').waitFor({ state: 'detached' });
    await outcome(agent, 'Answered')
      .getByText(/^Measures begin: /)
      .waitFor();
    // Whatever else is asked for then.
    const save = (await page.getByRole('button', { name: /^Save/ }).boundingBox())!;
    expect(save.y + save.height).toBeLessThanOrEqual(900);
    await agent.picture('call');
    tasks.push(task);
    expect(agent.faults).toEqual([]);
  });

  test('names a complaint that nobody has answered', async () => {
    await open(
      agent,
      tasks.find(({ customerId }) => customerId === 'C-1006')!,
    );
    await agent.page.getByText(/^Complaint of .*: nobody has answered yet$/).waitFor();
  });

  test('is done with the keyboard alone, in seconds, and the next task opens by itself', async () => {
    const [first, second] = [fresh(), fresh()];
    const me = { assignee: agent.userId };
    for (const { taskId } of [first, second]) {
      await product.call('manager', 'POST', `/tasks/${taskId}/assign`, me);
    }
    await agent.open('/');
    await press(agent, 'j', 'Enter');
    await agent.page.waitForURL(/\/tasks\//);
    const firstId = decodeURIComponent(agent.page.url().split('/').at(-1)!);
    await outcome(agent, 'No answer').getByText('Calls again').waitFor();
    await press(agent, '2', 'Enter');
    const other = [first, second].find(({ taskId }) => taskId !== firstId)!;
    await agent.page.waitForURL((url) => url.pathname.endsWith(encodeURIComponent(other.taskId)));
    await agent.page.getByText('Saved for').waitFor();
    await until(async () => (await shown(firstId)).status === 'done');
    expect((await shown(firstId)).result).toMatchObject({ outcome: 'no-answer', minutes: 1 });

    await outcome(agent, 'Answered').waitFor();
    await press(agent, '1');
    await agent.page.keyboard.type('Price');
    // What is typed marks what it finds first; Enter before that would be the form's.
    await agent.page
      .locator('[data-combobox-selected]', { hasText: 'Better offer elsewhere: Price' })
      .waitFor();
    await press(agent, 'Enter', 'Escape', 'n');
    await agent.page.keyboard.type('Too dear since the last rise.');
    await press(agent, 'Control+Enter');
    await agent.page.waitForURL((url) => url.pathname === '/');
    await until(async () => (await shown(other.taskId)).status === 'done');
    expect((await shown(other.taskId)).result).toMatchObject({
      ...{ outcome: 'answered', cause: 'better-offer-price' },
      note: 'Too dear since the last rise.',
    });
    expect(agent.faults).toEqual([]);
  });

  test('goes on with a callback agreed for today, however many others are due before it', async () => {
    const [first, second, agreed] = [fresh(), fresh(), fresh()];
    const complete = { result: { outcome: 'callback', callbackAt: inMinutes(2), minutes: 1 } };
    await product.call('manager', 'POST', `/tasks/${agreed.taskId}/complete`, complete);
    const { items } = await product.call(
      'manager',
      'GET',
      `/tasks?caseId=${agreed.caseId}&status=open`,
    );
    const [callback] = items as [Task];
    for (const { taskId } of [first, second, callback]) {
      await product.call('manager', 'POST', `/tasks/${taskId}/assign`, { assignee: agent.userId });
    }
    // As if a whole page of others were due before it.
    const shortened = (url: URL) =>
      url.pathname.endsWith('/tasks') && url.searchParams.get('limit') === '50';
    await agent.page.route(shortened, (route) =>
      route.continue({ url: route.request().url().replace('limit=50', 'limit=2') }),
    );
    await open(agent, first);
    await outcome(agent, 'No answer').click();
    await agent.page.getByRole('button', { name: /^Save/ }).click();
    await agent.page.waitForURL((url) =>
      url.pathname.endsWith(encodeURIComponent(callback.taskId)),
    );
    await agent.page.unroute(shortened);
    for (const { taskId } of [second, callback]) {
      await product.call('manager', 'POST', `/tasks/${taskId}/assign`, { assignee: null });
    }
    tasks.push(second, callback);
    expect(agent.faults).toEqual([]);
  });

  test('says at once when a callback will be, and keeps to it', async () => {
    const task = fresh();
    await open(agent, task);
    await outcome(agent, 'Call back').getByText('at the time that you agree on').waitFor();
    await outcome(agent, 'Call back').click();
    const { page } = agent;
    const wish = page.getByLabel('When shall we call?');
    await wish.fill('2020-01-01T10:00');
    await page.getByText('Must lie in the future').waitFor();
    await outcome(agent, 'Call back').getByText('at the time that you agree on').waitFor();
    await wish.fill('2199-12-31T10:00');
    await outcome(agent, 'Call back')
      .getByText(/no call is put off for longer/)
      .waitFor();
    await page.getByRole('button', { name: 'Tomorrow 10:00' }).click();
    await outcome(agent, 'Call back').getByText('Calls again tomorrow, 10:00').waitFor();
    await agent.page.getByRole('button', { name: /^Save/ }).click();
    await until(async () => (await shown(task.taskId)).status === 'done');
    const again = await product.call('manager', 'GET', `/tasks?caseId=${task.caseId}&status=open`);
    expect(again.items).toMatchObject([{ agreed: true, type: 'cause-call' }]);
    const tomorrow = new Date();
    tomorrow.setDate(tomorrow.getDate() + 1);
    tomorrow.setHours(10, 0, 0, 0);
    expect(again.items[0].dueAt).toBe(tomorrow.toISOString());
  });

  test('takes a result back within some seconds, with what was entered', async () => {
    const task = fresh();
    await open(agent, task);
    await press(agent, 'n');
    await agent.page.keyboard.type('Said something.');
    await press(agent, 'Escape', '7');
    await agent.page.getByRole('button', { name: /^Save/ }).click();
    await agent.page.getByText('Saved for').last().waitFor();
    await agent.page.waitForURL((url) => !url.pathname.includes(encodeURIComponent(task.taskId)));
    await press(agent, 'u');
    await agent.page.getByText('Undone. Nothing has happened.').waitFor();
    await agent.page.waitForURL((url) => url.pathname.includes(encodeURIComponent(task.taskId)));
    await agent.page.getByText('Said something.').waitFor();
    expect(await outcome(agent, 'No more contact').getAttribute('aria-checked')).toBe('true');
    expect(await shown(task.taskId)).toMatchObject({ status: 'open', keptResult: null });
    tasks.push(task);
  });

  test('lets one of two people win, and tells the other who it was', async () => {
    const task = fresh();
    const quick = await product.visit({ name: 'Quick Quinn' });
    await open(quick, task);
    await agent.page.route('**/api/v1/changes', (route) => route.abort());
    await open(agent, task);
    await outcome(quick, 'Refused').click();
    await quick.page.getByRole('button', { name: /^Save/ }).click();
    await quick.page.getByText('Saved for').waitFor();
    await outcome(agent, 'No answer').click();
    await agent.page.getByRole('button', { name: /^Save/ }).click();
    await agent.page.getByText('Quick Quinn was quicker: “Refused”').waitFor();
    await until(async () => (await shown(task.taskId)).result?.outcome === 'refused');
    await agent.page.unroute('**/api/v1/changes');
    expect(quick.faults).toEqual([]);
    agent.faults.length = 0;
    await quick.context.close();
  });

  test('keeps what is typed over a visit elsewhere, a reload and a new sign-in, for its author alone', async () => {
    const task = fresh();
    const { page } = agent;
    const note = page.getByRole('textbox', { name: 'Note', exact: true });
    const ofCase = page.getByRole('textbox', { name: 'A note about the case' });
    const typed = async () => {
      await until(async () => (await note.inputValue()) === 'Wants her manual back.');
      await until(async () => (await ofCase.inputValue()) === 'Ask Ben about it.');
      expect(await outcome(agent, 'Refused').getAttribute('aria-checked')).toBe('true');
    };
    await open(agent, task);
    await outcome(agent, 'Refused').click();
    await note.fill('Wants her manual back.');
    await ofCase.fill('Ask Ben about it.');
    await page.getByRole('link', { name: 'Inbox' }).first().click();
    await page.waitForURL((url) => url.pathname === '/');
    await page.goBack();
    await typed();
    await page.reload();
    await typed();
    await page.goto('about:blank');
    await agent.context.clearCookies();
    await page.goto(`/tasks/${encodeURIComponent(task.taskId)}`);
    await page.waitForURL(/sign-in/);
    await agent.signIn(`/tasks/${task.taskId}`);
    await typed();
    await page.getByRole('button', { name: 'Account of Ada Lovelace' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL((url) => url.pathname === '/sign-in');
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('manual');
    await agent.signIn();
    tasks.push(task);
    expect(agent.faults).toEqual([]);
  });

  test('hands what was typed to the notes of the case when somebody else was quicker', async () => {
    const task = fresh();
    const { page } = agent;
    await open(agent, task);
    await page.getByRole('textbox', { name: 'Note', exact: true }).fill('Half a sentence');
    const result = { outcome: 'refused' };
    await product.call('manager', 'POST', `/tasks/${task.taskId}/complete`, { result });
    await page.getByText('What you have written stands with the notes').waitFor();
    const ofCase = page.getByRole('textbox', { name: 'A note about the case' });
    expect(await ofCase.inputValue()).toBe('Half a sentence');
    expect(await agent.accessibilityFaults()).toEqual([]);
    await page.reload();
    await until(async () => (await ofCase.inputValue()) === 'Half a sentence');
    expect(agent.faults).toEqual([]);
  });

  test('says calmly when the customer buys while one looks at the call', async () => {
    const task = fresh();
    await open(agent, task);
    await product.call('sales-system', 'POST', '/events', {
      ...{ specversion: '1.0', id: `back-${task.taskId}`, source: 'web-test' },
      ...{ type: 'purchase.recorded', subject: task.customerId, time: new Date().toISOString() },
      data: { orderId: `back-${task.taskId}`, amount: 5_000, currency: 'EUR' },
    });
    await agent.page.getByText('the customer has bought again').waitFor();
    expect(await agent.page.getByRole('button', { name: /^Save/ }).count()).toBe(0);
  });

  test('has notes that mention colleagues', async () => {
    const task = tasks[0]!;
    await open(agent, task);
    await agent.page.getByRole('textbox', { name: 'A note about the case' }).fill('Ask for Anna.');
    await agent.page.getByRole('button', { name: 'Add note' }).click();
    await agent.page.locator('.written', { hasText: 'Ask for Anna.' }).waitFor();
    await agent.page.locator('input[type=file]').setInputFiles({
      ...{ name: 'contract.txt', mimeType: 'text/plain' },
      buffer: Buffer.from('All is well.'),
    });
    await agent.page.getByRole('link', { name: 'contract.txt, 1 kB' }).waitFor();
    expect(agent.faults).toEqual([]);
  });

  test('keeps a note once, however often it is clicked, and says when nobody answers', async () => {
    const { taskId, caseId } = tasks[0]!;
    await agent.open(`/tasks/${taskId}`);
    const { page } = agent;
    const note = page.getByRole('textbox', { name: 'A note about the case' });
    const add = page.getByRole('button', { name: 'Add note' });
    await note.fill('Clicked twice.');
    await page.route('**/notes', (route) => route.abort());
    await add.click();
    await page.getByText('There is no answer from the server.').waitFor();
    expect(await note.inputValue()).toBe('Clicked twice.');
    await page.unroute('**/notes');
    await add.dblclick();
    await page.locator('.written', { hasText: 'Clicked twice.' }).waitFor();
    await until(async () => (await note.inputValue()) === '');
    const { items } = await product.call('manager', 'GET', `/cases/${caseId}/notes`);
    expect(items.filter(({ text }: { text: string }) => text === 'Clicked twice.')).toHaveLength(1);
    expect(agent.faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('can be used by everybody, %s', async (colorScheme) => {
    await agent.page.emulateMedia({ colorScheme });
    await open(agent, tasks[0]!);
    await outcome(agent, 'Answered').click();
    await agent.page.getByRole('combobox', { name: 'Cause' }).waitFor();
    expect(await agent.accessibilityFaults()).toEqual([]);
    await agent.picture(`call-${colorScheme}`);
    await agent.page.emulateMedia({ colorScheme: 'light' });
  });

  test('is in German for who reads German, and a manager gives the task to somebody', async () => {
    const manager = await product.visit({
      role: 'manager',
      name: 'Mina Managerin',
      language: 'de',
    });
    await open(manager, tasks[0]!);
    await manager.page.getByRole('heading', { name: 'Ergebnis' }).waitFor();
    await manager.page.getByText(/Ruft wieder an: .* \(2. von 4 Versuchen\)/).waitFor();
    await manager.page.getByPlaceholder('Geben an …').click();
    await manager.page.getByRole('option', { name: 'Ada Lovelace' }).click();
    await manager.page.getByText('Ada Lovelace hat die Aufgabe jetzt.').waitFor();
    await manager.page.getByText('Ada Lovelace hat diese Aufgabe.').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    expect(manager.faults).toEqual([]);
    await manager.picture('call-de');
    await manager.context.close();
  });

  test('says in German what a result lacks, without asking, and which moment is possible', async () => {
    const manager = await product.visit({ role: 'manager', language: 'de' });
    const { page } = manager;
    let sent = 0;
    await page.route('**/complete', (route) => ((sent += 1), route.continue()));
    await open(manager, tasks[0]!);
    await outcome(manager, 'Rückruf').click();
    await page.getByRole('button', { name: /^Speichern/ }).click();
    await page.getByText('Bitte angeben').waitFor();
    const time = page.getByLabel('Wann sollen wir anrufen?');
    expect(await page.evaluate('document.activeElement.name')).toBe('callbackAt');
    expect(await manager.accessibilityFaults()).toEqual([]);
    await time.fill('2024-03-05T10:00');
    await page.getByText('Muss in der Zukunft liegen').waitFor();
    await page.getByRole('button', { name: /^Speichern/ }).click();
    expect(sent).toBe(0);

    const { nextDayAt } = localDay(new Date().toISOString(), 'Europe/Berlin');
    const night = new Date(Date.parse(nextDayAt) + 86_400_000 - 30_000).toISOString();
    await page.route('**/reschedule', (route) => route.continue({ postData: { dueAt: night } }), {
      times: 1,
    });
    await page.getByRole('button', { name: 'Verschieben' }).click();
    await page.getByRole('button', { name: 'In einer Stunde' }).click();
    await page.getByText('Zu dieser Zeit werden Kunden nicht gestört.').waitFor();
    expect(await manager.accessibilityFaults()).toEqual([]);
    await page.getByRole('button', { name: /nehmen, das geht als Nächstes/ }).click();
    await page.getByText(/^Kommt .* wieder\.$/).waitFor();
    const { dueAt } = await shown(tasks[0]!.taskId);
    expect(dueAt > night).toBe(true);
    expect(manager.faults).toEqual([]);
    await manager.context.close();
  });

  test('is no wider than a telephone', async () => {
    await agent.page.setViewportSize({ width: 390, height: 844 });
    await open(agent, tasks[0]!);
    const wide = await agent.page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(390);
    const settings = agent.page.getByRole('link', { name: 'Settings' });
    const isThere = async () => (await settings.boundingBox())!.x >= 0;
    expect(await isThere()).toBe(false);
    await agent.page.getByRole('button', { name: 'Menu' }).click();
    await until(isThere);
    await settings.click();
    await agent.page.waitForURL('**/settings');
    await until(async () => !(await isThere()));
    await agent.page.setViewportSize({ width: 1_440, height: 900 });
  });

  test('loses nothing while the worker is away, says so, and it is done when it is back', async () => {
    const task = tasks[0]!;
    await open(agent, task);
    await outcome(agent, 'Refused').click();
    await product.system.kill('worker');
    await agent.page.getByRole('button', { name: /^Save/ }).click();
    await agent.page.getByText(/^Kept: Refused/).waitFor({ timeout: 30_000 });
    await agent.open('/?view=all');
    await agent.page.getByText('saved: Refused').waitFor();
    await open(agent, task);
    await agent.page.getByText('“Refused” by Ada Lovelace is kept.').waitFor();
    await agent.picture('call-kept');
    await product.system.start('worker');
    await agent.page.getByText('Done by Ada Lovelace').waitFor({ timeout: 60_000 });
    expect((await shown(task.taskId)).result).toMatchObject({ outcome: 'refused' });
    expect(agent.faults).toEqual([]);
  });
});
