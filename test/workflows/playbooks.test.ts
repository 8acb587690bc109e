import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { getCase, timelineOf } from '../../db/cases.ts';
import { getPlaybook, publishPlaybook, retirePlaybook } from '../../db/playbooks.ts';
import { listTasks } from '../../db/tasks.ts';
import { after, durationMs } from '../../domain/duration.ts';
import type { Measure } from '../../domain/playbooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { startApi, type Api } from '../support/api.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const policy = {
  ...standardPolicy,
  contact: { hours: null, timesOfDay: [] },
  identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
};
const dayMs = 86_400_000;

let engine: Engine;
let api: Api;
const opened: string[] = [];
beforeAll(async () => {
  engine = await startEngine('time-skipping', policy);
  const { db, policy: stored, recoveries } = engine;
  api = await startApi({
    databaseOf: { db, policy: stored },
    recoveries,
    limits: { patienceMs: 20_000 },
  });
});
afterAll(async () => {
  await api.stop();
  await engine.stop();
});
afterEach(async () => {
  await engine.replay(opened.splice(0));
});

const measures: Measure[] = [
  {
    id: 'ask',
    kind: 'call',
    afterDays: 2,
    attempts: 2,
    retryAfterDays: [4],
    content: 'Ask how it was.',
    on: { refused: 'last' },
    instead: { kind: 'letter', content: 'Write instead.' },
  },
  { id: 'fix', kind: 'remedy', afterDays: 1, queue: 'service', windowDays: 3 },
  { id: 'last', kind: 'letter', afterDays: 3 },
];

const content = (of: Measure[]) => ({
  ...{ playbookId: 'own', title: 'Ours', triggers: ['manual' as const], tiers: ['A' as const] },
  ...{ causes: ['neglected' as const], decisions: [], measures: of },
});

/** A case in whose first measure an agent is. */
async function inMeasures(of: Measure[] = measures) {
  const asked = { actor: { actorId: 'm', role: 'manager' as const }, request: {} };
  await publishPlaybook(engine.db, content(of), {
    asked: { ...asked, idempotencyKey: null },
    basedOn: undefined,
    at: await engine.now(),
  });
  const customerId = await engine.customer(12);
  opened.push(customerId);
  const caseId = await engine.open(customerId, { trigger: 'manual', statedCause: 'neglected' });
  return { customerId, caseId };
}

const steps = async (caseId: string) =>
  (await getCase(engine.db, caseId))!.plan!.map(({ id, status }) => `${id} ${status}`);
const tailor = (caseId: string, change: object) =>
  api.post(
    `/api/v1/cases/${caseId}/plan`,
    { change, reason: 'She asked for it.' },
    { as: 'agent' },
  );

