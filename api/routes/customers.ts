import * as z from 'zod';
import { episodesOf } from '../../db/cases.ts';
import {
  currentPermissions,
  getCustomer,
  listCustomers,
  purchaseHistory,
} from '../../db/customers.ts';
import { preventiveTaskOf } from '../../db/preventive-tasks.ts';
import { dormancyOf, rhythmOf } from '../../domain/dormancy.ts';
import { DomainError } from '../../domain/errors.ts';
import { phaseOf, targetGroupOf, worthOf } from '../../domain/identification.ts';
import type { CustomerRecord } from '../../domain/records.ts';
import { everyone, route, type Call } from '../route.ts';
import { customerId, list, page } from '../schemas/common.ts';
import { customerJson, customerSchema } from '../schemas/customer.ts';

async function shown(record: CustomerRecord, { db, policy, at }: Call) {
  const { customerId } = record;
  const history = await purchaseHistory(db, customerId);
  const episodes = await episodesOf(db, customerId);
  const open = episodes.find(({ status }) => status === 'open');
  const rhythm = rhythmOf(history, at);
  const dormancy = dormancyOf(rhythm, policy.dormancy);
  const cold = dormancy.state === 'cold';
  const view = {
    record,
    rhythm,
    dormancy,
    worth: worthOf(history, policy.identification),
    phase: phaseOf({
      rhythm,
      dormant: cold || dormancy.state === 'dormant',
      cancelled: record.cancelledAt !== null,
      openCase: open !== undefined,
      returned: open !== undefined && open.regainedAt !== null,
    }),
    targetGroup: targetGroupOf(rhythm.purchaseDays, cold),
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
      const body = { items: await Promise.all(items.map((c) => shown(c, call))), nextCursor };
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
      const record = await getCustomer(call.db, call.params.customerId);
      if (!record) throw new DomainError('not-found', 'There is no such customer.');
      return { status: 200, body: await shown(record, call) };
    },
  }),
];
