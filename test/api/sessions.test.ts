import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { after } from '../../domain/duration.ts';
import { sessionRules } from '../../domain/users.ts';
import { pruneSessions } from '../../db/sessions.ts';
import { attempts, commands, sessions, users } from '../../db/schema.ts';
import { startApi, type Api } from '../support/api.ts';
import {
  browserOf,
  cookieOf,
  givenUser,
  password,
  signedInPerson,
  signIn,
  type Person,
} from '../support/people.ts';

const path = '/api/v1/session';
const beginning = '2026-11-02T08:00:00.000Z';
let now: string;
let api: Api;
beforeEach(async () => {
  now = beginning;
  api = await startApi({ clock: () => now });
});
afterEach(() => api.stop());

const pass = (duration: `${number}${'s' | 'm' | 'h' | 'd'}`) => (now = after(now, duration));
const asks = async (person: Person) => (await person.call('GET', '/api/v1/tasks')).status;
const tries = (email: string, given: string, headers = {}) =>
  api.post(path, { email, password: given }, { as: null, headers });

describe('signing in', () => {
  test('sets a cookie that no script reads, and keeps its token nowhere', async () => {
    const { userId, email } = await givenUser(api, { role: 'manager', email: 'eva@shop.example' });
    const headers = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0' };
    const answer = await tries(' Eva@Shop.example ', password, headers);
    expect(answer.status).toBe(201);
    const user = { userId, name: 'Eva Sommer', email, role: 'manager', language: 'de' };
    expect(answer.body).toEqual({
      user,
      setUp: true,
      ways: { password: true, openIdConnect: null },
      mailsLeave: true,
      company: 'Schönwetter & Söhne',
    });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-winback_session=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
    );
    const token = /=([\w-]{43})/.exec(cookie)![1]!;
    const kept = [sessions, users, commands].map((table) => api.db.select().from(table).all());
    expect(JSON.stringify(kept)).not.toContain(token);
    expect(JSON.stringify(kept)).not.toContain(password);

    const eva = browserOf(api, { cookie: cookieOf(answer)! });
    expect((await eva.call('GET', path)).body.user).toEqual(user);
    expect(await asks(eva)).toBe(200);
    const { items } = (await eva.call('GET', '/api/v1/sessions')).body;
    expect(items).toMatchObject([{ agent: 'Firefox, Windows', current: true, createdAt: now }]);
    expect(api.log()).not.toMatch(/eva@|Eva|Firefox/i);
  });

  test('does not say whether there is such a mail address, nor whether it may sign in', async () => {
    const { email } = await givenUser(api);
    const gone = await signedInPerson(api);
    const body = { active: false };
    await api.call('PATCH', `/api/v1/users/${gone.userId}`, { body });
    const answers = [
      await tries(email, 'not the password'),
      await tries('nobody@shop.example', password),
      await tries(gone.email, password),
    ];
    const told = answers.map(({ status, body: { instance: _, ...problem } }) => [status, problem]);
    expect(told[0]).toMatchObject([401, { code: 'sign-in-failed' }]);
    expect(told).toEqual([told[0], told[0], told[0]]);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  });

  test('is refused after ten attempts for an account, however it is spelled, until the window is over', async () => {
    const { email } = await givenUser(api, { email: 'eva@shop.example' });
    for (let n = 0; n < 10; n += 1) {
      expect((await tries(n % 2 ? email : 'EVA@shop.example', 'wrong')).status).toBe(401);
    }
    const refused = await tries(email, password);
    expect(refused.body).toMatchObject({ code: 'too-many-requests', retryAt: after(now, '15m') });
    expect(refused.headers.get('retry-after')).toBe('Mon, 02 Nov 2026 08:15:00 GMT');
    const { email: other } = await givenUser(api);
    expect((await tries(other, password)).status).toBe(201);
    // Another process on the same database: a restart forgets nothing.
    const restarted = await startApi({ clock: () => now, databaseOf: api });
    const again = await restarted.post(path, { email, password }, { as: null });
    expect(again.status).toBe(429);
    await restarted.stop();
    pass('15m');
    expect((await tries(email, password)).status).toBe(201);
    expect(JSON.stringify(api.db.select().from(attempts).all())).not.toMatch(/eva|127/);
  });

  test('is refused after fifty attempts from an address, whatever the accounts; those that succeed do not count', async () => {
    const { email } = await givenUser(api);
    for (let n = 0; n < 3; n += 1) expect((await tries(email, password)).status).toBe(201);
    const some = Array.from({ length: 50 }, (_, n) => tries(`nobody${n}@shop.example`, 'wrong'));
    expect((await Promise.all(some)).every(({ status }) => status === 401)).toBe(true);
    expect((await tries(email, password)).status).toBe(429);
  });

  test('again in the same browser ends the session before', async () => {
    const eva = await signedInPerson(api);
    const before = { ...eva };
    const { status } = await eva.call('POST', path, { body: { email: eva.email, password } });
    expect(status).toBe(201);
    expect(await asks(eva)).toBe(200);
    expect(await asks(browserOf(api, before))).toBe(401);
  });
});

