import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getCase } from '../../db/cases.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { quickPolicy } from '../support/policies.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine('dev-server', quickPolicy);
});
afterAll(() => engine.stop());

const purchase = (orderId: string) => ({ orderId, amount: 4_990, currency: 'EUR' });

describe('a case on the real server', () => {
  it('walks from dormancy to loyal again in fewer than 120 history events', async () => {
    await engine.usePolicy({
      ...quickPolicy,
      name: 'whole',
      secondLoyalty: {
        ...quickPolicy.secondLoyalty,
        afterCare: [
          { task: 'welcome-call', after: '1s' },
          { task: 'aftercare-call', after: '1s' },
          { task: 'aftercare-call', after: '2s' },
        ],
        observation: '10s',
      },
    });
    const customerId = await engine.customer();
    const caseId = await engine.open(customerId);
    await engine.answer(caseId, 'cause-call', { outcome: 'no-answer' });
    await engine.answer(caseId, 'cause-call', { outcome: 'answered', cause: 'neglected' });
    await engine.answer(caseId, 'recovery-call', { outcome: 'refused' });
    await engine.answer(caseId, 'offer-call', { outcome: 'accepted' });
    await engine.send(customerId, 'purchase.recorded', purchase('1'));
    await engine.answer(caseId, 'welcome-call', { outcome: 'reached' });
    await engine.answer(caseId, 'aftercare-call', { outcome: 'reached' });
    await engine.answer(caseId, 'aftercare-call', { outcome: 'reached' });
    await engine.send(customerId, 'purchase.recorded', purchase('2'));

    expect(await engine.closed(caseId)).toMatchObject({ outcome: 'loyal-again' });
    const handle = engine.env.client.workflow.getHandle(recoveryWorkflowId(customerId));
    await handle.result();
    const { historyLength } = await handle.describe();
    console.log(`A whole case takes ${historyLength} history events`);
    expect(historyLength).toBeLessThan(120);
  });

  it('is found in Temporal by step, trigger, tier, cause and team', async () => {
    await engine.usePolicy({
      ...standardPolicy,
      identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
    });
    const customerId = await engine.customer();
    const caseId = await engine.open(customerId, { trigger: 'manual' });
    await engine.answer(caseId, 'cause-call', { outcome: 'answered', cause: 'neglected' });
    await engine.task(caseId, 'recovery-call');

    const query = `WinbackStep = 'measures' AND WinbackTrigger = 'manual' AND WinbackTier = 'A'
      AND WinbackCause = 'neglected' AND WinbackTeam = 'recovery'`;
    const found = async () => {
      const ids: string[] = [];
      for await (const { workflowId } of engine.env.client.workflow.list({ query })) {
        ids.push(workflowId);
      }
      return ids;
    };
    for (let tries = 0; (await found()).length === 0 && tries < 100; tries += 1) {
      await engine.pass('1s');
    }
    expect(await found()).toEqual([recoveryWorkflowId(customerId)]);
  });

  it('cannot run twice for one customer: Temporal refuses', async () => {
    const customerId = await engine.customer();
    const caseId = await engine.open(customerId);
    await engine.task(caseId, 'cause-call');
    const record = (await getCase(engine.db, caseId))!;

    const again = await engine.recoveries.start({
      ...record,
      firstSeq: 1,
      policy: engine.policy,
    });
    expect(again).toBe('running');
  });
});
