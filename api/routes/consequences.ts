import * as z from 'zod';
import { consequencesOf } from '../../db/consequences.ts';
import { gaveUpReasons, nextKinds } from '../../domain/consequences.ts';
import { DomainError } from '../../domain/errors.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import { causes, outcomes, steps } from '../../domain/words.ts';
import { route, staff } from '../route.ts';
import { taskId, time, timestamp } from '../schemas/common.ts';
import { theTask } from '../tasks.ts';

const nextSchema = z
  .strictObject({
    kind: z.enum(nextKinds).meta({
      description:
        'again: the same call once more; task, mail: that is due next; step: the case goes on with that step, in a way that is not settled yet; observation: nothing until `dueAt` but to see whether the customer comes back, or stays; closed: the case ends; nothing: whatever is planned goes on',
    }),
    type: z.enum(taskTypeNames).optional().meta({ description: 'of `again` and `task`' }),
    dueAt: timestamp.optional().meta({
      description: 'when; left out where it hangs on a time that is still to be agreed',
    }),
    agreed: z.boolean().optional().meta({ description: 'at the customer’s own time' }),
    attempt: z.int().min(1).optional().meta({ description: 'which attempt that will be' }),
    attempts: z.int().min(1).optional().meta({ description: 'of how many' }),
    step: z
      .enum(steps)
      .optional()
      .meta({ description: 'that begins; of `step`, or with what comes next' }),
    caseOutcome: z.enum(outcomes).optional().meta({ description: 'of `closed`' }),
  })
  .meta({ id: 'NextOfTask' });

const consequencesSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        outcome: z.string(),
        gaveUp: z.enum(gaveUpReasons).nullable().meta({
          description:
            'why there will be no further attempt at this call; too-far: nobody may agree on a time that is so far away',
        }),
        next: nextSchema,
        also: z
          .array(
            z.strictObject({
              score: z.strictObject({ from: z.int(), to: z.int() }).optional(),
              oldCause: z.literal('still-there').optional(),
              next: nextSchema,
            }),
          )
          .meta({ description: 'what comes beside it or before it, if the result says so' }),
      }),
    ),
  })
  .meta({ id: 'Consequences' });

export const consequenceRoutes = [
  route({
    method: 'get',
    path: '/api/v1/tasks/{taskId}/consequences',
    name: 'getConsequences',
    summary: 'What every result of an open task would lead to now, and when',
    description:
      'By the rules by which the case goes on: attempts, hours and limits of contacts, its plan of measures and what may be offered. Nothing is planned by asking. `pursue` says nothing of the control group.',
    roles: staff,
    params: z.strictObject({ taskId }),
    query: z.strictObject({
      callbackAt: time.optional().meta({ description: 'what `callback` would agree on' }),
      recontactAt: time.optional().meta({ description: 'what `not-now` would agree on' }),
      cause: z
        .enum(causes)
        .optional()
        .meta({ description: 'what `answered` would tell; left out: that is not known yet' }),
    }),
    answers: { 200: { description: 'For each outcome', schema: consequencesSchema } },
    problems: ['not-found', 'task-not-open'],
    handle: async (call) => {
      const { db, query, policy, at } = call;
      const task = await theTask(call);
      if (task.status !== 'open') {
        throw new DomainError('task-not-open', 'What it has led to stands in its case.');
      }
      return {
        status: 200,
        body: { items: await consequencesOf(db, task, query, { policy, at }) },
      };
    },
  }),
];
