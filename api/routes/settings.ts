import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { holidaysIn } from '../../db/holidays.ts';
import { getUser } from '../../db/users.ts';
import { refused } from '../../domain/errors.ts';
import { permissionModes } from '../../domain/permission.ts';
import { limits } from '../../domain/users.ts';
import { testMessage } from '../../mail/test-mail.ts';
import { handoverKinds } from '../../mail/transport.ts';
import { remember, repeated } from '../idempotency.ts';
import { managers, route, staff } from '../route.ts';
import { count } from '../schemas/common.ts';
import { memberHours } from '../schemas/team.ts';
import { mustBeWithin, ownSession } from '../sign-in.ts';
import { version } from '../version.ts';

const policyVersion = z.string().meta({
  description: 'the policy that new cases get',
  example: 'standard-1',
});

const calendarSchema = z
  .strictObject({
    policyVersion,
    timeZone: z.string().meta({ example: 'Europe/Berlin' }),
    currency: z.string(),
    hours: memberHours.meta({ description: 'when the company works; null: around the clock' }),
    customerHours: z
      .strictObject({ opensAt: z.string(), closesAt: z.string() })
      .nullable()
      .meta({ description: 'on the customers’ own clocks; null: whenever the company works' }),
    region: z.string().nullable().meta({ description: 'whose holidays it keeps; null: none' }),
    holidays: z
      .array(z.strictObject({ day: z.iso.date(), name: z.string() }))
      .meta({ description: 'of the coming year; empty until a contact has first been planned' }),
    permission: z.enum(permissionModes).meta({ description: 'what a contact needs' }),
    limits: z
      .strictObject({ perDay: count, perWeek: count, perCase: count, teamPerHour: count })
      .nullable()
      .meta({ description: 'how many contacts are too many; null: no limit' }),
  })
  .meta({ id: 'BusinessCalendar' });

const installationSchema = z
  .strictObject({
    version: z.string(),
    policyVersion,
    dataDir: z.string().meta({ description: 'where everything lies' }),
    publicUrl: z.string(),
    mail: z.strictObject({
      leaves: z.boolean().meta({ description: 'by SMTP; false: mails become files in dataDir' }),
      from: z.string(),
      company: z.string(),
      address: z.array(z.string()),
      signature: z.string(),
    }),
  })
  .meta({ id: 'Installation' });

const testMailSchema = z
  .strictObject({
    recipient: z.string(),
    kind: z.enum(handoverKinds).meta({
      description:
        '`accepted` by the mail server; `refused` for good, `unreachable`: it takes none for this address; `later`: not now; `unclear`: it may have taken it',
    }),
    error: z.string().nullable().meta({ description: 'in its own words' }),
  })
  .meta({ id: 'TestMail' });

export const settingRoutes = [
  route({
    method: 'get',
    path: '/api/v1/business-calendar',
    name: 'getBusinessCalendar',
    summary: 'When the company works and customers may be contacted, by the policy in force',
    roles: staff,
    answers: { 200: { description: 'The calendar', schema: calendarSchema } },
    handle: async ({ db, policy, at }) => {
      const { contact, timeZone, currency } = policy;
      const { hours, customerHours = null, region, permission, limits = null } = contact;
      const from = at.slice(0, 10);
      const until = `${Number(from.slice(0, 4)) + 1}${from.slice(4)}`;
      const body = {
        policyVersion: policy.version,
        ...{ timeZone, currency, hours, customerHours, limits },
        permission: permission ?? 'unless-refused',
        region: region ?? null,
        holidays: region === undefined ? [] : await holidaysIn(db, region, { from, until }),
      };
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/installation',
    name: 'getInstallation',
    summary: 'What runs here: version, policy, where the data lies, how mails leave',
    roles: managers,
    answers: { 200: { description: 'The installation', schema: installationSchema } },
    handle: async ({ policy, dataDir, mail, signIn }) => {
      const { from, publicUrl, sender } = mail;
      const { company, address, name } = sender;
      const leaves = !signIn.linksShown;
      const body = {
        ...{ version, dataDir, publicUrl },
        policyVersion: policy.version,
        mail: { leaves, from, company, address, signature: name },
      };
      return { status: 200, body };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/test-mails',
    name: 'sendTestMail',
    summary: 'Send a mail to oneself, and hear what the mail server says of it',
    description: 'Of who is signed in. At most 5 in a quarter of an hour.',
    roles: ['admin'],
    answers: { 200: { description: 'What came of it', schema: testMailSchema } },
    problems: ['not-found', 'conflict', 'too-many-requests', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, mail, transport } = call;
      ownSession(call);
      const userId = actor.actorId;
      const { email, language } = (await getUser(db, userId))!;
      if (!transport) throw refused('no-mail-leaves');
      const asked = { action: 'mail.test' as const, target: userId, request: {} };
      const before = await repeated(call, asked);
      if (before) return { status: 200, body: before.request['answer'] };
      const { account: limit } = limits.testMail;
      await mustBeWithin(call, [{ what: 'test-mail', of: userId, limit }]);
      const sent = { mailId: `test/${randomUUID()}`, recipient: email };
      const message = await testMessage({ ...sent, language, at }, mail);
      const envelope = { mailId: sent.mailId, from: mail.from, to: email };
      const handover = await transport.send(message, envelope);
      const answer = { recipient: email, error: null, ...handover };
      await remember(call, { ...asked, answer });
      return { status: 200, body: answer };
    },
  }),
];
