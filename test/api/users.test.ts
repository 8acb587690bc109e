import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newSetUpCode } from '../../db/set-up.ts';
import { commands, installation, passwordLinks } from '../../db/schema.ts';
import { after } from '../../domain/duration.ts';
import { startApi, type Answer, type Api } from '../support/api.ts';
import {
  browserOf,
  cookieOf,
  givenUser,
  password,
  signedInPerson,
  signIn,
} from '../support/people.ts';

const path = '/api/v1/users';
let now: string;
let api: Api;
beforeEach(async () => {
  now = '2026-11-02T08:00:00.000Z';
  api = await startApi({ clock: () => now, signIn: { linksShown: true } });
});
afterEach(() => api.stop());

const eva = { name: 'Eva Sommer', email: 'eva@shop.example', role: 'agent', language: 'de' };
const anyone = { as: null } as const;

describe('the first start', () => {
  const url = '/api/v1/setup';
  const person = { name: 'Eva Sommer', email: 'Eva@Shop.example', password, language: 'en' };

  test('makes the first admin by the code of the terminal, once, and signs them in', async () => {
    expect((await api.get('/api/v1/session', anyone)).body.setUp).toBe(true);
    const older = (await newSetUpCode(api.db))!;
    const code = (await newSetUpCode(api.db))!;
    expect(code).toMatch(/^([A-Z2-9]{5}-){3}[A-Z2-9]{5}$/);
    expect(JSON.stringify(api.db.select().from(installation).all())).not.toContain(code);
    const wrong = await api.post(url, { ...person, code: older }, anyone);
    expect([wrong.status, wrong.body.code]).toEqual([403, 'wrong-code']);
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ')}`;
    const made = await api.post(url, { ...person, code: typed }, anyone);
    expect(made.status).toBe(201);
    const user = { name: 'Eva Sommer', email: 'eva@shop.example', role: 'admin', language: 'en' };
    expect(made.body).toMatchObject({ user, setUp: false });
    const admin = browserOf(api, { cookie: cookieOf(made)! });
    expect((await admin.call('GET', '/api/v1/keys')).status).toBe(200);
    expect((await api.post(url, { ...person, code }, anyone)).status).toBe(409);
    expect(await newSetUpCode(api.db)).toBeNull();
  });

  test('takes a good password only, and few guesses', async () => {
    await newSetUpCode(api.db);
    const tries = (given: object) => api.post(url, { ...person, code: 'x', ...given }, anyone);
    for (const [bad, rule] of [
      ['elf letters', 'must have 12 to 200 characters'],
      ['eva@shop.example', 'must not be your mail address or name'],
      ['passwort1234', 'must not be one of the commonest passwords'],
    ]) {
      const { body } = await tries({ password: bad });
      expect(body.errors).toEqual([{ field: 'password', rule }]);
    }
    for (let n = 0; n < 10; n += 1) expect((await tries({})).status).toBe(403);
    expect((await tries({})).status).toBe(429);
  });
});

