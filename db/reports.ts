import { and, count, gte, isNotNull, lt, sql, sum } from 'drizzle-orm';
import type { SuccessFigures } from '../domain/records.ts';
import { outcomes, type Outcome } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { cases } from './schema.ts';

type Grouping = 'trigger' | 'tier' | 'cause' | 'playbookId';
export type Period = { from?: string | undefined; to?: string | undefined };

/**
 * Success control over the cases closed in [`from`, `to`), by group, biggest group first. Without `groupBy` there is
 * exactly one group, `null`, even when no case closed.
 */
export async function successFigures(
  db: Db,
  { from, to, groupBy }: Period & { groupBy?: Grouping | undefined },
): Promise<{ group: string | null; figures: SuccessFigures }[]> {
  const group = groupBy ? sql<string | null>`${cases[groupBy]}` : sql<null>`null`;
  const rows = db
    .select({
      group,
      outcome: cases.outcome,
      cases: count(),
      contacted: whole(sum(cases.contacted)),
      regained: count(cases.regainedAt),
      regainedAfterContact: whole(sum(sql`${cases.contacted} and ${cases.regainedAt} is not null`)),
      regainedAmount: whole(sum(cases.regainedAmount)),
      concessionCost: whole(sum(cases.concessionCost)),
    })
    .from(cases)
    .where(
      and(
        isNotNull(cases.closedAt),
        from === undefined ? undefined : gte(cases.closedAt, from),
        to === undefined ? undefined : lt(cases.closedAt, to),
      ),
    )
    .groupBy(sql`1`, cases.outcome)
    .all();
  const groups = new Map<string | null, SuccessFigures>();
  if (!groupBy) groups.set(null, noFigures());
  for (const row of rows) {
    const figures = groups.get(row.group) ?? noFigures();
    groups.set(row.group, figures);
    add(figures, row);
  }
  return [...groups]
    .map(([name, figures]) => ({ group: name, figures }))
    .sort((a, b) => b.figures.cases - a.figures.cases);
}

function whole(total: ReturnType<typeof sum>) {
  return total.mapWith(Number);
}

function noFigures(): SuccessFigures {
  return {
    cases: 0,
    contacted: 0,
    regained: 0,
    regainedAfterContact: 0,
    regainedRate: null,
    regainedAmount: 0,
    concessionCost: 0,
    outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<
      Outcome,
      number
    >,
  };
}

type Row = Omit<SuccessFigures, 'regainedRate' | 'outcomes'> & { outcome: Outcome | null };

function add(figures: SuccessFigures, row: Row): void {
  figures.cases += row.cases;
  figures.contacted += row.contacted;
  figures.regained += row.regained;
  figures.regainedAfterContact += row.regainedAfterContact;
  figures.regainedAmount += row.regainedAmount;
  figures.concessionCost += row.concessionCost;
  if (row.outcome) figures.outcomes[row.outcome] += row.cases;
  figures.regainedRate =
    figures.contacted === 0 ? null : figures.regainedAfterContact / figures.contacted;
}