describe('a session', () => {
  test('ends when nothing was heard of it for twelve hours', async () => {
    const eva = await signedInPerson(api);
    for (const _ of [1, 2]) {
      pass('11h');
      expect(await asks(eva)).toBe(200);
    }
    pass(sessionRules.idle);
    const { body } = await eva.call('GET', '/api/v1/tasks');
    expect(body).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect((await eva.call('GET', path)).body.user).toBeNull();
    await pruneSessions(api.db, after(now, '1s'));
    expect(api.db.select().from(sessions).all()).toEqual([]);
  });

  test('ends after seven days, however busy it was', async () => {
    const eva = await signedInPerson(api);
    for (let hours = 8; hours < 7 * 24; hours += 8) {
      pass('8h');
      expect(await asks(eva)).toBe(200);
    }
    pass('8h');
    expect(await asks(eva)).toBe(401);
  });

  test('gets a new token every hour; the one before is good for a minute, for many requests at once', async () => {
    const eva = await signedInPerson(api);
    expect(await asks(eva)).toBe(200);
    const old = eva.cookie;
    pass('1h');
    const tabs = Array.from({ length: 10 }, () => browserOf(api, { cookie: old }));
    const statuses = await Promise.all(tabs.map(asks));
    expect(statuses).toEqual(tabs.map(() => 200));
    const given = tabs.map(({ cookie }) => cookie).filter((cookie) => cookie !== old);
    expect(given).toHaveLength(1);
    eva.cookie = given[0]!;
    expect(await asks(eva)).toBe(200);
    pass('59s');
    expect(await asks(browserOf(api, { cookie: old }))).toBe(200);
    pass('1s');
    expect(await asks(browserOf(api, { cookie: old }))).toBe(401);
    expect(await asks(eva)).toBe(200);
  });

  test('outlives the loss of the answer that brought the new token', async () => {
    const eva = await signedInPerson(api);
    expect(await asks(eva)).toBe(200);
    pass('1h');
    // Nobody keeps what this one was given.
    expect(await asks(browserOf(api, eva))).toBe(200);
    pass('10m');
    const old = eva.cookie;
    expect(await asks(eva)).toBe(200);
    expect(eva.cookie).not.toBe(old);
    expect(await asks(eva)).toBe(200);
    pass('2m');
    expect(await asks(browserOf(api, { cookie: old }))).toBe(401);
  });

  test('is ended from elsewhere, one by one or all others; nobody ends that of others', async () => {
    const office = await signedInPerson(api);
    const [home, phone, stranger] = [
      await signIn(api, office),
      await signIn(api, office),
      await signedInPerson(api),
    ];
    const own = async (person: Person) => (await person.call('GET', '/api/v1/sessions')).body.items;
    expect(await own(home)).toHaveLength(3);
    const { sessionId } = (await own(home)).find(({ current }: { current: boolean }) => current);
    const ends = (by: Person) => by.call('DELETE', `/api/v1/sessions/${sessionId}`);
    expect((await ends(stranger)).status).toBe(404);
    expect((await ends(office)).status).toBe(204);
    expect(await asks(home)).toBe(401);
    expect(await asks(phone)).toBe(200);
    expect((await phone.call('DELETE', '/api/v1/sessions')).status).toBe(204);
    expect([await asks(office), await asks(phone), await asks(stranger)]).toEqual([401, 200, 200]);
  });

  test('is ended by signing out', async () => {
    const eva = await signedInPerson(api);
    const { cookie } = eva;
    const answer = await eva.call('DELETE', path);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-winback_session=; .*Max-Age=0;/);
    expect(await asks(browserOf(api, { cookie }))).toBe(401);
  });

  test('is made to act from our own pages alone', async () => {
    const eva = await signedInPerson(api);
    const changes = (headers: Record<string, string>) =>
      api.call('PATCH', '/api/v1/session/user', {
        as: null,
        body: { language: 'en' },
        headers: { cookie: eva.cookie, ...headers },
      });
    const { host } = new URL(api.url);
    for (const [headers, status] of [
      [{ 'sec-fetch-site': 'same-origin' }, 200],
      [{ 'sec-fetch-site': 'none' }, 200],
      [{ 'sec-fetch-site': 'same-site' }, 403],
      [{ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, 403],
      [{ origin: `http://${host}` }, 200],
      [{ origin: 'https://winback.shop.example' }, 200],
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{}, 403],
    ] as const) {
      expect([headers, (await changes(headers)).status]).toEqual([headers, status]);
    }
    // Who has no session yet: a form of another site could otherwise sign people in as somebody else.
    const body = { email: eva.email, password };
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await api.post(path, body, { as: null, headers })).body.code).toBe('cross-site');
  });

  test('counts for nothing beside a key, and a key has none', async () => {
    const eva = await signedInPerson(api, { role: 'admin' });
    const headers = { cookie: eva.cookie };
    const asAgent = await api.get('/api/v1/keys', { as: 'agent', headers });
    expect(asAgent.status).toBe(403);
    expect((await api.get(path, { as: 'admin', headers })).body.user).toBeNull();
    expect((await api.get('/api/v1/sessions')).body.items).toEqual([]);
    const change = await api.call('PATCH', '/api/v1/session/user', { body: { language: 'en' } });
    expect(change.status).toBe(404);
  });
});

