import {
  and,
  desc,
  eq,
  inArray,
  isNotNull,
  isNull,
  lt,
  sql,
  type SQL,
  type SQLWrapper,
} from 'drizzle-orm';
import type { Page, PageOf } from '../domain/records.ts';
import type { CaseSet, ReportCase } from '../domain/report-cases.ts';
import type { stayDays } from '../domain/success-figures.ts';
import type { Sight } from '../domain/teams.ts';
import { caseStatuses, type CaseStatus, type Outcome, type StrictRegain } from '../domain/words.ts';
import { inComparison, wasMade, type ComparisonAsked } from './arms.ts';
import { lostRevenue } from './case-causes.ts';
import { isTheOne, losses } from './cause-report.ts';
import type { Db } from './connection.ts';
import { traits } from './losses.ts';
import { merged, pageOf, startOf, type Listing } from './paging.ts';
import {
  chosen,
  inUplift,
  staying,
  type Asked,
  type Known,
  type SuccessFilter,
} from './reports.ts';
import { caseCauses, caseFigures as figures, cases, customers } from './schema.ts';
import { isVisibleCase } from './sight.ts';

/* The cases behind a figure of a report: the very same conditions as the report's own. */

export type ReportCaseFilter = SuccessFilter & {
  status?: CaseStatus | undefined;
  outcome?: Outcome | undefined;
  strict?: StrictRegain | undefined;
  reached?: boolean | undefined;
  contacted?: boolean | undefined;
  regained?: boolean | undefined;
  lostAgain?: boolean | undefined;
  /** still there so many days after the return */
  stillThere?: (typeof stayDays)[number] | undefined;
  category?: string | undefined;
  product?: string | undefined;
  region?: string | undefined;
};

type AskedCases = Omit<Asked, 'filter'> & {
  set: CaseSet;
  filter: ReportCaseFilter;
  /** what who asks sees; null: everything */
  sight: Sight | null;
  /** of the comparison of playbooks and offers */
  comparison: Omit<ComparisonAsked, 'at'>;
};

const moments = {
  opened: cases.openedAt,
  losses: cases.openedAt,
  decided: figures.decidedAt,
  treated: figures.observedUntil,
  control: figures.observedUntil,
  compared: figures.openedAt,
  returned: figures.regainedAt,
} satisfies Record<CaseSet, Known>;

type Found = { caseId: string; moment: string };

const latestFirst: Listing<Found> = {
  name: 'report-cases',
  keyOf: ({ moment, caseId }) => [moment, caseId],
  keyParts: 2,
  order: 'descending',
};

/** Those whose moment is latest come first. */
export async function reportCases(
  db: Db,
  asked: AskedCases,
  page: Page,
): Promise<PageOf<ReportCase>> {
  const found = isByOpening(asked.set)
    ? merged(
        latestFirst,
        caseStatuses
          .filter((status) => asked.filter.status === undefined || asked.filter.status === status)
          .map((status) => foundIn(db, { ...asked, filter: { ...asked.filter, status } }, page)),
      )
    : foundIn(db, asked, page);
  const { items, nextCursor } = pageOf(latestFirst, found, page);
  const shown = new Map(detailsOf(db, items).map((one) => [one.caseId, one]));
  return { items: items.map(({ caseId }) => shown.get(caseId)!), nextCursor };
}

/** Their index holds its order only within one status. */
function isByOpening(set: CaseSet): boolean {
  return set === 'opened' || set === 'losses';
}

function foundIn(db: Db, asked: AskedCases, page: Page): Found[] {
  const { set, filter, sight } = asked;
  const moment = moments[set];
  const from = startOf(latestFirst, page);
  const ofCase = eq(figures.caseId, cases.caseId);
  const shown = { caseId: cases.caseId, moment: sql<string>`${moment}` };
  const query = db.select(shown).from(cases).innerJoin(figures, ofCase).$dynamic();
  const narrow = filter.category !== undefined || filter.product !== undefined || filter.region !== undefined; // prettier-ignore
  const joined = narrow
    ? query
        .leftJoin(caseCauses, and(eq(caseCauses.caseId, cases.caseId), isTheOne))
        .leftJoin(customers, eq(customers.customerId, cases.customerId))
    : query;
  return joined
    .where(
      and(
        inSet(asked),
        ...conditions(filter, asked.at),
        sight ? isVisibleCase(db, sight) : undefined,
        from && sql`(${moment}, ${cases.caseId}) < (${from[0]}, ${from[1]})`,
      ),
    )
    .orderBy(desc(moment), desc(cases.caseId))
    .limit(page.limit + 1)
    .all();
}

