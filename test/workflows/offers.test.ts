import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { publishPlaybook } from '../../db/playbooks.ts';
import { getCase } from '../../db/cases.ts';
import { offerToName, proposeOffer } from '../../db/offers.ts';
import type { Measure } from '../../domain/playbooks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { startApi, type Api } from '../support/api.ts';
import { startEngine, type Engine } from '../support/engine.ts';

const policy = {
  ...standardPolicy,
  contact: { hours: null, timesOfDay: [] },
  identification: { ...standardPolicy.identification, controlGroupPercent: 0 },
};

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
    clock: () => new Date().toISOString(),
  });
});
afterAll(async () => {
  await api.stop();
  await engine.stop();
});
afterEach(async () => {
  await engine.replay(opened.splice(0));
});

async function anOffer(offer: object): Promise<void> {
  const body = { title: 'An offer', kind: 'credit', cost: 1_000, ...offer };
  const answer = await api.post('/api/v1/offers', body);
  expect(answer).toMatchObject({ status: 200 });
}

/** A case whose playbook begins with an offer. */
async function offering(
  concession: string,
  how: {
    trigger?: 'cancellation';
    instead?: 'letter';
    refuses?: string;
    again?: boolean;
    alternatives?: string[];
  } = {},
) {
  const { trigger = 'manual', instead, refuses, again = false, alternatives } = how;
  const sweetener = { kind: 'offer', afterDays: 0, concession, cost: 700 } as const;
  const measures: Measure[] = [
    {
      ...{ ...sweetener, id: 'sweeten' },
      on: { refused: again ? 'sweeten-again' : 'end' },
      ...(instead && { instead: { kind: instead } }),
      ...(alternatives && { alternatives }),
    },
    ...(again ? [{ ...sweetener, id: 'sweeten-again' }] : []),
    { id: 'last', kind: 'letter', afterDays: 1 },
  ];
  const asked = { actor: { actorId: 'm', role: 'manager' as const }, request: {} };
  const content = {
    ...{ playbookId: 'own', title: 'Ours', triggers: [], tiers: ['A' as const], decisions: [] },
    ...{ causes: ['neglected' as const], measures },
  };
  await publishPlaybook(engine.db, content, {
    asked: { ...asked, idempotencyKey: null },
    basedOn: undefined,
    at: await engine.now(),
  });
  const customerId = await engine.customer(12);
  opened.push(customerId);
  if (refuses) {
    await engine.send(customerId, 'permission.changed', { channel: refuses, granted: false });
  }
  const caseId = await engine.open(customerId, { trigger, statedCause: 'neglected' });
  return { customerId, caseId };
}

const offersOf = async (caseId: string) =>
  (await api.get(`/api/v1/cases/${caseId}/offers`)).body.items;