describe('the own password', () => {
  test('is changed by who knows it; all other sessions end, and this one has a new token', async () => {
    const eva = await signedInPerson(api);
    const other = await signIn(api, eva);
    const before = eva.cookie;
    const change = (current: string, next: string) =>
      eva.call('POST', `${path}/password`, { body: { current, password: next } });
    const wrong = await change('not it', 'another long password');
    expect(wrong.body.errors).toEqual([{ field: 'current', rule: 'is not your password' }]);
    const short = await change(password, 'short');
    expect(short.body.errors).toEqual([
      { field: 'password', rule: 'must have 12 to 200 characters' },
    ]);
    expect((await change(password, 'another long password')).status).toBe(204);
    expect(await asks(eva)).toBe(200);
    expect(await asks(other)).toBe(401);
    expect(await asks(browserOf(api, { cookie: before }))).toBe(401);
    expect((await tries(eva.email, password)).status).toBe(401);
    expect((await tries(eva.email, 'another long password')).status).toBe(201);
  });

  test('is changed once when the request is repeated', async () => {
    const eva = await signedInPerson(api);
    const headers = { 'idempotency-key': 'once' };
    const change = (next: string) =>
      eva.call('POST', `${path}/password`, {
        body: { current: password, password: next },
        headers,
      });
    expect((await change('another long password')).status).toBe(204);
    expect((await change('another long password')).status).toBe(204);
    expect((await change('a third long password')).body.code).toBe('idempotency-key-reused');
    expect((await tries(eva.email, 'another long password')).status).toBe(201);
  });

  test('cannot be guessed by who has found an open session', async () => {
    const eva = await signedInPerson(api);
    const change = () =>
      eva.call('POST', `${path}/password`, {
        body: { current: 'a guess', password: 'another long password' },
      });
    for (let n = 0; n < 10; n += 1) expect((await change()).status).toBe(400);
    expect((await change()).status).toBe(429);
  });
});

test('name and language are changed by oneself', async () => {
  const eva = await signedInPerson(api);
  const body = { name: 'Eva Winter', language: 'en' };
  const changed = await eva.call('PATCH', `${path}/user`, { body });
  expect(changed.body.user).toMatchObject(body);
  const more = await eva.call('PATCH', `${path}/user`, { body: { role: 'admin' } });
  expect(more.status).toBe(400);
});

test('the audit tells who signed in and out, and how often somebody failed, by IDs alone', async () => {
  const eva = await signedInPerson(api, { email: 'eva@shop.example' });
  await tries(eva.email, 'wrong');
  await tries(eva.email, 'wrong again');
  await tries('nobody@shop.example', 'wrong');
  pass('5m');
  await eva.call('DELETE', path);
  const list = (query = '') => api.get(`/api/v1/audit${query}`);
  const { items } = (await list('?limit=4')).body;
  expect(items).toMatchObject([
    { action: 'session.end', actorId: eva.userId, actorName: 'Eva Sommer', times: 1 },
    ...[{ action: 'session.refuse' }, { action: 'session.refuse' }],
    { action: 'session.begin', actorId: eva.userId },
  ]);
  const refused = items.filter(({ action }: { action: string }) => action === 'session.refuse');
  expect(refused).toContainEqual(
    expect.objectContaining({ actorId: 'unknown', target: eva.userId, times: 2 }),
  );
  expect(refused).toContainEqual(expect.objectContaining({ target: 'unknown', times: 1 }));
  const own = await list(`?actor=${eva.userId}&action=session.begin`);
  expect(own.body.items).toHaveLength(1);
  expect((await list(`?target=${eva.userId}`)).body.items).toHaveLength(1);
  expect((await list('?until=2026-11-02T08:05:00Z')).body.items).toHaveLength(3);
  expect((await list('?from=2026-11-02T08:05:00Z')).body.items).toHaveLength(1);
  const pages = [];
  for (let cursor = ''; ;) {
    const { body } = await list(`?limit=1${cursor}`);
    pages.push(...body.items);
    if (!body.nextCursor) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  expect(pages).toEqual(items);
  expect(JSON.stringify(items)).not.toContain('@');
});