function inSet({ set, filter, recoveryTeam, comparison, at }: AskedCases): SQL | undefined {
  const { cause, playbook, measure, offer, tier, trigger, team, agent, ...more } = filter;
  const { from, to, 'target-group': targetGroup } = more;
  const splits = { cause, playbook, measure, offer, tier, trigger, team, agent };
  const wanted = { ...splits, 'target-group': targetGroup };
  const asked = { filter: { ...wanted, from, to }, recoveryTeam, at };
  const within = (known: Known) => chosen(asked, known);
  switch (set) {
    case 'opened':
      return within(cases.openedAt);
    case 'losses':
      return and(within(cases.openedAt), losses({ from, to }));
    case 'decided':
      return within(figures.decidedAt);
    case 'returned':
      return and(within(figures.regainedAt), lt(figures.regainedAt, at));
    case 'compared':
      return and(
        chosen({ ...asked, filter: { ...asked.filter, offer: undefined } }, figures.openedAt),
        offer ? wasMade(offer) : undefined,
        inComparison({ ...comparison, at }),
      );
    case 'treated':
    case 'control':
      return inUplift(asked, { drawn: set === 'control' });
  }
}

function conditions(filter: ReportCaseFilter, at: string): (SQL | undefined)[] {
  const { status, outcome, strict, reached, contacted, regained, lostAgain } = filter;
  const { category, product, region, stillThere } = filter;
  const stayed = stillThere && staying(stillThere, at);
  const happened = (moment: SQLWrapper, wanted: boolean | undefined) =>
    wanted === undefined ? undefined : wanted ? isNotNull(moment) : isNull(moment);
  return [
    status && eq(cases.status, status),
    outcome && eq(cases.outcome, outcome),
    strict && eq(figures.strictRegain, strict),
    reached === undefined ? undefined : eq(figures.reached, reached),
    contacted === undefined ? undefined : eq(figures.contacted, contacted),
    happened(figures.regainedAt, regained),
    happened(figures.lostAgainAt, lostAgain),
    stayed && and(stayed.hadTime, stayed.isThere),
    category === undefined ? undefined : eq(traits.category, category),
    product === undefined ? undefined : sql`${traits.product} = ${product}`,
    region === undefined ? undefined : sql`${traits.region} = ${region}`,
  ];
}

function detailsOf(db: Db, found: Found[]): ReportCase[] {
  const cost = sql<number>`-(${figures.work} + ${figures.contact} + ${figures.concession})`;
  return db
    .select({
      caseId: cases.caseId,
      customerId: cases.customerId,
      customerName: customers.name,
      trigger: cases.trigger,
      tier: cases.tier,
      cause: cases.cause,
      status: cases.status,
      step: cases.step,
      outcome: cases.outcome,
      openedAt: cases.openedAt,
      regainedAt: figures.regainedAt,
      lostAgainAt: figures.lostAgainAt,
      strictRegain: figures.strictRegain,
      playbook: sql<string | null>`${cases.playbookId} || '@' || ${cases.playbookVersion}`,
      lostRevenue,
      cost,
      revenue: figures.revenue,
      result: sql<number>`${figures.margin} - (${cost})`,
    })
    .from(cases)
    .innerJoin(figures, eq(figures.caseId, cases.caseId))
    .leftJoin(customers, eq(customers.customerId, cases.customerId))
    .where(
      inArray(
        cases.caseId,
        found.map(({ caseId }) => caseId),
      ),
    )
    .all();
}
