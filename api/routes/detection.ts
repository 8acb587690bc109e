import * as z from 'zod';
import { listFits, newestFit } from '../../db/fits.ts';
import { detectionOf } from '../../domain/company-fit.ts';
import { detectionRules, secondPurchaseWithin } from '../../domain/detection.ts';
import { fallbackWords } from '../../domain/silent-loss.ts';
import { managers, route } from '../route.ts';
import { list, page } from '../schemas/common.ts';
import { fitJson, fitSchema } from '../schemas/fit.ts';
import { fallbackSchema, ruleSchema, thresholdSchema } from '../schemas/silent-loss.ts';

const days = z.number().min(0);

const detectionSchema = z
  .strictObject({
    wanted: z
      .enum(['recommended', ...detectionRules])
      .meta({ description: 'the rule that the policy asks for' }),
    rule: ruleSchema.meta({ description: 'the rule that applies' }),
    threshold: thresholdSchema,
    fallback: fallbackSchema,
    fallbackText: z.string().nullable(),
    horizonDays: days.meta({ description: 'how far ahead the model rules look' }),
    secondPurchaseDays: days.meta({
      description: 'a first-time buyer is also lost after this silence',
    }),
    minimumSilenceDays: days,
    maximumSilenceDays: days,
    fit: fitSchema.nullable().meta({ description: 'null: there was none yet' }),
  })
  .meta({ id: 'Detection' });

export const detectionRoutes = [
  route({
    method: 'get',
    path: '/api/v1/detection',
    name: 'getDetection',
    summary: 'How lost customers are told from those who buy rarely, and what that rests on',
    roles: managers,
    answers: { 200: { description: 'The rule that applies', schema: detectionSchema } },
    handle: async ({ db, policy }) => {
      const fit = await newestFit(db);
      const { basis, secondPurchaseShare, ...applying } = detectionOf(policy.detection, fit);
      const body = {
        ...applying,
        wanted: policy.detection.rule,
        fallbackText: applying.fallback && fallbackWords(applying.fallback),
        horizonDays: basis.horizonDays,
        secondPurchaseDays: secondPurchaseWithin(basis.rhythm, secondPurchaseShare),
        fit: fit && fitJson(fit),
      };
      return { status: 200, body };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/fits',
    name: 'listFits',
    summary: 'What the purchases said at each refit, the newest first',
    description:
      'A scan refits the models before it begins, when the last fit is older than the policy allows or there are half as many buyers again.',
    roles: managers,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of fits', schema: list(fitSchema) } },
    handle: async ({ db, query }) => {
      const { items, nextCursor } = await listFits(db, query);
      return { status: 200, body: { items: items.map(fitJson), nextCursor } };
    },
  }),
];
