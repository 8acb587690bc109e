import { and, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { forecastDays, type CaseGroup } from '../domain/forecast.ts';
import type { Db } from './connection.ts';
import { caseFigures as figures } from './schema.ts';

/** All cases as of `at` in groups of like ones, for the forecast; those of customers who were not lost are left out. */
export async function casesByMonth(db: Db, at: string): Promise<CaseGroup[]> {
  const ago = (time: typeof figures.openedAt | typeof figures.decidedAt) =>
    sql<number>`cast((julianday(${at}) - julianday(${time})) / ${forecastDays} as integer)`;
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
    .where(and(lt(figures.openedAt, at), or(isNull(figures.outcome), isNotNull(figures.decidedAt))))
    .groupBy(figures.trigger, figures.tier, sql`opened`, sql`decided`, sql`regained`)
    .all();
  return rows.map((row) => ({ ...row, regained: row.regained === 1 }));
}
