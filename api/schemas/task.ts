import * as z from 'zod';
import { taskCloseReasons } from '../../domain/case.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { taskTypeNames, taskTypes } from '../../domain/tasks.ts';
import { steps, taskStatuses } from '../../domain/words.ts';
import { caseId, customerId, reference, taskId, timestamp } from './common.ts';
import { resultName } from './results.ts';

export const taskSchema = z
  .strictObject({
    taskId,
    caseId,
    customerId,
    type: z.enum(taskTypeNames),
    title: z.string(),
    step: z.enum(steps),
    status: z.enum(taskStatuses),
    assignee: z.string().nullable().meta({ description: 'ID of a key; null: the team queue' }),
    attempt: z.int().min(1).meta({ description: 'which attempt at the same contact this is' }),
    agreed: z.boolean().meta({ description: 'agreed with the customer to the minute' }),
    createdAt: timestamp,
    dueAt: timestamp,
    deadlineAt: timestamp.meta({ description: 'when silence gets its meaning' }),
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
  })
  .meta({ id: 'Task' });

export function taskJson(record: TaskRecord): z.output<typeof taskSchema> {
  return { ...record, title: taskTypes[record.type].title };
}
