import { and, count, desc, eq, isNotNull, isNull, lte, notInArray, or, sql } from 'drizzle-orm';
import { before, type Duration } from '../domain/duration.ts';
import type { ReturnRate } from '../domain/gain.ts';
import { tiers, type CaseStatus, type Cause, type Tier, type Trigger } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { caseFigures, cases } from './schema.ts';

/** The newest cases that a rate is taken from: enough to be sure, few enough to be read at every opening. */
const newest = 1_000;

const statements = prepared((db) => {
  // Status by status, as the index has it.
  const alike = (status: CaseStatus) =>
    db
      .select({
        openedAt: cases.openedAt,
        caseId: cases.caseId,
        sameCause: sql<number>`${cases.statedCause} is ${sql.placeholder('cause')}`.as(
          'same_cause',
        ),
      })
      .from(cases)
      .where(
        and(
          sql`${cases.status} = ${sql.raw(`'${status}'`)}`,
          eq(cases.trigger, sql.placeholder('trigger')),
          eq(cases.tier, sql.placeholder('tier')),
          eq(cases.decision, 'pursue'),
          eq(cases.controlGroup, false),
          lte(cases.openedAt, sql.placeholder('openedBefore')),
          or(
            isNotNull(cases.regainedAt),
            isNull(cases.outcome),
            notInArray(cases.outcome, ['closed-by-manager', 'stopped', 'not-pursued']),
          ),
        ),
      )
      .orderBy(desc(cases.openedAt))
      .limit(newest)
      .as(status);
  const both = db
    .select()
    .from(alike('closed'))
    .unionAll(db.select().from(alike('open')))
    .orderBy(sql`1 desc`)
    .limit(newest)
    .as('alike');
  const ofCause = sql`filter (where ${both.sameCause})`;
  return {
    rates: db
      .select({
        cases: count(),
        regained: count(caseFigures.regainedAt),
        casesOfCause: sql<number>`count(*) ${ofCause}`,
        regainedOfCause: sql<number>`count(${caseFigures.regainedAt}) ${ofCause}`,
      })
      .from(both)
      // Of who came back in time, but was heard of only after the end, the figures alone say it.
      .leftJoin(caseFigures, eq(caseFigures.caseId, both.caseId))
      .prepare(),
  };
});

/** `judgedAfter`: how long after its opening a case counts; who came back by then is known. */
export type Judged = { at: string; judgedAfter: Duration };

/**
 * How cases of the same trigger and tier went, with full effort and not in the control group: all of them, and those
 * with the same stated cause. Those that have had their time count, whether or not they have closed, since who comes
 * back stays open far longer than who does not; an end that says nothing about the customer's will does not count.
 */
export function returnRates(
  db: Db,
  alike: { trigger: Trigger; tier: Tier; cause: Cause | null },
  { at, judgedAfter }: Judged,
): { ofTier: ReturnRate; ofCause: ReturnRate } {
  const openedBefore = before(at, judgedAfter);
  const found = statements(db).rates.get({ ...alike, openedBefore })!;
  const { cases, regained, casesOfCause, regainedOfCause } = found;
  return {
    ofTier: { cases, regained },
    ofCause: { cases: casesOfCause, regained: regainedOfCause },
  };
}

/** Those of every tier, for who is dormant. */
export async function dormancyReturnRates(
  db: Db,
  judged: Judged,
): Promise<Record<Tier, ReturnType<typeof returnRates>>> {
  const rates = tiers.map(
    (tier) => [tier, returnRates(db, { trigger: 'dormancy', tier, cause: null }, judged)] as const,
  );
  return Object.fromEntries(rates) as Record<Tier, ReturnType<typeof returnRates>>;
}
