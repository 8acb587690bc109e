import * as z from 'zod';
import {
  preventionStatuses,
  type Effect,
  type PreventionChange,
  type PreventionRecord,
} from '../../domain/prevention.ts';
import type { RiseRecord } from '../../domain/rises.ts';
import { longest } from '../../domain/profile.ts';
import { causes } from '../../domain/words.ts';
import { categoryCode, count, money, text, time, timestamp } from './common.ts';

/** What losses have in common. */
export const topicFields = {
  cause: z.enum(causes),
  category: categoryCode.nullable(),
  product: text(longest.product).nullable(),
  region: text(longest.region).nullable(),
};

export const shownTopic = {
  cause: z.enum(causes),
  category: z.string().nullable().meta({ description: 'null: whichever' }),
  product: z.string().nullable(),
  region: z.string().nullable(),
};

export const planFields = {
  title: text(200),
  description: text(4_000).nullable(),
  owner: z.string().nullable().meta({ description: 'ID of a key' }),
  dueAt: time.nullable(),
  expectedFewerPercent: z
    .int()
    .min(0)
    .max(100)
    .nullable()
    .meta({ description: 'by how many percent the losses of the topic should fall' }),
};

const revision = z.int().min(1);

export const revisionField = revision.meta({
  description: 'that you have seen: somebody else’s change since then answers 409',
});

export const topicSchema = z.strictObject({
  ...shownTopic,
  cases: count,
  lostRevenue: money('what their customers bought in the 365 days up to the loss'),
  over: z.boolean().meta({ description: 'over the threshold of the policy' }),
  actionId: z.string().nullable().meta({ description: 'of the action that is not over' }),
});

const shownPlan = {
  title: z.string(),
  description: z.string().nullable(),
  owner: z.string().nullable(),
  dueAt: timestamp.nullable(),
  expectedFewerPercent: z.int().nullable(),
  status: z.enum(preventionStatuses),
};

const actionShape = {
  actionId: z.string(),
  ...shownTopic,
  ...shownPlan,
  evidence: z
    .strictObject({
      from: timestamp,
      to: timestamp,
      cases: count,
      lostRevenue: money('of these cases'),
    })
    .nullable()
    .meta({ description: 'what it was proposed for; null: somebody made it by hand' }),
  createdBy: z.string().nullable().meta({ description: 'null: the engine' }),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable().meta({ description: 'when it was done or rejected' }),
  revision,
};
export const actionSchema = z.strictObject(actionShape).meta({ id: 'PreventionAction' });

const lossesSchema = z.strictObject({
  from: timestamp,
  to: timestamp,
  cases: count,
  atRisk: count.meta({ description: 'customers who had bought in the year before its beginning' }),
});
const bound = z.number().min(0).nullable();
export const effectSchema = z.strictObject({
  before: lossesSchema,
  after: lossesSchema,
  per: z.enum(['customer-month', 'month']).meta({
    description: 'losses for each customer at risk and month, or, with none known, for each month',
  }),
  ratio: z.strictObject({ ratio: bound, from: bound, to: bound }).nullable().meta({
    description:
      'the rate after ÷ the rate before, with its exact 95 % interval; null as a number: without limit; null: nothing was lost before or after',
  }),
  verdict: z.enum(['too-early', 'too-few', 'fewer', 'more', 'unclear']),
});

export const fullActionSchema = z
  .strictObject({
    ...actionShape,
    changes: z
      .array(
        z.strictObject({
          revision,
          at: timestamp,
          by: z.string().nullable().meta({ description: 'null: the engine' }),
          changes: z.record(
            z.string(),
            z.tuple([
              z.union([z.string(), z.number(), z.null()]),
              z.union([z.string(), z.number(), z.null()]),
            ]),
          ),
        }),
      )
      .meta({ description: 'every change, the oldest first: what each field was and became' }),
    effect: effectSchema.nullable().meta({ description: 'null: it is not done' }),
  })
  .meta({ id: 'PreventionActionWithEffect' });

export function actionJson({ evidence, ...record }: PreventionRecord, currency: string) {
  const lostRevenue = evidence && { amount: evidence.lostRevenue, currency };
  return { ...record, evidence: evidence && { ...evidence, lostRevenue: lostRevenue! } };
}

export function fullActionJson(
  record: PreventionRecord,
  { changes, effect }: { changes: PreventionChange[]; effect: Effect | null },
  currency: string,
): z.output<typeof fullActionSchema> {
  return { ...actionJson(record, currency), changes, effect: effect && effectJson(effect) };
}

/** JSON knows no infinity. */
export function effectJson({ ratio, ...effect }: Effect) {
  const finite = (number: number) => (Number.isFinite(number) ? number : null);
  return {
    ...effect,
    ratio: ratio && {
      ratio: finite(ratio.ratio),
      from: finite(ratio.from),
      to: finite(ratio.to),
    },
  };
}

export const riseSchema = z.strictObject({
  riseId: z.string(),
  ...shownTopic,
  from: timestamp,
  to: timestamp,
  cases: count,
  expected: z.number().min(0),
  ratio: z.number().min(0).nullable(),
  chance: z.number().min(0).max(1),
  basis: z.enum(['season', 'recent']),
  foundAt: timestamp,
  lastSeenAt: timestamp,
});

export function riseJson({ endedAt: _, ...rise }: RiseRecord): z.output<typeof riseSchema> {
  return rise;
}
