import { after, before, times } from '../../../domain/duration.ts';
import type { Policy } from '../../../domain/policy.ts';
import type { Engine } from '../engine.ts';
import type { Scenario } from './scenario.ts';

const purchase = { orderId: 'return-1', amount: 4_990, currency: 'EUR' };

/** Who comes back, or turns out never to have left. */
export const returns = {
  'comes back and stays': {
    outcome: 'loyal-again',
    async run(engine) {
      const customerId = await engine.customer();
      const caseId = await engine.open(customerId);
      await engine.answer(caseId, 'cause-call', { outcome: 'no-answer' });
      await engine.answer(caseId, 'cause-call', { outcome: 'answered', cause: 'neglected' });
      await engine.answer(caseId, 'recovery-call', {
        outcome: 'callback',
        callbackAt: after(await engine.now(), '1s'),
      });
      await engine.answer(caseId, 'recovery-call', { outcome: 'refused' });
      await engine.answer(caseId, 'offer-call', { outcome: 'accepted' });
      await engine.until(caseId, (record) => record.step === 'success-control');
      await engine.send(customerId, 'purchase.recorded', purchase);
      await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
      await answerAfterCare(engine, caseId);
      await engine.send(customerId, 'purchase.recorded', { ...purchase, orderId: 'return-2' });
      await engine.until(caseId, (record) => record.regainedAmount === 2 * purchase.amount);
      await engine.pass(engine.policy.secondLoyalty.observation);
      return caseId;
    },
  },
  'comes back, and is asked by mail how it is: first not well, then very well': {
    outcome: 'loyal-again',
    async run(engine) {
      const { secondLoyalty } = engine.policy;
      const { customerId, caseId } = await openedWith(engine, 'quick-mail', {
        afterDelivery: '1s',
        afterCare: [
          { task: 'welcome-call', after: '1s' },
          { task: 'satisfaction-mail', after: '2s' },
          { task: 'aftercare-call', after: times(secondLoyalty.observation, 5) },
        ],
        observation: times(secondLoyalty.observation, 6),
      });
      await engine.task(caseId, 'cause-call');
      await engine.send(customerId, 'purchase.recorded', purchase);
      await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
      // The mail may wait until Monday.
      await engine.pass(times(engine.policy.playbookDay, 5));
      const care = await engine.task(caseId, 'aftercare-call');
      await engine.send(customerId, 'satisfaction.answered', { score: 2 });
      await engine.answer(caseId, 'make-up', { outcome: 'settled' });
      await engine.send(customerId, 'order.delivered', {});
      await engine.until(caseId, ({ nextDueAt }) => nextDueAt! < care.dueAt);
      await engine.answer(caseId, 'aftercare-call', {
        outcome: 'reached',
        oldCause: 'still-there',
      });
      await engine.task(caseId, 'make-up');
      await engine.pass(times(secondLoyalty.call.window, 2));
      await engine.send(customerId, 'satisfaction.answered', { score: 10 });
      await engine.answer(caseId, 'referral-call', { outcome: 'accepted' });
      await engine.send(customerId, 'purchase.recorded', { ...purchase, orderId: 'return-2' });
      await engine.until(caseId, (record) => record.regainedAmount === 2 * purchase.amount);
      await engine.pass(times(secondLoyalty.observation, 6));
      return caseId;
    },
  },
  'comes back, and is called beside what is planned: after deliveries, and for a referral': {
    outcome: 'loyal-again',
    async run(engine) {
      const { secondLoyalty } = engine.policy;
      const planned = times(secondLoyalty.observation, 5);
      const { customerId, caseId } = await openedWith(engine, 'quick-beside', {
        ...{ afterDelivery: '1s', referralAfter: '1s' },
        afterCare: [
          { task: 'welcome-call', after: '1s' },
          { task: 'satisfaction-call', after: planned },
          { task: 'aftercare-call', after: times(secondLoyalty.observation, 6) },
        ],
        observation: times(secondLoyalty.observation, 7),
      });
      await engine.task(caseId, 'cause-call');
      await engine.send(customerId, 'purchase.recorded', purchase);
      await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
      const asked = await engine.task(caseId, 'satisfaction-call');
      await engine.send(customerId, 'order.delivered', { orderId: purchase.orderId });
      await engine.task(caseId, 'aftercare-call');
      await engine.send(customerId, 'satisfaction.answered', { score: 9 });
      await engine.answer(caseId, 'referral-call', { outcome: 'no-answer' });
      const until = after(await engine.now(), '1s');
      await engine.command('case.pause', caseId, caseId, { until });
      await engine.passUntil(until);
      await engine.answer(caseId, 'aftercare-call', { outcome: 'reached' });
      await engine.send(customerId, 'order.delivered', { orderId: 'return-2' });
      const last = await engine.task(caseId, 'aftercare-call');
      await engine.passUntil(last.deadlineAt);
      await engine.complete(asked, { outcome: 'answered', score: 10 });
      await engine.answer(caseId, 'referral-call', { outcome: 'accepted' });
      await engine.send(customerId, 'purchase.recorded', { ...purchase, orderId: 'return-2' });
      await engine.until(caseId, (record) => record.regainedAmount === 2 * purchase.amount);
      await engine.pass(times(secondLoyalty.observation, 7));
      return caseId;
    },
  },
  'comes back and stays, and a call is still open when the observation ends': {
    outcome: 'loyal-again',
    async run(engine) {
      const { call, observation } = engine.policy.secondLoyalty;
      const { customerId, caseId } = await openedWith(engine, 'quick-open', {
        afterCare: [{ task: 'welcome-call', after: '1s' }],
        call: { ...call, window: times(observation, 3) },
      });
      await engine.task(caseId, 'cause-call');
      await engine.send(customerId, 'purchase.recorded', purchase);
      await engine.task(caseId, 'welcome-call');
      await engine.send(customerId, 'purchase.recorded', { ...purchase, orderId: 'return-2' });
      await engine.until(caseId, (record) => record.regainedAmount === 2 * purchase.amount);
      await engine.pass(observation);
      return caseId;
    },
  },
  'withdraws the cancellation and stays': {
    outcome: 'loyal-again',
    async run(engine) {
      const customerId = await engine.customer();
      await engine.send(customerId, 'cancellation.received', {
        reason: 'better-offer-price',
        effectiveAt: after(await engine.now(), '30d'),
      });
      const { caseId } = await engine.openCaseOf(customerId);
      await engine.answer(caseId, 'recovery-call', { outcome: 'accepted' });
      await withdrawsAndStays(engine, { customerId, caseId });
      return caseId;
    },
  },
  'is turned to once more, and withdraws the cancellation from before': {
    outcome: 'loyal-again',
    async run(engine) {
      const { customerId, caseId } = await turnedToOnceMore(engine);
      await withdrawsAndStays(engine, { customerId, caseId });
      return caseId;
    },
  },
  'had withdrawn the cancellation before being turned to once more': {
    outcome: 'not-pursued',
    async run(engine) {
      const { customerId, caseId, closedAt } = await turnedToOnceMore(engine);
      await engine.send(customerId, 'cancellation.withdrawn', {}, closedAt);
      return caseId;
    },
  },
  'cancels again after the return': {
    outcome: 'lost-again',
    async run(engine) {
      const { customerId, caseId } = await comesBack(engine);
      await engine.task(caseId, 'welcome-call');
      await engine.send(customerId, 'cancellation.received', { reason: 'disappointed-service' });
      return caseId;
    },
  },
  'had bought before the case was opened': {
    outcome: 'not-pursued',
    async run(engine) {
      const customerId = await engine.customer();
      const caseId = await engine.open(customerId);
      await engine.task(caseId, 'cause-call');
      const time = before(await engine.now(), '1d');
      await engine.send(customerId, 'purchase.recorded', purchase, time);
      return caseId;
    },
  },
  'comes back but buys no second time': {
    outcome: 'lost-again',
    async run(engine) {
      const { caseId } = await comesBack(engine);
      await engine.answer(caseId, 'welcome-call', { outcome: 'wrong-number' });
      await engine.pass(engine.policy.secondLoyalty.observation);
      return caseId;
    },
  },
  'a manager says no to a third chance': {
    outcome: 'not-pursued',
    async run(engine) {
      const { customerId, caseId: first } = await comesBack(engine);
      await engine.task(first, 'welcome-call');
      await engine.send(customerId, 'cancellation.received', {});
      await engine.closed(first);
      const second = await engine.openCaseOf(customerId);
      await engine.answer(second.caseId, 'decide-pursuit', { outcome: 'do-not-pursue' });
      return second.caseId;
    },
  },
} satisfies Record<string, Scenario>;

