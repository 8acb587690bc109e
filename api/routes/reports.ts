import * as z from 'zod';
import { causeFigures } from '../../db/cause-report.ts';
import type { LossFigures } from '../../domain/causes.ts';
import { causes } from '../../domain/words.ts';
import { answer, format, period, periodOf } from '../report.ts';
import { route, staff } from '../route.ts';
import { count, money, timestamp } from '../schemas/common.ts';

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

export const reportRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/causes',
    name: 'reportCauses',
    summary: 'What drove customers off, and the revenue lost with it',
    roles: staff,
    query: z.strictObject({ ...period, ...format }),
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
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const { db, policy, query } = call;
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
      const row = ({ lostRevenue, stillLostRevenue, ...of }: LossFigures) => ({
        ...{ cases: of.cases, regained: of.regained, lostRevenue, stillLostRevenue },
        currency: policy.currency,
      });
      return answer(call, body, {
        columns: [
          ...['cause', 'category', 'cases', 'regained', 'lostRevenue', 'stillLostRevenue'],
          ...['currency', 'stated', 'assessed', 'verified', 'alsoNamed'],
        ],
        // Of a cause all, and then of it each category that was named.
        rows: () =>
          found.flatMap(({ cause, categories, layers, alsoNamed, ...one }) => [
            { cause, category: null, ...row(one), ...layers, alsoNamed },
            ...categories.flatMap(({ category, ...own }) =>
              category === null ? [] : [{ cause, category, ...row(own) }],
            ),
          ]),
      });
    },
  }),
];
