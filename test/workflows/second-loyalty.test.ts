import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listMails } from '../../db/mails.ts';
import { warnOfReturners } from '../../db/returners.ts';
import { getTask, listTasks } from '../../db/tasks.ts';
import { after } from '../../domain/duration.ts';
import type { AfterCare } from '../../domain/policy.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { unlessRefused } from '../support/policies.ts';

const afterCare: AfterCare[] = [
  { task: 'welcome-call', after: '4d' },
  { task: 'aftercare-call', after: '60d' },
  { task: 'satisfaction-mail', after: '70d' },
  { task: 'aftercare-call', after: '100d' },
];
const policy = {
  ...unlessRefused,
  identification: { ...unlessRefused.identification, controlGroupPercent: 0 },
  secondLoyalty: { ...unlessRefused.secondLoyalty, afterCare },
};
const dayMs = 86_400_000;

let engine: Engine;
const opened: string[] = [];
beforeAll(async () => {
  engine = await startEngine('time-skipping', policy);
});
afterAll(() => engine.stop());
afterEach(async () => {
  await engine.replay(opened.splice(0));
});

let orders = 0;
const buy = (customerId: string) => {
  orders += 1;
  const order = { orderId: `back-${orders}`, amount: 4_000, currency: 'EUR' };
  return engine.send(customerId, 'purchase.recorded', order);
};

/** Somebody who has come back by buying, and whom nobody has welcomed yet. */
async function aReturner() {
  const customerId = await engine.customer();
  opened.push(customerId);
  const caseId = await engine.open(customerId);
  await engine.task(caseId, 'cause-call');
  await buy(customerId);
  const welcome = await engine.task(caseId, 'welcome-call');
  return { customerId, caseId, welcome };
}

const story = async (caseId: string) => (await engine.story(caseId)).join('\n');
const openTypes = async (caseId: string) => {
  const { items } = await listTasks(engine.db, { caseId, status: 'open' }, { limit: 9 });
  return items.map(({ type }) => type).sort();
};
const daysFromNow = async (dueAt: string) =>
  (Date.parse(dueAt) - Date.parse(await engine.now())) / dayMs;

