import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getCase, openCase, projectCase } from '../../db/cases.ts';
import { storePolicy } from '../../db/policies.ts';
import { taskIdOf } from '../../domain/ids.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
let policy: VersionedPolicy;
beforeAll(async () => {
  policy = { ...standardPolicy, version: 'standard-1' };
  api = await startApi({ policy });
  policy = await storePolicy(api.db, standardPolicy, at());
});
afterAll(() => api.stop());

const at = () => new Date().toISOString();
let events = 0;

async function send(customerId: string, type: string, data: object, time?: string): Promise<void> {
  events += 1;
  const event = { specversion: '1.0', id: `e${events}`, source: 'shop', type, subject: customerId };
  const { status } = await api.post('/api/v1/events', { ...event, data, ...(time && { time }) });
  expect(status).toBe(202);
}

const german = { name: 'Erika Mustermann', kind: 'consumer', country: 'DE' };
const consent = { channel: 'phone', granted: true, proof: 'Form 17, 3 March' };

/** A case with an open call, as its workflow would have written it. */
async function callTo(customerId: string): Promise<string> {
  const opening = {
    ...{ customerId, trigger: 'manual' as const, statedCause: null, statedReason: null },
    ...{ effectiveAt: null, openedBy: 'test', policy, at: at() },
  };
  const { caseId } = (await openCase(api.db, opening)).record;
  const record = (await getCase(api.db, caseId))!;
  const taskId = taskIdOf(caseId, 'cause-call', 1);
  await projectCase(
    api.db,
    {
      opening: { ...record, firstSeq: 1 },
      ...{ revision: 1, historyLength: 1, since: record.openedAt, finalBefore: 0, nextLoss: null },
      state: { ...record, playbook: null },
      tasks: [
        {
          ...{ taskId, type: 'cause-call', step: 'cause-analysis', status: 'open', attempt: 1 },
          ...{ createdAt: at(), dueAt: at(), deadlineAt: at(), agreed: false, closedAt: null },
          ...{ measureId: null, queue: null, closeReason: null, commandId: null, result: null },
        },
      ],
      timeline: { firstSeq: 1, entries: [] },
    },
    at(),
  );
  return taskId;
}

describe('the permissions of a customer', () => {
  test('tell what holds now for every channel and purpose, and all that was ever said', async () => {
    await send('P-1', 'customer.updated', german);
    await send('P-1', 'permission.changed', consent, '2026-03-03T10:00:00Z');
    await send('P-1', 'permission.changed', {
      channel: 'letter',
      granted: false,
      purpose: 'recovery',
    });
    const { body } = await api.get('/api/v1/customers/P-1/permissions', { as: 'agent' });

    expect(body.now).toHaveLength(8);
    expect(body.now).toContainEqual({
      ...{ channel: 'phone', purpose: 'recovery', permitted: true, reason: 'granted' },
      ...{ basis: 'express-consent', proof: consent.proof, permissionId: expect.any(Number) },
      rule: 'DE/recovery/phone/consumer: UWG § 7 Abs. 2 Nr. 1, § 7a',
    });
    const holds = (channel: string, purpose: string) =>
      body.now.find((one: typeof body) => one.channel === channel && one.purpose === purpose);
    expect(holds('email', 'recovery')).toMatchObject({ permitted: false, reason: 'no-permission' });
    expect(holds('letter', 'recovery')).toMatchObject({ permitted: false, reason: 'refused' });
    expect(holds('letter', 'service')).toMatchObject({ permitted: true, basis: 'none-needed' });
    expect(body.history).toMatchObject([
      { channel: 'letter', purpose: 'recovery', granted: false, source: 'shop' },
      { ...consent, purpose: null, at: '2026-03-03T10:00:00.000Z' },
    ]);
  });

  test('of nobody are not found', async () => {
    expect((await api.get('/api/v1/customers/nobody/permissions')).status).toBe(404);
  });

  test.each([
    ['permission.changed', { channel: 'phone', granted: true, purpose: 'fun' }, 'data.purpose'],
    ['customer.updated', { ...german, timeZone: 'Europe/Entenhausen' }, 'data.timeZone'],
  ])('%s refuses %j', async (type, data, field) => {
    const event = { specversion: '1.0', id: 'bad', source: 'shop', type, subject: 'P-1', data };
    const { status, body } = await api.post('/api/v1/events', event);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});

describe('a call', () => {
  test('shows what it rests on, and stays with that when the consent is gone', async () => {
    await send('P-2', 'customer.updated', german);
    await send('P-2', 'permission.changed', consent);
    const taskId = await callTo('P-2');
    const open = (await api.get(`/api/v1/tasks/${taskId}`)).body.permission;
    expect(open).toMatchObject({ permitted: true, basis: 'express-consent', proof: consent.proof });
    expect((await api.post(`/api/v1/tasks/${taskId}/claim`)).status).toBe(200);

    // No Temporal here: the result is kept, and with it the contact.
    const result = { outcome: 'answered', cause: 'neglected' };
    expect((await api.post(`/api/v1/tasks/${taskId}/complete`, { result })).status).toBe(202);
    await send('P-2', 'permission.changed', { channel: 'phone', granted: false });
    const record = (await getCase(api.db, taskId.replace(/-cause-call.*/, '')))!;
    await projectCase(
      api.db,
      {
        opening: { ...record, firstSeq: 1 },
        ...{ revision: 2, historyLength: 2, since: at(), finalBefore: 0, nextLoss: null },
        state: { ...record, playbook: null },
        tasks: [
          {
            ...{ taskId, type: 'cause-call', step: 'cause-analysis', status: 'done', attempt: 1 },
            ...{ createdAt: at(), dueAt: at(), deadlineAt: at(), agreed: false, closedAt: at() },
            ...{ measureId: null, queue: null, closeReason: null, commandId: null, result },
          },
        ],
        timeline: { firstSeq: 1, entries: [] },
      },
      at(),
    );
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body.permission).toEqual(open);
  });

  test('that is not permitted any more cannot be claimed, and says why', async () => {
    await send('P-3', 'customer.updated', { ...german, kind: 'business' });
    await send('P-3', 'purchase.recorded', { orderId: 'O', amount: 100, currency: 'EUR' });
    const taskId = await callTo('P-3');
    expect((await api.get(`/api/v1/tasks/${taskId}`)).body.permission).toMatchObject({
      ...{ permitted: true, reason: 'purchase', basis: 'presumed-consent' },
    });
    await send('P-3', 'customer.updated', german);
    const { status, body } = await api.post(`/api/v1/tasks/${taskId}/claim`);
    expect([status, body.code]).toEqual([409, 'contact-not-permitted']);
    expect(body.detail).toContain('UWG § 7 Abs. 2 Nr. 1');
  });
});