describe('users', () => {
  test('are invited, choose a password by the link, and are signed in by that', async () => {
    const headers = { 'idempotency-key': 'first-invitation' };
    const made = await api.post(path, { ...eva, email: 'Eva@shop.example' }, { headers });
    expect([made.status, made.body]).toMatchObject([201, { ...eva, active: true, invited: true }]);
    const again = await api.post(path, { ...eva, email: 'eva@shop.example' }, { headers });
    expect([again.status, again.body]).toEqual([201, { ...made.body, link: null }]);
    expect((await api.post(path, eva)).body.errors).toEqual([
      { field: 'email', rule: 'must not belong to another user' },
    ]);
    const { userId, link } = made.body;
    expect(link).toMatch(/^https:\/\/winback\.shop\.example\/password\/[\w-]{43}$/);
    const token = link.split('/').at(-1);
    expect(JSON.stringify(api.db.select().from(passwordLinks).all())).not.toContain(token);
    const toLink = `/api/v1/password-links/${token}`;
    expect((await api.get(toLink, anyone)).body).toEqual({
      ...{ kind: 'invitation', name: eva.name, email: eva.email },
    });
    const used = await api.post(toLink, { password }, anyone);
    expect([used.status, used.body.user]).toMatchObject([201, { userId, role: 'agent' }]);
    const browser = browserOf(api, { cookie: cookieOf(used)! });
    expect((await browser.call('GET', '/api/v1/tasks')).status).toBe(200);
    expect((await api.post(toLink, { password }, anyone)).status).toBe(404);
    expect((await api.get(path)).body.items).toMatchObject([{ userId, invited: false }]);
    const logged = JSON.stringify(api.db.select().from(commands).all()) + api.log();
    expect(logged).not.toMatch(/eva@|Eva/i);
    expect(logged).not.toContain(token);
  });

  test('are among those who can be given work, and not among the keys', async () => {
    const { body: user } = await api.post(path, eva);
    const staff = (await api.get('/api/v1/staff', { as: 'agent' })).body.items;
    expect(staff).toContainEqual({
      ...{ keyId: user.userId, name: 'Eva Sommer', role: 'agent', kind: 'user' },
    });
    expect(staff.map(({ role }: { role: string }) => role)).not.toContain('sales-system');
    const keys = (await api.get('/api/v1/keys')).body.items;
    expect(keys.map(({ name }: { name: string }) => name)).not.toContain('Eva Sommer');
    expect((await api.call('DELETE', `/api/v1/keys/${user.userId}`)).status).toBe(404);
    await api.post('/api/v1/teams', { teamId: 'service', name: 'Service' });
    const member = await api.post('/api/v1/teams/service/members', { keyId: user.userId });
    expect([member.status, member.body.name]).toEqual([201, 'Eva Sommer']);
  });

  test('who are not active any more are signed out at once, leave their teams and can be let in again', async () => {
    const person = await signedInPerson(api, { role: 'manager' });
    const one = `${path}/${person.userId}`;
    await api.post('/api/v1/teams', { teamId: 'service', name: 'Service' });
    await api.post('/api/v1/teams/service/members', { keyId: person.userId });
    await api.post('/api/v1/password-resets', { email: person.email }, anyone);
    const ended = await api.call('PATCH', one, { body: { active: false } });
    expect([ended.status, ended.body.active]).toEqual([200, false]);
    expect((await person.call('GET', '/api/v1/tasks')).status).toBe(401);
    expect((await api.get('/api/v1/teams/service/members')).body.items).toEqual([]);
    expect(api.db.select().from(passwordLinks).all()).toEqual([]);
    expect((await api.post(`${one}/invitation`)).status).toBe(409);
    await api.call('PATCH', one, { body: { active: true } });
    expect((await (await signIn(api, person)).call('GET', '/api/v1/tasks')).status).toBe(200);
  });

  test('have their new role at once; nobody takes their own rights, and one admin stays', async () => {
    const [admin, other] = [
      await signedInPerson(api, { role: 'admin' }),
      await signedInPerson(api, { role: 'agent' }),
    ];
    const change = (by: typeof admin, userId: string, body: object) =>
      by.call('PATCH', `${path}/${userId}`, { body });
    for (const body of [{ role: 'agent' }, { active: false }]) {
      expect((await change(admin, admin.userId, body)).status).toBe(409);
      const byKey = await api.call('PATCH', `${path}/${admin.userId}`, { body });
      expect([byKey.status, byKey.body.detail]).toEqual([409, expect.stringContaining('last')]);
    }
    expect((await other.call('GET', path)).status).toBe(403);
    expect((await change(admin, other.userId, { role: 'admin' })).status).toBe(200);
    expect((await other.call('GET', path)).status).toBe(200);
    expect((await change(other, admin.userId, { role: 'agent' })).status).toBe(200);
    expect((await admin.call('GET', path)).status).toBe(403);
    expect((await change(admin, other.userId, { role: 'agent' })).status).toBe(403);
  });

  test('are listed by name in pages, for managers too', async () => {
    for (const name of ['Carl', 'Anna', 'Bert']) await givenUser(api, { name });
    const first = await api.get(`${path}?limit=2`, { as: 'manager' });
    const rest = await api.get(`${path}?limit=2&cursor=${first.body.nextCursor}`);
    const names = [...first.body.items, ...rest.body.items].map(({ name }) => name);
    expect(names).toEqual(['Anna', 'Bert', 'Carl']);
  });
});

