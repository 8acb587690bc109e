import { setImmediate } from 'node:timers/promises';
import { and, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { forecastDays, type CaseGroup } from '../domain/forecast.ts';
import type { Db } from './connection.ts';
import { rowRanges } from './reports.ts';
import { caseFigures as figures } from './schema.ts';

const dayMs = 86_400_000;
const julianDayOf1970Ms = 2_440_587.5 * dayMs;

/** All cases as of `at` in groups of like ones, for the forecast; those of customers who were not lost are left out. */
export async function casesByMonth(db: Db, at: string): Promise<CaseGroup[]> {
  // Julian days, of which SQLite would work out the constant one anew for every case.
  const now = (Date.parse(at) + julianDayOf1970Ms) / dayMs;
  const ago = (time: typeof figures.openedAt | typeof figures.decidedAt) =>
    sql<number>`cast((${now} - julianday(${time})) / ${forecastDays} as integer)`;
  const found = new Map<string, CaseGroup>();
  for (const [above, upTo] of rowRanges(db)) {
    const rows = db
      .select({
        trigger: figures.trigger,
        tier: figures.tier,
        opened: ago(figures.openedAt).as('opened'),
        decided: sql<number | null>`${ago(figures.decidedAt)}`.as('decided'),
        regained: sql<number>`${figures.regainedAt} is not null`.as('regained'),
        cases: sql<number>`count(*)`,
        value: sql<number>`coalesce(sum(${figures.secondLifetimeValue}), 0)`,
      })
      .from(figures)
      .where(
        and(
          sql`${figures}.rowid > ${above} and ${figures}.rowid <= ${upTo}`,
          lt(figures.openedAt, at),
          or(isNull(figures.outcome), isNotNull(figures.decidedAt)),
        ),
      )
      .groupBy(figures.trigger, figures.tier, sql`opened`, sql`decided`, sql`regained`)
      .all();
    for (const { regained, cases, value, ...like } of rows) {
      const group = { ...like, regained: regained === 1 };
      const key = JSON.stringify(group);
      const known = found.get(key) ?? { ...group, cases: 0, value: 0 };
      found.set(key, { ...known, cases: known.cases + cases, value: known.value + value });
    }
    await setImmediate();
  }
  return [...found.values()];
}
