import * as z from 'zod';
import { detectionRules } from '../../domain/detection.ts';
import { fallbackReasons } from '../../domain/dormancy.ts';
import { silentLossText, type SilentLoss } from '../../domain/silent-loss.ts';

const days = z.number().min(0);

export const ruleSchema = z.enum(detectionRules);
export const thresholdSchema = z.number().meta({
  description:
    'the score above which a customer counts as lost: days (fixed-days), usual intervals (own-rhythm), probability of no purchase (bg-nbd, mbg-nbd)',
});
export const fallbackSchema = z
  .enum(fallbackReasons)
  .nullable()
  .meta({ description: 'why it is not the rule that the policy asks for' });

export const silentLossSchema = z
  .strictObject({
    text: z.string().meta({
      example:
        'Buys every 3 weeks, silent for 14 weeks: 6 % likely to buy in the next 90 days, lost after 9 weeks',
    }),
    rule: ruleSchema,
    threshold: thresholdSchema,
    fallback: fallbackSchema,
    purchaseDays: z.int().min(1),
    intervalDays: days.nullable().meta({ description: 'median of the own intervals' }),
    silentDays: days,
    lostAfterDays: days,
    usualIntervalDays: days.nullable().meta({ description: 'own-rhythm: the measure of silence' }),
    likelyPercent: z.number().min(0).max(100).nullable().meta({
      description: 'model rules: probability of a purchase within horizonDays',
    }),
    expectedPurchases: z.number().min(0).nullable(),
    horizonDays: days.nullable(),
    secondPurchaseDays: days.nullable().meta({
      description:
        'first-time buyers: within so many days secondPurchaseShare % of those who bought again had done so',
    }),
    secondPurchaseShare: z.number().nullable(),
  })
  .meta({ id: 'SilentLoss', description: 'why a customer counts as lost silently' });

export function silentLossJson(loss: SilentLoss): z.output<typeof silentLossSchema> {
  return { text: silentLossText(loss), ...loss };
}
