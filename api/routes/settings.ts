import * as z from 'zod';
import { memberHours } from '../schemas/team.ts';
import { holidaysIn } from '../../db/holidays.ts';
import { permissionModes } from '../../domain/permission.ts';
import { managers, route, staff } from '../route.ts';
import { count } from '../schemas/common.ts';
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
];
