import { unknownIn, type Known } from '../config/playbooks.ts';
import { listKeys } from '../db/keys.ts';
import { listOffers } from '../db/offers.ts';
import { listTemplates } from '../db/templates.ts';
import type { Measure } from '../domain/playbooks.ts';
import type { Call } from './route.ts';
import { invalid, pathOf } from './validation.ts';

/** What measures that are published or added now may name; what is retired is for those that name it already. */
export async function knownThings({ db, at }: Pick<Call, 'db' | 'at'>): Promise<Known> {
  const offers = (await listOffers(db, at)).filter(({ retiredAt }) => retiredAt === null);
  return {
    templates: (await listTemplates(db)).map(({ templateId }) => templateId),
    offers: offers.map(({ offerId }) => offerId),
    people: (await listKeys(db))
      .filter(({ role, revokedAt }) => role !== 'sales-system' && revokedAt === null)
      .map(({ keyId }) => keyId),
  };
}

/**
 * @param given measures, and where each stands in the body
 * @throws DomainError `invalid` that names each field with what does not exist
 */
export function mustName(
  known: Known,
  given: { measure: Measure; at: (string | number)[] }[],
): void {
  const unknown = given.flatMap(({ measure, at }) =>
    unknownIn(measure, known).map(({ path, message }) => ({
      field: pathOf([...at, ...path]),
      rule: message,
    })),
  );
  if (unknown.length > 0) throw invalid(unknown);
}