describe('an offer of a playbook', () => {
  it('has the cost of the catalogue, and a code once it is accepted', async () => {
    await anOffer({ offerId: 'plain', cost: 900 });
    const { caseId, customerId } = await offering('plain');
    await engine.task(caseId, 'offer-call');
    expect(await offersOf(caseId)).toMatchObject([
      { offerId: 'plain', status: 'proposed', code: null },
    ]);
    await engine.answer(caseId, 'offer-call', { outcome: 'accepted' });
    await engine.until(caseId, ({ step }) => step === 'success-control');
    const [granted] = await offersOf(caseId);
    expect(granted).toMatchObject({ status: 'granted', cost: { amount: 900 }, redeemedAt: null });
    expect(granted.code).toMatch(/^WB-[A-Z2-9]{4}-[A-Z2-9]{4}$/);
    expect((await getCase(engine.db, caseId))!.concessionCost).toBe(900);

    // Mails and letters name it as long as it can be redeemed.
    const named = async () => offerToName(engine.db, { customerId }, await engine.now());
    expect(await named()).toMatchObject({ title: 'An offer', code: granted.code });
    await engine.send(customerId, 'offer.redeemed', { code: granted.code, orderId: 'o-9' });
    expect(await named()).toBeNull();
    const [redeemed] = await offersOf(caseId);
    expect(redeemed).toMatchObject({ orderId: 'o-9', code: granted.code });
    await engine.send(customerId, 'offer.redeemed', { code: granted.code, orderId: 'o-10' });
    expect(await offersOf(caseId)).toEqual([redeemed]);
  });

  it('frees its budget when it is refused', async () => {
    await anOffer({ offerId: 'scarce', cost: 1_000, monthlyBudget: 1_000 });
    const first = await offering('scarce');
    await engine.task(first.caseId, 'offer-call');
    const second = await offering('scarce');
    // All that there is has been set aside for the first.
    await engine.task(second.caseId, 'letter');
    await engine.answer(first.caseId, 'offer-call', { outcome: 'refused' });
    await engine.until(first.caseId, ({ step }) => step === 'success-control');
    expect(await offersOf(first.caseId)).toMatchObject([{ status: 'withdrawn' }]);
    const third = await offering('scarce');
    await engine.task(third.caseId, 'offer-call');
    const { body } = await api.get('/api/v1/offers?limit=200');
    const scarce = body.items.find((one: { offerId: string }) => one.offerId === 'scarce');
    expect(scarce.spentThisMonth.amount).toBe(1_000);
  });

  it('is freed when the customer comes back by themselves meanwhile', async () => {
    await anOffer({ offerId: 'unneeded' });
    const { caseId, customerId } = await offering('unneeded');
    await engine.task(caseId, 'offer-call');
    await engine.send(customerId, 'purchase.recorded', {
      orderId: 'r',
      amount: 1,
      currency: 'EUR',
    });
    await engine.task(caseId, 'welcome-call');
    expect(await offersOf(caseId)).toMatchObject([{ status: 'withdrawn', code: null }]);
  });

  it('waits for a manager where it costs more than agents may grant', async () => {
    await anOffer({ offerId: 'dear', cost: 5_000 });
    const { caseId } = await offering('dear');
    const task = await engine.task(caseId, 'approve-offer');
    const byAgent = await api.post(
      `/api/v1/tasks/${task.taskId}/complete`,
      { result: { outcome: 'approved' } },
      { as: 'agent' },
    );
    expect(byAgent.status).toBe(403);
    const offered = {
      offerId: 'dear',
      title: 'An offer',
      cost: { amount: 5_000, currency: 'EUR' },
    };
    const shown = async (path: string) => (await api.get(path)).body;
    const asked = { ...offered, status: 'awaiting-approval', hasCode: false };
    expect((await shown(`/api/v1/tasks/${task.taskId}`)).offer).toEqual(asked);
    expect(await offersOf(caseId)).toMatchObject([{ status: 'awaiting-approval', code: null }]);
    const byManager = await api.post(
      `/api/v1/tasks/${task.taskId}/complete`,
      { result: { outcome: 'approved' } },
      { as: 'manager' },
    );
    expect(byManager.status).toBe(200);
    const { taskId } = await engine.task(caseId, 'offer-call');
    const [call] = (await shown(`/api/v1/tasks?caseId=${caseId}&status=open`)).items;
    expect(call).toMatchObject({
      taskId,
      offer: { ...offered, status: 'proposed', hasCode: true },
    });
    expect(await offersOf(caseId)).toMatchObject([{ offerId: 'dear', approved: true }]);
  });

  it('gives way to its fallback when no manager approves it in time', async () => {
    await anOffer({ offerId: 'modest', cost: 500 });
    await anOffer({ offerId: 'lavish', cost: 6_000, fallback: 'modest' });
    const { caseId } = await offering('lavish');
    const approval = await engine.task(caseId, 'approve-offer');
    await engine.pass(policy.offers.approveWithin);
    await engine.answer(caseId, 'offer-call', { outcome: 'accepted' });
    await engine.until(caseId, ({ concessionCost }) => concessionCost === 500);
    const offers = await offersOf(caseId);
    expect(offers).toHaveLength(2);
    expect(offers).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ offerId: 'lavish', status: 'withdrawn', code: null }),
        expect.objectContaining({ offerId: 'modest', status: 'granted' }),
      ]),
    );
    const { body } = await api.get(`/api/v1/tasks/${approval.taskId}`);
    expect(body.offer).toMatchObject({ offerId: 'lavish', status: 'withdrawn', hasCode: false });
    expect((await engine.story(caseId)).join()).toContain('"reason":"not-approved"');
  });

  it('is not made again to one who has refused it in this case, and may be in the next', async () => {
    await anOffer({ offerId: 'lesser', cost: 500 });
    await anOffer({ offerId: 'greater', cost: 6_000, fallback: 'lesser' });
    const { customerId, caseId } = await offering('greater', { again: true });
    await engine.answer(caseId, 'approve-offer', { outcome: 'refused' });
    // It was the fallback that the customer did not want; the other never reached them.
    await engine.answer(caseId, 'offer-call', { outcome: 'refused' });
    await engine.answer(caseId, 'approve-offer', { outcome: 'refused' });
    await engine.task(caseId, 'letter');
    const story = (await engine.story(caseId)).join();
    expect(story).toContain('{"concession":"lesser","reason":"refused-before"}');
    await engine.send(customerId, 'purchase.recorded', {
      ...{ orderId: `r-${customerId}`, amount: 1, currency: 'EUR' },
    });
    await engine.task(caseId, 'welcome-call');
    await engine.send(customerId, 'cancellation.received', { reason: 'neglected' });
    await engine.closed(caseId);
    const next = await engine.openCaseOf(customerId);
    await engine.answer(next.caseId, 'decide-pursuit', { outcome: 'pursue' });
    await engine.answer(next.caseId, 'approve-offer', { outcome: 'refused' });
    await engine.answer(next.caseId, 'approve-offer', { outcome: 'approved' });
    expect(await engine.task(next.caseId, 'offer-call')).toMatchObject({ offerId: 'lesser' });
  });

  it('never rewards a second cancellation within a year without a manager', async () => {
    await anOffer({ offerId: 'stay', cost: 100 });
    const { customerId, caseId } = await offering('stay', { trigger: 'cancellation' });
    await engine.task(caseId, 'offer-call');
    await engine.send(customerId, 'purchase.recorded', {
      orderId: 'r',
      amount: 1,
      currency: 'EUR',
    });
    await engine.task(caseId, 'welcome-call');
    await engine.send(customerId, 'cancellation.received', { reason: 'neglected' });
    await engine.closed(caseId);
    const again = await engine.openCaseOf(customerId);
    await engine.answer(again.caseId, 'decide-pursuit', { outcome: 'pursue' });
    const asked = await engine.task(again.caseId, 'approve-offer');
    await engine.complete(asked, { outcome: 'refused' });
    await engine.task(again.caseId, 'letter');
    expect(await offersOf(again.caseId)).toMatchObject([{ offerId: 'stay', status: 'withdrawn' }]);
  });

  it('that waits for a manager leaves the rest of the budget to others, and frees it by a no', async () => {
    await anOffer({ offerId: 'rare', cost: 6_000, monthlyBudget: 10_000 });
    const first = await offering('rare');
    const asked = await engine.task(first.caseId, 'approve-offer');
    const second = await offering('rare');
    await engine.task(second.caseId, 'letter');
    expect((await engine.story(second.caseId)).join()).toContain('"reason":"budget-used-up"');
    await engine.complete(asked, { outcome: 'refused' });
    await engine.task(first.caseId, 'letter');
    const third = await offering('rare');
    await engine.task(third.caseId, 'approve-offer');
  });

  it('is brought to no manager where the customer can be reached on no channel of it', async () => {
    await anOffer({ offerId: 'vain', cost: 7_000 });
    const refusing = async (channel: string, how: { instead?: 'letter' } = {}) => {
      const { caseId } = await offering('vain', { ...how, refuses: channel });
      return caseId;
    };
    const unreachable = await refusing('phone');
    await engine.task(unreachable, 'letter');
    expect((await engine.story(unreachable)).join()).not.toContain('approval-asked');
    expect(await offersOf(unreachable)).toEqual([]);
    const byLetter = await refusing('phone', { instead: 'letter' });
    await engine.answer(byLetter, 'approve-offer', { outcome: 'approved' });
    const { offerId, measureId } = await engine.task(byLetter, 'letter');
    expect({ offerId, measureId }).toEqual({ offerId: 'vain', measureId: 'sweeten' });
  });
});

