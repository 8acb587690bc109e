import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadOffers } from '../../config/offers.ts';
import { loadTemplates } from '../../config/templates.ts';
import { openCase, projectCase } from '../../db/cases.ts';
import { seedOffers } from '../../db/offers.ts';
import { seedTemplates } from '../../db/templates.ts';
import { planOf } from '../../domain/measure-plan.ts';
import { startApi, type Api } from '../support/api.ts';

const root = join(import.meta.dirname, '../..');

let api: Api;
beforeAll(async () => {
  api = await startApi();
  const at = new Date().toISOString();
  await seedTemplates(api.db, await loadTemplates(join(root, 'templates')), at);
  await seedOffers(api.db, await loadOffers(join(root, 'offers.yaml')), at);
});
afterAll(() => api.stop());

const yaml = `playbookId: own
title: Write, then sweeten
measures:
  - kind: email
    afterDays: 1
    template: ask-back
    instead: { kind: letter, template: letter }
  - kind: offer
    afterDays: 2
    concession: credit
    cost: 1000
`;
const publish = (body: object) => api.post('/api/v1/playbooks', body, { as: 'manager' });

describe('a playbook', () => {
  it('is published when all that it names exists', async () => {
    expect(await publish({ yaml })).toMatchObject({ status: 201, body: { version: 1 } });
  });

  it('names as alternatives of an offer what exists', async () => {
    const naming = (alternatives: string) =>
      publish({ yaml: `${yaml}    alternatives: [${alternatives}]\n`.replace('own', 'lots') });
    expect(await naming('onboarding')).toMatchObject({ status: 201 });
    const { status, body } = await naming('onboarding, gone');
    const field = 'measures.1.alternatives.1';
    expect([status, body.errors]).toMatchObject([
      400,
      [{ field, rule: expect.stringMatching(/^must be the ID of an offer \(line 12\)$/) }],
    ]);
  });

  it.each([
    ['template: ask-back', 'measures.0.template', 'must be the ID of a template (line 6)'],
    ['template: letter', 'measures.0.instead.template', 'must be the ID of a template (line 7)'],
    ['concession: credit', 'measures.1.concession', 'must be the ID of an offer (line 10)'],
  ])('that names something else in place of %s is refused', async (right, field, rule) => {
    const wrong = yaml.replace(right, `${right.split(':')[0]}: gone`);
    const { status, body } = await publish({ yaml: wrong });
    expect([status, body.errors]).toEqual([400, [{ field, rule }]]);
    const preview = await api.post('/api/v1/playbooks/own/preview', { yaml: wrong });
    expect(preview.status).toBe(400);
  });

  it('is published with a warning when nobody is in a team that it names', async () => {
    const measure = (queue: string) => `  - { kind: remedy, afterDays: 0, queue: ${queue} }\n`;
    const queues = ['recovery', 'repair', 'repair', 'field'].map(measure).join('');
    const text = `playbookId: queues\ntitle: Queues\nmeasures:\n${queues}`;
    const { status, body } = await publish({ yaml: text });
    const warning = (queue: string) =>
      `nobody is in a team ${queue}: the recovery team does it meanwhile`;
    expect([status, body.warnings]).toEqual([
      201,
      [
        { field: 'measures[1].queue', warning: warning('repair') },
        { field: 'measures[2].queue', warning: warning('repair') },
        { field: 'measures[3].queue', warning: warning('field') },
      ],
    ]);
    for (const teamId of ['repair', 'field']) {
      await api.post('/api/v1/teams', { teamId, name: teamId }, { as: 'manager' });
      const { keyId } = api.keys.agent.record;
      await api.post(`/api/v1/teams/${teamId}/members`, { keyId }, { as: 'manager' });
    }
    expect((await publish({ yaml: text })).body.warnings).toEqual([]);
  });

  it('names a person by the key of somebody who does tasks', async () => {
    const naming = (keyId: string) =>
      `playbookId: named\ntitle: Named\nmeasures:\n  - kind: remedy\n    afterDays: 0\n    assignee: ${keyId}\n`;
    const { agent, 'sales-system': shop } = api.keys;
    expect((await publish({ yaml: naming(agent.record.keyId) })).status).toBe(201);
    for (const keyId of ['nobody', shop.record.keyId]) {
      const { status, body } = await publish({ yaml: naming(keyId) });
      const rule = 'must be the ID of a valid key of an agent, manager or admin (line 6)';
      expect([status, body.errors]).toEqual([400, [{ field: 'measures.0.assignee', rule }]]);
    }
  });

  it('given as JSON is refused with the place of what does not exist', async () => {
    const measures = [
      { kind: 'call', afterDays: 1 },
      { kind: 'letter', afterDays: 1, template: 'gone' },
    ];
    const { status, body } = await publish({
      playbook: { playbookId: 'own', title: 'Own', measures },
    });
    expect([status, body.errors]).toEqual([
      400,
      [{ field: 'playbook.measures[1].template', rule: 'must be the ID of a template' }],
    ]);
  });

  it('cannot name an offer that was retired, but stays what it was when it is sent again', async () => {
    const body = { yaml: yaml.replace('own', 'sample').replace('credit', 'sample') };
    const headers = { 'idempotency-key': 'sample' };
    const first = await api.post('/api/v1/playbooks', body, { headers });
    expect(first.status).toBe(201);
    expect((await api.post('/api/v1/offers/sample/retire')).status).toBeLessThan(300);
    const again = await api.post('/api/v1/playbooks', body, { headers });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect((await publish(body)).status).toBe(400);
  });
});

