import { setImmediate } from 'node:timers/promises';
import { and, count, eq, gte, isNull, lt, max, min, ne, or, sql, sum } from 'drizzle-orm';
import type { CauseLayer, CauseFigures, LossFigures } from '../domain/causes.ts';
import { after, earliest, latest, type Duration } from '../domain/duration.ts';
import type { Cause } from '../domain/words.ts';
import { lostRevenue } from './case-causes.ts';
import type { Db } from './connection.ts';
import type { Period } from './reports.ts';
import { caseCauses, caseFigures as figures, cases } from './schema.ts';

const layer = sql<CauseLayer>`case when ${cases.verifiedCause} is not null then 'verified' when ${cases.assessedCause} is not null then 'assessed' else 'stated' end`;

/** The statement that a case's cause comes from. */
export const isTheOne = sql`${caseCauses.causeSeq} = (select cause_seq from case_causes one where one.case_id = ${cases.caseId} and one.layer = ${layer} order by one.at desc, one.cause_seq desc limit 1)`;

const partLength: Duration = '30d';

/**
 * What drove customers off, over the cases opened in [`from`, `to`), by the most reliable layer that is known; the cause
 * with the most lost revenue first. Cases whose customer turned out not to be lost do not count.
 */
export async function causeFigures(db: Db, period: Period): Promise<CauseFigures[]> {
  const found = new Map<string | null, CauseFigures>();
  const late = JSON.stringify(lateReturns(db));
  for (const part of partsOf(db, period)) {
    addTo(found, mainCauses(db, part, late));
    await setImmediate();
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

/** Years of losses take seconds: they are read in parts, between which others of this process get a turn. */
function partsOf(db: Db, { from, to }: Period): Period[] {
  const first = firstLossAt(db);
  const last = db
    .select({ at: max(cases.openedAt) })
    .from(cases)
    .get()!.at;
  if (first === null || last === null) return [];
  const parts: Period[] = [];
  let start = from === undefined ? first : latest(from, first);
  const end = to === undefined ? last : earliest(to, last);
  for (let next = after(start, partLength); next < end; next = after(next, partLength)) {
    parts.push({ from: start, to: next });
    start = next;
  }
  return [...parts, { from: start, to }];
}

/** When the first case was opened; null: there is none. */
export function firstLossAt(db: Db): string | null {
  return db
    .select({ at: min(cases.openedAt) })
    .from(cases)
    .get()!.at;
}

function addTo(found: Map<string | null, CauseFigures>, rows: ReturnType<typeof mainCauses>): void {
  for (const { cause, category, layer, isBack, cases, lostRevenue } of rows) {
    const regained = isBack ? cases : 0;
    const figures = {
      ...{ cases, regained, lostRevenue },
      stillLostRevenue: isBack ? 0 : lostRevenue,
    };
    const known = found.get(cause) ?? noFigures(cause);
    if (cause) known.layers[layer] += cases;
    const sameCategory = known.categories.find((one) => one.category === category);
    if (sameCategory) Object.assign(sameCategory, added(sameCategory, figures));
    else known.categories.push({ category, ...figures });
    found.set(cause, { ...known, ...added(known, figures) });
  }
}

/** Who came back in time, but of whom that was heard only after the end of the case: few, so found once for all parts. */
function lateReturns(db: Db): string[] {
  return db
    .all<{ caseId: string }>(
      sql`select ${figures.caseId} as caseId from ${figures} cross join ${cases} on ${cases.caseId} = ${figures.caseId} where ${figures.regainedAt} is not null and ${cases.regainedAt} is null`,
    )
    .map(({ caseId }) => caseId);
}

/**
 * Those who are back apart from the others, so that each loss is priced once.
 * @param late the cases of `lateReturns`, as JSON
 */
function mainCauses(db: Db, period: Period, late: string) {
  const isBack = sql<number>`(${cases.regainedAt} is not null or ${cases.caseId} in (select value from json_each(${late})))`;
  return db
    .select({
      cause: cases.cause,
      category: caseCauses.category,
      layer,
      isBack: isBack.mapWith(Boolean),
      cases: count(),
      lostRevenue: sum(lostRevenue).mapWith(Number),
    })
    .from(cases)
    .leftJoin(caseCauses, and(eq(caseCauses.caseId, cases.caseId), isTheOne))
    .where(losses(period))
    .groupBy(cases.cause, caseCauses.category, sql`3`, sql`4`)
    .all();
}

/** In how many cases each was named in addition, itself or a category below it: of the few that name any. */
function furtherCauses(db: Db, period: Period): { cause: Cause; cases: number }[] {
  // Codes of categories begin with their cause and a dot.
  const cause = sql`substr(further.value, 1, instr(further.value || '.', '.') - 1)`;
  return db.all(
    sql`select ${cause} as cause, count(distinct ${cases.caseId}) as cases from ${caseCauses} indexed by case_causes_further cross join ${cases} on ${cases.caseId} = ${caseCauses.caseId} and ${isTheOne} join json_each(${caseCauses.furtherCauses}) further where ${caseCauses.furtherCauses} <> '[]' and ${losses(period)} group by 1`,
  );
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
