import * as z from 'zod';
import type { TaskCustomer } from '../../db/task-customers.ts';
import type { TaskOffer } from '../../db/task-offers.ts';
import { taskCloseReasons } from '../../domain/case.ts';
import { whyOf } from '../../domain/early-signs.ts';
import { offerStatuses } from '../../domain/offers.ts';
import { permissionReasons } from '../../domain/permission.ts';
import type { Policy } from '../../domain/policy.ts';
import type { CommandRecord, Reliance, TaskRecord } from '../../domain/records.ts';
import { taskTypeNames, taskTypes } from '../../domain/tasks.ts';
import {
  causes,
  customerKinds,
  earlySigns,
  legalBases,
  steps,
  taskStatuses,
  tiers,
  triggers,
} from '../../domain/words.ts';
import { caseId, customerId, money, reference, taskId, timestamp } from './common.ts';
import { resultName } from './results.ts';

export const exampleOfWhy = 'Looked at the cancellation page on 3 March 2026';

/** What a contact rests on. */
export const relianceShape = {
  permitted: z.boolean(),
  reason: z.enum(permissionReasons),
  basis: z.enum(legalBases).nullable(),
  rule: z.string().nullable().meta({
    description: 'country, purpose, channel and kind of customer that the law was asked for',
    example: 'DE/recovery/phone/consumer: UWG § 7 Abs. 2 Nr. 1, § 7a',
  }),
  permissionId: z
    .int()
    .nullable()
    .meta({ description: 'the word in the history that it rests on' }),
  proof: z.string().nullable(),
};

export const taskSchema = z
  .strictObject({
    taskId,
    caseId: caseId.nullable().meta({
      description: 'null: a preventive task, or one about a mail, for which no case waits',
    }),
    customerId,
    customer: z
      .strictObject({
        name: z.string().nullable(),
        kind: z.enum(customerKinds).nullable(),
        trigger: z.enum(triggers).nullable(),
        tier: z.enum(tiers).nullable(),
        cause: z.enum(causes).nullable(),
        secondLifetimeValue: money('what a regained customer is expected to bring').nullable(),
      })
      .meta({ description: 'whom it is about, and what its case knows of them' }),
    type: z.enum(taskTypeNames),
    title: z.string(),
    step: z.enum(steps),
    measureId: z
      .string()
      .nullable()
      .meta({ description: 'which measure of its case it carries out' }),
    queue: z.string().nullable().meta({
      description:
        'the team that it is meant for, where that is not the recovery team, which does it as long as nobody is in that team, or there',
    }),
    content: z
      .string()
      .nullable()
      .meta({ description: 'what to say, write or do, as the playbook has it' }),
    offer: z
      .strictObject({
        offerId: z.string(),
        title: z.string().meta({
          description: 'in the language of the customer, as far as the catalogue has it',
        }),
        cost: money('what it costs us'),
        status: z.enum(offerStatuses),
        hasCode: z.boolean().meta({ description: 'a code is set aside for it, or was given' }),
      })
      .nullable()
      .meta({ description: 'what the task offers, or asks a manager to approve' }),
    status: z.enum(taskStatuses),
    assignee: z.string().nullable().meta({ description: 'ID of a key; null: the team queue' }),
    attempt: z.int().min(1).meta({ description: 'which attempt at the same contact this is' }),
    agreed: z.boolean().meta({ description: 'agreed with the customer to the minute' }),
    expectedGain: money('what its case promises, less what trying costs')
      .nullable()
      .meta({ description: 'null: not known, or a preventive task' }),
    createdAt: timestamp,
    dueAt: timestamp,
    deadlineAt: timestamp.meta({ description: 'when silence gets its meaning' }),
    overdue: z.boolean().meta({ description: 'waits for longer than the policy allows' }),
    escalatedAt: timestamp
      .nullable()
      .meta({ description: 'since when it is a manager’s business' }),
    pausedUntil: timestamp.nullable().meta({ description: 'nothing falls due until then' }),
    closedAt: timestamp.nullable(),
    closeReason: z.enum(taskCloseReasons).nullable(),
    completedBy: z.string().nullable(),
    result: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({
        override: ({ jsonSchema }) => {
          for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as 'type'];
          jsonSchema.anyOf = [
            ...taskTypeNames.map((type) => reference(resultName(type))),
            { type: 'null' },
          ];
        },
      }),
    keptResult: z
      .strictObject({
        commandId: z.string(),
        by: z.string().meta({ description: 'ID of a key' }),
        at: timestamp,
        outcome: z.string(),
        undoUntil: timestamp.nullable().meta({ description: 'until then `by` can undo it' }),
      })
      .nullable()
      .meta({ description: 'a result that is kept, and on which the case has not yet acted' }),
    sign: z
      .enum(earlySigns)
      .nullable()
      .meta({ description: 'what a preventive task is there for; null for tasks of a case' }),
    signAt: timestamp.nullable(),
    signData: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .nullable()
      .meta({ description: 'numbers and codes that the sign rests on' }),
    why: z
      .string()
      .nullable()
      .meta({ description: 'the sign in plain words', example: exampleOfWhy }),
    guide: z.string().nullable().meta({
      description: 'of a cause call: where its interview guide is',
      example: '/api/v1/cases/C-1042-e1/interview-guide',
    }),
    mailId: z.string().nullable().meta({ description: 'the mail that it is about' }),
    permission: z.strictObject(relianceShape).nullable().meta({
      description:
        'what a contact rests on now or, once the task is closed, what the contact has relied on; null without any',
    }),
  })
  .meta({ id: 'Task' });

export function taskJson(
  {
    offerId: _,
    offer,
    customer,
    ...record
  }: TaskRecord & { content: string | null; offer: TaskOffer | null; customer: TaskCustomer },
  { permission, kept }: { permission: Reliance | null; kept: CommandRecord | undefined },
  {
    policy: { timeZone, currency },
    overdueBefore,
  }: { policy: Pick<Policy, 'timeZone' | 'currency'>; overdueBefore: string },
): z.output<typeof taskSchema> {
  const { type, caseId, expectedGain: amount, status, dueAt, pausedUntil } = record;
  const inMoney = (amount: number | null) => (amount === null ? null : { amount, currency });
  const guide =
    type === 'cause-call' && caseId !== null
      ? `/api/v1/cases/${encodeURIComponent(caseId)}/interview-guide`
      : null;
  return {
    ...record,
    customer: { ...customer, secondLifetimeValue: inMoney(customer.secondLifetimeValue) },
    title: taskTypes[type].title,
    offer: offer && { ...offer, cost: { amount: offer.cost, currency } },
    expectedGain: inMoney(amount),
    overdue: status === 'open' && pausedUntil === null && dueAt < overdueBefore,
    keptResult: kept
      ? {
          commandId: kept.commandId,
          by: kept.actor,
          at: kept.at,
          outcome: (kept.request['result'] as { outcome: string }).outcome,
          undoUntil: kept.undoUntil,
        }
      : null,
    why: whyOf(record, timeZone),
    guide,
    permission,
  };
}
