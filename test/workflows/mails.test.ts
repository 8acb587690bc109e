import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { listMails } from '../../db/mails.ts';
import { nextWorkingMoment } from '../../domain/calendar.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { emailOf, startEngine, type Engine } from '../support/engine.ts';

const policy = {
  ...standardPolicy,
  contact: {
    hours: { workDays: [1, 2, 3, 4, 5], opensAt: '09:00', closesAt: '18:00' },
    timesOfDay: ['10:00', '17:00'],
  },
  identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
};

let engine: Engine;
const opened: { customerId: string; caseId: string }[] = [];
beforeAll(async () => {
  engine = await startEngine('time-skipping', policy);
});
afterAll(() => engine.stop());
afterEach(async () => {
  for (const { customerId, caseId } of opened.splice(0)) {
    await engine.command('case.close', caseId, caseId, {});
    await engine.closed(caseId);
    await engine.replay([customerId]);
  }
});

/** A case whose playbook writes a mail after a day, another two days later. */
async function inMeasures(): Promise<{ caseId: string; customerId: string }> {
  const customerId = await engine.customer();
  const caseId = await engine.open(customerId, { statedCause: 'better-offer-convenience' });
  opened.push({ customerId, caseId });
  await engine.until(caseId, ({ plan }) => plan !== null);
  return { caseId, customerId };
}

const mailsOf = async (caseId: string) =>
  (await listMails(engine.db, { caseId }, { limit: 10 })).items;
const done = (caseId: string, measureId: string) =>
  engine.until(caseId, ({ plan }) => plan!.find(({ id }) => id === measureId)!.result !== null);
const resultOf = async (caseId: string, measureId: string) =>
  (await done(caseId, measureId)).plan!.find(({ id }) => id === measureId)!.result;

describe('a measure that sends a mail', () => {
  it('queues it in working hours, once, and carries nothing that stands in it', async () => {
    const { caseId } = await inMeasures();
    const { nextDueAt } = await engine.until(caseId, ({ nextDueAt }) => nextDueAt !== null);
    const due = nextWorkingMoment(nextDueAt!, { ...policy.contact, timeZone: policy.timeZone });
    expect(due).toBe(nextDueAt);
    await engine.pass('12d');
    expect(await resultOf(caseId, 'mail')).toBe('sent');
    expect(await resultOf(caseId, 'again')).toBe('sent');
    const mails = await mailsOf(caseId);
    expect(mails.map(({ measureId, templateId }) => [measureId, templateId])).toEqual([
      ['again', 'fixed'],
      ['mail', 'ask-back'],
    ]);
    const record = await engine.until(caseId, ({ step }) => step === 'success-control');
    expect(record.contacted).toBe(true);
  });

  it('is skipped while it waits, and the next one begins', async () => {
    const { caseId } = await inMeasures();
    await engine.command('case.tailor-plan', caseId, caseId, {
      change: { kind: 'skip', measureId: 'mail' },
    });
    await engine.until(caseId, ({ plan }) => plan![1]!.status === 'current');
    await engine.pass('8d');
    expect(await resultOf(caseId, 'again')).toBe('sent');
    expect((await mailsOf(caseId)).map(({ measureId }) => measureId)).toEqual(['again']);
  });

  it('is brought forward to the next working hour', async () => {
    const { caseId } = await inMeasures();
    await engine.command('case.tailor-plan', caseId, caseId, {
      change: { kind: 'skip', measureId: 'mail' },
    });
    await engine.until(caseId, ({ plan }) => plan![1]!.status === 'current');
    const before = (await engine.until(caseId, () => true)).nextDueAt!;
    await engine.command('case.tailor-plan', caseId, caseId, {
      change: { kind: 'bring-forward', measureId: 'again' },
    });
    await engine.until(
      caseId,
      ({ nextDueAt, step }) => step === 'success-control' || nextDueAt! < before,
    );
  });

  it('asks for leave again when it is due: the letter that stands in its place is written', async () => {
    const { caseId, customerId } = await inMeasures();
    await engine.send(customerId, 'permission.changed', { channel: 'email', granted: false });
    await engine.pass('5d');
    const task = await engine.task(caseId, 'letter');
    expect(task.measureId).toBe('mail');
    expect(await mailsOf(caseId)).toEqual([]);
  });

  it('leads on by its playbook where the address does not take mails', async () => {
    const { caseId, customerId } = await inMeasures();
    await engine.send(customerId, 'mail.bounced', { email: emailOf(customerId) });
    await engine.pass('5d');
    expect((await engine.task(caseId, 'letter')).measureId).toBe('write');
    expect(await resultOf(caseId, 'mail')).toBe('not-sent');
    expect((await engine.story(caseId)).join()).toContain('"reason":"undeliverable"');
  });

  it('does not begin in a pause, which moves it', async () => {
    const { caseId } = await inMeasures();
    const until = new Date(Date.parse(await engine.now()) + 10 * 86_400_000).toISOString();
    await engine.command('case.pause', caseId, caseId, { until });
    await engine.pass('9d');
    expect(await mailsOf(caseId)).toEqual([]);
    await engine.pass('6d');
    expect(await resultOf(caseId, 'mail')).toBe('sent');
  });

  it('ends with the case when the customer objects', async () => {
    const { caseId, customerId } = await inMeasures();
    await engine.send(customerId, 'customer.objected');
    expect((await engine.closed(caseId)).outcome).toBe('stopped');
    expect(await mailsOf(caseId)).toEqual([]);
  });
});
