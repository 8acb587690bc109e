import * as z from 'zod';
import { episodesOf } from '../../db/cases.ts';
import {
  currentPermissions,
  getCustomer,
  listCustomers,
  purchaseHistory,
} from '../../db/customers.ts';
import { permissionsNow } from '../../db/contacts.ts';
import { catchUp } from '../../db/events.ts';
import { newestFit } from '../../db/fits.ts';
import { permissionHistory } from '../../db/permissions.ts';
import { preventiveTaskOf } from '../../db/preventive-tasks.ts';
import { detectionOf, valueModelsOf } from '../../domain/company-fit.ts';
import { dormancyOf, lostAfter, type Detection } from '../../domain/dormancy.ts';
import { DomainError } from '../../domain/errors.ts';
import { phaseOf, targetGroupOf, worthOf } from '../../domain/identification.ts';
import { dayOf } from '../../domain/models/history.ts';
import type { CustomerRecord, PermissionRecord } from '../../domain/records.ts';
import type { ValueModels } from '../../domain/second-lifetime.ts';
import { silentLossOf, silentLossText } from '../../domain/silent-loss.ts';
import { everyone, route, type Call } from '../route.ts';
import { customerId, list, page } from '../schemas/common.ts';
import { customerJson, customerSchema, permissionsSchema } from '../schemas/customer.ts';

/** How customers are looked at in this call. */
type View = { detection: Detection; models: ValueModels };

async function viewOf({ db, policy }: Call): Promise<View> {
  const fit = await newestFit(db);
  return { detection: detectionOf(policy.detection, fit), models: valueModelsOf(fit) };
}

async function shown(
  record: CustomerRecord,
  { detection, models }: View,
  { db, policy, at }: Call,
) {
  const { customerId } = record;
  const history = await purchaseHistory(db, customerId);
  const { days, lastPurchaseAt } = history;
  const episodes = await episodesOf(db, customerId);
  const open = episodes.find(({ status }) => status === 'open');
  const dormancy = dormancyOf(days, dayOf(at), detection);
  const silentLoss = silentLossOf(dormancy, detection);
  const view = {
    record,
    rhythm: {
      purchaseDays: days.length,
      lastPurchaseAt,
      intervalDays: dormancy.suspicion?.explanation.intervalDays ?? null,
      silentDays: dormancy.suspicion?.explanation.silentDays ?? null,
      state: dormancy.state,
      lostAfterDays: lostAfter(days, detection),
      because: silentLoss && silentLossText(silentLoss),
    },
    worth: worthOf(history, policy.identification, models),
    phase: phaseOf({
      purchaseDays: days.length,
      lost: dormancy.lost !== null,
      cancelled: record.cancelledAt !== null,
      openCase: open !== undefined,
      returned: open !== undefined && open.regainedAt !== null,
    }),
    targetGroup: targetGroupOf(days.length, dormancy.state === 'cold'),
    permissions: await currentPermissions(db, customerId),
    episodes,
    preventiveTask: await preventiveTaskOf(db, customerId),
  };
  return customerJson(view, policy);
}

export const customerRoutes = [
  route({
    method: 'get',
    path: '/api/v1/customers',
    name: 'listCustomers',
    summary: 'List customers, by their ID',
    roles: everyone,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of customers', schema: list(customerSchema) } },
    handle: async (call) => {
      const { items, nextCursor } = await listCustomers(call.db, call.query);
      const view = await viewOf(call);
      const body = { items: await Promise.all(items.map((c) => shown(c, view, call))), nextCursor };
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/customers/{customerId}',
    name: 'getCustomer',
    summary:
      'A customer with value, rhythm, phase, target group, permissions, episodes and the open preventive task',
    roles: everyone,
    params: z.strictObject({ customerId }),
    answers: { 200: { description: 'The customer', schema: customerSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, at, params } = call;
      const known = () => getCustomer(db, params.customerId);
      // Somebody may be known by what waits.
      const record = (await known()) ?? (await catchUp(db, () => at).then(known));
      if (!record) throw new DomainError('not-found', 'There is no such customer.');
      return { status: 200, body: await shown(record, await viewOf(call), call) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/customers/{customerId}/permissions',
    name: 'getCustomerPermissions',
    summary: 'Who may contact this customer how and what for, and all that was ever said of it',
    description: 'As the policy that new cases get has it; a running case goes by its own.',
    roles: everyone,
    params: z.strictObject({ customerId }),
    answers: { 200: { description: 'What holds, and the history', schema: permissionsSchema } },
    problems: ['not-found'],
    handle: async ({ db, params, policy, at }) => {
      const { customerId } = params;
      if (!(await getCustomer(db, customerId))) {
        throw new DomainError('not-found', 'There is no such customer.');
      }
      const history = (await permissionHistory(db, customerId)).toSorted(newestFirst);
      return {
        status: 200,
        body: { now: await permissionsNow(db, customerId, { policy, at }), history },
      };
    },
  }),
];

function newestFirst(a: PermissionRecord, b: PermissionRecord): number {
  return b.at.localeCompare(a.at) || b.permissionId - a.permissionId;
}