describe('an offer for which another may stand', () => {
  const optimisation = {
    ...{ floorPercent: 10, stopAtPercent: 95, casesAtMost: 300 },
    ...{ judgedAfter: '180d' as const, objective: 'margin' as const },
  };

  it('is drawn where the policy tries what works, and the timeline says with which probability', async () => {
    await engine.usePolicy({ ...policy, name: 'trying', optimisation });
    await anOffer({ offerId: 'one', cost: 400 });
    await anOffer({ offerId: 'other', cost: 600 });
    const drawn = new Set<string>();
    for (let i = 0; i < 12 && drawn.size < 2; i += 1) {
      const { caseId } = await offering('one', { alternatives: ['other'] });
      const { offerId } = await engine.task(caseId, 'offer-call');
      expect((await engine.story(caseId)).join()).toContain(
        `offer-drawn {"concession":"${offerId}","probability":0.5,"arms":"one 0.5000, other 0.5000","trial":"running","objective":"margin","leftOut":""}`,
      );
      expect(await offersOf(caseId)).toMatchObject([{ offerId, status: 'proposed' }]);
      await engine.answer(caseId, 'offer-call', { outcome: 'accepted' });
      const cost = offerId === 'one' ? 400 : 600;
      await engine.until(caseId, ({ concessionCost }) => concessionCost === cost);
      drawn.add(offerId!);
    }
    expect([...drawn].sort()).toEqual(['one', 'other']);
    await engine.usePolicy(policy);
  });

  it('is that of the playbook where the policy tries nothing', async () => {
    await anOffer({ offerId: 'first' });
    await anOffer({ offerId: 'second' });
    for (let i = 0; i < 3; i += 1) {
      const { caseId } = await offering('first', { alternatives: ['second'] });
      expect(await engine.task(caseId, 'offer-call')).toMatchObject({ offerId: 'first' });
      expect((await engine.story(caseId)).join()).not.toContain('offer-drawn');
    }
  });
});

