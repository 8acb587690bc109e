import { setImmediate } from 'node:timers/promises';
import { and, eq, gte, isNotNull, lt, lte, ne, sql, type SQL } from 'drizzle-orm';
import { before, durationMs, type Duration } from '../domain/duration.ts';
import { objectiveOf, type ArmResult } from '../domain/optimisation.ts';
import type { Objective, OptimisationPolicy } from '../domain/policy.ts';
import { causes, type Cause, type Tier, type Trigger } from '../domain/words.ts';
import { nameOf } from './playbooks.ts';
import type { Db } from './connection.ts';
import { offersMade } from './offers-made.ts';
import type { Period } from './reports.ts';
import { caseFigures as figures } from './schema.ts';

/*
 * What has come of each playbook and offer: how often it has won a customer back, by the strict rule, or what contacted
 * customers have left us.
 */

export const armKinds = ['playbook', 'offer'] as const;
export type ArmKind = (typeof armKinds)[number];

export type ComparisonAsked = {
  objective: Objective;
  currency: string;
  judgedAfter: Duration;
  at: string;
};

/** Not the control group, not who was not lost, nor returns of which it is not yet known what they are. */
export function inComparison({ objective, judgedAfter, at }: ComparisonAsked): SQL | undefined {
  return and(
    eq(figures.controlGroup, false),
    ne(figures.strictBecause, 'was-not-lost'),
    ne(figures.strictBecause, 'still-observed'),
    lte(figures.openedAt, before(at, judgedAfter)),
    objective === 'margin' ? eq(figures.contacted, true) : undefined,
  );
}

/**
 * Margin less concessions of a case in the first `judgedAfter` from its opening: of all for as long, or older ones would
 * be better ones.
 */
function leftBy({ objective, currency, judgedAfter }: ComparisonAsked): SQL {
  if (objective === 'regained') return sql`0`;
  const until = sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${figures.openedAt}, ${`+${durationMs(judgedAfter) / 1_000} seconds`})`;
  return sql`(select coalesce(sum(margin), 0) from ledger where ledger.case_id = ${figures.caseId} and kind in ('purchase', 'concession') and currency = ${currency} and at <= ${until})`;
}

type Row = {
  cause: Cause | null;
  tier: Tier | null;
  arm: string;
  cases: number;
  hits: number;
  sum: number;
  squares: number;
};

/** By cause and tier. Squares as floating point: whole numbers could overflow. */
function summed(
  db: Db,
  {
    arm,
    from,
    where,
    asked,
  }: { arm: SQL; from: SQL; where: SQL | undefined; asked: ComparisonAsked },
): Row[] {
  return db.all(
    sql`with counted as materialized (select ${figures.cause} as cause, ${figures.tier} as tier, ${arm} as arm, ${figures.strictRegain} = 'regained' as hit, ${leftBy(asked)} as "left" from ${from} where ${and(where, inComparison(asked))}) select cause, tier, arm, count(*) as cases, sum(hit) as hits, sum("left") as "sum", total(1.0 * "left" * "left") as squares from counted group by 1, 2, 3 order by 1, 2, 3`,
  );
}

function resultOf(
  { arm, cases, hits, sum, squares }: Row,
  { objective }: ComparisonAsked,
): ArmResult {
  return { arm, cases, hits, ...(objective === 'margin' && { margin: { sum, squares } }) };
}

type Cell = {
  cause: Cause;
  tier: Tier;
  policy: OptimisationPolicy;
  /** of the amounts in the policy */
  currency: string;
  at: string;
};

/** How versions of playbooks have done with a cause and tier, in the order given. */
export async function playbookResults(
  db: Db,
  playbooks: { playbookId: string; version: number }[],
  cell: Cell,
): Promise<ArmResult[]> {
  return playbooks.map((playbook) => {
    const { playbookId, version } = playbook;
    const isIt = and(eq(figures.playbookId, playbookId), eq(figures.playbookVersion, version));
    return resultInCell(db, nameOf(playbook), isIt, cell);
  });
}

/** How offers have done with a cause and tier in the cases in which they were made, in the order given. */
export async function offerResults(db: Db, offerIds: string[], cell: Cell): Promise<ArmResult[]> {
  return offerIds.map((offerId) => resultInCell(db, offerId, wasMade(offerId), cell));
}

/** Granted, or answered by the customer: not what only waited for a manager. */
export function wasMade(offerId: string): SQL {
  return sql`exists (select 1 from (${offersMade}) made where made.case_id = ${figures.caseId} and offer_id = ${offerId} and at is not null)`;
}

function resultInCell(
  db: Db,
  arm: string,
  isIt: SQL | undefined,
  { cause, tier, policy, currency, at }: Cell,
): ArmResult {
  const asked = { objective: objectiveOf(policy), currency, judgedAfter: policy.judgedAfter, at };
  const where = and(
    // Written out, so that SQLite recognises the partial index.
    sql`${figures.playbookId} is not null`,
    eq(figures.cause, cause),
    eq(figures.tier, tier),
    isIt,
  );
  const none = { cause, tier, arm, cases: 0, hits: 0, sum: 0, squares: 0 };
  const [row = none] = summed(db, { arm: sql`${arm}`, from: sql`${figures}`, where, asked });
  return resultOf(row, asked);
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
  { filter, ...asked }: ComparisonAsked & { filter: ArmFilter },
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
      from: sql`(select distinct case_id, offer_id from (${offersMade}) where at is not null) made join ${figures} on ${figures.caseId} = made.case_id`,
    },
  };
  const where = and(
    source[kind].where,
    from === undefined ? undefined : gte(figures.openedAt, from),
    to === undefined ? undefined : lt(figures.openedAt, to),
    cause && eq(figures.cause, cause),
    tier && eq(figures.tier, tier),
    trigger && eq(figures.trigger, trigger),
  );
  const rows: Row[] = [];
  for (const part of slicesOf(kind, cause)) {
    rows.push(...summed(db, { ...source[kind], where: and(where, part), asked }));
    await setImmediate();
  }
  const cells = Map.groupBy(rows, ({ cause, tier }) => JSON.stringify([cause, tier]));
  return [...cells.values()].map((own) => ({
    cause: own[0]!.cause,
    tier: own[0]!.tier,
    results: own.map((row) => resultOf(row, asked)),
  }));
}

/** Cases with a playbook are read cause by cause, as their index has them: others get a turn in between. */
function slicesOf(kind: ArmKind, cause: Cause | undefined): (SQL | undefined)[] {
  if (kind === 'offer' || cause) return [undefined];
  return [null, ...causes.toSorted()].map((one) => sql`${figures.cause} is ${one}`);
}
