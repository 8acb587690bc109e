import * as z from 'zod';
import { offeredCategories } from '../../db/cause-categories.ts';
import type { Db } from '../../db/open.ts';
import { causeOf, mostFurtherCauses, statementErrors, surenesses } from '../../domain/causes.ts';
import { causes, type Cause } from '../../domain/words.ts';
import { invalid } from '../validation.ts';
import { categoryCode, causeCode, text } from './common.ts';

/** What one of us records of a cause. */
export const statementFields = {
  cause: z.enum(causes).meta({ description: 'the main one' }),
  category: categoryCode.optional(),
  furtherCauses: z.array(causeCode).max(mostFurtherCauses).optional(),
  sureness: z.enum(surenesses).optional(),
  competitor: text(200).optional().meta({ description: 'to whom the customer went' }),
  note: text(4_000).optional(),
};

/**
 * A statement's codes must fit together, and its categories be on offer.
 * @param at the path of the statement within the body, with its dot: `result.`
 * @throws DomainError `invalid`
 */
export async function mustBeOffered(
  db: Db,
  statement: { cause: Cause; category?: string | undefined; furtherCauses?: string[] | undefined },
  at = '',
): Promise<void> {
  const { category, furtherCauses = [] } = statement;
  const errors = statementErrors(statement);
  const categories = (codes: string[]) => codes.filter((code) => causeOf(code) !== code);
  const offered = await offeredCategories(db, [
    ...(category === undefined ? [] : [category]),
    ...categories(furtherCauses),
  ]);
  const rule = 'must be a category on offer: see GET /api/v1/causes';
  if (category !== undefined && !offered.has(category)) errors.push({ field: 'category', rule });
  if (!categories(furtherCauses).every((code) => offered.has(code))) {
    errors.push({ field: 'furtherCauses', rule });
  }
  if (errors.length > 0) throw invalid(errors.map((e) => ({ ...e, field: `${at}${e.field}` })));
}
