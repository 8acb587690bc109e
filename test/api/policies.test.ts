import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { recordPurchases, upsertCustomers } from '../../db/imports.ts';
import { closeDatabase, openDatabase } from '../../db/open.ts';
import { policyInForce } from '../../db/policies.ts';
import type { Policy } from '../../domain/policy.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
/** what the processes were started with */
let configured: string;
beforeAll(async () => {
  api = await startApi();
  configured = api.policy.version;
  const customers = ['C1', 'C2', 'C9'].map((customerId) => ({ customerId }));
  await upsertCustomers(api.db, { customers, at: new Date().toISOString() });
});
afterAll(() => api.stop());

const versions = async (): Promise<Json[]> => (await api.get('/api/v1/policies')).body.items;
const inForce = async () => (await versions()).find((one) => one.inForce);
const publish = (body: object, headers: Record<string, string> = {}) =>
  api.post('/api/v1/policies', body, { as: 'manager', headers });

/** The policy in force under our own name, with what is changed. */
async function edited(change: (policy: Policy) => void = () => undefined): Promise<string> {
  const policy = parse((await inForce()).yaml) as Policy;
  policy.name = 'own';
  change(policy);
  return stringify(policy);
}

describe('a policy', () => {
  it('is what the processes were started with, until one is published', async () => {
    expect(await versions()).toMatchObject([
      { version: configured, inForce: true, configured: true, published: null },
    ]);
  });

  it('that is published governs at once, in every process, and in cases from then on', async () => {
    await api.post('/api/v1/cases', { customerId: 'C1', trigger: 'manual' });
    const yaml = await edited((policy) => (policy.pauseAtMost = '44d'));
    const reason = 'Pauses were too short';
    const answer = await publish({ yaml, basedOn: configured, reason });
    expect(answer).toMatchObject({
      status: 201,
      body: { version: 'own-1', inForce: true, configured: false },
    });
    expect(answer.body.published).toMatchObject({ by: 'manager', reason });
    const { body } = await api.post('/api/v1/cases', { customerId: 'C2', trigger: 'manual' });
    expect(body.policyVersion).toBe('own-1');
    expect(await versions()).toMatchObject([
      { version: 'own-1', openCases: 1, policy: { pauseAtMost: '44d' } },
      { version: configured, inForce: false, openCases: 1 },
    ]);
    const other = await openDatabase(api.folder);
    expect(policyInForce(other, api.policy).version).toBe('own-1');
    closeDatabase(other);
    const { body: audit } = await api.get('/api/v1/audit?action=policy.publish');
    expect(audit.items).toMatchObject([{ actorName: 'manager', target: 'own-1' }]);
  });

  it('is published once, however often the same request comes', async () => {
    const yaml = await edited((policy) => (policy.pauseAtMost = '45d'));
    const headers = { 'idempotency-key': 'once' };
    const [first, second] = [await publish({ yaml }, headers), await publish({ yaml }, headers)];
    expect([first.body.version, second.body.version]).toEqual(['own-2', 'own-2']);
    const other = await publish({ yaml, reason: 'Another one' }, headers);
    expect(other.body.code).toBe('idempotency-key-reused');
    expect(await versions()).toHaveLength(3);
  });

  it('is not published over one that its publisher has not seen', async () => {
    const yaml = await edited((policy) => (policy.pauseAtMost = '46d'));
    const { status, body } = await publish({ yaml, basedOn: 'own-1' });
    expect([status, body.code, body.detail]).toEqual([
      409,
      'conflict',
      'By now the policy own-2 is in force.',
    ]);
    expect(await inForce()).toMatchObject({ version: 'own-2' });
  });

  it.each([
    [
      'detection:\n  rule: guess',
      'detection.rule',
      /^must be one of: recommended, .* \(line \d+\)$/,
    ],
    ['pauseAtMost: soon', 'pauseAtMost', /^must be a length of time like .* \(line \d+\)$/],
    ['name: standard', 'name', /^must not be that of a built-in policy .* \(line \d+\)$/],
    ['contact:\n  region: DE-XX', 'contact.region', /^must be a region whose holidays are known/],
    ['colour: blue', 'colour', /^is not known here/],
  ])('with a mistake is refused by its line: %s', async (mistake, field, rule) => {
    const merged = stringify(mixed(parse(await edited()), parse(mistake)));
    for (const path of ['/api/v1/policies/check', '/api/v1/policies']) {
      const { status, body } = await api.post(path, { yaml: merged }, { as: 'manager' });
      expect(body.errors).toEqual([{ field, rule: expect.stringMatching(rule) }]);
      // Asking what is wrong is no mistake.
      expect(status).toBe(path.endsWith('/check') ? 200 : 400);
    }
    expect(await inForce()).toMatchObject({ version: 'own-2' });
  });

  it('is checked with what is hardly ever meant', async () => {
    const yaml = await edited((policy) => (policy.currency = 'CHF'));
    const { status, body } = await api.post('/api/v1/policies/check', { yaml }, { as: 'manager' });
    expect([status, body.policy.currency]).toEqual([200, 'CHF']);
    expect(body.warnings).toMatchObject([{ field: 'currency' }]);
  });

  it('shows whom a scan would find by it before it is published', async () => {
    const now = Date.now();
    const purchases = [400, 370, 340, 310, 280, 250].map((daysAgo) => ({
      customerId: 'C9',
      orderId: `O${daysAgo}`,
      purchasedAt: new Date(now - daysAgo * 86_400_000).toISOString(),
      amount: 20_000,
      currency: 'EUR',
    }));
    await recordPurchases(api.db, { purchases, at: new Date(now).toISOString() });
    const yaml = await edited((policy) => {
      policy.detection.rule = 'fixed-days';
      policy.detection.threshold['fixed-days'] = 300;
      policy.team.capacity += 5;
    });
    const { body } = await api.post('/api/v1/policies/preview', { yaml }, { as: 'manager' });
    expect(body).toMatchObject({
      openCases: 2,
      now: { rule: 'own-rhythm', fallback: 'no-fit-yet', dormant: 1, candidates: 1 },
      then: { rule: 'fixed-days', threshold: 300, dormant: 0, candidates: 0 },
      capacity: { now: api.policy.team.capacity, then: api.policy.team.capacity + 5 },
    });
    expect(await inForce()).toMatchObject({ version: 'own-2' });
  });

  it('of an old version is put in force again', async () => {
    expect(await publish({ version: 'own-1', basedOn: 'own-2' })).toMatchObject({
      status: 201,
      body: { version: 'own-1', inForce: true },
    });
    expect(await publish({ version: 'own-9' })).toMatchObject({ status: 404 });
    expect(await publish({ version: 'own-1', yaml: await edited() })).toMatchObject({
      status: 400,
    });
  });

  it('that the processes were started with governs again, also when it changes', async () => {
    expect(await publish({ version: configured })).toMatchObject({
      body: { version: configured, inForce: true, published: { by: 'manager' } },
    });
    const restarted = { ...api.policy, version: 'another-1' };
    expect(policyInForce(api.db, restarted).version).toBe('another-1');
  });
});

function mixed(base: Json, changed: Json): Json {
  if (typeof changed !== 'object' || changed === null) return changed;
  const both = Object.entries(changed).map(([key, value]) => [key, mixed(base[key], value)]);
  return { ...base, ...Object.fromEntries(both) };
}
