import * as z from 'zod';
import { whyOf } from '../../domain/early-signs.ts';
import type { Standing } from '../../domain/identification.ts';
import type { Policy } from '../../domain/policy.ts';
import type { CaseRecord, CustomerRecord, Permission, TaskRecord } from '../../domain/records.ts';
import type { Rhythm } from '../../domain/rhythm.ts';
import { secondLifetimeText, type SecondLifetime } from '../../domain/second-lifetime.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import {
  caseStatuses,
  channels,
  customerKinds,
  earlySigns,
  outcomes,
  phases,
  purposes,
  targetGroups,
  tiers,
  triggers,
  type Phase,
  type TargetGroup,
  type Tier,
} from '../../domain/words.ts';
import { caseId, customerId, money, taskId, timestamp } from './common.ts';
import { exampleOfWhy, relianceShape } from './task.ts';

const dayMs = 86_400_000;
const because = z.string().meta({ description: 'why, in plain words' });
const days = z.number().min(0).nullable();

const visible = z
  .boolean()
  .meta({ description: 'whether who asks may open it: agents see the work of their teams' });

const episodeSchema = z.strictObject({
  caseId,
  episode: z.int().min(1),
  trigger: z.enum(triggers),
  status: z.enum(caseStatuses),
  outcome: z.enum(outcomes).nullable(),
  openedAt: timestamp,
  closedAt: timestamp.nullable(),
  regainedAt: timestamp.nullable(),
  visible,
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
    timeZone: z.string().nullable(),
    stub: z.boolean().meta({
      description: 'only events are known so far; the next customer.updated completes it',
    }),
    createdAt: timestamp,
    updatedAt: timestamp,
    objectedAt: timestamp.nullable(),
    deceasedAt: timestamp.nullable(),
    cancelledAt: timestamp.nullable(),
    value: z.strictObject({
      purchases: z.int().min(0),
      revenue: money('all purchases'),
      secondLifetimeValue: money('what this customer would bring once regained'),
      because: z.string().meta({
        description: 'what the second lifetime value and the tier come from',
        example: '2.3 purchases of €45.00 within 365 days, 35 % margin, discounted by 8 % a year',
      }),
      tier: z.enum(tiers),
    }),
    rhythm: z.strictObject({
      purchaseDays: z.int().min(0),
      lastPurchaseAt: timestamp.nullable(),
      intervalDays: days.meta({ description: 'median between purchase days' }),
      silentDays: days.meta({ description: 'since the last purchase' }),
      state: z.enum(['never-bought', 'active', 'dormant', 'cold']),
      lostAfterDays: days.meta({
        description: 'silence after which this customer counts as lost; null: never',
      }),
      because: because.nullable().meta({ description: 'why the customer counts as lost' }),
    }),
    phase: z.enum(phases),
    phaseBecause: because,
    targetGroup: z.enum(targetGroups),
    targetGroupBecause: because,
    permissions: z.array(
      z.strictObject({
        channel: z.enum(channels),
        purpose: z.enum(purposes).nullable().meta({ description: 'null: every purpose' }),
        granted: z.boolean(),
        legalBasis: z.string().nullable(),
        proof: z.string().nullable(),
        at: timestamp,
      }),
    ),
    episodes: z.array(episodeSchema).meta({ description: 'every case of this customer' }),
    complaints: z
      .array(
        z.strictObject({
          complaintId: z.string(),
          recordedAt: timestamp,
          answeredAt: timestamp.nullable(),
        }),
      )
      .meta({
        description: 'the last five, the newest first; without `answeredAt`: nobody has answered',
      }),
    preventiveTask: z
      .strictObject({
        taskId,
        type: z.enum(taskTypeNames),
        dueAt: timestamp,
        sign: z.enum(earlySigns).nullable(),
        signAt: timestamp.nullable(),
        why: z.string().nullable().meta({ example: exampleOfWhy }),
        visible,
      })
      .nullable()
      .meta({ description: 'the open one, after a sign before the loss' }),
  })
  .meta({ id: 'Customer' });

const ofChannel = { channel: z.enum(channels), purpose: z.enum(purposes) };

