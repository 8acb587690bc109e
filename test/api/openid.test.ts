import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { openIdProvider } from '../../api/openid.ts';
import { sessions } from '../../db/schema.ts';
import { startApi, type Answer, type Api } from '../support/api.ts';
import {
  clientOfTests,
  startOpenIdProvider,
  type RunningProvider,
} from '../support/openid-provider.ts';
import { browserOf, cookieOf, givenUser } from '../support/people.ts';

const publicUrl = 'https://winback.shop.example';
const begin = '/api/v1/openid';
let provider: RunningProvider;
let api: Api;
// The provider warns of everything that makes it one for tests.
beforeAll(() => {
  for (const level of ['warn', 'info'] as const) jest.spyOn(console, level).mockReturnValue();
});
afterAll(() => void jest.restoreAllMocks());
beforeEach(async () => {
  provider = await startOpenIdProvider(`${publicUrl}${begin}/callback`);
  const settings = { ...clientOfTests, issuer: provider.issuer, name: 'Company account' };
  api = await startApi({ signIn: { openIdConnect: openIdProvider(settings, { publicUrl }) } });
});
afterEach(async () => {
  await api.stop();
  await provider.stop();
});

const visit = (path: string, cookie = '') =>
  api.get(path, {
    as: null,
    headers: { ...(cookie && { cookie }), 'sec-fetch-site': 'cross-site' },
  });
const stateCookie = ({ headers }: Answer) =>
  headers.getSetCookie().find((one) => one.startsWith('__Host-winback_openid='))!;
const location = ({ status, headers }: Answer) => [status, headers.get('location')];

/** From our page to the provider and back. */
async function comesBack(name: string, query = '') {
  const sent = await visit(`${begin}${query}`);
  expect(sent.status).toBe(302);
  const back = await provider.signIn(sent.headers.get('location')!, name);
  return { path: `${back.pathname}${back.search}`, cookie: stateCookie(sent).split(';')[0]! };
}

async function signsIn(name: string, query = ''): Promise<Answer> {
  const { path, cookie } = await comesBack(name, query);
  return visit(path, cookie);
}

const whoIs = async (answer: Answer) =>
  (await browserOf(api, { cookie: cookieOf(answer)! }).call('GET', '/api/v1/session')).body.user;

test('who was invited is signed in by the mail address that the provider has verified, and known from then on', async () => {
  const { userId } = await givenUser(api, { email: 'eva@shop.example', role: 'manager' });
  provider.accounts['eva-at-work'] = { email: 'Eva@Shop.example', email_verified: true };
  const first = await signsIn('eva-at-work', '?returnTo=/tasks%3Fteam%3Dservice');
  expect(location(first)).toEqual([302, '/tasks?team=service']);
  expect(await whoIs(first)).toMatchObject({ userId, role: 'manager' });
  // Whatever becomes of her address.
  provider.accounts['eva-at-work'] = { email: 'winter@shop.example', email_verified: false };
  const again = await signsIn('eva-at-work');
  expect(location(again)).toEqual([302, '/']);
  expect(await whoIs(again)).toMatchObject({ userId });
  // And nobody else is taken for her.
  provider.accounts['another'] = { email: 'eva@shop.example', email_verified: true };
  expect(location(await signsIn('another'))).toEqual([302, '/sign-in?problem=unknown-person']);
});

test('who is unknown, not verified or not active any more is refused, and nobody is made', async () => {
  const { userId } = await givenUser(api, { email: 'eva@shop.example', role: 'admin' });
  provider.accounts['stranger'] = { email: 'stranger@shop.example', email_verified: true };
  provider.accounts['liar'] = { email: 'eva@shop.example', email_verified: false };
  const refused = [302, '/sign-in?problem=unknown-person'];
  expect(location(await signsIn('stranger'))).toEqual(refused);
  expect(location(await signsIn('liar'))).toEqual(refused);
  provider.accounts['eva'] = { email: 'eva@shop.example', email_verified: true };
  await givenUser(api, { role: 'admin' });
  await api.call('PATCH', `/api/v1/users/${userId}`, { body: { active: false } });
  expect(location(await signsIn('eva'))).toEqual(refused);
  expect(api.db.select().from(sessions).all()).toEqual([]);
  expect((await api.get('/api/v1/users')).body.items).toHaveLength(2);
});

test('an answer counts for the browser that asked, once, and as the provider gave it', async () => {
  await givenUser(api, { email: 'eva@shop.example' });
  provider.accounts['eva'] = { email: 'eva@shop.example', email_verified: true };
  const failed = [302, '/sign-in?problem=openid-failed'];
  const { path, cookie } = await comesBack('eva');
  expect(location(await visit(path))).toEqual(failed);
  expect(location(await visit(path, '__Host-winback_openid=made-up'))).toEqual(failed);
  const other = await comesBack('eva');
  expect(location(await visit(path, other.cookie))).toEqual(failed);
  expect(location(await visit(path.replace(/state=[^&]*/, 'state=x'), cookie))).toEqual(failed);
  expect(location(await visit(`${begin}/callback?error=access_denied`, cookie))).toEqual(failed);
  expect(api.db.select().from(sessions).all()).toEqual([]);
  const done = await visit(path, cookie);
  expect(location(done)).toEqual([302, '/']);
  expect(stateCookie(done)).toMatch(/=; .*Max-Age=0;/);
  expect(location(await visit(path, cookie))).toEqual(failed);
  expect(api.log()).not.toMatch(/eva|code=/);
});

test('leads back to pages of ours alone', async () => {
  for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', 'tasks', '/ ']) {
    const { status } = await visit(`${begin}?returnTo=${encodeURIComponent(bad)}`);
    expect([bad, status]).toEqual([bad, 400]);
  }
});

test('is told to the sign-in page by its name; without it there is none', async () => {
  const { ways } = (await visit('/api/v1/session')).body;
  expect(ways.openIdConnect).toEqual({ name: 'Company account' });
  const without = await startApi();
  expect((await without.get(begin, { as: null })).status).toBe(404);
  await without.stop();
});

test('a provider that is away leads back to the sign-in page, and is found as soon as it is there', async () => {
  const { issuer } = provider;
  await provider.stop();
  const away = await visit(begin);
  expect(location(away)).toEqual([302, '/sign-in?problem=openid-failed']);
  provider = await startOpenIdProvider(
    `${publicUrl}${begin}/callback`,
    Number(new URL(issuer).port),
  );
  expect((await visit(begin)).headers.get('location')).toMatch(issuer);
});
