import {
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNull,
  lt,
  or,
  sql,
} from 'drizzle-orm';
import type { CaseFilter, CaseRecord, Page, PageOf } from '../domain/records.ts';
import { caseStatuses, type CaseStatus } from '../domain/words.ts';
import { prepared, type Db } from './connection.ts';
import { merged, pageOf, startOf, type Listing } from './paging.ts';
import { cases, tasks } from './schema.ts';
import { isVisibleCase } from './sight.ts';

export { customerFacts } from './case-facts.ts';
export { openAfterLoss, openCase } from './case-opening.ts';
export { projectCase } from './case-projection.ts';
export { endOutside, restartCase } from './case-repair.ts';
export { timelineOf } from './case-timeline.ts';

const newestFirst: Listing<CaseRecord> = {
  name: 'cases',
  keyOf: ({ openedAt, caseId }) => [openedAt, caseId],
  keyParts: 2,
  order: 'descending',
};

/** Of cases that are due: whoever has waited longest comes first. */
const longestDueFirst: Listing<CaseRecord> = {
  name: 'due-cases',
  keyOf: ({ nextDueAt, caseId }) => [nextDueAt!, caseId],
  keyParts: 2,
  order: 'ascending',
};

// Written out, so that SQLite recognises the indexes of open cases alone.
const isOpen = sql`${cases.status} = 'open'`;

const statements = prepared((db) => ({
  find: db
    .select()
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
}));

export async function getCase(db: Db, caseId: string): Promise<CaseRecord | undefined> {
  return statements(db).find.get({ caseId });
}

export async function openCaseOf(db: Db, customerId: string): Promise<CaseRecord | undefined> {
  return db
    .select()
    .from(cases)
    .where(and(eq(cases.customerId, customerId), isOpen))
    .get();
}

/** All cases of a customer, first loss first. */
export async function episodesOf(db: Db, customerId: string): Promise<CaseRecord[]> {
  return db
    .select()
    .from(cases)
    .where(eq(cases.customerId, customerId))
    .orderBy(asc(cases.episode))
    .all();
}

/** Newest first; cases that are due: longest due first. */
export async function listCases(
  db: Db,
  filter: CaseFilter,
  page: Page,
): Promise<PageOf<CaseRecord>> {
  return filter.dueBefore === undefined
    ? listNewest(db, filter, page)
    : listDue(db, { ...filter, dueBefore: filter.dueBefore }, page);
}

function listNewest(db: Db, filter: CaseFilter, page: Page): PageOf<CaseRecord> {
  const from = startOf(newestFirst, page);
  const lists = statusesOf(filter).map((status) =>
    db
      .select()
      .from(cases)
      .where(
        and(
          statusIs(status, filter),
          ...conditions(db, filter),
          from && sql`(${cases.openedAt}, ${cases.caseId}) < (${from[0]}, ${from[1]})`,
        ),
      )
      .orderBy(desc(cases.openedAt), desc(cases.caseId))
      .limit(page.limit + 1)
      .all(),
  );
  return pageOf(newestFirst, merged(newestFirst, lists), page);
}

function listDue(
  db: Db,
  filter: CaseFilter & { dueBefore: string },
  page: Page,
): PageOf<CaseRecord> {
  const from = startOf(longestDueFirst, page);
  if (filter.status === 'closed') return pageOf(longestDueFirst, [], page);
  const rows = db
    .select()
    .from(cases)
    .where(
      and(
        isOpen,
        lt(cases.nextDueAt, filter.dueBefore),
        ...conditions(db, filter),
        from && sql`(${cases.nextDueAt}, ${cases.caseId}) > (${from[0]}, ${from[1]})`,
      ),
    )
    .orderBy(asc(cases.nextDueAt), asc(cases.caseId))
    .limit(page.limit + 1)
    .all();
  return pageOf(longestDueFirst, rows, page);
}

/** Only open cases have open tasks. */
function statusesOf({ status, assignee }: CaseFilter): CaseStatus[] {
  const possible: readonly CaseStatus[] = assignee === undefined ? caseStatuses : ['open'];
  return possible.filter((one) => status === undefined || one === status);
}

/**
 * The few cases of one customer, or of one agent's tasks, are found by these, so the plus keeps the status from
 * choosing the index.
 */
function statusIs(status: CaseStatus, { customerId, assignee }: CaseFilter) {
  return customerId === undefined && typeof assignee !== 'string'
    ? eq(cases.status, status)
    : sql`+${cases.status} = ${status}`;
}

function conditions(db: Db, filter: CaseFilter) {
  const equals = (['step', 'trigger', 'cause', 'tier', 'outcome', 'customerId'] as const)
    .filter((field) => filter[field] !== undefined)
    .map((field) => eq(cases[field], filter[field]!));
  const { assignee, notDueBefore, sight } = filter;
  return [
    ...equals,
    sight ? isVisibleCase(db, sight) : undefined,
    assignee === undefined ? undefined : hasTaskOf(db, assignee),
    notDueBefore === undefined
      ? undefined
      : or(gte(cases.nextDueAt, notDueBefore), isNull(cases.nextDueAt)),
  ];
}

/** A person's tasks are few, those of the team queue many: so one looks from the tasks, the other from the cases. */
export function hasTaskOf(db: Db, assignee: string | null) {
  const open = db.select({ caseId: tasks.caseId }).from(tasks);
  const areOpen = eq(tasks.status, 'open');
  return assignee === null
    ? exists(open.where(and(eq(tasks.caseId, cases.caseId), areOpen, isNull(tasks.assignee))))
    : inArray(cases.caseId, open.where(and(areOpen, eq(tasks.assignee, assignee))));
}

/** Open cases that cost the team work: the control group's do not. */
export async function openCaseCount(db: Db): Promise<number> {
  return countOpen(db);
}

export function countOpen(db: Db): number {
  return db
    .select({ number: count() })
    .from(cases)
    .where(and(isOpen, eq(cases.controlGroup, false)))
    .get()!.number;
}

/** Open cases by ID, for the reconciliation pass. */
export async function openCasesPage(
  db: Db,
  { after, limit }: { after: string | null; limit: number },
): Promise<CaseRecord[]> {
  return db
    .select()
    .from(cases)
    .where(and(isOpen, gt(cases.caseId, after ?? '')))
    .orderBy(asc(cases.caseId))
    .limit(limit)
    .all();
}
