import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import { armKinds, armResults, type ArmCell, type ArmKind } from '../../db/arms.ts';
import {
  compared,
  objectiveOf,
  suggestedFrom,
  type Comparison,
} from '../../domain/optimisation.ts';
import { objectives } from '../../domain/policy.ts';
import { smallBelow } from '../../domain/success-figures.ts';
import { causes, tiers, triggers } from '../../domain/words.ts';
import {
  answer,
  definitionsSchema,
  format,
  interval,
  period,
  periodOf,
  type Definitions,
} from '../report.ts';
import { route, staff } from '../route.ts';
import { count, timestamp } from '../schemas/common.ts';

const probability = z.number().min(0).max(1);

const definitions: Definitions = {
  cases: {
    de: 'Verfolgte Fälle mit diesem Maßnahmenplan (oder Angebot), eröffnet von `from` bis vor `to` und mindestens `judgedAfter` vor jetzt; ohne Kontrollgruppe und ohne Rückkehrer, über die noch nicht entschieden ist. Nach `margin` nur kontaktierte',
    en: 'Pursued cases with this playbook (or offer), opened from `from` up to, and not including, `to`, and at least `judgedAfter` ago; without the control group, and without returns that are not judged yet. By `margin` contacted ones alone',
  },
  regained: {
    de: 'Davon nach der strengen Regel zurückgewonnen',
    en: 'Of these, regained by the strict rule',
  },
  interval: {
    de: '95-%-Intervall von rate nach Wilson',
    en: '95 % interval of rate by Wilson',
  },
  margin: {
    de: 'Marge abzüglich Zugeständnissen je Fall in `judgedAfter` ab der Eröffnung, Untereinheiten der Währung; null beim Vergleich nach `regained`',
    en: 'Margin less concessions for each case in `judgedAfter` from its opening on, minor units; null when compared by `regained`',
  },
  small: {
    de: `Weniger als ${smallBelow} Fälle: zu wenige für einen Vergleich, daher ohne Rang`,
    en: `Fewer than ${smallBelow} cases: too few to compare, so without a rank`,
  },
  bestProbability: {
    de: 'Wahrscheinlichkeit, dass keiner der nicht kleinen besser ist: nach `regained` Beta-Binomial mit gleichverteilter Vorannahme, nach `margin` der Mittelwert, t-verteilt mit konjugierter Vorannahme aus allen Fällen der Zelle. Ein Vergleich, kein Versuch, solange nicht gelost wurde: wer welchen Plan bekam, kann sich auch sonst unterscheiden',
    en: 'Probability that none of those that are not small is better: by `regained` beta-binomial after a uniform prior, by `margin` of the mean, t-distributed after a conjugate prior made of all cases of the cell. A comparison and no trial as long as it was not drawn by chance: who had which may differ in other ways, too',
  },
  suggestion: {
    de: `Der wahrscheinlich beste, ab einer Wahrscheinlichkeit von ${suggestedFrom}; sonst null`,
    en: `The likeliest one, from a probability of ${suggestedFrom} on; else null`,
  },
};

const armSchema = z.strictObject({
  arm: z.string().meta({ description: '`playbook@version`, or the ID of an offer' }),
  cases: count,
  regained: count,
  rate: probability.nullable(),
  interval,
  margin: z.number().nullable(),
  small: z.boolean(),
  bestProbability: probability.nullable(),
  rank: z.int().min(1).nullable(),
});

export const armRoutes = [
  route({
    method: 'get',
    path: '/api/v1/reports/arms',
    name: 'reportArms',
    summary: 'Which playbooks and offers win more customers back, by cause and tier',
    roles: staff,
    query: z.strictObject({
      kind: z.enum(armKinds).optional().meta({ description: 'left out: both' }),
      objective: z.enum(objectives).optional().meta({
        description: "by what they are compared; left out: as the policy's `optimisation` says",
      }),
      ...period,
      ...format,
      cause: z.enum(causes).optional(),
      tier: z.enum(tiers).optional(),
      trigger: z.enum(triggers).optional(),
    }),
    answers: {
      200: {
        description: 'The comparisons with their definitions',
        schema: z
          .strictObject({
            from: timestamp.nullable(),
            to: timestamp.nullable(),
            judgedAfter: z.string().meta({ example: '180d' }),
            objective: z.enum(objectives).meta({
              description: 'by which they were compared: how often customers came back, or margin',
            }),
            currency: z.string().meta({ description: 'of `margin`', example: 'EUR' }),
            comparisons: z.array(
              z.strictObject({
                kind: z.enum(armKinds),
                cause: z.enum(causes).nullable(),
                tier: z.enum(tiers).nullable(),
                arms: z.array(armSchema),
                suggestion: z.strictObject({ arm: z.string(), probability }).nullable(),
              }),
            ),
            definitions: definitionsSchema,
          })
          .meta({ id: 'ArmReport' }),
        also: ['text/csv'],
      },
    },
    handle: async (call) => {
      const { db, policy, query, at } = call;
      const {
        kind: asked,
        format: _,
        objective = objectiveOf(policy.optimisation),
        ...filter
      } = query;
      const { currency } = policy;
      const { from, to } = periodOf(query);
      const { judgedAfter } = policy.optimisation ?? policy.identification.chance;
      const kinds = armKinds.filter((kind) => asked === undefined || asked === kind);
      const found: (Pick<ArmCell, 'cause' | 'tier'> & Comparison & { kind: ArmKind })[] = [];
      for (const kind of kinds) {
        for (const { cause, tier, results } of await armResults(db, kind, {
          ...{ filter, objective, currency, judgedAfter, at },
        })) {
          found.push({ kind, cause, tier, ...compared(results, objective) });
          // Comparing many arms takes its time: others get a turn.
          await setImmediate();
        }
      }
      const comparisons = found.map(({ arms, ...one }) => ({
        ...one,
        arms: arms.map(({ hits, margin, ...arm }) => ({
          ...arm,
          regained: hits,
          margin: margin && arm.cases > 0 ? margin.sum / arm.cases : null,
          rate: arm.cases === 0 ? null : hits / arm.cases,
        })),
      }));
      const body = {
        ...{ from: from ?? null, to: to ?? null, judgedAfter, objective, currency },
        ...{ comparisons, definitions },
      };
      return answer(call, body, {
        columns,
        rows: () =>
          comparisons.flatMap(({ kind, cause, tier, arms, suggestion }) =>
            arms.map(({ interval, ...arm }) => ({
              ...{ kind, cause, tier, ...arm },
              ...{ low: interval?.[0] ?? null, high: interval?.[1] ?? null },
              suggested: suggestion?.arm === arm.arm,
            })),
          ),
      });
    },
  }),
];

const columns = [
  ...['kind', 'cause', 'tier', 'arm', 'rank', 'small', 'cases', 'regained', 'rate', 'low', 'high'],
  ...['margin', 'bestProbability', 'suggested'],
];