describe('an offer in the plan of a case', () => {
  /** A case in its measures, of which only the database knows. */
  async function inMeasures(): Promise<string> {
    const at = new Date().toISOString();
    const { record } = await openCase(api.db, {
      ...{ customerId: 'P-1', trigger: 'manual', policy: api.policy, at, openedBy: 'test' },
      ...{ statedCause: null, statedReason: null, effectiveAt: null },
    });
    const plan = planOf({ measures: [{ id: 'call', kind: 'call', afterDays: 0 }] });
    const state = { ...record, step: 'measures' as const, playbook: null, plan };
    await projectCase(
      api.db,
      {
        ...{
          opening: { ...record, firstSeq: 1 },
          revision: 1,
          historyLength: 10,
          state,
          tasks: [],
        },
        ...{ since: record.openedAt, finalBefore: 1, nextLoss: null },
        timeline: { firstSeq: 1, entries: [] },
      },
      at,
    );
    return record.caseId;
  }

  it('is one of the catalogue, whoever adds it', async () => {
    const path = `/api/v1/cases/${await inMeasures()}/plan`;
    const add = (measure: object, as: 'agent' | 'manager') =>
      api.post(
        path,
        { change: { kind: 'add', measure: { afterDays: 0, ...measure } }, reason: 'She asked.' },
        { as },
      );
    const offer = (concession: string) => ({ kind: 'offer', concession, cost: 2_900 });
    await api.post('/api/v1/offers/onboarding/retire');
    for (const as of ['agent', 'manager'] as const) {
      for (const concession of ['invented-by-me', 'onboarding']) {
        const { status, body } = await add(offer(concession), as);
        const field = 'change.measure.concession';
        const rule = 'must be the ID of an offer';
        expect([status, body.errors]).toEqual([400, [{ field, rule }]]);
      }
    }
    const hidden = { kind: 'visit', instead: offer('invented-by-me') };
    expect((await add(hidden, 'agent')).body.errors).toMatchObject([
      { field: 'change.measure.instead.concession' },
    ]);
    // The case itself is not there to answer: it is kept for when it is.
    expect((await add(offer('credit'), 'agent')).status).not.toBe(400);
  });
});

describe('a check', () => {
  const check = (text: string) =>
    api.post('/api/v1/playbooks/check', { yaml: text }, { as: 'manager' });

  it('says what could be published, with its warnings, and publishes nothing', async () => {
    const text = yaml
      .replace('own', 'checked')
      .replace('template: letter', 'template: letter, queue: nobody');
    const { status, body } = await check(text);
    expect([status, body.playbook.playbookId, body.warnings]).toMatchObject([
      200,
      'checked',
      [{ field: 'measures[0].queue' }],
    ]);
    expect(await api.get('/api/v1/playbooks/checked', { as: 'agent' })).toMatchObject({
      status: 404,
    });
  });

  it('names the line of a mistake', async () => {
    const { status, body } = await check(yaml.replace('kind: offer', 'kind: offre'));
    expect([status, body.errors]).toMatchObject([
      200,
      [{ field: 'measures.1.kind', rule: expect.stringMatching(/\(line 8\)$/) }],
    ]);
  });
});

describe('the policies', () => {
  it('are listed with the one in force and how many open cases carry each', async () => {
    const { status, body } = await api.get('/api/v1/policies', { as: 'agent' });
    expect(status).toBe(200);
    expect(body.items.filter(({ inForce }: { inForce: boolean }) => inForce)).toMatchObject([
      {
        version: expect.stringMatching(/-1$/),
        openCases: expect.any(Number),
        policy: { currency: 'EUR' },
      },
    ]);
  });
});
