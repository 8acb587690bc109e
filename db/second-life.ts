import { and, eq, gte, isNotNull, lt, sql } from 'drizzle-orm';
import {
  curvesOf,
  monthsAtMost,
  triangleOf,
  type Bought,
  type Cohort,
  type Curve,
  type Observed,
  type Stay,
} from '../domain/second-life.ts';
import type { Db } from './connection.ts';
import { stoppedAt, type Period } from './reports.ts';
import { caseFigures as figures, cases, purchases } from './schema.ts';

export const secondLifeSplits = ['cause', 'playbook', 'trigger', 'tier'] as const;
export type SecondLifeSplit = (typeof secondLifeSplits)[number];

const { purchasedAt } = purchases;

const columns = {
  cause: figures.cause,
  playbook: sql`${figures.playbookId} || '@' || ${figures.playbookVersion}`,
  trigger: figures.trigger,
  tier: figures.tier,
};

type Filter = Period & Partial<Record<SecondLifeSplit, string | undefined>>;

/**
 * What became of those who returned in [`from`, `to`), as of `at`. Who has objected or died after the return was seen
 * until then.
 */
export async function secondLives(
  db: Db,
  { by, filter, at }: { by: SecondLifeSplit | null; filter: Filter; at: string },
): Promise<{ cohorts: Cohort[]; curves: Curve[] }> {
  const { from, to, ...wanted } = filter;
  const where = and(
    isNotNull(figures.regainedAt),
    lt(figures.regainedAt, at),
    from === undefined ? undefined : gte(figures.regainedAt, from),
    to === undefined ? undefined : lt(figures.regainedAt, to),
    ...Object.entries(wanted).map(([split, value]) =>
      value === undefined ? undefined : eq(sql`${columns[split as SecondLifeSplit]}`, value),
    ),
  );
  const days = sql`max(0, julianday(coalesce(${stoppedAt}, ${at})) - julianday(${figures.regainedAt}))`;
  const lostDays = sql`${figures.lostAgainAfter} / 86400000.0`;
  const cohort = sql`substr(${figures.regainedAt}, 1, 7)`;

  const stays = db.all<Stay>(
    sql`select ${cohort} as cohort, cast(${days} / 30 as integer) as seen, cast(${lostDays} / 30 as integer) as lostAfter, count(*) as customers from ${figures} where ${where} group by 1, 2, 3`,
  );
  const month = sql`1 + cast((julianday(${purchasedAt}) - julianday(${figures.regainedAt})) / 30 as integer)`;
  const bought = db.all<Bought>(
    sql`select ${cohort} as cohort, ${month} as month, count(distinct ${figures.caseId}) as customers from ${figures} cross join ${cases} cross join ${purchases} where ${where} and ${cases.caseId} = ${figures.caseId} and ${purchases.customerId} = ${cases.customerId} and ${purchases.amount} > 0 and ${purchasedAt} > ${figures.regainedAt} and ${purchasedAt} < coalesce(${figures.lostAgainAt}, ${at}) and ${month} <= ${monthsAtMost} and ${month} * 30 <= ${days} group by 1, 2`,
  );
  const group = by === null ? sql`null` : sql`${columns[by]}`;
  const observed = db.all<Omit<Observed, 'ended'> & { ended: number }>(
    sql`select ${group} as "group", cast(min(${days}, coalesce(${lostDays}, ${days})) as integer) as time, ${figures.lostAgainAt} is not null as ended, count(*) as count from ${figures} where ${where} group by 1, 2, 3`,
  );
  return {
    cohorts: triangleOf(stays, bought),
    curves: curvesOf(observed.map((one) => ({ ...one, ended: one.ended === 1 }))),
  };
}
