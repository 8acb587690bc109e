import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectCase } from '../../db/cases.ts';
import { anOpenCase, minute, projection, task } from '../db/given.ts';
import { startApi, type Api, type Json } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  for (const [customerId, queue] of [
    ['C1', 'recovery'],
    ['C2', 'service'],
  ] as const) {
    const record = await anOpenCase(api.db, customerId);
    const tasks = [task(`t-${customerId}`, { queue })];
    await projectCase(api.db, projection(record, 1, { tasks }), minute(1));
  }
  const { keyId } = api.keys.agent.record;
  await api.post('/api/v1/teams', { teamId: 'service', name: 'Service' }, { as: 'manager' });
  await api.post('/api/v1/teams/service/members', { keyId }, { as: 'manager' });
});
afterAll(() => api.stop());

const idsFor = async (as: 'agent' | 'manager') => {
  const { body } = await api.get('/api/v1/reports/cases', { as });
  return body.items.map(({ caseId }: Json) => caseId).toSorted();
};

describe('the cases behind a figure', () => {
  test('are to an agent those of their teams’ work, which they may open', async () => {
    expect(await idsFor('manager')).toEqual(['C1-e1', 'C2-e1']);
    expect(await idsFor('agent')).toEqual(['C2-e1']);
    expect((await api.get('/api/v1/cases/C2-e1', { as: 'agent' })).status).toBe(200);
    expect((await api.get('/api/v1/cases/C1-e1', { as: 'agent' })).status).toBe(404);
  });

  test('are counted all in the figure', async () => {
    const success = (as: 'agent' | 'manager') => api.get('/api/v1/reports/success', { as });
    expect((await success('agent')).body).toEqual((await success('manager')).body);
  });
});

describe('the episodes of a customer', () => {
  test.each([
    ['agent', 'C1', false],
    ['agent', 'C2', true],
    ['manager', 'C1', true],
  ] as const)('say to an %s of %s whether they may be opened', async (as, customerId, visible) => {
    const { body } = await api.get(`/api/v1/customers/${customerId}`, { as });
    expect(body.episodes).toMatchObject([{ visible }]);
  });
});
