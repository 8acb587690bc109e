import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eq } from 'drizzle-orm';
import { getCase, timelineOf } from '../../db/cases.ts';
import { beginScheduledScan, getScan } from '../../db/scans.ts';
import { cases, tasks, timeline } from '../../db/schema.ts';
import { getTask } from '../../db/tasks.ts';
import { recoveryWorkflowId } from '../../domain/ids.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { reconcile } from '../../relay/reconcile.ts';
import { startEngine, type Engine } from '../support/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine('dev-server', {
    ...standardPolicy,
    identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
  });
});
afterAll(() => engine.stop());

let customerId: string;
let caseId: string;
beforeEach(async () => {
  customerId = await engine.customer();
  caseId = await engine.open(customerId);
  await engine.task(caseId, 'cause-call');
});

const handle = () => engine.env.client.workflow.getHandle(recoveryWorkflowId(customerId));

async function reconciled() {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  return reconcile({
    ...{ db: engine.db, client: engine.env.client, recoveries: engine.recoveries, log },
    clock: () => new Date().toISOString(),
  });
}

/** Reconciles until it repairs something: Temporal's list of workflows lags a little behind. */
async function repaired() {
  for (let tries = 0; tries < 40; tries += 1) {
    const found = await reconciled();
    if ([found.restarted, found.endedOutside, found.rewritten].some((ids) => ids.length > 0)) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('The reconciliation pass found nothing to repair');
}

describe('the reconciliation pass', () => {
  it('finds nothing to repair when nothing is wrong', async () => {
    const found = await reconciled();
    expect(found).toMatchObject({ restarted: [], endedOutside: [], rewritten: [] });
    expect(found.compared).toBeGreaterThan(0);
  });

  it('closes a case as stopped whose workflow somebody terminated', async () => {
    await handle().terminate('by hand');
    expect(await repaired()).toMatchObject({ endedOutside: [caseId] });
    expect(await engine.closed(caseId)).toMatchObject({
      outcome: 'stopped',
      endReason: 'ended-outside',
    });
  });

  it('begins a case again whose workflow Temporal does not know any more, and keeps its story', async () => {
    const before = await timelineOf(engine.db, caseId);
    await handle().terminate('to delete it');
    await engine.env.connection.workflowService.deleteWorkflowExecution({
      namespace: engine.env.namespace ?? 'default',
      workflowExecution: { workflowId: recoveryWorkflowId(customerId) },
    });
    const gone = () =>
      handle()
        .describe()
        .then(
          () => false,
          () => true,
        );
    while (!(await gone())) await new Promise((resolve) => setTimeout(resolve, 100));

    expect(await repaired()).toMatchObject({ restarted: [caseId] });
    await engine.until(caseId, ({ revision }) => revision > 0);
    await engine.answer(caseId, 'cause-call', { outcome: 'do-not-contact' });
    expect(await engine.closed(caseId)).toMatchObject({ outcome: 'stopped' });
    const story = await timelineOf(engine.db, caseId);
    expect(story.slice(0, before.length)).toEqual(before);
    expect(story.map(({ code }) => code)).toContain('repaired');
  });

  it('writes again what an older copy of the database does not show, with its story', async () => {
    const before = await engine.until(caseId, () => true);
    const story = await timelineOf(engine.db, caseId);
    const shown = await getTask(engine.db, (await engine.task(caseId, 'cause-call')).taskId);
    const longAgo = new Date(Date.now() - 3_600_000).toISOString();
    const old = { revision: 1, nextDueAt: longAgo };
    engine.db.update(cases).set(old).where(eq(cases.caseId, caseId)).run();
    engine.db.delete(timeline).where(eq(timeline.caseId, caseId)).run();
    engine.db.delete(tasks).where(eq(tasks.caseId, caseId)).run();

    expect((await repaired()).rewritten).toEqual([caseId]);
    const after = await engine.until(caseId, ({ revision }) => revision > before.revision);
    expect(after).toMatchObject({ step: before.step, nextDueAt: before.nextDueAt });
    expect(await timelineOf(engine.db, caseId)).toEqual(story);
    expect(await getTask(engine.db, shown!.taskId)).toEqual(shown);
  });

  it('fails a scan whose workflow is lost, so that others can begin', async () => {
    const startedAt = new Date(Date.now() - 10 * 60_000).toISOString();
    await beginScheduledScan(engine.db, { scanId: 'lost-night', at: startedAt });
    const { scansEnded } = await reconciled();
    expect(scansEnded).toEqual(['lost-night']);
    expect(await getScan(engine.db, 'lost-night')).toMatchObject({
      status: 'failed',
      error: 'Its workflow in Temporal is missing.',
    });
  });

  it('has a case written again that the database has lost, as after restoring an old backup', async () => {
    const lost = (await getCase(engine.db, caseId))!;
    engine.db.delete(cases).where(eq(cases.caseId, caseId)).run();

    expect(await repaired()).toMatchObject({ rewritten: [customerId] });
    expect(await engine.until(caseId, () => true)).toMatchObject({
      ...{ episode: lost.episode, trigger: lost.trigger, status: 'open', step: lost.step },
      ...{ openedAt: lost.openedAt, policyVersion: lost.policyVersion },
    });
  });
});
