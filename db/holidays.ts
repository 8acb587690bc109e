import { and, asc, eq, gte, like, lt, sql } from 'drizzle-orm';
import type { OpenHours } from '../domain/calendar.ts';
import type { Policy } from '../domain/policy.ts';
import { prepared, writing, type Db } from './connection.ts';
import { holidays } from './schema.ts';

export type Holiday = { day: string; name: string };

const region = sql.placeholder('region');

const statements = prepared((db) => ({
  find: db
    .select({ name: holidays.name })
    .from(holidays)
    .where(and(eq(holidays.region, region), eq(holidays.day, sql.placeholder('day'))))
    .prepare(),
  ofYear: db
    .select({ day: holidays.day })
    .from(holidays)
    .where(and(eq(holidays.region, region), like(holidays.day, sql.placeholder('days'))))
    .limit(1)
    .prepare(),
  insert: db
    .insert(holidays)
    .values({ region, day: sql.placeholder('day'), name: sql.placeholder('name') })
    .onConflictDoNothing()
    .prepare(),
}));

/** Whether a local date is a public holiday, as far as its year is known. */
export function isHolidayIn(db: Db, region: string, day: string): boolean {
  return statements(db).find.get({ region, day }) !== undefined;
}

/** When the company works, without the public holidays of its region. */
export function companyHours(
  db: Db,
  { timeZone, contact: { hours, region } }: Pick<Policy, 'timeZone' | 'contact'>,
): OpenHours {
  if (region === undefined) return { timeZone, hours };
  return { timeZone, hours, isHoliday: (day) => isHolidayIn(db, region, day) };
}

export async function knowsHolidays(db: Db, region: string, year: number): Promise<boolean> {
  return statements(db).ofYear.get({ region, days: `${year}-%` }) !== undefined;
}

export async function keepHolidays(db: Db, region: string, days: Holiday[]): Promise<void> {
  writing(db, (tx) => days.forEach((one) => statements(tx).insert.run({ region, ...one })));
}

/**
 * The public holidays of a region, in order, as far as its years are known.
 * @param period local dates, `until` not included
 */
export async function holidaysIn(
  db: Db,
  region: string,
  { from, until }: { from: string; until: string },
): Promise<Holiday[]> {
  const { day, name } = holidays;
  return db
    .select({ day, name })
    .from(holidays)
    .where(and(eq(holidays.region, region), gte(day, from), lt(day, until)))
    .orderBy(asc(day))
    .all();
}
