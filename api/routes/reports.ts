import * as z from 'zod';
import { causeFigures } from '../../db/cause-report.ts';
import { successFigures, type Period } from '../../db/reports.ts';
import type { LossFigures, SuccessFigures } from '../../domain/records.ts';
import { causes, outcomes } from '../../domain/words.ts';
import { route, staff } from '../route.ts';
import { dayOrTime, money, timestamp } from '../schemas/common.ts';
import { invalid } from '../validation.ts';

const count = z.int().min(0);
const figures = {
  cases: count,
  contacted: count,
  regained: count,
  regainedAfterContact: count,
  regainedRate: z.number().min(0).max(1).nullable(),
  regainedAmount: money('see definitions'),
  concessionCost: money('see definitions'),
  outcomes: z.strictObject(
    Object.fromEntries(outcomes.map((outcome) => [outcome, count])) as Record<
      (typeof outcomes)[number],
      typeof count
    >,
  ),
};

const definitions = {
  cases: 'Cases closed from `from` up to, and not including, `to`',
  contacted: 'Of these, cases in which a person of ours reached the customer or a letter went out',
  regained:
    'Of these, cases in which the customer withdrew the cancellation or bought again within the observation period, whatever came of the second life',
  regainedAfterContact: 'Regained cases among the contacted; others came back by themselves',
  regainedRate: 'regainedAfterContact ÷ contacted; null with nobody contacted',
  regainedAmount: 'Revenue with and since the return, until the case closed',
  concessionCost: 'What granted concessions cost us',
  outcomes: 'Cases by their outcome',
};

const lossFigures = {
  cases: count,
  regained: count,
  lostRevenue: money('see definitions'),
  stillLostRevenue: money('see definitions'),
};

const causeDefinitions = {
  cases:
    'Cases opened from `from` up to, and not including, `to`, but for those whose customer turned out not to be lost; by the most reliable cause that is known (verified, else assessed, else stated); null: none yet',
  regained: 'Of these, cases in which the customer has come back',
  lostRevenue: 'What their customers bought in the 365 days up to the loss',
  stillLostRevenue: 'Of it, that of cases which were not regained',
  layers: 'Cases by the layer that the cause comes from',
  alsoNamed: 'Cases in which it, or a category of it, was named in addition to another main cause',
  categories: 'The same by your own categories; null: none was named',
};

function figuresJson(of: SuccessFigures, currency: string) {
  return {
    ...of,
    regainedAmount: { amount: of.regainedAmount, currency },
    concessionCost: { amount: of.concessionCost, currency },
  };
}

export const reportRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/success',
    name: 'reportSuccess',
    summary: 'Success control: what came of the cases that closed in a period',
    roles: staff,
    query: z.strictObject({
      from: dayOrTime.optional(),
      to: dayOrTime.optional(),
      groupBy: z.enum(['trigger', 'tier', 'cause', 'playbookId']).optional(),
    }),
    answers: {
      200: {
        description: 'The figures with their definitions',
        schema: z
          .strictObject({
            from: timestamp.nullable(),
            to: timestamp.nullable(),
            groupBy: z.string().nullable(),
            total: z.strictObject(figures),
            groups: z.array(z.strictObject({ group: z.string().nullable(), ...figures })),
            definitions: z.record(z.string(), z.string()),
          })
          .meta({ id: 'SuccessReport' }),
      },
    },
    handle: async ({ db, policy, query }) => {
      const { groupBy } = query;
      const { from, to } = periodOf(query);
      const [total] = await successFigures(db, { from, to });
      const groups = groupBy ? await successFigures(db, { from, to, groupBy }) : [];
      const body = {
        ...{ from: from ?? null, to: to ?? null, groupBy: groupBy ?? null },
        total: figuresJson(total!.figures, policy.currency),
        groups: groups.map((g) => ({ group: g.group, ...figuresJson(g.figures, policy.currency) })),
        definitions,
      };
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/reports/causes',
    name: 'reportCauses',
    summary: 'What drove customers off, and the revenue lost with it',
    roles: staff,
    query: z.strictObject({ from: dayOrTime.optional(), to: dayOrTime.optional() }),
    answers: {
      200: {
        description: 'The causes, the most lost revenue first, with definitions',
        schema: z
          .strictObject({
            from: timestamp.nullable(),
            to: timestamp.nullable(),
            causes: z.array(
              z.strictObject({
                cause: z.enum(causes).nullable(),
                ...lossFigures,
                layers: z.strictObject({ stated: count, assessed: count, verified: count }),
                alsoNamed: count,
                categories: z.array(
                  z.strictObject({ category: z.string().nullable(), ...lossFigures }),
                ),
              }),
            ),
            definitions: z.record(z.string(), z.string()),
          })
          .meta({ id: 'CauseReport' }),
      },
    },
    handle: async ({ db, policy, query }) => {
      const { from, to } = periodOf(query);
      const inMoney = <F extends LossFigures>(of: F) => ({
        ...of,
        lostRevenue: { amount: of.lostRevenue, currency: policy.currency },
        stillLostRevenue: { amount: of.stillLostRevenue, currency: policy.currency },
      });
      const found = await causeFigures(db, { from, to });
      const body = {
        ...{ from: from ?? null, to: to ?? null },
        causes: found.map(({ categories, ...one }) => ({
          ...inMoney(one),
          categories: categories.map(inMoney),
        })),
        definitions: causeDefinitions,
      };
      return { status: 200, body };
    },
  }),
];

/** @throws DomainError `invalid` when it ends before it begins */
export function periodOf({ from, to }: Period): Period {
  if (from && to && from >= to) throw invalid([{ field: 'to', rule: 'must be after from' }]);
  return { from, to };
}
