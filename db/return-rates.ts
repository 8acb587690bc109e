import { and, desc, eq, sql } from 'drizzle-orm';
import type { ReturnRate } from '../domain/gain.ts';
import { tiers, type Cause, type Tier, type Trigger } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { cases } from './schema.ts';

/** The newest closed cases that a rate is taken from: enough to be sure, few enough to be read at every opening. */
const newest = 1_000;

/**
 * How closed cases of the same trigger and tier ended, with full effort and not in the control group: all of them,
 * and those with the same stated cause.
 */
export function returnRates(
  db: Db,
  { trigger, tier, cause }: { trigger: Trigger; tier: Tier; cause: Cause | null },
): { ofTier: ReturnRate; ofCause: ReturnRate } {
  const alike = db
    .select({ regainedAt: cases.regainedAt, statedCause: cases.statedCause })
    .from(cases)
    .where(
      and(
        sql`${cases.status} = 'closed'`,
        eq(cases.trigger, trigger),
        eq(cases.tier, tier),
        eq(cases.decision, 'pursue'),
        eq(cases.controlGroup, false),
      ),
    )
    .orderBy(desc(cases.openedAt))
    .limit(newest)
    .all();
  const rate = (some: typeof alike): ReturnRate => ({
    cases: some.length,
    regained: some.filter(({ regainedAt }) => regainedAt !== null).length,
  });
  return {
    ofTier: rate(alike),
    ofCause: rate(alike.filter(({ statedCause }) => statedCause === cause)),
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
