import * as z from 'zod';
import { offerSchema } from '../../config/offers.ts';
import { policyOfCase } from '../../db/contacts.ts';
import {
  listOffers,
  offersAllowedIn,
  offersOfCase,
  putOffer,
  retireOffer,
} from '../../db/offers.ts';
import { DomainError } from '../../domain/errors.ts';
import { causes } from '../../domain/words.ts';
import { repeated } from '../idempotency.ts';
import { pageOfAll } from '../paging.ts';
import { managers, route, staff, type Call } from '../route.ts';
import { caseId, list, page, text } from '../schemas/common.ts';
import {
  allowedOfferJson,
  allowedOfferSchema,
  caseOfferJson,
  caseOfferSchema,
  offerJson,
  offerRecordSchema,
} from '../schemas/offer.ts';
import { invalid } from '../validation.ts';
import { theCase } from './cases.ts';

const ofOffer = z.strictObject({ offerId: text(50) });

async function shown({ db, at, policy }: Call, offerId: string) {
  const record = (await listOffers(db, at)).find((one) => one.offerId === offerId);
  if (!record) throw new DomainError('not-found', 'There is no such offer.');
  return offerJson(record, policy.currency);
}

export const offerRoutes = [
  route({
    method: 'get',
    path: '/api/v1/offers',
    name: 'listOffers',
    summary: 'The catalogue of concessions, by ID, with what each has cost this month',
    roles: staff,
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of offers', schema: list(offerRecordSchema) } },
    handle: async ({ db, at, policy, query }) => {
      const all = (await listOffers(db, at)).map((one) => offerJson(one, policy.currency));
      return { status: 200, body: pageOfAll(all, ({ offerId }) => offerId, query) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/offers',
    name: 'putOffer',
    summary: 'Put an offer into the catalogue, or change one; what was offered stays as it is',
    description: 'Money is in minor units of the policy’s currency.',
    roles: managers,
    body: offerSchema.safeExtend({
      isNew: z
        .boolean()
        .optional()
        .meta({ description: 'true: refused when the catalogue has an offer of this ID' }),
    }),
    example: {
      ...{ offerId: 'loyalty-credit', title: 'Credit for who comes back', kind: 'credit' },
      ...{ cost: 1_000, tiers: ['A', 'B'], marginFloorPercent: 50, monthlyBudget: 50_000 },
    },
    answers: { 200: { description: 'The offer as it stands now', schema: offerRecordSchema } },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, actor, body, idempotencyKey } = call;
      const { isNew, ...offer } = body;
      const { offerId, fallback } = offer;
      const asked = { action: 'offer.put' as const, target: offerId, request: body };
      if (!(await repeated(call, asked))) {
        const known = (await listOffers(db, at)).map((one) => one.offerId);
        if (isNew && known.includes(offerId)) {
          throw invalid([{ field: 'offerId', rule: 'must not be that of another offer' }]);
        }
        if (fallback !== null && !known.includes(fallback)) {
          throw invalid([{ field: 'fallback', rule: 'must be an offer of the catalogue' }]);
        }
        await putOffer(db, offer, { asked: { actor, request: body, idempotencyKey }, at });
      }
      return { status: 200, body: await shown(call, offerId) };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/offers/{offerId}/retire',
    name: 'retireOffer',
    summary: 'Make an offer no more; what was granted holds',
    roles: managers,
    params: ofOffer,
    answers: { 200: { description: 'The offer, retired', schema: offerRecordSchema } },
    problems: ['not-found', 'idempotency-key-reused'],
    handle: async (call) => {
      const { db, at, actor, params, idempotencyKey } = call;
      const asked = { action: 'offer.retire' as const, target: params.offerId, request: {} };
      if (!(await repeated(call, asked))) {
        const { offerId } = params;
        await retireOffer(db, offerId, { asked: { actor, request: {}, idempotencyKey }, at });
      }
      return { status: 200, body: await shown(call, params.offerId) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/offers',
    name: 'listCaseOffers',
    summary: 'What was offered in a case: approvals, codes and redemptions, oldest first',
    roles: staff,
    params: z.strictObject({ caseId }),
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of offers', schema: list(caseOfferSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const { db, policy, query } = call;
      const all = (await offersOfCase(db, caseId)).map((one) =>
        caseOfferJson(one, policy.currency),
      );
      const keyOf = ({ measureId, offerId }: (typeof all)[number]) => `${measureId} ${offerId}`;
      return { status: 200, body: pageOfAll(all, keyOf, query) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/allowed-offers',
    name: 'listAllowedOffers',
    summary: 'What may be offered in a case as things stand, by its own policy',
    description: 'What was made for the cause first, then the cheapest.',
    roles: staff,
    params: z.strictObject({ caseId }),
    query: z.strictObject({
      ...page,
      cause: z
        .enum(causes)
        .optional()
        .meta({ description: 'as if this were the cause; left out: the one that is known' }),
    }),
    answers: { 200: { description: 'A page of offers', schema: list(allowedOfferSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const record = await theCase(call);
      const { db, at, query } = call;
      const { cause = record.cause ?? 'unknown' } = query;
      const { offers: limits, currency } = policyOfCase(db, record.caseId) ?? call.policy;
      const allowed = await offersAllowedIn(db, record, { cause, limits, at });
      const all = allowed.map((one) => allowedOfferJson(one, currency));
      return { status: 200, body: pageOfAll(all, ({ offerId }) => offerId, query) };
    },
  }),
];
