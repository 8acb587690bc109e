import { readFile } from 'node:fs/promises';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import { languages } from '../domain/mails.ts';
import { offerKinds, type Offer } from '../domain/offers.ts';
import { causes, tiers } from '../domain/words.ts';
import { code, group, list, money, oneOf, text, wholeNumber } from './fields.ts';
import { validated } from './validate.ts';

/** What an offer of the catalogue may say. */
export const offerSchema = group({
  offerId: code,
  title: text(200),
  names: z.partialRecord(z.enum(languages), text(200)).optional(),
  kind: oneOf(offerKinds),
  cost: money,
  causes: list(oneOf(causes)).default([]),
  tiers: list(oneOf(tiers)).default([]),
  marginFloorPercent: wholeNumber(0, 100).default(0),
  monthlyBudget: money.nullable().default(null),
  forAnyCause: z.boolean('must be true or false').default(false),
  validDays: wholeNumber(1, 3_650).default(42),
  fallback: code.nullable().default(null),
}).refine(({ offerId, fallback }) => fallback !== offerId, {
  path: ['fallback'],
  error: 'must be another offer',
});

/**
 * The catalogue that a new installation begins with.
 * @throws DomainError `invalid` that names every broken field and its rule
 */
export async function loadOffers(file: string): Promise<Offer[]> {
  const yaml = await readFile(file, 'utf8');
  try {
    return validated(list(offerSchema, { most: 1_000 }), parse(yaml), file);
  } catch (error) {
    if (error instanceof YAMLParseError) {
      throw new DomainError('invalid', `${file}: ${error.message}`);
    }
    throw error;
  }
}
