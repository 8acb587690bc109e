import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { strictRegainsOf } from '../../db/judgements.ts';
import { judgeDue } from '../../db/ledger.ts';
import { noteContact } from '../../db/contacts.ts';
import { listMails } from '../../db/mails.ts';
import { warnOfReturners } from '../../db/returners.ts';
import { getTask, listTasks } from '../../db/tasks.ts';
import { after } from '../../domain/duration.ts';
import type { AfterCare } from '../../domain/policy.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { unlessRefused } from '../support/policies.ts';
import { until } from '../support/until.ts';

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

const passTo = async (moment: string) =>
  engine.pass(`${Math.max(0, Math.floor(await daysFromNow(moment)))}d`);

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
    const referral = await engine.task(caseId, 'referral-call');
    expect(await daysFromNow(referral.dueAt)).toBeLessThan(6);
    await engine.complete(referral, { outcome: 'accepted' });
    await engine.send(customerId, 'satisfaction.answered', { score: 10 });
    await engine.until(caseId, ({ satisfactionScore }) => satisfactionScore === 10);
    await engine.answer(caseId, 'aftercare-call', { outcome: 'reached' });
    expect(await openTypes(caseId)).toEqual([]);
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

  it('came back when it happened, and not when we heard of it', async () => {
    const customerId = await engine.customer();
    opened.push(customerId);
    await engine.send(customerId, 'cancellation.received', {
      effectiveAt: after(await engine.now(), '5d'),
    });
    const { caseId } = await engine.openCaseOf(customerId);
    await engine.task(caseId, 'cause-call');
    const withdrawnAt = after(await engine.now(), '1d');
    await engine.pass('9d');
    await engine.send(customerId, 'cancellation.withdrawn', {}, withdrawnAt);
    const { regainedAt } = await engine.until(caseId, (record) => record.regainedAt !== null);
    expect(regainedAt).toBe(withdrawnAt);
  });

  it('is kept for a whole year: care, deliveries, a silence, and the end on its day', async () => {
    const before = engine.policy;
    const year = {
      ...{ ...before.secondLoyalty, observation: '365d' as const },
      afterCare: [
        { task: 'welcome-call', after: '4d' },
        { task: 'aftercare-call', after: '30d' },
        { task: 'satisfaction-call', after: '90d' },
        { task: 'aftercare-call', after: '180d' },
        { task: 'satisfaction-call', after: '330d' },
      ] as AfterCare[],
    };
    await engine.usePolicy({ ...before, name: 'year', secondLoyalty: year });
    const customerId = await engine.customer();
    opened.push(customerId);
    const caseId = await engine.open(customerId);
    await engine.usePolicy(before);
    await engine.task(caseId, 'cause-call');
    await buy(customerId);
    const { regainedAt } = await engine.until(caseId, (record) => record.regainedAt !== null);
    const reached = { outcome: 'reached', oldCause: 'gone' };
    const onDay = async (type: 'aftercare-call' | 'satisfaction-call', day: number) => {
      const call = await engine.task(caseId, type);
      const days = (Date.parse(call.dueAt) - Date.parse(regainedAt!)) / dayMs;
      expect(Math.abs(days - day)).toBeLessThan(5);
      await passTo(call.dueAt);
      return call;
    };
    await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
    await engine.complete(await onDay('aftercare-call', 30), reached);
    await engine.complete(await onDay('satisfaction-call', 90), { outcome: 'answered', score: 9 });
    await engine.answer(caseId, 'referral-call', { outcome: 'accepted' });
    const third = await onDay('aftercare-call', 180);
    await buy(customerId);
    await engine.complete(third, reached);
    await engine.pass('60d');
    expect(await warnOfReturners(engine.db, await engine.now())).toBe(1);
    await engine.answer(caseId, 'make-up', { outcome: 'settled' });
    await engine.complete(await onDay('satisfaction-call', 330), { outcome: 'answered', score: 8 });
    await passTo(after(regainedAt!, '364d'));
    expect((await engine.until(caseId, () => true)).status).toBe('open');
    await engine.pass('2d');
    const ended = await engine.closed(caseId);
    expect(ended).toMatchObject({ outcome: 'loyal-again', endReason: 'bought-again' });
    expect(await daysFromNow(ended.closedAt!)).toBeLessThanOrEqual(0);
    expect((Date.parse(ended.closedAt!) - Date.parse(regainedAt!)) / dayMs).toBeCloseTo(365, 0);
    await judgeDue(engine.db, await engine.now());
    const strict = await strictRegainsOf(engine.db, [caseId]);
    expect(strict.get(caseId)!.is).toBe('half-return');
    expect(await openTypes(caseId)).toEqual([]);
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

  describe('beside what is planned', () => {
    it('is asked for a referral at once when the answer is old, and again only if nobody could ask', async () => {
      const { customerId, caseId, welcome } = await aReturner();
      await engine.complete(welcome, { outcome: 'reached' });
      const planned = await engine.task(caseId, 'aftercare-call');
      const answeredAt = await engine.now();
      await engine.pass('20d');
      await engine.send(customerId, 'satisfaction.answered', { score: 9 }, answeredAt);
      const first = await engine.task(caseId, 'referral-call');
      expect(await daysFromNow(first.dueAt)).toBeLessThan(4);
      expect(await openTypes(caseId)).toEqual(['aftercare-call', 'referral-call']);
      await engine.send(customerId, 'satisfaction.answered', { score: 10 });
      await engine.until(caseId, ({ satisfactionScore }) => satisfactionScore === 10);
      expect(await openTypes(caseId)).toEqual(['aftercare-call', 'referral-call']);

      // Nobody calls within the window, twice.
      await engine.passUntil(first.deadlineAt);
      const second = await engine.task(caseId, 'referral-call');
      expect([second.attempt, second.taskId === first.taskId]).toEqual([2, false]);
      await engine.passUntil(second.deadlineAt);
      await engine.until(caseId, ({ nextDueAt }) => nextDueAt === planned.dueAt);
      expect(await openTypes(caseId)).toEqual(['aftercare-call']);
      await engine.send(customerId, 'satisfaction.answered', { score: 9 });
      await engine.answer(caseId, 'referral-call', { outcome: 'accepted' });
      expect(await getTask(engine.db, planned.taskId)).toMatchObject({
        ...{ status: 'open', dueAt: planned.dueAt },
      });
    });

    it('is asked for a referral after a pause', async () => {
      const { customerId, caseId } = await aReturner();
      const until = after(await engine.now(), '30d');
      await engine.command('case.pause', caseId, caseId, { until });
      await engine.send(customerId, 'satisfaction.answered', { score: 9 });
      const { taskId } = await engine.task(caseId, 'referral-call');
      await engine.pass('31d');
      await engine.until(caseId, ({ pausedUntil }) => pausedUntil === null);
      const { status, dueAt } = (await getTask(engine.db, taskId))!;
      expect(status).toBe('open');
      expect(dueAt > until).toBe(true);
      expect(await openTypes(caseId)).toEqual(['referral-call', 'welcome-call']);
    });

    it('is asked for nothing any more when lost again, or after an objection', async () => {
      for (const type of ['cancellation.received', 'customer.objected']) {
        const { customerId, caseId } = await aReturner();
        await engine.send(customerId, 'order.delivered', { orderId: 'parcel' });
        await engine.task(caseId, 'aftercare-call');
        await engine.send(customerId, 'satisfaction.answered', { score: 10 });
        await engine.task(caseId, 'referral-call');
        await engine.send(customerId, type);
        const { outcome } = await engine.closed(caseId);
        expect(outcome).toBe(type === 'customer.objected' ? 'stopped' : 'lost-again');
        expect(await openTypes(caseId)).toEqual([]);
        const { items } = await listTasks(engine.db, { caseId }, { limit: 9 });
        expect(items.map((task) => task.type).sort()).toEqual([
          'aftercare-call',
          'cause-call',
          'referral-call',
          'welcome-call',
        ]);
      }
    });

    it('is not asked when the permission to call is withdrawn', async () => {
      const { customerId, caseId } = await aReturner();
      await engine.send(customerId, 'satisfaction.answered', { score: 10 });
      await engine.task(caseId, 'referral-call');
      await engine.send(customerId, 'permission.changed', { channel: 'phone', granted: false });
      const gaveUp = 'gave-up {"type":"referral-call","reason":"permission-withdrawn"}';
      await until(async () => (await engine.story(caseId)).includes(gaveUp));
      expect(await openTypes(caseId)).toEqual([]);
    });

    it('is called after each delivery as long as calls are planned, and once more', async () => {
      const { customerId, caseId, welcome } = await aReturner();
      const calls = async () => {
        const { items } = await listTasks(
          engine.db,
          { caseId, type: 'aftercare-call' },
          { limit: 9 },
        );
        return items.length;
      };
      const heard = async () =>
        (await engine.story(caseId)).filter((told) => told.startsWith('delivery')).length;
      const delivered = async (orderId: string) => {
        const before = await heard();
        await engine.send(customerId, 'order.delivered', { orderId });
        await until(async () => (await heard()) > before);
      };
      const reached = { outcome: 'reached', oldCause: 'gone' };
      for (const orderId of ['first', 'second', 'third']) {
        await delivered(orderId);
        const call = await engine.task(caseId, 'aftercare-call');
        expect(await daysFromNow(call.dueAt)).toBeLessThan(8);
        expect(await openTypes(caseId)).toEqual(['aftercare-call', 'welcome-call']);
        await engine.complete(call, reached);
        // Another parcel of the same order.
        await delivered(orderId);
      }
      expect(await calls()).toBe(3);
      await delivered('fourth');
      await engine.complete(welcome, { outcome: 'reached' });
      await engine.pass('90d');
      expect(await openTypes(caseId)).toEqual([]);
      expect(await calls()).toBe(3);
    });

    it('is not called twice on one day', async () => {
      const { customerId, caseId, welcome } = await aReturner();
      await engine.send(customerId, 'order.delivered');
      const care = await engine.task(caseId, 'aftercare-call');
      await engine.passUntil(care.dueAt);
      const result = { outcome: 'reached' };
      const made = { commandId: 'made', ...result, at: await engine.now() };
      noteContact(engine.db, welcome, made, engine.policy);
      await engine.complete(welcome, result);
      await engine.until(caseId, ({ nextDueAt }) => nextDueAt! > after(care.dueAt, '8h'));
      const moved = (await getTask(engine.db, care.taskId))!;
      expect(moved.dueAt.slice(0, 10) > care.dueAt.slice(0, 10)).toBe(true);
    });

    it('is called after a delivery at the very end, and the case ends on its day all the same', async () => {
      const { customerId, caseId, welcome } = await aReturner();
      await engine.complete(welcome, { outcome: 'reached' });
      const { regainedAt } = await engine.until(caseId, (record) => record.regainedAt !== null);
      await buy(customerId);
      await engine.passUntil(after(regainedAt!, '176d'));
      await engine.send(customerId, 'order.delivered');
      const { taskId } = await engine.task(caseId, 'aftercare-call');
      await engine.passUntil(after(regainedAt!, '180d'));
      const { outcome, closedAt } = await engine.closed(caseId);
      expect(outcome).toBe('loyal-again');
      expect(closedAt!.slice(0, 10)).toBe(after(regainedAt!, '180d').slice(0, 10));
      expect((await getTask(engine.db, taskId))!.status).toBe('cancelled');
    });
  });
});
