import * as z from 'zod';
import { hashOf } from '../../db/keys.ts';
import { newLink, sendLink } from '../../db/password-links.ts';
import { changeUser, createUser, getUser, listUsers } from '../../db/users.ts';
import { DomainError, refused } from '../../domain/errors.ts';
import type { UserRecord } from '../../domain/users.ts';
import { passwordLinkUrl } from '../../mail/password-link.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, type Call } from '../route.ts';
import { list, page } from '../schemas/common.ts';
import { email, language, personName, userRole, userSchema } from '../schemas/user.ts';

const admins = ['admin'] as const;
const params = z.strictObject({ userId: z.string() });

const invitedSchema = z
  .strictObject({
    ...userSchema.shape,
    link: z.string().nullable().meta({
      description:
        'where they choose their password, to be passed on, where no mail leaves this installation; shown this once',
    }),
  })
  .meta({ id: 'InvitedUser' });

async function theUser({ db, params }: Call<{ userId: string }>): Promise<UserRecord> {
  const user = await getUser(db, params.userId);
  if (!user) throw new DomainError('not-found', 'There is no such user.');
  return user;
}

export const userRoutes = [
  route({
    method: 'get',
    path: '/api/v1/users',
    name: 'listUsers',
    summary: 'List who can sign in, by name',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of users', schema: list(userSchema) } },
    handle: async ({ db, query }) => ({
      status: 200,
      body: pageOfAll(await listUsers(db), ({ userId }) => userId, query),
    }),
  }),
  route({
    method: 'post',
    path: '/api/v1/users',
    name: 'createUser',
    summary: 'Invite somebody by mail to choose a password',
    roles: admins,
    body: z.strictObject({ name: personName, email, role: userRole, language }),
    example: { name: 'Eva Sommer', email: 'eva@shop.example', role: 'agent', language: 'de' },
    answers: {
      201: { description: 'The user; the invitation is good for 72 hours', schema: invitedSchema },
    },
    problems: ['conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, actor, idempotencyKey, body, secrets } = call;
      // Who is meant stands in their own row alone.
      const request = { role: body.role, asked: hashOf(JSON.stringify(body)) };
      const before = await repeated(call, { action: 'user.create', request });
      if (before) {
        return { status: 201, body: { ...(await getUser(db, before.target))!, link: null } };
      }
      const link = newLink(secrets.seal);
      const asked = { actor, request, idempotencyKey };
      const user = await createUser(db, body, { asked, link, at });
      return { status: 201, body: { ...user, link: shownLink(call, link.token) } };
    },
  }),
  route({
    method: 'patch',
    path: '/api/v1/users/{userId}',
    name: 'changeUser',
    summary: 'Change a user, or take away their access',
    description:
      'Who is not active any more is signed out everywhere and leaves their teams; their open tasks go back to their queues. Nobody takes their own rights, and one admin stays.',
    roles: admins,
    params,
    body: z.strictObject({
      name: personName.optional(),
      role: userRole.optional(),
      language: language.optional(),
      active: z.boolean().optional(),
    }),
    example: { role: 'manager' },
    answers: { 200: { description: 'The user', schema: userSchema } },
    problems: ['not-found', 'conflict'],
    handle: async (call) => {
      const { db, at, actor, body } = call;
      const { userId } = await theUser(call);
      const { name: _, ...told } = body;
      const asked = { actor, request: told, idempotencyKey: null };
      return { status: 200, body: await changeUser(db, userId, body, { asked, at }) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/users/{userId}/invitation',
    name: 'inviteUser',
    summary: 'Send the invitation again',
    roles: admins,
    params,
    answers: { 200: { description: 'On its way', schema: invitedSchema } },
    problems: ['not-found', 'conflict', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, actor, idempotencyKey, secrets } = call;
      const user = await theUser(call);
      const { userId } = user;
      const told = { action: 'user.invite' as const, target: userId, request: {} };
      if (await repeated(call, told)) return { status: 200, body: { ...user, link: null } };
      if (!user.active) throw refused('user-not-active');
      const link = newLink(secrets.seal);
      const asked = { actor, request: {}, idempotencyKey };
      await sendLink(db, { ...link, userId, kind: 'invitation' }, { asked, at });
      return { status: 200, body: { ...user, link: shownLink(call, link.token) } };
    },
  }),
];

function shownLink({ signIn, mail }: Pick<Call, 'signIn' | 'mail'>, token: string): string | null {
  return signIn.linksShown ? passwordLinkUrl(mail, token) : null;
}
