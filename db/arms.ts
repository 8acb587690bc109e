import { and, eq, gte, isNotNull, lt, lte, ne, sql, type SQL } from 'drizzle-orm';
import { before, type Duration } from '../domain/duration.ts';
import type { ArmResult } from '../domain/optimisation.ts';
import type { Cause, Tier, Trigger } from '../domain/words.ts';
import { nameOf } from './playbooks.ts';
import { prepared, type Db } from './connection.ts';
import type { Period } from './reports.ts';
import { caseFigures as figures } from './schema.ts';

/* How often each playbook and offer has won a customer back, by the strict rule. */

export const armKinds = ['playbook', 'offer'] as const;
export type ArmKind = (typeof armKinds)[number];

const hits = sql<number>`sum(${figures.strictRegain} = 'regained')`;

/** Not the control group, not who was not lost, nor returns of which it is not yet known what they are. */
const counts = and(
  eq(figures.controlGroup, false),
  ne(figures.strictBecause, 'was-not-lost'),
  ne(figures.strictBecause, 'still-observed'),
);

const statements = prepared((db) => ({
  ofPlaybook: db
    .select({ cases: sql<number>`count(*)`, hits: sql<number>`coalesce(${hits}, 0)` })
    .from(figures)
    .where(
      and(
        // Written out, so that SQLite recognises the partial index.
        sql`${figures.playbookId} is not null`,
        eq(figures.cause, sql.placeholder('cause')),
        eq(figures.tier, sql.placeholder('tier')),
        eq(figures.playbookId, sql.placeholder('playbookId')),
        eq(figures.playbookVersion, sql.placeholder('version')),
        lte(figures.openedAt, sql.placeholder('openedUntil')),
        counts,
      ),
    )
    .prepare(),
}));

/** How versions of playbooks have done with a cause and tier, in the order given. */
export async function playbookResults(
  db: Db,
  playbooks: { playbookId: string; version: number }[],
  of: { cause: Cause; tier: Tier; judgedAfter: Duration; at: string },
): Promise<ArmResult[]> {
  const openedUntil = before(of.at, of.judgedAfter);
  return playbooks.map((playbook) => {
    const found = statements(db).ofPlaybook.get({ ...of, ...playbook, openedUntil })!;
    return { arm: nameOf(playbook), ...found };
  });
}

export type ArmFilter = Period & {
  cause?: Cause | undefined;
  tier?: Tier | undefined;
  trigger?: Trigger | undefined;
};

export type ArmCell = { cause: Cause | null; tier: Tier | null; results: ArmResult[] };

/**
 * By cause and tier: how the playbooks, or the offers that were made, have done in cases opened in [`from`, `to`) and
 * at least `judgedAfter` ago.
 */
export async function armResults(
  db: Db,
  kind: ArmKind,
  { filter, judgedAfter, at }: { filter: ArmFilter; judgedAfter: Duration; at: string },
): Promise<ArmCell[]> {
  const { from, to, cause, tier, trigger } = filter;
  const source: Record<ArmKind, { arm: SQL; from: SQL; where?: SQL }> = {
    playbook: {
      arm: sql`${figures.playbookId} || '@' || ${figures.playbookVersion}`,
      from: sql`${figures}`,
      where: isNotNull(figures.playbookId),
    },
    offer: {
      arm: sql`made.offer_id`,
      from: sql`(select distinct case_id, offer_id from case_offers) made join ${figures} on ${figures.caseId} = made.case_id`,
    },
  };
  const where = and(
    counts,
    source[kind].where,
    lte(figures.openedAt, before(at, judgedAfter)),
    from === undefined ? undefined : gte(figures.openedAt, from),
    to === undefined ? undefined : lt(figures.openedAt, to),
    cause && eq(figures.cause, cause),
    tier && eq(figures.tier, tier),
    trigger && eq(figures.trigger, trigger),
  );
  const rows = db.all<ArmResult & Pick<ArmCell, 'cause' | 'tier'>>(
    sql`select ${figures.cause} as cause, ${figures.tier} as tier, ${source[kind].arm} as arm, count(*) as cases, ${hits} as hits from ${source[kind].from} where ${where} group by 1, 2, 3 order by 1, 2, 3`,
  );
  const cells = Map.groupBy(rows, ({ cause, tier }) => JSON.stringify([cause, tier]));
  return [...cells.values()].map((own) => ({
    cause: own[0]!.cause,
    tier: own[0]!.tier,
    results: own.map(({ arm, cases, hits }) => ({ arm, cases, hits })),
  }));
}
