import * as z from 'zod';
import { forgiveAttempts } from '../../db/attempts.ts';
import { countRefused } from '../../db/audit.ts';
import { changePassword } from '../../db/password-links.ts';
import { beginSession, endOtherSessions, endSession, listSessions } from '../../db/sessions.ts';
import { changeUser, passwordHashOf, getUser, userByEmail } from '../../db/users.ts';
import { DomainError } from '../../domain/errors.ts';
import { limits } from '../../domain/users.ts';
import { HttpProblem } from '../errors.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { hashOfPassword, isPassword, mustBeGoodPassword } from '../passwords.ts';
import { route, staff, type Call } from '../route.ts';
import { list, page, timestamp } from '../schemas/common.ts';
import {
  email,
  givenPassword,
  language,
  newPassword,
  personName,
  sessionSchema,
} from '../schemas/user.ts';
import { endedSessionCookie, sessionCookie } from '../session-cookie.ts';
import { leaveOldSession, mustBeWithin, ownSession, sessionJson, signedIn } from '../sign-in.ts';
import { invalid } from '../validation.ts';

const signInOf = (call: Pick<Call, 'visitor'>, account: string) => ({
  account: { what: 'sign-in', of: account, limit: limits.signIn.account },
  address: { what: 'sign-in-from', of: call.visitor.address, limit: limits.signIn.address },
});

const ownSessionSchema = z
  .strictObject({
    sessionId: z.string(),
    agent: z.string().nullable().meta({ example: 'Firefox, Windows' }),
    createdAt: timestamp,
    lastUsedAt: timestamp.meta({ description: 'to the minute' }),
    current: z.boolean().meta({ description: 'the one that asks' }),
  })
  .meta({ id: 'OwnSession' });

export const sessionRoutes = [
  route({
    method: 'get',
    path: '/api/v1/session',
    name: 'getSession',
    summary: 'Who is signed in, and how one signs in here',
    roles: 'anyone',
    forPages: true,
    answers: { 200: { description: 'The session', schema: sessionSchema } },
    handle: async (call) => ({
      status: 200,
      body: await sessionJson(call, call.visitor.session?.keyId ?? null),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/session',
    name: 'signIn',
    summary: 'Sign in by mail address and password',
    description:
      'Sets the cookie of the session. The answer never says whether there is such a mail address. At most 10 attempts in a quarter of an hour for each mail address, 50 for each address of the network.',
    roles: 'anyone',
    forPages: true,
    body: z.strictObject({ email, password: givenPassword }),
    answers: { 201: { description: 'Signed in', schema: sessionSchema } },
    problems: ['sign-in-failed', 'too-many-requests'],
    handle: async (call) => {
      const { db, at, body, visitor } = call;
      const attempt = signInOf(call, body.email);
      await mustBeWithin(call, Object.values(attempt));
      const user = await userByEmail(db, body.email);
      const known = user?.active ? user.passwordHash : null;
      if (!(await isPassword(body.password, known)) || !user) {
        await countRefused(db, { action: 'session.refuse', userId: user?.userId ?? null, at });
        throw new HttpProblem('sign-in-failed', 'Mail address or password is not right.');
      }
      await forgiveAttempts(db, attempt);
      const { userId, role } = user;
      await leaveOldSession(call);
      const { agent } = visitor;
      const token = await beginSession(db, { keyId: userId, role, way: 'password', agent, at });
      return signedIn(call, { userId, token });
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/session',
    name: 'signOut',
    summary: 'Sign out, here',
    roles: 'anyone',
    forPages: true,
    answers: { 204: { description: 'Nobody is signed in here any more' } },
    handle: async (call) => {
      await leaveOldSession(call);
      return { status: 204, headers: { 'Set-Cookie': endedSessionCookie(call.mail.publicUrl) } };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/session/user',
    name: 'changeOwnUser',
    summary: 'Change your name and language',
    roles: staff,
    body: z.strictObject({ name: personName.optional(), language: language.optional() }),
    example: { language: 'en' },
    answers: { 200: { description: 'The session as it is now', schema: sessionSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, actor, at, body } = call;
      const { keyId } = ownSession(call);
      const asked = { actor, request: { fields: Object.keys(body) }, idempotencyKey: null };
      await changeUser(db, keyId, body, { asked, at });
      return { status: 200, body: await sessionJson(call, keyId) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/session/password',
    name: 'changePassword',
    summary: 'Change your password; all your other sessions end',
    roles: staff,
    body: z.strictObject({ current: givenPassword, password: newPassword }),
    answers: { 204: { description: 'Changed' } },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body, mail, idempotencyKey } = call;
      const { sessionId, keyId: userId } = ownSession(call);
      const user = (await getUser(db, userId))!;
      const told = { action: 'password.change' as const, target: userId, request: {} };
      if (await repeated(call, told)) {
        if (await isPassword(body.password, await passwordHashOf(db, userId)))
          return { status: 204 };
        throw new DomainError('idempotency-key-reused', 'It came with another password before.');
      }
      mustBeGoodPassword(body.password, user);
      const attempt = signInOf(call, user.email);
      await mustBeWithin(call, Object.values(attempt));
      if (!(await isPassword(body.current, await passwordHashOf(db, userId)))) {
        throw invalid([{ field: 'current', rule: 'is not your password' }]);
      }
      await forgiveAttempts(db, attempt);
      const passwordHash = await hashOfPassword(body.password);
      const asked = { actor, request: {}, idempotencyKey };
      const token = await changePassword(db, { userId, passwordHash, sessionId }, { asked, at });
      return { status: 204, headers: { 'Set-Cookie': sessionCookie(mail.publicUrl, token) } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/sessions',
    name: 'listSessions',
    summary: 'List your sessions, the one used last first',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of sessions', schema: list(ownSessionSchema) } },
    handle: async ({ db, actor, at, visitor, query }) => {
      const sessions = (await listSessions(db, actor.actorId, at)).map(({ keyId: _, ...one }) => ({
        ...one,
        current: one.sessionId === visitor.session?.sessionId,
      }));
      return { status: 200, body: pageOfAll(sessions, ({ sessionId }) => sessionId, query) };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/sessions',
    name: 'endOtherSessions',
    summary: 'End all your sessions but this one',
    roles: staff,
    answers: { 204: { description: 'Ended' } },
    handle: async ({ db, actor, at, visitor }) => {
      const except = visitor.session?.sessionId ?? null;
      await endOtherSessions(db, { actor, except, at });
      return { status: 204 };
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/sessions/{sessionId}',
    name: 'endSession',
    summary: 'End one of your sessions',
    roles: staff,
    params: z.strictObject({ sessionId: z.string() }),
    answers: { 204: { description: 'Ended' } },
    problems: ['not-found'],
    handle: async ({ db, actor, at, params }) => {
      if (await endSession(db, { ...params, actor, at })) return { status: 204 };
      throw new DomainError('not-found', 'You have no such session.');
    },
  }),
];
