import * as z from 'zod';
import {
  countedInViewAtMost,
  paces,
  paceOf,
  type BoardCase,
  type Thresholds,
} from '../../domain/board.ts';
import { offerStatuses } from '../../domain/offers.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import { causes, steps, tiers, triggers } from '../../domain/words.ts';
import { caseId, count, customerId, money, taskId, text, timestamp } from './common.ts';

const pace = z.enum(paces).meta({
  description:
    'behind: waits for longer than `overdueAfter` of the policy; stuck: for longer than its `escalateAfter`, both in working time',
});

/** What every view of the board can be narrowed by. */
export const boardFilter = {
  trigger: z.enum(triggers).optional(),
  tier: z.enum(tiers).optional(),
  cause: z.enum(causes).optional(),
  assignee: text(100).optional().meta({
    description:
      'cases with an open task of this key; `me`: of the one that asks; `none`: in the team queue',
  }),
  pace: pace.optional(),
  approval: z.literal('true').optional().meta({
    description: 'those that wait for a manager’s decision',
  }),
};

export const boardSchema = z
  .strictObject({
    steps: z
      .array(
        z.strictObject({
          step: z.enum(steps),
          'on-track': count,
          behind: count,
          stuck: count,
        }),
      )
      .meta({ description: 'open cases that fit the filters' }),
    approvals: count.meta({ description: 'tasks in which a manager has to decide, of all cases' }),
    capacity: z.strictObject({
      open: count.meta({
        description: 'open cases of the team: those of the control group are not',
      }),
      places: count.meta({ description: 'open cases that the team can serve at once' }),
      waiting: count.meta({ description: 'dormant customers for whom there is no place' }),
    }),
    loads: z
      .array(z.strictObject({ keyId: z.string(), open: count, overdue: count }))
      .meta({ description: 'the open tasks of everybody who has any' }),
  })
  .meta({ id: 'Board' });

export const boardCaseSchema = z
  .strictObject({
    caseId,
    customerId,
    customerName: z.string().nullable(),
    episode: z.int().min(1),
    trigger: z.enum(triggers),
    step: z.enum(steps),
    tier: z.enum(tiers).nullable(),
    cause: z.enum(causes).nullable(),
    secondLifetimeValue: money('what a regained customer is expected to bring').nullable(),
    controlGroup: z.boolean(),
    openedAt: timestamp,
    nextDueAt: timestamp.nullable(),
    pausedUntil: timestamp.nullable(),
    pace,
    tasks: z
      .array(
        z.strictObject({
          taskId,
          type: z.enum(taskTypeNames),
          assignee: z.string().nullable(),
          dueAt: timestamp,
          offer: z
            .strictObject({
              title: z.string(),
              cost: money('what it costs us'),
              status: z.enum(offerStatuses),
            })
            .nullable(),
        }),
      )
      .meta({ description: 'the open ones, the earliest due first' }),
  })
  .meta({ id: 'BoardCase' });

export function boardCaseJson(
  record: BoardCase,
  { currency, thresholds }: { currency: string; thresholds: Thresholds },
): z.output<typeof boardCaseSchema> {
  const { caseId, customerId, customerName, episode, trigger, step, tier, cause } = record;
  const { controlGroup, openedAt, nextDueAt, pausedUntil, secondLifetimeValue, tasks } = record;
  const inMoney = (amount: number) => ({ amount, currency });
  return {
    ...{ caseId, customerId, customerName, episode, trigger, step, tier, cause },
    ...{ controlGroup, openedAt, nextDueAt, pausedUntil },
    secondLifetimeValue: secondLifetimeValue === null ? null : inMoney(secondLifetimeValue),
    pace: paceOf(record, thresholds),
    tasks: tasks.map(({ offer, ...task }) => ({
      ...task,
      offer: offer && { ...offer, cost: inMoney(offer.cost) },
    })),
  };
}

export const savedViewSchema = z
  .strictObject({
    viewId: z.string(),
    name: z.string(),
    filter: z.strictObject(boardFilter),
    createdAt: timestamp,
  })
  .meta({ id: 'SavedView' });

export const countedViewSchema = savedViewSchema
  .extend({
    cases: count.meta({
      description: `how many open cases it shows; ${countedInViewAtMost}: so many or more`,
    }),
  })
  .meta({ id: 'CountedView' });