export const permissionsSchema = z
  .strictObject({
    now: z
      .array(z.strictObject({ ...ofChannel, ...relianceShape }))
      .meta({ description: 'what holds now, for every channel and purpose' }),
    history: z
      .array(
        z.strictObject({
          permissionId: z.int(),
          channel: z.enum(channels),
          purpose: z.enum(purposes).nullable().meta({ description: 'null: every purpose' }),
          granted: z.boolean(),
          legalBasis: z.string().nullable(),
          proof: z.string().nullable(),
          at: timestamp,
          source: z.string(),
        }),
      )
      .meta({ description: 'every word that was ever told, the newest first' }),
  })
  .meta({ id: 'CustomerPermissions' });

const dayOrNull = z.iso.date().nullable();

export const rhythmSchema = z
  .strictObject({
    days: z.array(
      z.strictObject({ day: z.iso.date(), amount: money('of all orders'), orders: z.int().min(1) }),
    ),
    intervalDays: days.meta({ description: 'median between purchase days' }),
    expectedOn: dayOrNull.meta({ description: 'when the next purchase is due by that' }),
    suspiciousOn: dayOrNull.meta({
      description: 'from when the silence is a sign of a loss to come; null: too few purchases',
    }),
    lostOn: dayOrNull.meta({ description: 'from when the customer counts as lost; null: never' }),
  })
  .meta({ id: 'Rhythm' });

export function rhythmJson(rhythm: Rhythm, currency: string): z.output<typeof rhythmSchema> {
  const dateOf = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10);
  const dateOrNull = (day: number | null) => (day === null ? null : dateOf(day));
  return {
    days: rhythm.days.map(({ day, amount, orders }) => ({
      day: dateOf(day),
      amount: { amount, currency },
      orders,
    })),
    intervalDays: rhythm.intervalDays,
    expectedOn: dateOrNull(rhythm.expectedDay),
    suspiciousOn: dateOrNull(rhythm.suspiciousDay),
    lostOn: dateOrNull(rhythm.lostDay),
  };
}

export const purchaseSchema = z
  .strictObject({
    orderId: z.string(),
    purchasedAt: timestamp,
    amount: money('what it was worth, without what came back'),
    product: z.string().nullable(),
  })
  .meta({ id: 'Purchase' });

/** What is known of a customer, put together from the database and the domain's rules. */
export type CustomerView = {
  record: CustomerRecord;
  rhythm: z.output<typeof customerSchema>['rhythm'];
  worth: { secondLifetimeValue: number; secondLifetime: SecondLifetime; tier: Tier };
  phase: Standing<Phase>;
  targetGroup: Standing<TargetGroup>;
  permissions: Permission[];
  episodes: CaseRecord[];
  complaints: { complaintId: string; recordedAt: string; answeredAt: string | null }[];
  preventiveTask: TaskRecord | undefined;
  sees: { case: (caseId: string) => boolean; task: (task: TaskRecord) => boolean };
};

export function customerJson(
  view: CustomerView,
  policy: Pick<Policy, 'currency' | 'timeZone' | 'identification'>,
): z.output<typeof customerSchema> {
  const { record, rhythm, worth, phase, targetGroup, permissions, episodes, complaints, sees } =
    view;
  const { preventiveTask: task } = view;
  const currency = record.currency ?? policy.currency;
  return {
    customerId: record.customerId,
    kind: record.kind,
    name: record.name,
    email: record.email,
    phone: record.phone,
    country: record.country,
    language: record.language,
    timeZone: record.timeZone,
    stub: record.profileAt === null,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    objectedAt: record.objectedAt,
    deceasedAt: record.deceasedAt,
    cancelledAt: record.cancelledAt,
    value: {
      purchases: record.purchases,
      revenue: { amount: record.totalAmount, currency },
      secondLifetimeValue: { amount: worth.secondLifetimeValue, currency },
      because: secondLifetimeText(worth.secondLifetime, policy.identification, currency),
      tier: worth.tier,
    },
    rhythm,
    phase: phase.is,
    phaseBecause: phase.because,
    targetGroup: targetGroup.is,
    targetGroupBecause: targetGroup.because,
    permissions,
    episodes: episodes.map((one) => ({
      caseId: one.caseId,
      episode: one.episode,
      trigger: one.trigger,
      status: one.status,
      outcome: one.outcome,
      openedAt: one.openedAt,
      closedAt: one.closedAt,
      regainedAt: one.regainedAt,
      visible: sees.case(one.caseId),
    })),
    complaints,
    preventiveTask: task
      ? {
          taskId: task.taskId,
          type: task.type,
          dueAt: task.dueAt,
          sign: task.sign,
          signAt: task.signAt,
          why: whyOf(task, policy.timeZone),
          visible: sees.task(task),
        }
      : null,
  };
}
