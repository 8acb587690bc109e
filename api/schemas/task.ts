import * as z from 'zod';
import { taskCloseReasons } from '../../domain/case.ts';
import { whyOf } from '../../domain/early-signs.ts';
import type { Policy } from '../../domain/policy.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { taskTypeNames, taskTypes } from '../../domain/tasks.ts';
import { earlySigns, steps, taskStatuses } from '../../domain/words.ts';
import { caseId, customerId, money, reference, taskId, timestamp } from './common.ts';
import { resultName } from './results.ts';

export const exampleOfWhy = 'Looked at the cancellation page on 3 March 2026';

export const taskSchema = z
  .strictObject({
    taskId,
    caseId: caseId.nullable().meta({ description: 'null: a preventive task, which has no case' }),
    customerId,
    type: z.enum(taskTypeNames),
    title: z.string(),
    step: z.enum(steps),
    measureId: z
      .string()
      .nullable()
      .meta({ description: 'which measure of its case it carries out' }),
    queue: z
      .string()
      .nullable()
      .meta({ description: 'who does it, where that is not the recovery team' }),
    content: z
      .string()
      .nullable()
      .meta({ description: 'what to say, write or do, as the playbook has it' }),
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
  })
  .meta({ id: 'Task' });

export function taskJson(
  record: TaskRecord & { content: string | null },
  {
    policy: { timeZone, currency },
    overdueBefore,
  }: { policy: Pick<Policy, 'timeZone' | 'currency'>; overdueBefore: string },
): z.output<typeof taskSchema> {
  const { expectedGain: amount, status, dueAt, pausedUntil } = record;
  return {
    ...record,
    title: taskTypes[record.type].title,
    expectedGain: amount === null ? null : { amount, currency },
    overdue: status === 'open' && pausedUntil === null && dueAt < overdueBefore,
    why: whyOf(record, timeZone),
  };
}