describe('a link for a password', () => {
  const tokenOf = ({ body }: Answer): string => body.link.split('/').at(-1);
  const use = (token: string) =>
    api.post(`/api/v1/password-links/${token}`, { password: 'another long password' }, anyone);

  test('of an invitation is good for 72 hours; it can be sent again', async () => {
    const made = await api.post(path, eva);
    now = after(now, '72h');
    expect((await use(tokenOf(made))).status).toBe(404);
    const again = await api.post(`${path}/${made.body.userId}/invitation`);
    expect(again.status).toBe(200);
    expect((await use(tokenOf(again))).status).toBe(201);
  });

  test('is refused for a bad password, and stays good', async () => {
    const made = await api.post(path, eva);
    const toLink = `/api/v1/password-links/${tokenOf(made)}`;
    const bad = await api.post(toLink, { password: 'Eva Sommer 1!' }, anyone);
    expect(bad.body.errors).toMatchObject([{ field: 'password' }]);
    expect((await use(tokenOf(made))).status).toBe(201);
  });

  test('ends all sessions and all other links of whoever uses it', async () => {
    const person = await signedInPerson(api);
    const links = [];
    for (const _ of [1, 2]) links.push(await api.post(`${path}/${person.userId}/invitation`));
    expect((await use(tokenOf(links[1]!))).status).toBe(201);
    expect((await use(tokenOf(links[0]!))).status).toBe(404);
    expect((await person.call('GET', '/api/v1/tasks')).status).toBe(401);
  });

  test('is used by one of many at once', async () => {
    const token = tokenOf(await api.post(path, eva));
    const answers = await Promise.all(Array.from({ length: 5 }, () => use(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404, 404]);
  });

  test('cannot be guessed', async () => {
    for (let n = 0; n < 30; n += 1) expect((await use(`guess-${n}`)).status).toBe(404);
    expect((await use('guess')).status).toBe(429);
  });

  test('comes to who has forgotten theirs; the answer says of nobody whether they are here', async () => {
    const { userId, email } = await givenUser(api);
    const asks = (address: string) =>
      api.post('/api/v1/password-resets', { email: address }, anyone);
    const known = await asks(email.toUpperCase());
    const unknown = await asks('nobody@shop.example');
    expect([known.status, known.body]).toEqual([202, '']);
    expect([unknown.status, unknown.body]).toEqual([202, '']);
    expect(api.db.select().from(passwordLinks).all()).toMatchObject([
      { keyId: userId, kind: 'reset', status: 'queued', expiresAt: after(now, '1h') },
    ]);
    for (const _ of [1, 2]) await asks(email);
    expect((await asks(email)).body.code).toBe('too-many-requests');
    expect(api.db.select().from(passwordLinks).all()).toHaveLength(3);
  });
});

test('where mails leave, nobody is shown a link', async () => {
  const sending = await startApi();
  const { body } = await sending.post(path, eva);
  expect(body.link).toBeNull();
  await sending.stop();
});

test('keys can expire', async () => {
  const key = { name: 'Trial', role: 'agent' };
  const past = await api.post('/api/v1/keys', { ...key, expiresAt: now });
  expect(past.body.errors).toEqual([{ field: 'expiresAt', rule: 'must be in the future' }]);
  const expiresAt = after(now, '1h');
  const { body } = await api.post('/api/v1/keys', { ...key, expiresAt });
  expect(body.expiresAt).toBe(expiresAt);
  const headers = { authorization: `Bearer ${body.secret}` };
  const asks = async () => (await api.get('/api/v1/tasks', { as: null, headers })).status;
  expect(await asks()).toBe(200);
  now = expiresAt;
  expect(await asks()).toBe(401);
});
