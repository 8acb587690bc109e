import * as z from 'zod';
import type { FittedModel } from '../../domain/models/beta-geometric.ts';
import { badFits, type Fit } from '../../domain/models/fit.ts';
import type { FitRecord } from '../../domain/records.ts';
import { count, timestamp } from './common.ts';
import { ruleSchema, thresholdSchema } from './silent-loss.ts';

const share = z.number().min(0).max(1);

/** A good fit has `parameters`, a bad one `problem`. */
function modelSchema<const Names extends readonly [string, ...string[]]>(
  names: Names,
  unit: string,
) {
  return z.strictObject({
    parameters: z
      .record(z.enum(names), z.number())
      .nullable()
      .meta({ description: `${unit}; null: no good fit` }),
    problem: z
      .strictObject({ reason: z.enum(badFits), detail: z.string() })
      .nullable()
      .meta({ description: 'why there is no good fit' }),
    logLikelihood: z.number().nullable(),
    customers: count.meta({ description: 'whom it was fitted to' }),
  });
}

const purchaseModel = modelSchema(['r', 'alpha', 'a', 'b'], 'times in weeks');

export const fitSchema = z
  .strictObject({
    fitId: z.int().min(1),
    fittedAt: timestamp,
    customers: count.meta({ description: 'who had ever bought' }),
    rhythm: z.strictObject({
      intervalDays: z.number().meta({ description: 'median between two purchase days' }),
      secondPurchaseDeciles: z.array(z.number()).length(9).meta({
        description:
          'within how many days of the first purchase 10 %, 20 % … 90 % of those who bought again had done so',
      }),
    }),
    bgNbd: purchaseModel,
    mbgNbd: purchaseModel,
    gammaGamma: modelSchema(['p', 'q', 'v'], 'money in minor units'),
    backtest: z
      .strictObject({
        split: z.iso.date().meta({ description: 'the rules knew purchases up to this day' }),
        customers: count,
        lost: count.meta({ description: 'who did not buy again' }),
        horizonDays: z.int().min(1),
        rules: z.array(
          z.strictObject({
            rule: ruleSchema,
            threshold: thresholdSchema,
            flagged: share.meta({ description: 'share called lost' }),
            precision: share.nullable(),
            recall: share.nullable(),
            mcc: z.number().nullable().meta({ description: 'Matthews correlation' }),
            auc: share.nullable().meta({ description: 'area under the curve of its ranking' }),
            wins: share.meta({ description: 'of the resamples, where it was the best' }),
          }),
        ),
        recommended: z
          .strictObject({ rule: ruleSchema, threshold: thresholdSchema })
          .nullable()
          .meta({ description: 'null: no rule is reliably better than chance' }),
      })
      .nullable()
      .meta({ description: 'null: too little past to judge the rules by' }),
  })
  .meta({ id: 'Fit', description: "what the company's purchases said on a day" });

const dayMs = 86_400_000;

export function fitJson({
  models,
  spend,
  backtest,
  ...fit
}: FitRecord): z.output<typeof fitSchema> {
  return {
    ...fit,
    bgNbd: modelJson(models['bg-nbd'], withoutModel),
    mbgNbd: modelJson(models['mbg-nbd'], withoutModel),
    gammaGamma: modelJson(spend, (parameters) => parameters),
    backtest: backtest && {
      ...backtest,
      split: new Date(backtest.split * dayMs).toISOString().slice(0, 10),
    },
  };
}

const withoutModel = ({ r, alpha, a, b }: FittedModel) => ({ r, alpha, a, b });

function modelJson<Parameters, Shown>(
  fit: Fit<Parameters> & { logLikelihood: number; customers: number },
  shown: (parameters: Parameters) => Shown,
) {
  const { customers, logLikelihood } = fit;
  if (fit.fitted) {
    return { parameters: shown(fit.parameters), problem: null, logLikelihood, customers };
  }
  const { reason, detail } = fit;
  return { parameters: null, problem: { reason, detail }, logLikelihood: null, customers };
}
