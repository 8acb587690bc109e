import * as z from 'zod';
import type { AllowedOffer } from '../../db/offers.ts';
import { languages } from '../../domain/mails.ts';
import {
  approvalReasons,
  offerKinds,
  offerStatuses,
  type CaseOffer,
  type OfferRecord,
} from '../../domain/offers.ts';
import { causes, tiers } from '../../domain/words.ts';
import { money, timestamp } from './common.ts';

export const offerRecordSchema = z
  .strictObject({
    offerId: z.string(),
    title: z.string(),
    names: z
      .partialRecord(z.enum(languages), z.string())
      .meta({ description: 'what it is called to customers; without one: the title' }),
    kind: z.enum(offerKinds),
    cost: money('what it costs us'),
    causes: z.array(z.enum(causes)),
    tiers: z.array(z.enum(tiers)),
    marginFloorPercent: z.int().meta({
      description: 'share of the second lifetime value that the cost must leave',
    }),
    monthlyBudget: money('what may be granted of it in a month').nullable(),
    forAnyCause: z.boolean().meta({ description: 'a discount also where the price was no cause' }),
    validDays: z.int().meta({ description: 'of its code' }),
    fallback: z.string().nullable().meta({ description: 'what goes out when this one may not' }),
    changedAt: timestamp,
    retiredAt: timestamp.nullable(),
    spentThisMonth: money('granted and set aside since the first of the month, UTC'),
  })
  .meta({ id: 'Offer' });

export function offerJson(
  { offerId, content, changedAt, retiredAt, spentThisMonth }: OfferRecord,
  currency: string,
): z.output<typeof offerRecordSchema> {
  const inMoney = (amount: number) => ({ amount, currency });
  const { cost, monthlyBudget, names = {}, ...rest } = content;
  return {
    ...rest,
    offerId,
    names,
    cost: inMoney(cost),
    monthlyBudget: monthlyBudget === null ? null : inMoney(monthlyBudget),
    changedAt,
    retiredAt,
    spentThisMonth: inMoney(spentThisMonth),
  };
}

export const allowedOfferSchema = offerRecordSchema
  .pick({ offerId: true, title: true, names: true, kind: true, cost: true })
  .extend({
    approval: z.enum(approvalReasons).nullable().meta({
      description: 'why a manager is to approve it first; null: an agent may make it',
    }),
  })
  .meta({ id: 'AllowedOffer' });

export function allowedOfferJson(
  { offer: { offerId, title, names = {}, kind, cost }, approval }: AllowedOffer,
  currency: string,
): z.output<typeof allowedOfferSchema> {
  return { offerId, title, names, kind, cost: { amount: cost, currency }, approval };
}

export const caseOfferSchema = z
  .strictObject({
    offerId: z.string(),
    measureId: z.string(),
    status: z.enum(offerStatuses).meta({
      description:
        '`awaiting-approval`, `proposed`: its cost is set aside; `granted`: accepted, with a code',
    }),
    cost: money('what it costs us'),
    approved: z.boolean().meta({ description: 'by a manager' }),
    proposedAt: timestamp,
    grantedAt: timestamp.nullable(),
    code: z.string().nullable().meta({ example: 'WB-7KQ4-M2XP' }),
    expiresAt: timestamp.nullable(),
    redeemedAt: timestamp.nullable(),
    orderId: z.string().nullable().meta({ description: 'with which it was redeemed' }),
  })
  .meta({ id: 'CaseOffer' });

export function caseOfferJson(
  { caseId: _, customerId: __, validDays: ___, cost, ...offer }: CaseOffer,
  currency: string,
): z.output<typeof caseOfferSchema> {
  return { ...offer, cost: { amount: cost, currency } };
}
