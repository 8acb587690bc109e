import * as z from 'zod';
import { successFigures } from '../../db/reports.ts';
import { ranked, stayDays, successSplits } from '../../domain/success-figures.ts';
import { causes, targetGroups, tiers, triggers } from '../../domain/words.ts';
import { mustBeOwn } from '../own-figures.ts';
import { answer, definitionsSchema, draws, format, period, periodOf } from '../report.ts';
import { route, staff } from '../route.ts';
import { text, timestamp } from '../schemas/common.ts';
import { figuresJson, successDefinitions, successFields } from '../schemas/success.ts';

type Row = { group: string | null; label: string | null; rank: number | null } & ReturnType<
  typeof figuresJson
>;

/** Money in minor units of the currency that stands beside it. */
function tableRow({ stillThere, secondLosses, outcomes: _, strict, uplift, ...row }: Row) {
  return {
    ...row,
    currency: row.cost.currency,
    rateLow: row.regainedRateInterval?.[0] ?? null,
    rateHigh: row.regainedRateInterval?.[1] ?? null,
    regainedRateInterval: null,
    returnRateLow: row.returnRateInterval?.[0] ?? null,
    returnRateHigh: row.returnRateInterval?.[1] ?? null,
    returnRateInterval: null,
    strictlyRegained: strict.regained,
    strictRateLow: row.strictRateInterval?.[0] ?? null,
    strictRateHigh: row.strictRateInterval?.[1] ?? null,
    strictRateInterval: null,
    workCost: row.workCost.amount,
    contactCost: row.contactCost.amount,
    concessionCost: row.concessionCost.amount,
    cost: row.cost.amount,
    costPerRegain: row.costPerRegain?.amount ?? null,
    revenue: row.revenue.amount,
    margin: row.margin.amount,
    result: row.result.amount,
    ...Object.fromEntries(
      stillThere.flatMap(({ afterDays, of, there }) => [
        [`returned${afterDays}DaysAgo`, of],
        [`thereAfter${afterDays}Days`, there],
      ]),
    ),
    ...secondLosses,
    upliftRate: uplift?.rate.difference ?? null,
    upliftRateLow: uplift?.rate.interval?.[0] ?? null,
    upliftRateHigh: uplift?.rate.interval?.[1] ?? null,
    upliftResultPerCase: uplift?.resultPerCase.difference.amount ?? null,
    upliftResultPerCaseLow: uplift?.resultPerCase.low.amount ?? null,
    upliftResultPerCaseHigh: uplift?.resultPerCase.high.amount ?? null,
    treatedCases: uplift?.treated.cases ?? null,
    treatedBack: uplift?.treated.regained ?? null,
    controlCases: uplift?.control.cases ?? null,
    controlBack: uplift?.control.regained ?? null,
  };
}

const columns = [
  ...['group', 'label', 'rank', 'small', 'cases', 'reached', 'contacted', 'regained'],
  ...['regainedAfterContact', 'regainedRate', 'rateLow', 'rateHigh', 'daysToRegain', 'workMinutes'],
  ...['strictlyRegained', 'halfReturns', 'pendingReturns'],
  ...['strictRate', 'strictRateLow', 'strictRateHigh'],
  ...['returned', 'returnedAfterContact', 'returnRate', 'returnRateLow', 'returnRateHigh'],
  ...['workCost', 'contactCost', 'concessionCost', 'cost', 'costPerRegain', 'revenue', 'margin'],
  ...['result', 'returnOnCost', 'currency'],
  ...stayDays.flatMap((days) => [`returned${days}DaysAgo`, `thereAfter${days}Days`]),
  ...['sameCause', 'otherCause', 'unknownCause'],
  ...['upliftRate', 'upliftRateLow', 'upliftRateHigh', 'upliftResultPerCase'],
  ...['upliftResultPerCaseLow', 'upliftResultPerCaseHigh'],
  ...['treatedCases', 'treatedBack', 'controlCases', 'controlBack'],
];

const code = text(200).optional();

export const successReportRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/success',
    name: 'reportSuccess',
    summary: 'Success control: what came of the cases, what it cost and what it brought',
    description:
      'Over the cases whose result was known in the period, in all and by what `by` says. A case counts in every group that had a part in it up to the return: measures that were carried out, offers that were made, teams and agents whose tasks were done. Agents see the figures of single people for themselves alone. `playbook` is `id@version`, `period` a month (UTC).',
    roles: staff,
    query: z.strictObject({
      by: z.enum(successSplits).optional(),
      ...period,
      ...format,
      cause: z.enum(causes).optional(),
      playbook: code.meta({ example: 'price@1' }),
      measure: code.meta({ example: 'call' }),
      offer: code,
      tier: z.enum(tiers).optional(),
      trigger: z.enum(triggers).optional(),
      targetGroup: z.enum(targetGroups).optional(),
      team: code,
      agent: code.meta({ description: 'ID of the key' }),
    }),
    answers: {
      200: {
        description: 'The figures with their definitions',
        schema: z
          .strictObject({
            from: timestamp.nullable(),
            to: timestamp.nullable(),
            by: z.enum(successSplits).nullable(),
            total: z.strictObject(successFields),
            groups: z.array(
              z.strictObject({
                group: z.string().nullable().meta({ description: 'null: not known of these' }),
                label: z.string().nullable().meta({ description: 'name of the agent or team' }),
                rank: z.int().min(1).nullable(),
                ...successFields,
              }),
            ),
            definitions: definitionsSchema,
          })
          .meta({ id: 'SuccessReport' }),
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const { db, policy, query, at } = call;
      const { by = null, format: _, targetGroup, ...filter } = query;
      const { from, to } = periodOf(query);
      mustBeOwn(call);
      const asked = {
        filter: { ...filter, 'target-group': targetGroup },
        ...{ recoveryTeam: policy.team.id, at, pick: draws() },
      };
      const [total] = await successFigures(db, null, asked);
      const groups = by ? ranked(await successFigures(db, by, asked), by) : [];
      const rows = groups.map((one) => ({
        group: one.group,
        label: one.label,
        rank: one.rank,
        ...figuresJson(one, policy.currency),
      }));
      const body = {
        ...{ from: from ?? null, to: to ?? null, by },
        total: figuresJson(total!, policy.currency),
        groups: rows,
        definitions: successDefinitions,
      };
      return answer(call, body, {
        columns,
        rows: () =>
          [...rows, { group: 'total', label: null, rank: null, ...body.total }].map(tableRow),
      });
    },
  }),
];