describe('the catalogue', () => {
  it('gives what is left of a budget to one of two who ask at once', async () => {
    await anOffer({ offerId: 'single', cost: 1_000, monthlyBudget: 1_500 });
    const at = await engine.now();
    const ask = (caseId: string) =>
      proposeOffer(
        engine.db,
        {
          ...{ caseId, customerId: caseId, measureId: 'm', offerId: 'single', cost: 1 },
          ...{ trigger: 'manual', cause: 'neglected', tier: 'A', secondLifetimeValue: 90_000 },
          ...{ approved: false, limits: policy.offers },
        },
        at,
      );
    const answers = await Promise.all([ask('a'), ask('b'), ask('a')]);
    expect(answers.map(({ kind }) => kind)).toEqual(['allowed', 'refused', 'allowed']);
  });

  it('refuses what is not right, naming field and rule, and keeps what was', async () => {
    await anOffer({ offerId: 'kept', cost: 1 });
    const wrong = { offerId: 'kept', title: 'T', kind: 'bribe', cost: -1, fallback: 'kept' };
    const { status, body } = await api.post('/api/v1/offers', wrong);
    expect(status).toBe(400);
    const fields = body.errors.map(({ field }: { field: string }) => field);
    expect(fields).toEqual(expect.arrayContaining(['kind', 'cost']));
    const unknown = { offerId: 'kept', title: 'T', kind: 'gift', cost: 1, fallback: 'nothing' };
    expect((await api.post('/api/v1/offers', unknown)).body.errors).toMatchObject([
      { field: 'fallback', rule: 'must be an offer of the catalogue' },
    ]);
    const all = (await api.get('/api/v1/offers?limit=200')).body.items;
    expect(all.find((one: { offerId: string }) => one.offerId === 'kept').kind).toBe('credit');
  });

  it('makes a retired offer no more', async () => {
    await anOffer({ offerId: 'gone' });
    const retired = await api.post('/api/v1/offers/gone/retire');
    expect(retired.body.retiredAt).not.toBeNull();
    const { caseId } = await offering('gone');
    await engine.task(caseId, 'letter');
    expect((await engine.story(caseId)).join()).toContain('"reason":"retired"');
    expect((await api.post('/api/v1/offers/nothing/retire')).status).toBe(404);
  });
});
