import * as z from 'zod';
import { judgementsOf } from '../../db/judgements.ts';
import { strictReasons } from '../../domain/strict-regain.ts';
import { strictRegains } from '../../domain/words.ts';
import { pageOfAll } from '../paging.ts';
import { route, staff } from '../route.ts';
import { caseId, list, money, page, timestamp } from '../schemas/common.ts';
import { theCase } from './cases.ts';

const pattern = z.strictObject({ purchaseDays: z.number().min(0), spend: money('of these') });

const judgementSchema = z
  .strictObject({
    at: timestamp.meta({ description: 'when it was judged so' }),
    is: z.enum(strictRegains),
    because: z.enum(strictReasons),
    correction: z
      .boolean()
      .meta({ description: 'another judgement stood before, that was not pending' }),
    expected: pattern.nullable().meta({
      description:
        'the own earlier pattern over as long as the observation; null: it does not matter',
    }),
    bought: pattern.nullable().meta({ description: 'since the loss, less what came back' }),
    until: timestamp.nullable().meta({ description: 'of what is pending: when it is known' }),
  })
  .meta({ id: 'StrictJudgement' });

export const judgementRoutes = [
  route({
    method: 'get',
    path: '/api/v1/cases/{caseId}/judgements',
    name: 'listJudgements',
    summary: 'Regained or not by the strict rule: every judgement of a case, the first one first',
    description: 'Late facts correct it: goods that come back, a cancellation that is repeated.',
    roles: staff,
    params: z.strictObject({ caseId }),
    query: z.strictObject(page),
    answers: { 200: { description: 'A page of judgements', schema: list(judgementSchema) } },
    problems: ['not-found'],
    handle: async (call) => {
      const { caseId } = await theCase(call);
      const { currency } = call.policy;
      const shown = (of: { purchaseDays: number; spend: number } | null) =>
        of && {
          purchaseDays: Math.round(of.purchaseDays * 100) / 100,
          spend: { amount: Math.round(of.spend), currency },
        };
      const all = (await judgementsOf(call.db, caseId)).map((one, i, others) => ({
        ...one,
        number: i,
        correction: i > 0 && others[i - 1]!.is !== 'pending',
        expected: shown(one.expected),
        bought: shown(one.bought),
      }));
      const { items, nextCursor } = pageOfAll(all, ({ number }) => String(number), call.query);
      return {
        status: 200,
        body: { items: items.map(({ number: _, ...one }) => one), nextCursor },
      };
    },
  }),
];
