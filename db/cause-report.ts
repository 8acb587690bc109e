import { and, count, countDistinct, eq, gte, isNull, lt, ne, or, sql, sum } from 'drizzle-orm';
import type { CauseLayer, CauseFigures, LossFigures } from '../domain/causes.ts';
import type { Cause } from '../domain/words.ts';
import { lostRevenue } from './case-causes.ts';
import type { Db } from './connection.ts';
import type { Period } from './reports.ts';
import { caseCauses, cases } from './schema.ts';

const layer = sql<CauseLayer>`case when ${cases.verifiedCause} is not null then 'verified' when ${cases.assessedCause} is not null then 'assessed' else 'stated' end`;

/** The statement that a case's cause comes from. */
export const isTheOne = sql`${caseCauses.causeSeq} = (select cause_seq from case_causes one where one.case_id = ${cases.caseId} and one.layer = ${layer} order by one.at desc, one.cause_seq desc limit 1)`;

/**
 * What drove customers off, over the cases opened in [`from`, `to`), by the most reliable layer that is known; the cause
 * with the most lost revenue first. Cases whose customer turned out not to be lost do not count.
 */
export async function causeFigures(db: Db, period: Period): Promise<CauseFigures[]> {
  const found = new Map<string | null, CauseFigures>();
  for (const { cause, category, layer, ...figures } of mainCauses(db, period)) {
    const known = found.get(cause) ?? noFigures(cause);
    if (cause) known.layers[layer] += figures.cases;
    const sameCategory = known.categories.find((one) => one.category === category);
    if (sameCategory) Object.assign(sameCategory, added(sameCategory, figures));
    else known.categories.push({ category, ...figures });
    found.set(cause, { ...known, ...added(known, figures) });
  }
  for (const { cause, cases } of furtherCauses(db, period)) {
    const known = found.get(cause) ?? noFigures(cause);
    found.set(cause, { ...known, alsoNamed: known.alsoNamed + cases });
  }
  const byRevenue = (a: LossFigures, b: LossFigures) =>
    b.lostRevenue - a.lostRevenue || b.cases - a.cases;
  return [...found.values()]
    .map((one) => ({ ...one, categories: one.categories.sort(byRevenue) }))
    .sort(byRevenue);
}

function mainCauses(db: Db, period: Period) {
  const whole = (total: ReturnType<typeof sum>) => total.mapWith(Number);
  return db
    .select({
      cause: cases.cause,
      category: caseCauses.category,
      layer,
      cases: count(),
      regained: count(cases.regainedAt),
      lostRevenue: whole(sum(lostRevenue)),
      stillLostRevenue: whole(
        sum(sql`case when ${cases.regainedAt} is null then ${lostRevenue} else 0 end`),
      ),
    })
    .from(cases)
    .leftJoin(caseCauses, and(eq(caseCauses.caseId, cases.caseId), isTheOne))
    .where(losses(period))
    .groupBy(cases.cause, caseCauses.category, sql`3`)
    .all();
}

/** In how many cases each was named in addition, itself or a category below it. */
function furtherCauses(db: Db, period: Period): { cause: Cause; cases: number }[] {
  // Codes of categories begin with their cause and a dot.
  const cause = sql<Cause>`substr(further.value, 1, instr(further.value || '.', '.') - 1)`;
  return db
    .select({ cause, cases: countDistinct(cases.caseId) })
    .from(cases)
    .innerJoin(caseCauses, and(eq(caseCauses.caseId, cases.caseId), isTheOne))
    .innerJoin(sql`json_each(${caseCauses.furtherCauses}) further`, sql`true`)
    .where(losses(period))
    .groupBy(cause)
    .all();
}

/** Cases opened in [`from`, `to`), but for those whose customer turned out not to be lost. */
export function losses({ from, to }: Period) {
  return and(
    or(isNull(cases.endReason), ne(cases.endReason, 'was-not-lost')),
    from === undefined ? undefined : gte(cases.openedAt, from),
    to === undefined ? undefined : lt(cases.openedAt, to),
  );
}

const nothing: LossFigures = { cases: 0, regained: 0, lostRevenue: 0, stillLostRevenue: 0 };

function noFigures(cause: Cause | null): CauseFigures {
  const layers = { stated: 0, assessed: 0, verified: 0 };
  return { cause, ...nothing, layers, alsoNamed: 0, categories: [] };
}

function added(one: LossFigures, other: LossFigures): LossFigures {
  return {
    cases: one.cases + other.cases,
    regained: one.regained + other.regained,
    lostRevenue: one.lostRevenue + other.lostRevenue,
    stillLostRevenue: one.stillLostRevenue + other.stillLostRevenue,
  };
}