describe('a playbook', () => {
  it('is carried out with its own cadence, windows, queue and words', async () => {
    const { caseId } = await inMeasures();
    const first = await engine.task(caseId, 'recovery-call');
    expect(first).toMatchObject({ measureId: 'ask', attempt: 1, queue: null });
    expect(Date.parse(first.dueAt) - Date.parse(first.createdAt)).toBeCloseTo(2 * dayMs, -4);
    const shown = await api.get(`/api/v1/tasks/${first.taskId}`);
    expect(shown.body).toMatchObject({ measureId: 'ask', content: 'Ask how it was.' });

    await engine.complete(first, { outcome: 'no-answer' });
    const second = await engine.task(caseId, 'recovery-call');
    expect(Date.parse(second.dueAt) - Date.parse(second.createdAt)).toBeCloseTo(4 * dayMs, -4);
    await engine.complete(second, { outcome: 'no-answer' });
    const remedy = await engine.task(caseId, 'remedy');
    expect(remedy).toMatchObject({ queue: 'service', measureId: 'fix' });
    expect(Date.parse(remedy.deadlineAt) - Date.parse(remedy.dueAt)).toBe(3 * dayMs);
    expect(await steps(caseId)).toEqual(['ask done', 'fix current', 'last planned']);
  });

  it('goes where the result leads', async () => {
    const { caseId } = await inMeasures();
    await engine.answer(caseId, 'recovery-call', { outcome: 'refused' });
    await engine.task(caseId, 'letter');
    expect(await steps(caseId)).toEqual(['ask done', 'fix skipped', 'last current']);
    const plan = await api.get(`/api/v1/cases/${caseId}/plan`);
    expect(plan.body.measures[0]).toMatchObject({ measureId: 'ask', result: 'refused' });
  });

  it('hurries with the first measure of a cancellation that can be averted, and only with that', async () => {
    const asked = { actor: { actorId: 'm', role: 'manager' as const }, request: {} };
    const at = await engine.now();
    const content = {
      ...{ playbookId: 'hurry', title: 'Hurry', triggers: ['cancellation' as const], tiers: [] },
      ...{ causes: ['neglected' as const], decisions: [], measures },
    };
    const how = { asked: { ...asked, idempotencyKey: null }, basedOn: undefined, at };
    await publishPlaybook(engine.db, content, how);
    const customerId = await engine.customer(12);
    opened.push(customerId);
    const caseId = await engine.open(customerId, {
      ...{ trigger: 'cancellation', statedCause: 'neglected', effectiveAt: after(at, '30d') },
    });
    const waits = ({ createdAt, dueAt }: { createdAt: string; dueAt: string }) =>
      Date.parse(dueAt) - Date.parse(createdAt);
    const call = await engine.task(caseId, 'recovery-call');
    expect(waits(call)).toBeLessThanOrEqual(durationMs(policy.measures.urgentWithin));
    await engine.complete(call, { outcome: 'refused' });
    expect(waits(await engine.task(caseId, 'letter'))).toBeCloseTo(3 * dayMs, -4);
  });

  it('says in the timeline why it was chosen and what else fitted', async () => {
    const { caseId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    const timeline = await api.get(`/api/v1/cases/${caseId}/timeline`);
    const texts = (timeline.body.items as { text: string }[]).map(({ text }) => text);
    expect(texts).toContainEqual(
      expect.stringMatching(
        /^Playbook "own" version \d+ begins, because it names the cause and the tier and the trigger \(also fitted: manual/,
      ),
    );
    const choice = await api.get('/api/v1/playbooks/choice?trigger=manual&cause=neglected&tier=A');
    expect(choice.body).toMatchObject({ chosen: 'own', because: ['cause', 'tier', 'trigger'] });
  });

  it('does what it has instead where the customer does not let us call', async () => {
    const { caseId, customerId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    await engine.send(customerId, 'permission.changed', { channel: 'phone', granted: false });
    const letter = await engine.task(caseId, 'letter');
    expect(letter.measureId).toBe('ask');
    const shown = await api.get(`/api/v1/tasks/${letter.taskId}`);
    expect(shown.body.content).toBe('Write instead.');
    expect((await engine.story(caseId)).join()).toContain('used-instead');
  });
});

describe('an agent', () => {
  it('skips what is under way: its task closes and the next measure begins', async () => {
    const { caseId } = await inMeasures();
    const { taskId } = await engine.task(caseId, 'recovery-call');
    const answer = await tailor(caseId, { kind: 'skip', measureId: 'ask' });
    expect(answer.status).toBe(200);
    expect(answer.body.measures[0]).toMatchObject({ measureId: 'ask', status: 'skipped' });
    await engine.task(caseId, 'remedy');
    const { items } = await listTasks(engine.db, { caseId }, { limit: 9 });
    expect(items.find((task) => task.taskId === taskId)).toMatchObject({
      ...{ status: 'cancelled', closeReason: 'skipped' },
    });
  });

  it('adds, repeats and brings forward, and the engine keeps to it', async () => {
    const { caseId } = await inMeasures();
    const call = await engine.task(caseId, 'recovery-call');
    const visit = { kind: 'visit', afterDays: 0 };
    await tailor(caseId, { kind: 'add', measure: visit, position: 'next' });
    await tailor(caseId, { kind: 'bring-forward', measureId: 'last' });
    const now = await tailor(caseId, { kind: 'bring-forward', measureId: 'ask' });
    expect(now.status).toBe(200);
    const moved = await engine.task(caseId, 'recovery-call');
    expect(moved.dueAt < call.dueAt).toBe(true);
    await engine.complete(moved, { outcome: 'refused' });
    await engine.answer(caseId, 'letter', { outcome: 'sent' });
    await engine.task(caseId, 'visit');
    await tailor(caseId, { kind: 'repeat', measureId: 'ask' });
    expect(await steps(caseId)).toEqual([
      ...['ask done', 'last done', 'visit current', 'ask-2 planned', 'fix planned'],
    ]);
    await engine.answer(caseId, 'visit', { outcome: 'not-met' });
    await engine.answer(caseId, 'recovery-call', { outcome: 'accepted' });
    await engine.until(caseId, ({ step }) => step === 'success-control');
  });

  it('brings forward once, however often the same request comes', async () => {
    const { caseId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    const order = { change: { kind: 'bring-forward', measureId: 'ask' }, reason: 'Asked for it' };
    const headers = { 'idempotency-key': `bring-${caseId}` };
    const send = () => api.post(`/api/v1/cases/${caseId}/plan`, order, { headers });
    const first = await send();
    expect(first.status).toBe(200);
    expect(await send()).toMatchObject({ status: 200, body: first.body });
    const told = (await engine.story(caseId)).filter((line) => line.includes('plan-tailored'));
    expect(told).toHaveLength(1);
  });

  it('hears what the plan leaves no room for', async () => {
    const { caseId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    const unknown = await tailor(caseId, { kind: 'skip', measureId: 'dance' });
    expect(unknown).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const shapeless = await tailor(caseId, { kind: 'add', measure: { kind: 'call' } });
    expect(shapeless).toMatchObject({ status: 400 });
    const noReason = await api.post(`/api/v1/cases/${caseId}/plan`, {
      change: { kind: 'skip', measureId: 'ask' },
    });
    expect(noReason.body.errors).toMatchObject([{ field: 'reason' }]);
    expect(await steps(caseId)).toEqual(['ask current', 'fix planned', 'last planned']);
  });
});

describe('a manager', () => {
  const edited: Measure[] = [
    measures[0]!,
    { id: 'visit', kind: 'visit', afterDays: 0 },
    { ...measures[2]!, afterDays: 0 },
  ];

  it('sees what a new version would change, and has chosen cases go on by it', async () => {
    const { caseId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    const { version: before } = (await getPlaybook(engine.db, 'own'))!;

    const preview = await api.post('/api/v1/playbooks/own/preview', { playbook: content(edited) });
    expect(preview.status).toBe(200);
    expect(preview.body.cases).toContainEqual({
      ...{ caseId, version: before, added: ['visit'], removed: ['fix'], changed: ['last'] },
    });

    const published = await api.post('/api/v1/playbooks', {
      ...{ playbook: content(edited), basedOn: before },
    });
    expect(published).toMatchObject({ status: 201, body: { version: before + 1 } });
    // A running case keeps its version until somebody moves it.
    expect((await getCase(engine.db, caseId))!.playbookVersion).toBe(before);

    const moved = await api.post('/api/v1/playbooks/own/apply', {
      ...{ version: before + 1, caseIds: [caseId], reason: 'The visit works better.' },
    });
    expect(moved).toMatchObject({ status: 202, body: { commands: [{ caseId }] } });
    await engine.until(caseId, ({ playbookVersion }) => playbookVersion === before + 1);
    expect(await steps(caseId)).toEqual(['ask current', 'visit planned', 'last planned']);
    await engine.answer(caseId, 'recovery-call', { outcome: 'no-answer' });
    await engine.answer(caseId, 'recovery-call', { outcome: 'no-answer' });
    await engine.task(caseId, 'visit');
  });

  it('applies once, however often the request is repeated, and only to cases on the playbook', async () => {
    const { caseId } = await inMeasures();
    await engine.task(caseId, 'recovery-call');
    const { version } = (await getPlaybook(engine.db, 'own'))!;
    const body = { version, caseIds: [caseId], reason: 'Again.' };
    const headers = { 'idempotency-key': `apply-${caseId}` };
    const first = await api.post('/api/v1/playbooks/own/apply', body, { headers });
    const again = await api.post('/api/v1/playbooks/own/apply', body, { headers });
    expect(again.body).toEqual(first.body);
    const wrong = await api.post('/api/v1/playbooks/own/apply', { ...body, caseIds: ['X-e1'] });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'caseIds' }] } });
  });

  it('publishes YAML, and hears line and rule of what is wrong in it', async () => {
    const yaml = 'playbookId: typed\ntitle: Typed\nmeasures:\n  - kind: call\n    afterDays: 1\n';
    const published = await api.post('/api/v1/playbooks', { yaml });
    expect(published).toMatchObject({ status: 201, body: { playbookId: 'typed', version: 1 } });
    const wrong = await api.post('/api/v1/playbooks', { yaml: yaml.replace('call', 'dance') });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid' } });
    expect(wrong.body.errors).toMatchObject([
      { field: 'measures.0.kind', rule: expect.stringMatching(/line 4\)$/) },
    ]);
    const stale = await api.post('/api/v1/playbooks', { yaml, basedOn: 7 });
    expect(stale).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const retired = await api.post('/api/v1/playbooks/typed/retire');
    expect(retired.body.retiredAt).not.toBeNull();
  });
});

