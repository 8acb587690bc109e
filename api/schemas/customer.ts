import * as z from 'zod';
import type { Rhythm, Dormancy } from '../../domain/dormancy.ts';
import type { CaseRecord, CustomerRecord, Permission } from '../../domain/records.ts';
import {
  caseStatuses,
  channels,
  customerKinds,
  outcomes,
  phases,
  targetGroups,
  tiers,
  triggers,
  type Phase,
  type TargetGroup,
  type Tier,
} from '../../domain/words.ts';
import { caseId, customerId, money, timestamp } from './common.ts';

const days = z.number().min(0).nullable();

const episodeSchema = z.strictObject({
  caseId,
  episode: z.int().min(1),
  trigger: z.enum(triggers),
  status: z.enum(caseStatuses),
  outcome: z.enum(outcomes).nullable(),
  openedAt: timestamp,
  closedAt: timestamp.nullable(),
  regainedAt: timestamp.nullable(),
});

export const customerSchema = z
  .strictObject({
    customerId,
    kind: z.enum(customerKinds).nullable(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    country: z.string().nullable(),
    language: z.string().nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
    objectedAt: timestamp.nullable(),
    deceasedAt: timestamp.nullable(),
    cancelledAt: timestamp.nullable(),
    value: z.strictObject({
      purchases: z.int().min(0),
      revenue: money,
      secondLifetimeValue: money,
      tier: z.enum(tiers),
    }),
    rhythm: z.strictObject({
      purchaseDays: z.int().min(0),
      lastPurchaseAt: timestamp.nullable(),
      intervalDays: days.meta({ description: 'median between purchase days' }),
      silentDays: days.meta({ description: 'since the last purchase' }),
      state: z.enum(['never-bought', 'active', 'dormant', 'cold']),
      dormantAfterDays: days,
    }),
    phase: z.enum(phases),
    targetGroup: z.enum(targetGroups),
    permissions: z.array(
      z.strictObject({
        channel: z.enum(channels),
        granted: z.boolean(),
        legalBasis: z.string().nullable(),
        proof: z.string().nullable(),
        at: timestamp,
      }),
    ),
    episodes: z.array(episodeSchema).meta({ description: 'every case of this customer' }),
  })
  .meta({ id: 'Customer' });

/** What is known of a customer, put together from the database and the domain's rules. */
export type CustomerView = {
  record: CustomerRecord;
  rhythm: Rhythm;
  dormancy: Dormancy;
  worth: { secondLifetimeValue: number; tier: Tier };
  phase: Phase;
  targetGroup: TargetGroup;
  permissions: Permission[];
  episodes: CaseRecord[];
};

export function customerJson(
  view: CustomerView,
  policyCurrency: string,
): z.output<typeof customerSchema> {
  const { record, rhythm, dormancy, worth, phase, targetGroup, permissions, episodes } = view;
  const { purchases, totalAmount, currency, lastPurchaseAt: _lastPurchaseAt, ...person } = record;
  return {
    ...person,
    value: {
      purchases,
      revenue: { amount: totalAmount, currency: currency ?? policyCurrency },
      secondLifetimeValue: {
        amount: worth.secondLifetimeValue,
        currency: currency ?? policyCurrency,
      },
      tier: worth.tier,
    },
    rhythm: { ...rhythm, ...dormancy },
    phase,
    targetGroup,
    permissions,
    episodes: episodes.map(
      ({ caseId, episode, trigger, status, outcome, openedAt, closedAt, regainedAt }) => ({
        ...{ caseId, episode, trigger, status },
        ...{ outcome, openedAt, closedAt, regainedAt },
      }),
    ),
  };
}
