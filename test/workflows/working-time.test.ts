import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publishPlaybook } from '../../db/playbooks.ts';
import { putOffer } from '../../db/offers.ts';
import { escalateTasks, getTask } from '../../db/tasks.ts';
import { durationMs } from '../../domain/duration.ts';
import type { Policy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { startEngine, type Engine } from '../support/engine.ts';

/* A manager's silence is counted in working time: nobody loses a decision over a weekend. */

const { hours } = standardPolicy.contact;
const policy: Policy = {
  ...standardPolicy,
  timeZone: 'UTC',
  contact: { hours, timesOfDay: [] },
  identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
};
const asked = {
  actor: { actorId: 'm', role: 'manager' },
  request: {},
  idempotencyKey: null,
} as const;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine('time-skipping', policy);
  const at = await engine.now();
  await putOffer(
    engine.db,
    {
      ...{ offerId: 'lavish', title: 'Lavish', kind: 'credit', cost: 6_000, causes: [], tiers: [] },
      ...{ marginFloorPercent: 0, monthlyBudget: null, forAnyCause: false, validDays: 30 },
      fallback: null,
    },
    { asked, at },
  );
  const measures = [
    { id: 'sweeten', kind: 'offer' as const, afterDays: 0, concession: 'lavish', cost: 6_000 },
    { id: 'last', kind: 'letter' as const, afterDays: 1 },
  ];
  const content = {
    ...{ playbookId: 'own', title: 'Ours', triggers: [], tiers: ['A' as const], decisions: [] },
    ...{ causes: ['neglected' as const], measures },
  };
  await publishPlaybook(engine.db, content, { asked, basedOn: undefined, at });
});
afterAll(() => engine.stop());

/** Lets time pass until it is noon on the next such weekday, 1 is Monday. */
async function untilNoonOf(weekday: number): Promise<void> {
  const at = await engine.now();
  const noon = new Date(`${at.slice(0, 10)}T12:00:00Z`);
  const days = (weekday - noon.getUTCDay() + 7) % 7 || 7;
  await engine.passUntil(new Date(noon.getTime() + days * 86_400_000).toISOString());
}

const weekdayAndHour = (moment: string) => [new Date(moment).getUTCDay(), moment.slice(11, 13)];

describe('a manager who is asked on Friday at noon', () => {
  it('has two working days to approve an offer, and hears of it again after one', async () => {
    await untilNoonOf(5);
    const caseId = await engine.open(await engine.customer(12), { statedCause: 'neglected' });
    const { taskId, deadlineAt } = await engine.task(caseId, 'approve-offer');
    expect(weekdayAndHour(deadlineAt)).toEqual([2, '12']);

    await engine.pass('71h');
    const escalated = async () => {
      await escalateTasks(engine.db, { policy, at: await engine.now() });
      return (await getTask(engine.db, taskId))!;
    };
    expect(await escalated()).toMatchObject({ status: 'open', escalatedAt: null });
    await engine.pass('2h');
    const { status, escalatedAt } = await escalated();
    expect({ status, since: weekdayAndHour(escalatedAt!) }).toEqual({
      status: 'open',
      since: [1, '13'],
    });
    await engine.pass('1d');
    await engine.task(caseId, 'letter');
    expect(await getTask(engine.db, taskId)).toMatchObject({ closeReason: 'deadline' });
    await engine.replay([(await getTask(engine.db, taskId))!.customerId]);
  });

  it('has five working days to decide about a customer', async () => {
    await untilNoonOf(5);
    const customerId = await engine.customer(0);
    const caseId = await engine.open(customerId, { trigger: 'cancellation' });
    const { deadlineAt } = await engine.task(caseId, 'decide-pursuit');
    expect(weekdayAndHour(deadlineAt)).toEqual([5, '12']);
    expect(Date.parse(deadlineAt) - Date.parse(await engine.now())).toBeGreaterThan(
      durationMs('6d'),
    );
    await engine.pass('7d');
    expect(await engine.closed(caseId)).toMatchObject({ decisionReason: 'manager-silent' });
    await engine.replay([customerId]);
  });
});