describe('a returner', () => {
  it('is called after a delivery, sooner than planned, also when the call is open already', async () => {
    const { customerId, caseId, welcome } = await aReturner();
    await engine.send(customerId, 'order.delivered', { orderId: 'back-1' });
    await engine.complete(welcome, { outcome: 'reached' });
    const first = await engine.task(caseId, 'aftercare-call');
    expect(await daysFromNow(first.dueAt)).toBeLessThan(8);
    await engine.complete(first, { outcome: 'reached', oldCause: 'gone' });
    await engine.pass('90d');
    const second = await engine.task(caseId, 'aftercare-call');
    await engine.complete(second, {
      outcome: 'callback',
      callbackAt: after(await engine.now(), '9d'),
    });
    const agreed = await engine.task(caseId, 'aftercare-call');
    await engine.send(customerId, 'order.delivered', { orderId: 'back-2' });
    await engine.until(caseId, ({ revision }) => revision > 0);
    expect((await getTask(engine.db, agreed.taskId))!.dueAt).toBe(agreed.dueAt);
    expect((await openTypes(caseId)).includes('make-up')).toBe(false);
  });

  it('has an open call moved forward by a delivery', async () => {
    const { customerId, caseId, welcome } = await aReturner();
    await engine.complete(welcome, { outcome: 'reached' });
    const planned = await engine.task(caseId, 'aftercare-call');
    await engine.send(customerId, 'order.delivered', { orderId: 'back-3' });
    await engine.until(caseId, ({ nextDueAt }) => nextDueAt! < planned.dueAt);
    const moved = (await getTask(engine.db, planned.taskId))!;
    expect(moved.status).toBe('open');
    expect(await daysFromNow(moved.dueAt)).toBeLessThan(8);
    expect(await story(caseId)).toContain('after-delivery');
  });

  it('whose old cause is still there has somebody put it right, beside the planned calls', async () => {
    const { caseId, welcome } = await aReturner();
    await engine.complete(welcome, { outcome: 'reached' });
    await engine.answer(caseId, 'aftercare-call', { outcome: 'reached', oldCause: 'still-there' });
    const task = await engine.task(caseId, 'make-up');
    expect(await daysFromNow(task.dueAt)).toBeLessThan(4);
    await engine.pass('12d');
    expect(await getTask(engine.db, task.taskId)).toMatchObject({ closeReason: 'deadline' });
    expect((await engine.until(caseId, () => true)).status).toBe('open');
  });

  it('answers the mail: a low score is made up for at once, a high one leads to a referral', async () => {
    const { customerId, caseId, welcome } = await aReturner();
    await engine.complete(welcome, { outcome: 'reached' });
    await engine.answer(caseId, 'aftercare-call', { outcome: 'reached' });
    await engine.pass('80d');
    await engine.task(caseId, 'aftercare-call');
    const { items } = await listMails(engine.db, { caseId }, { limit: 5 });
    expect(items).toMatchObject([{ templateId: 'satisfaction', afterReturn: true }]);

    await engine.send(customerId, 'satisfaction.answered', { score: 6 });
    const wrong = await engine.task(caseId, 'make-up');
    expect(await openTypes(caseId)).toEqual(['aftercare-call', 'make-up']);
    await engine.complete(wrong, { outcome: 'settled' });
    await engine.send(customerId, 'satisfaction.answered', { score: 9 });
    await engine.until(caseId, ({ satisfactionScore }) => satisfactionScore === 9);
    await engine.answer(caseId, 'aftercare-call', { outcome: 'reached' });
    await engine.answer(caseId, 'referral-call', { outcome: 'accepted' });
    expect(await openTypes(caseId)).toEqual([]);
    await engine.send(customerId, 'satisfaction.answered', { score: 10 });
    await engine.answer(caseId, 'referral-call', { outcome: 'refused' });
    await engine.pass('200d');
    expect(await engine.closed(caseId)).toMatchObject({ satisfactionScore: 10 });
  });

  it('is observed for longer by a pause, also when a referral is asked for after it', async () => {
    const before = engine.policy;
    const { secondLoyalty } = before;
    const bare = { ...secondLoyalty, afterCare: [], observation: '100d' as const };
    await engine.usePolicy({ ...before, name: 'bare', secondLoyalty: bare });
    const customerId = await engine.customer();
    opened.push(customerId);
    const caseId = await engine.open(customerId);
    await engine.usePolicy(before);
    await engine.task(caseId, 'cause-call');
    await buy(customerId);
    await engine.until(caseId, ({ step }) => step === 'second-loyalty');
    const until = after(await engine.now(), '50d');
    await engine.command('case.pause', caseId, caseId, { until });
    await engine.pass('51d');
    await engine.send(customerId, 'satisfaction.answered', { score: 10 });
    await engine.answer(caseId, 'referral-call', { outcome: 'refused' });
    await engine.pass('60d');
    expect((await engine.until(caseId, () => true)).status).toBe('open');
    await engine.pass('45d');
    expect((await engine.closed(caseId)).outcome).toBe('lost-again');
  });

  it('who falls silent is noticed once, and whoever knows them is told', async () => {
    const { caseId, welcome } = await aReturner();
    await engine.complete(welcome, { outcome: 'reached' });
    const warn = async () => warnOfReturners(engine.db, await engine.now());
    await engine.pass('40d');
    expect(await warn()).toBe(0);
    await engine.pass('8d');
    expect(await warn()).toBe(1);
    expect(await warn()).toBe(0);
    await engine.task(caseId, 'make-up');
    expect(await story(caseId)).toContain('early-warning');
  });
});
