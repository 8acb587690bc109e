import * as z from 'zod';
import { episodesOf } from '../../db/cases.ts';
import { lastComplaints } from '../../db/complaints.ts';
import {
  currentPermissions,
  getCustomer,
  listCustomers,
  purchaseHistory,
} from '../../db/customers.ts';
import { permissionsNow } from '../../db/contacts.ts';
import { catchUp } from '../../db/events.ts';
import { newestFit } from '../../db/fits.ts';
import { secondLifeOfCase } from '../../db/ledger.ts';
import { permissionHistory } from '../../db/permissions.ts';
import { preventiveTaskOf } from '../../db/preventive-tasks.ts';
import { listPurchases } from '../../db/purchases.ts';
import { seesCase } from '../../db/sight.ts';
import { detectionOf, valueModelsOf } from '../../domain/company-fit.ts';
import { dormancyOf, lostAfter, type Detection } from '../../domain/dormancy.ts';
import { after } from '../../domain/duration.ts';
import { DomainError } from '../../domain/errors.ts';
import { phaseOf, targetGroupOf, worthOf } from '../../domain/identification.ts';
import { dayOf } from '../../domain/models/history.ts';
import type { CustomerRecord, PermissionRecord, TaskRecord } from '../../domain/records.ts';
import { rhythmOf } from '../../domain/rhythm.ts';
import type { ValueModels } from '../../domain/second-lifetime.ts';
import { silentLossOf, silentLossText } from '../../domain/silent-loss.ts';
import { mayView, type Sight } from '../../domain/teams.ts';
import { pageOfAll } from '../paging.ts';
import { everyone, route, type Call } from '../route.ts';
import { customerId, list, page } from '../schemas/common.ts';
import {
  customerJson,
  customerSchema,
  permissionsSchema,
  purchaseSchema,
  rhythmJson,
  rhythmSchema,
} from '../schemas/customer.ts';
import { sightOfCaller } from '../sight.ts';

/** How customers are looked at in this call. */
type View = { detection: Detection; models: ValueModels; sight: Sight | null };

async function viewOf(call: Call): Promise<View> {
  const { db, policy } = call;
  const fit = await newestFit(db);
  return {
    detection: detectionOf(policy.detection, fit),
    models: valueModelsOf(fit),
    sight: sightOfCaller(call),
  };
}

async function shown(
  record: CustomerRecord,
  { detection, models, sight }: View,
  { db, policy, at }: Call,
) {
  const { customerId } = record;
  const history = await purchaseHistory(db, customerId);
  const { days, lastPurchaseAt } = history;
  const episodes = await episodesOf(db, customerId);
  const open = episodes.find(({ status }) => status === 'open');
  const last = episodes.at(-1);
  const life = last && (await secondLifeOfCase(db, last.caseId));
  const observation = policy.secondLoyalty.observation;
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
      returned: Boolean(
        life && !life.lostAgainAt && (open || at < after(life.returnedAt, observation)),
      ),
    }),
    targetGroup: targetGroupOf(days.length, dormancy.state === 'cold'),
    permissions: await currentPermissions(db, customerId),
    episodes,
    complaints: await lastComplaints(db, customerId),
    preventiveTask: await preventiveTaskOf(db, customerId),
    sees: {
      case: (caseId: string) => sight === null || seesCase(db, caseId, sight),
      task: (task: TaskRecord) => sight === null || mayView(sight, task),
    },
  };
  return customerJson(view, policy);
}

async function theCustomer({ db, params }: Call<{ customerId: string }>): Promise<CustomerRecord> {
  const record = await getCustomer(db, params.customerId);
  if (!record) throw new DomainError('not-found', 'There is no such customer.');
  return record;
}

export const customerRoutes = [
  route({
    method: 'get',
    path: '/api/v1/customers',
    name: 'listCustomers',
    summary: 'List customers, by their ID',
    description:
      'With `search` those who have a word that begins so in their name, number, mail address or phone number; capitals, accents and umlauts do not matter, and all words must be found.',
    roles: everyone,
    query: z.strictObject({ ...page, search: z.string().trim().max(200).optional() }),
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
      if (!(await known())) await catchUp(db, () => at);
      return { status: 200, body: await shown(await theCustomer(call), await viewOf(call), call) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/customers/{customerId}/rhythm',
    name: 'getCustomerRhythm',
    summary: 'When a customer bought, and when the silence becomes suspicious and a loss',
    roles: everyone,
    params: z.strictObject({ customerId }),
    answers: { 200: { description: 'The rhythm', schema: rhythmSchema } },
    problems: ['not-found'],
    handle: async (call) => {
      const { db, params, policy } = call;
      const record = await theCustomer(call);
      const { detection } = await viewOf(call);
      const purchases = await listPurchases(db, params.customerId);
      const rhythm = rhythmOf(purchases, detection, policy.earlySigns.decline);
      return { status: 200, body: rhythmJson(rhythm, record.currency ?? policy.currency) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/customers/{customerId}/purchases',
    name: 'listPurchases',
    summary: 'Orders of a customer, the newest first',
    roles: everyone,
    params: z.strictObject({ customerId }),
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of orders', schema: list(purchaseSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { customerId } = await theCustomer(call);
      const { items, nextCursor } = pageOfAll(
        await listPurchases(call.db, customerId),
        ({ orderId }) => orderId,
        call.query,
      );
      const shown = items.map(({ amount, currency, ...order }) => ({
        ...order,
        amount: { amount, currency },
      }));
      return { status: 200, body: { items: shown, nextCursor } };
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
    handle: async (call) => {
      const { db, policy, at } = call;
      const { customerId } = await theCustomer(call);
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