describe('playbooks that fit equally well', () => {
  it('are tried where the policy allows it, and the timeline says with which probability', async () => {
    const optimisation = {
      ...{ floorPercent: 10, stopAtPercent: 95, casesAtMost: 300 },
      judgedAfter: '180d' as const,
    };
    await engine.usePolicy({ ...policy, name: 'trying', optimisation });
    const asked = { actor: { actorId: 'm', role: 'manager' as const }, request: {} };
    const twin = { ...content(measures), playbookId: 'own-twin' };
    const at = await engine.now();
    const how = { asked: { ...asked, idempotencyKey: null }, basedOn: undefined, at };
    await publishPlaybook(engine.db, twin, how);
    const chosen = new Set<string>();
    for (let i = 0; i < 12 && chosen.size < 2; i += 1) {
      const { caseId } = await inMeasures();
      await engine.task(caseId, 'recovery-call');
      const entry = (await timelineOf(engine.db, caseId)).find(
        ({ code }) => code === 'playbook-chosen',
      );
      expect(entry!.data).toMatchObject({ probability: 0.5, trial: 'running' });
      expect(entry!.data['arms']).toMatch(/^own@\d+ 0\.5000, own-twin@1 0\.5000$/);
      chosen.add(String(entry!.data['playbookId']));
    }
    expect([...chosen].sort()).toEqual(['own', 'own-twin']);
    await retirePlaybook(engine.db, 'own-twin', how);
    await engine.usePolicy(policy);
  });
});
