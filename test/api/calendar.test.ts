import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ICAL from 'ical.js';
import { getCase, openCase, projectCase } from '../../db/cases.ts';
import { startApi, type Api } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ limits: { anonymousFailuresPerMinute: 20 }, trustedProxies: 1 });
});
afterAll(() => api.stop());

/** Of no header: whoever asks could write there what they like. */
const publicUrl = 'https://winback.shop.example';
const dueAt = '2026-03-24T16:30:00.000Z';

/** Somebody with a name, who has three tasks: an agreed call, a call, a letter. */
async function threeTasks(customerId: string): Promise<string[]> {
  const at = new Date().toISOString();
  const customer = { name: 'Erika Mustermann', kind: 'consumer', phone: '+49 30 1234' };
  await api.post('/api/v1/events', {
    ...{ specversion: '1.0', id: customerId, source: 'shop', type: 'customer.updated' },
    ...{ subject: customerId, data: customer },
  });
  const about = { customerId, trigger: 'manual', policy: api.policy, at } as const;
  const told = { statedCause: null, statedReason: null, effectiveAt: null, openedBy: 'test' };
  const { record } = await openCase(api.db, { ...about, ...told });
  const tasks = (['recovery-call', 'offer-call', 'letter'] as const).map((type, i) => ({
    ...({ taskId: `${record.caseId}-${type}-1`, type, step: 'measures', measureId: null } as const),
    ...({
      queue: null,
      status: 'open',
      attempt: 1,
      createdAt: at,
      dueAt,
      agreed: i === 0,
    } as const),
    ...{ deadlineAt: '2099-01-01T00:00:00.000Z', closedAt: null, closeReason: null },
    ...{ commandId: null, result: null },
  }));
  const state = { ...(await getCase(api.db, record.caseId))!, playbook: null };
  await projectCase(
    api.db,
    {
      ...{ opening: { ...record, firstSeq: 1 }, revision: 1, historyLength: 10, state, tasks },
      ...{ since: record.openedAt, finalBefore: 1, nextLoss: null },
      timeline: { firstSeq: 1, entries: [] },
    },
    at,
  );
  return tasks.map(({ taskId }) => taskId);
}

async function newFeed(headers = {}): Promise<{ feedId: string; path: string | undefined }> {
  const { body } = await api.post('/api/v1/calendar-feeds', undefined, { as: 'agent', headers });
  return { feedId: body.feedId, path: body.address?.replace(publicUrl, '') };
}

const read = (path: string) => api.get(path, { as: null });

describe('a calendar feed', () => {
  test('shows the calls of whoever made it, without names', async () => {
    const ids = await threeTasks('K-1');
    for (const id of ids) await api.post(`/api/v1/tasks/${id}/claim`, undefined, { as: 'agent' });
    const { path } = await newFeed();
    const { status, headers, body } = await read(path!);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    const calendar = new ICAL.Component(ICAL.parse(body));
    const events = calendar.getAllSubcomponents('vevent').map((event) => new ICAL.Event(event));
    expect(events.map(({ uid }) => uid)).toEqual([`${ids[1]}@winback`, `${ids[0]}@winback`]);
    expect(events[1]!.startDate.toJSDate().toISOString()).toBe(dueAt);
    expect(events[1]!.duration.toSeconds()).toBe(15 * 60);
    expect(events[1]!.summary).toBe('Call (customer K-1)');
    const fieldOf = (i: number, name: string) =>
      events[i]!.component.getFirstPropertyValue(name) as string;
    expect(fieldOf(1, 'url')).toBe(`${publicUrl}/api/v1/tasks/${ids[0]}`);
    expect([fieldOf(1, 'status'), fieldOf(0, 'status')]).toEqual(['CONFIRMED', 'TENTATIVE']);
    expect(body).not.toMatch(/Erika|Mustermann|1234/);
    expect(api.log()).not.toContain(/calendar\/(.+)\.ics/.exec(path!)![1]);
  });

  test('ends when it is revoked by whoever made it, or with their key', async () => {
    const { feedId, path } = await newFeed();
    const remove = (as: 'agent' | 'manager') =>
      api.call('DELETE', `/api/v1/calendar-feeds/${feedId}`, { as });
    expect((await remove('manager')).status).toBe(404);
    expect((await read(path!)).status).toBe(200);
    expect((await remove('agent')).status).toBe(204);
    expect((await read(path!)).status).toBe(404);

    const { body: key } = await api.post('/api/v1/keys', { name: 'Leaver', role: 'agent' });
    const headers = { authorization: `Bearer ${key.secret}` };
    const made = await api.post('/api/v1/calendar-feeds', undefined, { as: null, headers });
    const address = made.body.address.replace(publicUrl, '');
    expect((await read(address)).status).toBe(200);
    await api.call('DELETE', `/api/v1/keys/${key.keyId}`);
    expect((await read(address)).status).toBe(404);
  });

  test('shows its address once, and is listed to whoever made it', async () => {
    const headers = { 'idempotency-key': 'feed-1' };
    const { feedId, path } = await newFeed(headers);
    expect(path).toMatch(/^\/api\/v1\/calendar\/[\w-]{43}\.ics$/);
    expect(await newFeed(headers)).toEqual({ feedId, path: undefined });
    const { body } = await api.get('/api/v1/calendar-feeds', { as: 'agent' });
    expect(body.items).toContainEqual({ feedId, createdAt: expect.any(String), revokedAt: null });
    expect((await api.get('/api/v1/calendar-feeds', { as: 'manager' })).body.items).toEqual([]);
  });

  test('cannot be guessed for long', async () => {
    const statuses = [];
    for (let i = 0; i < 25; i += 1)
      statuses.push((await read(`/api/v1/calendar/g${i}.ics`)).status);
    expect(statuses).toContain(404);
    expect(statuses.at(-1)).toBe(429);
  });

  test('of another caller of the same proxy is not in the way', async () => {
    const readBy = (address: string) =>
      api.get('/api/v1/calendar/g.ics', { as: null, headers: { 'x-forwarded-for': address } });
    for (let i = 0; i < 25; i += 1) await readBy('192.0.2.1');
    expect((await readBy('192.0.2.1')).status).toBe(429);
    // Only what our own proxy has added is believed.
    expect((await readBy('192.0.2.9, 192.0.2.1')).status).toBe(429);
    expect((await readBy('192.0.2.2')).status).toBe(404);
  });
});
