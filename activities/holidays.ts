import { keepHolidays, knowsHolidays, type Holiday } from '../db/holidays.ts';
import type { Db } from '../db/open.ts';
import { DomainError } from '../domain/errors.ts';

/**
 * Sees to it that the public holidays of a region are known for the year of a moment and the next. The library is
 * large, so it is loaded when they are not.
 * @param region as policies write it: `DE-BY`
 * @throws DomainError `invalid` for a region that the library does not know
 */
export async function knowHolidays(db: Db, region: string, moment: string): Promise<void> {
  const year = Number(moment.slice(0, 4));
  for (const one of [year, year + 1]) {
    if (await knowsHolidays(db, region, one)) continue;
    await keepHolidays(db, region, await holidaysOf(region, one));
  }
}

const dayMs = 86_400_000;

/** Days that are off by law; the source (date-holidays) calls them `public`. */
export async function holidaysOf(region: string, year: number): Promise<Holiday[]> {
  const { default: Holidays } = await import('date-holidays');
  const [country, state, part] = region.split('-');
  const calendar = new Holidays(
    { country: country!, ...(state && { state }), ...(part && { region: part }) },
    { types: ['public'] },
  );
  const isKnown =
    country! in calendar.getCountries() &&
    (!state || state in (calendar.getStates(country!) ?? {})) &&
    (!part || part in (calendar.getRegions(country!, state!) ?? {}));
  if (!isKnown) {
    const rule = `must be a region whose holidays are known, not ${region}`;
    throw new DomainError('invalid', `contact.region ${rule}`, [{ field: 'contact.region', rule }]);
  }
  return calendar.getHolidays(year).flatMap(({ date, start, end, name }) => {
    const first = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
    const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / dayMs));
    return Array.from({ length: days }, (_, i) => ({
      day: new Date(first + i * dayMs).toISOString().slice(0, 10),
      name,
    }));
  });
}
