import { listRecontacts } from '../../../db/recontacts.ts';
import { after, times } from '../../../domain/duration.ts';
import { recoveryWorkflowId } from '../../../domain/ids.ts';
import type { Tailoring } from '../../../domain/measure-plan.ts';
import type { Measure } from '../../../domain/playbooks.ts';
import { completeTask, type CaseAnswer, type CompleteTask } from '../../../workflows/messages.ts';
import { emailOf, type Engine } from '../engine.ts';
import { withControlGroup } from '../policies.ts';
import type { Scenario } from './scenario.ts';

async function overObservation(engine: Engine, caseId: string): Promise<void> {
  await engine.until(caseId, (record) => record.step === 'success-control');
  await engine.pass(engine.policy.successControl.observation);
}

/** Lets a measure come about that nobody does by hand; it may wait until Monday. */
async function overWeekend(engine: Engine, caseId: string, days = 5): Promise<void> {
  await engine.until(caseId, (record) => record.step === 'measures');
  await engine.pass(times(engine.policy.playbookDay, days));
}

/** Who does not come back. */
export const losses = {
  'refuses everything': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer());
      await engine.answer(caseId, 'cause-call', {
        outcome: 'answered',
        cause: 'disappointed-service',
      });
      await engine.answer(caseId, 'remedy', { outcome: 'fixed' });
      await engine.answer(caseId, 'recovery-call', { outcome: 'refused' });
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'allows no calls, and is written to': {
    outcome: 'lost',
    async run(engine) {
      const customerId = await engine.customer();
      await engine.send(customerId, 'permission.changed', { channel: 'phone', granted: false });
      const caseId = await engine.open(customerId, { statedCause: 'better-offer-product' });
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await engine.answer(caseId, 'remedy', { outcome: 'not-fixable' });
      await engine.answer(caseId, 'visit', { outcome: 'refused' });
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'is sent mails, the second of which comes back': {
    outcome: 'lost',
    async run(engine) {
      const customerId = await engine.customer();
      const caseId = await engine.open(customerId, { statedCause: 'better-offer-convenience' });
      await overWeekend(engine, caseId, 10);
      const { revision } = await engine.until(caseId, ({ step }) => step === 'success-control');
      await engine.send(customerId, 'mail.bounced', { email: emailOf(customerId) });
      await engine.until(caseId, (record) => record.revision > revision);
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'has no address for a mail, and is written to': {
    outcome: 'lost',
    async run(engine) {
      const customerId = await engine.customer();
      await engine.send(customerId, 'mail.bounced', { email: emailOf(customerId) });
      const caseId = await engine.open(customerId, { statedCause: 'better-offer-convenience' });
      await overWeekend(engine, caseId);
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'goes by a plan that was changed on the way': {
    outcome: 'lost',
    async run(engine) {
      const { caseId, tailor } = await tailored(engine);
      await tailor({ kind: 'bring-forward', measureId: 'visit' });
      await tailor({
        ...{ kind: 'add', position: 'last' },
        measure: { kind: 'letter', afterDays: 0 },
      });
      await tailor({ kind: 'skip', measureId: 'ask' });
      await engine.answer(caseId, 'visit', { outcome: 'not-met' });
      await engine.task(caseId, 'remedy');
      await tailor({ kind: 'repeat', measureId: 'visit' });
      const measures: Measure[] = [
        { id: 'visit', kind: 'visit', afterDays: 0 },
        { id: 'last', kind: 'letter', afterDays: 1 },
      ];
      const playbook = { playbookId: 'better-product', version: 2, measures };
      await engine.command('case.change-playbook', caseId, caseId, playbook);
      // What was put there in this case comes first.
      await engine.answer(caseId, 'visit', { outcome: 'not-met' });
      await engine.answer(caseId, 'letter', { outcome: 'not-sent' });
      await engine.answer(caseId, 'letter', { outcome: 'not-sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'accepts an offer that a manager approved, and does not come': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer(), {
        statedCause: 'pushed-away-unintended',
      });
      await engine.answer(caseId, 'approve-offer', { outcome: 'approved' });
      await engine.answer(caseId, 'offer-call', { outcome: 'accepted' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'is offered what was drawn by lot, and does not come': {
    outcome: 'lost',
    async run(engine) {
      const before = engine.policy;
      const optimisation = {
        ...{ floorPercent: 10, stopAtPercent: 95, casesAtMost: 300 },
        judgedAfter: '180d' as const,
      };
      await engine.usePolicy({ ...before, name: 'quick-lots', optimisation });
      const caseId = await engine.open(await engine.customer(), {
        statedCause: 'better-offer-product',
      });
      await engine.task(caseId, 'recovery-call');
      const tailor = (change: Tailoring) =>
        engine.command('case.tailor-plan', caseId, caseId, { change });
      const offer: Measure = {
        ...{ kind: 'offer', afterDays: 0, concession: 'gift', alternatives: ['upgrade'] },
        ...{ cost: 100, on: { refused: 'end' } },
      };
      await tailor({ kind: 'add', position: 'next', measure: offer });
      await tailor({ kind: 'skip', measureId: 'ask' });
      await engine.answer(caseId, 'offer-call', { outcome: 'refused' });
      await overObservation(engine, caseId);
      await engine.usePolicy(before);
      return caseId;
    },
  },
  'is made no offer, since no manager approves it in time': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer(), {
        statedCause: 'pushed-away-unintended',
      });
      const { deadlineAt } = await engine.task(caseId, 'approve-offer');
      await engine.passUntil(deadlineAt);
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'may not be called about an offer, so that no manager is asked for it': {
    outcome: 'lost',
    async run(engine) {
      const customerId = await engine.customer();
      await engine.send(customerId, 'permission.changed', { channel: 'phone', granted: false });
      const caseId = await engine.open(customerId, { statedCause: 'pushed-away-unintended' });
      await overObservation(engine, caseId);
      const story = (await engine.story(caseId)).join();
      if (story.includes('approval-asked')) throw new Error('A manager was asked for nothing');
      return caseId;
    },
  },
  'is answered before its case, which begins a task again, has opened the task that everybody sees':
    {
      outcome: 'lost',
      async run(engine) {
        const customerId = await engine.customer();
        const caseId = await engine.open(customerId);
        const first = await engine.task(caseId, 'cause-call');
        const early = answerUnseen(engine, customerId, {
          ...{ caseId, type: 'cause-call', taskId: `${caseId}-cause-call-2` },
          result: { outcome: 'wrong-number' },
        });
        const never = answerUnseen(engine, customerId, {
          ...{ caseId, type: 'visit', taskId: `${caseId}-visit-99` },
          result: { outcome: 'accepted' },
        });
        await engine.complete(first, { outcome: 'no-answer' });
        if (!(await early).applied) throw new Error('The early answer was not heard again');
        await engine.until(caseId, ({ step }) => step === 'measures');
        await engine.answer(caseId, 'letter', { outcome: 'sent' });
        await overObservation(engine, caseId);
        if ((await never).applied) throw new Error('An answer counted whose task never was');
        return caseId;
      },
    },
  'asks for a call far from now, which is then called at an ordinary time': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer());
      const { postponeAtMost } = engine.policy.causeAnalysis.call;
      const callbackAt = after(await engine.now(), times(postponeAtMost, 3));
      await engine.answer(caseId, 'cause-call', { outcome: 'callback', callbackAt });
      const call = await engine.task(caseId, 'cause-call');
      if (call.agreed) throw new Error('Nobody has agreed to that time');
      await engine.answer(caseId, 'cause-call', { outcome: 'wrong-number' });
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'wants to hear from us later than the case lasts, and is left alone until then': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer());
      const { postponeAtMost } = engine.policy.causeAnalysis.call;
      const recontactAt = after(await engine.now(), times(postponeAtMost, 3));
      await engine.answer(caseId, 'cause-call', { outcome: 'not-now', recontactAt });
      await overObservation(engine, caseId);
      await engine.closed(caseId);
      const { items } = await listRecontacts(engine.db, { status: 'waiting' }, { limit: 9 });
      const agreed = items.find((one) => one.caseId === caseId);
      if (agreed?.dueAt !== recontactAt) throw new Error(`Agreed was ${recontactAt}`);
      return caseId;
    },
  },
  'has a mail brought forward after a pause, and keeps its own letter under another playbook': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer(), {
        statedCause: 'better-offer-convenience',
      });
      const tailor = (change: Tailoring) =>
        engine.command('case.tailor-plan', caseId, caseId, { change });
      await engine.until(caseId, ({ plan }) => plan !== null);
      await tailor({
        ...{ kind: 'add', position: 'last' },
        measure: { id: 'own', kind: 'letter', afterDays: 0, windowDays: 30 },
      });
      const until = after(await engine.now(), engine.policy.pauseAtMost);
      await engine.command('case.pause', caseId, caseId, { until });
      await engine.pass(engine.policy.playbookDay);
      await engine.command('case.resume', caseId, caseId, {});
      await tailor({ kind: 'bring-forward', measureId: 'mail' });
      const measures: Measure[] = [{ id: 'mail', kind: 'email', afterDays: 1, template: 'fixed' }];
      const playbook = { playbookId: 'better-convenience', version: 2, measures };
      await engine.command('case.change-playbook', caseId, caseId, playbook);
      await overWeekend(engine, caseId);
      const { measureId } = await engine.task(caseId, 'letter');
      if (measureId !== 'own') throw new Error(`${measureId} is not what was added`);
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'has a visit brought forward, which is made when one may be made': {
    outcome: 'lost',
    async run(engine) {
      const { caseId, tailor } = await tailored(engine);
      const measure: Measure = { id: 'own', kind: 'visit', afterDays: 300 };
      await tailor({ kind: 'add', position: 'next', measure });
      await tailor({ kind: 'skip', measureId: 'ask' });
      const { dueAt } = await engine.task(caseId, 'visit');
      await tailor({ kind: 'bring-forward', measureId: 'own' });
      const visit = await engine.task(caseId, 'visit');
      if (visit.dueAt >= dueAt) throw new Error(`It is still due at ${visit.dueAt}`);
      await engine.complete(visit, { outcome: 'accepted' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'has its cause verified by a manager before the measures': {
    outcome: 'lost',
    async run(engine) {
      const caseId = await engine.open(await engine.customer());
      await engine.task(caseId, 'cause-call');
      await engine.verify(caseId, 'disappointed-service');
      await engine.answer(caseId, 'cause-call', { outcome: 'wrong-number' });
      await engine.answer(caseId, 'remedy', { outcome: 'fixed' });
      await engine.answer(caseId, 'letter', { outcome: 'sent' });
      await overObservation(engine, caseId);
      return caseId;
    },
  },
  'cancels without a purchase that is known, and a manager says no': {
    outcome: 'not-pursued',
    async run(engine) {
      const caseId = await engine.open(await engine.customer(0), { trigger: 'cancellation' });
      await engine.answer(caseId, 'decide-pursuit', { outcome: 'do-not-pursue' });
      return caseId;
    },
  },
  'is not worth it': {
    outcome: 'not-pursued',
    async run(engine) {
      return engine.open(await engine.customer(0), { trigger: 'manual' });
    },
  },
  'belongs to the control group': {
    outcome: 'control-group',
    async run(engine) {
      const before = engine.policy;
      await engine.usePolicy(withControlGroup(before));
      const caseId = await engine.open(await engine.customer());
      await overObservation(engine, caseId);
      await engine.usePolicy(before);
      return caseId;
    },
  },
  'belongs to the control group, and cancels': {
    outcome: 'control-group',
    async run(engine) {
      const before = engine.policy;
      await engine.usePolicy(withControlGroup(before));
      const customerId = await engine.customer();
      const caseId = await engine.open(customerId);
      await engine.usePolicy(before);
      await engine.until(caseId, ({ step }) => step === 'success-control');
      await engine.send(customerId, 'cancellation.received', { reason: 'better-offer-price' });
      await engine.closed(caseId);
      const next = await engine.openCaseOf(customerId);
      if (next.trigger !== 'cancellation') throw new Error('Nobody turns to who cancels');
      return caseId;
    },
  },
  'objects to any contact': {
    outcome: 'stopped',
    async run(engine) {
      const customerId = await engine.customer();
      const caseId = await engine.open(customerId);
      await engine.task(caseId, 'cause-call');
      await engine.send(customerId, 'customer.objected');
      return caseId;
    },
  },
  'asks on the phone not to be contacted': {
    outcome: 'stopped',
    async run(engine) {
      const caseId = await engine.open(await engine.customer());
      await engine.answer(caseId, 'cause-call', { outcome: 'do-not-contact' });
      return caseId;
    },
  },
  'is paused, resumed and closed by a manager': {
    outcome: 'closed-by-manager',
    async run(engine) {
      const caseId = await engine.open(await engine.customer());
      const task = await engine.task(caseId, 'cause-call');
      const until = after(await engine.now(), engine.policy.pauseAtMost);
      await engine.command('case.pause', caseId, caseId, { until });
      await engine.command('case.resume', caseId, caseId, {});
      const dueAt = after(await engine.now(), '1d');
      await engine.command('task.reschedule', task.taskId, caseId, { dueAt });
      await engine.command('case.close', caseId, caseId, {});
      return caseId;
    },
  },
} satisfies Record<string, Scenario>;

/** A case whose measures have just begun, and what changes its plan. */
async function tailored(engine: Engine) {
  const caseId = await engine.open(await engine.customer(), {
    statedCause: 'better-offer-product',
  });
  await engine.task(caseId, 'recovery-call');
  const tailor = (change: Tailoring) =>
    engine.command('case.tailor-plan', caseId, caseId, { change });
  return { caseId, tailor };
}

/** As the API would if the task were open in the database. */
function answerUnseen(
  { env }: Engine,
  customerId: string,
  command: Omit<CompleteTask, 'commandId'>,
): Promise<CaseAnswer> {
  return env.client.workflow
    .getHandle(recoveryWorkflowId(customerId))
    .executeUpdate(completeTask, { args: [{ ...command, commandId: command.taskId }] });
}
