import * as z from 'zod';
import { reportCases } from '../../db/report-cases.ts';
import { objectiveOf } from '../../domain/optimisation.ts';
import { objectives } from '../../domain/policy.ts';
import { caseSets, type ReportCase } from '../../domain/report-cases.ts';
import { stayDays } from '../../domain/success-figures.ts';
import {
  caseStatuses,
  causes,
  outcomes,
  steps,
  strictRegains,
  targetGroups,
  tiers,
  triggers,
} from '../../domain/words.ts';
import { mustBeOwn } from '../own-figures.ts';
import { period, periodOf } from '../report.ts';
import { route, staff } from '../route.ts';
import { caseId, customerId, list, money, page, text, timestamp } from '../schemas/common.ts';
import { sightOfCaller } from '../sight.ts';

const code = text(200).optional();
const yesNo = z
  .enum(['true', 'false'])
  .transform((said) => said === 'true')
  .optional();
/** The group of cases of which it is not known. */
const orNone = <Name extends string>(names: readonly [Name, ...Name[]] | readonly Name[]) =>
  z.enum([...names, 'none']).optional();
const known = <Name extends string>(name: Name | 'none' | undefined) =>
  name === 'none' ? null : name;

const questions = z.strictObject({
  set: z.enum(caseSets).default('opened').meta({
    description:
      'behind which figures, and so what `from` and `to` are about: opened: all opened in the period; losses: of these, whose customer was lost (`/reports/causes`); decided: whose result was known in it (`/reports/success`); treated, control: whose common observation ended in it (`uplift`); compared: opened in it, by `/reports/arms`; returned: whose customer came back in it (`/reports/second-life`)',
  }),
  ...period,
  cause: orNone(causes),
  category: code,
  product: code,
  region: code,
  tier: orNone(tiers),
  trigger: z.enum(triggers).optional(),
  targetGroup: z.enum(targetGroups).optional(),
  playbook: code.meta({ description: '`id@version`, or `none`', example: 'price@1' }),
  measure: code,
  offer: code,
  team: code,
  agent: code.meta({ description: 'ID of the key' }),
  status: z.enum(caseStatuses).optional(),
  outcome: z.enum(outcomes).optional(),
  strict: z.enum(strictRegains).optional(),
  objective: z
    .enum(objectives)
    .optional()
    .meta({ description: 'of `compared`; left out: the policy’s' }),
  reached: yesNo,
  contacted: yesNo,
  regained: yesNo,
  lostAgain: yesNo,
  stillThere: z
    .enum(stayDays.map(String))
    .transform((days) => Number(days) as (typeof stayDays)[number])
    .optional()
    .meta({ description: 'so many days after the return' }),
  ...page,
});

const rowSchema = z
  .strictObject({
    caseId,
    customerId,
    customerName: z.string().nullable(),
    trigger: z.enum(triggers),
    tier: z.enum(tiers).nullable(),
    cause: z.enum(causes).nullable(),
    status: z.enum(caseStatuses),
    step: z.enum(steps),
    outcome: z.enum(outcomes).nullable(),
    openedAt: timestamp,
    regainedAt: timestamp.nullable(),
    lostAgainAt: timestamp.nullable(),
    strictRegain: z.enum(strictRegains).nullable(),
    playbook: z.string().nullable().meta({ description: '`id@version`' }),
    lostRevenue: money('what the customer bought in the 365 days up to the loss'),
    cost: money('of work, contacts and concessions'),
    revenue: money('purchases with and since the return'),
    result: money('margin less cost'),
  })
  .meta({ id: 'ReportCase' });

function rowJson(row: ReportCase, currency: string): z.output<typeof rowSchema> {
  const inMoney = (amount: number) => ({ amount, currency });
  const { lostRevenue, cost, revenue, result } = row;
  return {
    ...row,
    lostRevenue: inMoney(lostRevenue),
    cost: inMoney(cost),
    revenue: inMoney(revenue),
    result: inMoney(result),
  };
}

export const reportCaseRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/cases',
    name: 'reportCases',
    summary: 'The cases behind a figure of a report, the latest first',
    description:
      'By the very same conditions as the report’s. Agents see the cases of their teams’ work, though the figure counts all, and those of single people for themselves alone.',
    roles: staff,
    query: questions,
    answers: { 200: { description: 'A page of cases', schema: list(rowSchema) } },
    handle: async (call) => {
      const { db, policy, query, at } = call;
      const {
        set,
        limit,
        cursor,
        targetGroup,
        objective = objectiveOf(policy.optimisation),
        ...filter
      } = query;
      mustBeOwn(call);
      const { judgedAfter } = policy.optimisation ?? policy.identification.chance;
      const { currency } = policy;
      const { items, nextCursor } = await reportCases(
        db,
        {
          set,
          sight: sightOfCaller(call),
          filter: {
            ...filter,
            ...periodOf(query),
            cause: known(filter.cause),
            tier: known(filter.tier),
            playbook: known(filter.playbook),
            'target-group': targetGroup,
          },
          ...{ recoveryTeam: policy.team.id, comparison: { objective, currency, judgedAfter }, at },
        },
        { limit, cursor },
      );
      const body = { items: items.map((row) => rowJson(row, currency)), nextCursor };
      return { status: 200, body };
    },
  }),
];
