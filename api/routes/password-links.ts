import * as z from 'zod';
import { countRefused } from '../../db/audit.ts';
import { linkByToken, newLink, sendLink, usePasswordLink } from '../../db/password-links.ts';
import { userByEmail } from '../../db/users.ts';
import { DomainError } from '../../domain/errors.ts';
import { limits, linkKinds } from '../../domain/users.ts';
import { hashOfPassword, mustBeGoodPassword } from '../passwords.ts';
import { route, type Call } from '../route.ts';
import { email, newPassword, sessionSchema } from '../schemas/user.ts';
import { leaveOldSession, mustBeWithin, signedIn } from '../sign-in.ts';

const params = z.strictObject({ token: z.string().max(100) });

/** Of those that lead nowhere an address may try only some. */
async function theLink(call: Call<{ token: string }>) {
  const { db, at, params, visitor } = call;
  const link = await linkByToken(db, { token: params.token, at });
  if (link) return link;
  const limit = limits.link.address;
  await mustBeWithin(call, [{ what: 'link', of: visitor.address, limit }]);
  throw new DomainError('not-found', 'The link is not good any more: ask for another one.');
}

export const passwordLinkRoutes = [
  route({
    method: 'post',
    path: '/api/v1/password-resets',
    name: 'askForReset',
    summary: 'Ask for a mail with a link to choose another password',
    description:
      'The answer is the same whether or not there is such a mail address. At most 3 an hour for each mail address, 20 for each address of the network.',
    roles: 'anyone',
    forPages: true,
    body: z.strictObject({ email }),
    answers: { 202: { description: 'If there is such a user, they get a mail' } },
    problems: ['too-many-requests'],
    handle: async (call) => {
      const { db, at, body, visitor, secrets } = call;
      const { account, address } = limits.reset;
      await mustBeWithin(call, [
        { what: 'reset', of: body.email, limit: account },
        { what: 'reset-from', of: visitor.address, limit: address },
      ]);
      const user = await userByEmail(db, body.email);
      if (user?.active) {
        const { userId, role } = user;
        const asked = { actor: { actorId: userId, role }, request: {}, idempotencyKey: null };
        await sendLink(db, { ...newLink(secrets.seal), userId, kind: 'reset' }, { asked, at });
      } else {
        // Writes as the other way does, and so takes as long.
        await countRefused(db, { action: 'password.reset', userId: null, at });
      }
      return { status: 202 };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/password-links/{token}',
    name: 'getPasswordLink',
    summary: 'What a link of an invitation or a reset is for',
    roles: 'anyone',
    forPages: true,
    params,
    answers: {
      200: {
        description: 'It is good',
        schema: z
          .strictObject({ kind: z.enum(linkKinds), name: z.string(), email: z.string() })
          .meta({ id: 'PasswordLink' }),
      },
    },
    problems: ['not-found', 'too-many-requests'],
    handle: async (call) => {
      const { kind, name, email } = await theLink(call);
      return { status: 200, body: { kind, name, email } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/password-links/{token}',
    name: 'usePasswordLink',
    summary: 'Choose a password by a link, and sign in; all other sessions end',
    roles: 'anyone',
    forPages: true,
    params,
    body: z.strictObject({ password: newPassword }),
    answers: { 201: { description: 'Signed in', schema: sessionSchema } },
    problems: ['not-found', 'too-many-requests'],
    handle: async (call) => {
      const { db, at, body, params, visitor } = call;
      mustBeGoodPassword(body.password, await theLink(call));
      const passwordHash = await hashOfPassword(body.password);
      const { agent } = visitor;
      const used = await usePasswordLink(db, { ...params, passwordHash, agent, at });
      if (!used) throw new DomainError('not-found', 'The link was used just now.');
      await leaveOldSession(call);
      return signedIn(call, used);
    },
  }),
];
