import * as z from 'zod';
import { secondLifeSplits, secondLives } from '../../db/second-life.ts';
import { causes, tiers, triggers } from '../../domain/words.ts';
import {
  answer,
  definitionsSchema,
  format,
  interval,
  period,
  periodOf,
  share,
  type Definitions,
} from '../report.ts';
import { route, staff, type Call } from '../route.ts';
import { count, text, timestamp } from '../schemas/common.ts';
import { secondLifePicture } from '../second-life-picture.ts';

const definitions: Definitions = {
  cohorts: {
    de: 'Rückkehrer nach dem Monat (UTC) ihrer Rückkehr und den Monaten zu 30 Tagen seither; nur ganze Monate. `of`: deren Rückkehr so lange her ist; `there`: davon ohne zweiten Verlust bis dahin; `bought`: davon mit einem Kauf in den 30 Tagen bis dahin, ohne die Rückkehr selbst',
    en: 'Returned customers by the month (UTC) of their return and the months of 30 days since; only whole months. `of`: who returned so long ago; `there`: of them without a second loss by then; `bought`: of them with a purchase in the 30 days up to then, the return itself left out',
  },
  curves: {
    de: 'Anteil ohne zweiten Verlust nach Tagen seit der Rückkehr: Kaplan-Meier, 95-%-Intervall nach Greenwood auf der Log-Log-Skala; wer noch da ist, ist bis heute beobachtet, wer widersprach oder starb, bis dahin. Ein zweiter Verlust zählt, wenn er festgestellt ist: am Ende des Falls als lost-again, sonst bei der Eröffnung des nächsten Falls',
    en: 'Share without a second loss by days since the return: Kaplan-Meier, 95 % interval by Greenwood on the log-log scale; who is still there was observed until today, who objected or died until then. A second loss counts when it is known: at the end of the case as lost-again, else when the next case opens',
  },
};

const questions = z.strictObject({
  by: z.enum(secondLifeSplits).optional().meta({ description: 'splits the curves' }),
  ...period,
  cause: z.enum(causes).optional(),
  playbook: text(200).optional().meta({ example: 'price@1' }),
  trigger: z.enum(triggers).optional(),
  tier: z.enum(tiers).optional(),
});

async function found({ db, query, at }: Call<unknown, z.output<typeof questions>>) {
  const { by = null, cause, playbook, trigger, tier } = query;
  return secondLives(db, {
    ...{ by, at },
    filter: { ...periodOf(query), cause, playbook, trigger, tier },
  });
}

const shareOf = (part: number, of: number) => (of === 0 ? null : part / of);

export const secondLifeRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/second-life',
    name: 'reportSecondLife',
    summary: 'How long returned customers stay: cohorts by month, and survival curves',
    roles: staff,
    query: questions.extend({
      ...format,
      table: z
        .enum(['cohorts', 'curves'])
        .default('cohorts')
        .meta({ description: 'what CSV shows' }),
    }),
    answers: {
      200: {
        description: 'The cohort triangle and the curves, with definitions',
        schema: z
          .strictObject({
            from: timestamp.nullable(),
            to: timestamp.nullable(),
            by: z.enum(secondLifeSplits).nullable(),
            cohorts: z.array(
              z.strictObject({
                cohort: z.string().meta({ example: '2026-03' }),
                returned: count,
                months: z.array(
                  z.strictObject({
                    month: z.int().min(1),
                    ...{ of: count, there: count, bought: count },
                    ...{ share, boughtShare: share },
                  }),
                ),
              }),
            ),
            curves: z.array(
              z.strictObject({
                group: z.string().nullable(),
                ...{ returned: count, lostAgain: count, medianDays: count.nullable() },
                steps: z.array(
                  z.strictObject({ day: count, atRisk: count, lost: count, share, interval }),
                ),
              }),
            ),
            definitions: definitionsSchema,
          })
          .meta({ id: 'SecondLifeReport' }),
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const { from, to, by, table } = call.query;
      const { cohorts, curves } = await found(call);
      const triangle = cohorts.map(({ months, ...cohort }) => ({
        ...cohort,
        months: months.map((one) => ({
          ...one,
          share: shareOf(one.there, one.of),
          boughtShare: shareOf(one.bought, one.of),
        })),
      }));
      const survival = curves.map(({ steps, ...curve }) => ({
        ...curve,
        steps: steps.map(({ time, atRisk, events, survival, interval }) => ({
          ...{ day: time, atRisk, lost: events, share: survival, interval },
        })),
      }));
      const body = {
        ...{ from: from ?? null, to: to ?? null, by: by ?? null },
        ...{ cohorts: triangle, curves: survival, definitions },
      };
      const tables = {
        cohorts: {
          columns: ['cohort', 'returned', 'month', 'of', 'there', 'share', 'bought', 'boughtShare'],
          rows: () =>
            triangle.flatMap(({ months, ...cohort }) =>
              months.map((month) => ({ ...cohort, ...month })),
            ),
        },
        curves: {
          columns: ['group', 'day', 'atRisk', 'lost', 'share', 'low', 'high'],
          rows: () =>
            survival.flatMap(({ group, steps }) =>
              steps.map(({ interval, ...step }) => ({
                ...{ group, ...step, low: interval?.[0] ?? null, high: interval?.[1] ?? null },
              })),
            ),
        },
      };
      return answer(call, body, tables[table]);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/reports/second-life.svg',
    name: 'drawSecondLife',
    summary: 'The survival curves of the second life as a picture',
    roles: staff,
    query: questions,
    answers: {
      200: { description: 'The picture', type: 'image/svg+xml', schema: z.string() },
    },
    handle: async (call) => {
      const { curves } = await found(call);
      return { status: 200, type: 'image/svg+xml', body: secondLifePicture(curves) };
    },
  }),
];