/** Who buys again before anybody has spoken with them. */
async function comesBack(engine: Engine) {
  const customerId = await engine.customer();
  const caseId = await engine.open(customerId);
  await engine.task(caseId, 'cause-call');
  await engine.send(customerId, 'purchase.recorded', purchase);
  return { customerId, caseId };
}

/** Whose case of a cancellation a manager closed at `closedAt`, and who has another one, opened by hand. */
async function turnedToOnceMore(engine: Engine) {
  const customerId = await engine.customer();
  await engine.send(customerId, 'cancellation.received', { reason: 'better-offer-price' });
  const first = await engine.openCaseOf(customerId);
  await engine.task(first.caseId, 'recovery-call');
  await engine.command('case.close', first.caseId, first.caseId, {});
  const { closedAt } = await engine.closed(first.caseId);
  const caseId = await engine.open(customerId, { trigger: 'manual' });
  await engine.task(caseId, 'cause-call');
  return { customerId, caseId, closedAt: closedAt! };
}

async function withdrawsAndStays(
  engine: Engine,
  { customerId, caseId }: { customerId: string; caseId: string },
): Promise<void> {
  await engine.send(customerId, 'cancellation.withdrawn');
  await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
  await answerAfterCare(engine, caseId);
  await engine.pass(engine.policy.secondLoyalty.observation);
}

/** A case opened by a policy whose second loyalty is the engine's, but for `changed`. */
async function openedWith(
  engine: Engine,
  name: string,
  changed: Partial<Policy['secondLoyalty']>,
): Promise<{ customerId: string; caseId: string }> {
  const before = engine.policy;
  const secondLoyalty = { ...before.secondLoyalty, ...changed };
  await engine.usePolicy({ ...before, name, secondLoyalty });
  const customerId = await engine.customer();
  const caseId = await engine.open(customerId);
  await engine.usePolicy(before);
  return { customerId, caseId };
}

/** What the policy plans after the welcome, with a score that leads to a referral request. */
async function answerAfterCare(engine: Engine, caseId: string): Promise<void> {
  for (const { task } of engine.policy.secondLoyalty.afterCare.slice(1)) {
    if (task === 'satisfaction-call') {
      await engine.answer(caseId, task, { outcome: 'answered', score: 9 });
      await engine.answer(caseId, 'referral-call', { outcome: 'accepted' });
    } else if (task !== 'satisfaction-mail') {
      await engine.answer(caseId, task, { outcome: 'reached' });
    }
  }
}
