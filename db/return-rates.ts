import { and, count, desc, eq, sql } from 'drizzle-orm';
import type { ReturnRate } from '../domain/gain.ts';
import { tiers, type Cause, type Tier, type Trigger } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { cases } from './schema.ts';

/** The newest closed cases that a rate is taken from: enough to be sure, few enough to be read at every opening. */
const newest = 1_000;

const statements = prepared((db) => {
  const alike = db
    .select({
      regainedAt: cases.regainedAt,
      sameCause: sql<number>`${cases.statedCause} is ${sql.placeholder('cause')}`.as('same_cause'),
    })
    .from(cases)
    .where(
      and(
        sql`${cases.status} = 'closed'`,
        eq(cases.trigger, sql.placeholder('trigger')),
        eq(cases.tier, sql.placeholder('tier')),
        eq(cases.decision, 'pursue'),
        eq(cases.controlGroup, false),
      ),
    )
    .orderBy(desc(cases.openedAt))
    .limit(newest)
    .as('alike');
  const ofCause = sql`filter (where ${alike.sameCause})`;
  return {
    rates: db
      .select({
        cases: count(),
        regained: count(alike.regainedAt),
        casesOfCause: sql<number>`count(*) ${ofCause}`,
        regainedOfCause: sql<number>`count(${alike.regainedAt}) ${ofCause}`,
      })
      .from(alike)
      .prepare(),
  };
});

/**
 * How closed cases of the same trigger and tier ended, with full effort and not in the control group: all of them,
 * and those with the same stated cause.
 */
export function returnRates(
  db: Db,
  alike: { trigger: Trigger; tier: Tier; cause: Cause | null },
): { ofTier: ReturnRate; ofCause: ReturnRate } {
  const { cases, regained, casesOfCause, regainedOfCause } = statements(db).rates.get(alike)!;
  return {
    ofTier: { cases, regained },
    ofCause: { cases: casesOfCause, regained: regainedOfCause },
  };
}

/** Those of every tier, for who is dormant. */
export async function dormancyReturnRates(
  db: Db,
): Promise<Record<Tier, ReturnType<typeof returnRates>>> {
  const rates = tiers.map(
    (tier) => [tier, returnRates(db, { trigger: 'dormancy', tier, cause: null })] as const,
  );
  return Object.fromEntries(rates) as Record<Tier, ReturnType<typeof returnRates>>;
}
