import * as z from 'zod';
import { beginSession } from '../../db/sessions.ts';
import { userOfSubject } from '../../db/users.ts';
import { DomainError } from '../../domain/errors.ts';
import type { OpenIdProblem } from '../../domain/users.ts';
import { loggable } from '../errors.ts';
import type { OpenIdChecks, OpenIdPerson, OpenIdProvider } from '../openid.ts';
import { route, type Answer, type Call } from '../route.ts';
import { cookie, cookieIn, sessionCookie } from '../session-cookie.ts';
import { leaveOldSession } from '../sign-in.ts';

/** How long somebody may take at the provider. */
const lastsSeconds = 600;
const name = 'winback_openid';

type UnderWay = OpenIdChecks & { returnTo: string };

/** A path of ours: what browsers take for another site (`//other`, `/\other`) is none. */
const returnTo = z
  .string()
  .max(2_000)
  .regex(/^\/(?![/\\])[^\s\\]*$/, 'must be a path of this site, like /tasks?team=service')
  .default('/');

function providerOf({ signIn }: Call): OpenIdProvider {
  if (signIn.openIdConnect) return signIn.openIdConnect;
  throw new DomainError('not-found', 'OpenID Connect is not configured here.');
}

function sentTo(url: string, cookies: string[] = []): Answer {
  return { status: 302, headers: { Location: url, 'Set-Cookie': cookies } };
}

function backWith(call: Call, problem: OpenIdProblem): Answer {
  const { publicUrl } = call.mail;
  return sentTo(`/sign-in?problem=${problem}`, [cookie({ publicUrl, name }, '', 0)]);
}

function failed(call: Call, error: unknown): Answer {
  call.logger.warn({ error: loggable(error) }, 'signing in by OpenID Connect failed');
  return backWith(call, 'openid-failed');
}

/** What was sealed into the cookie when they were sent away; undefined without one, or with one that is not ours. */
function underWay({ secrets, mail, visitor }: Call): UnderWay | undefined {
  const sealed = cookieIn(visitor.headers, { publicUrl: mail.publicUrl, name });
  if (sealed === undefined) return undefined;
  try {
    return JSON.parse(secrets.unseal(sealed)) as UnderWay;
  } catch {
    return undefined;
  }
}

export const openIdRoutes = [
  route({
    method: 'get',
    path: '/api/v1/openid',
    name: 'beginOpenId',
    summary: 'Go to the provider of OpenID Connect to sign in',
    roles: 'anyone',
    forPages: true,
    query: z.strictObject({ returnTo }),
    answers: { 302: { description: 'To the provider, or back to /sign-in with a problem' } },
    problems: ['not-found'],
    handle: async (call) => {
      const { secrets, mail, query } = call;
      const provider = providerOf(call);
      try {
        const { url, checks } = await provider.begin();
        const sealed = secrets.seal(JSON.stringify({ ...checks, returnTo: query.returnTo }));
        return sentTo(url, [cookie({ publicUrl: mail.publicUrl, name }, sealed, lastsSeconds)]);
      } catch (error) {
        return failed(call, error);
      }
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/openid/callback',
    name: 'finishOpenId',
    summary: 'Where the provider of OpenID Connect sends people back',
    description:
      'Signs in whom the provider has vouched for before, or whose mail address it has verified and an admin has invited. Nobody gets access by the provider alone.',
    roles: 'anyone',
    forPages: true,
    // Whatever else the provider may say.
    query: z.looseObject({ code: z.string().optional(), state: z.string().optional() }),
    answers: {
      302: {
        description:
          'To where they wanted to go; or to /sign-in with the problem unknown-person or openid-failed',
      },
    },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at, mail, query, visitor } = call;
      const provider = providerOf(call);
      const begun = underWay(call);
      if (!begun) return backWith(call, 'openid-failed');
      const search = new URLSearchParams(
        Object.entries(query).flatMap(([key, value]) =>
          [value].flat().map((one): [string, string] => [key, String(one)]),
        ),
      );
      let person: OpenIdPerson;
      try {
        person = await provider.finish(`?${search.toString()}`, begun);
      } catch (error) {
        return failed(call, error);
      }
      const user = await userOfSubject(db, person);
      if (!user) return backWith(call, 'unknown-person');
      const { userId: keyId, role } = user;
      await leaveOldSession(call);
      const { agent } = visitor;
      const token = await beginSession(db, { keyId, role, way: 'openid-connect', agent, at });
      const { publicUrl } = mail;
      return sentTo(begun.returnTo, [
        sessionCookie(publicUrl, token),
        cookie({ publicUrl, name }, '', 0),
      ]);
    },
  }),
];
