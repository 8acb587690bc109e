import { and, asc, count, eq, gte, inArray, isNotNull, lt, sql, type SQL } from 'drizzle-orm';
import {
  approvalTypes,
  type BoardCase,
  type BoardFilter,
  type BoardTask,
  type Load,
  type Pace,
  type StepCount,
  type Thresholds,
} from '../domain/board.ts';
import type { CaseRecord, Page, PageOf } from '../domain/records.ts';
import { steps, type Step } from '../domain/words.ts';
import { hasTaskOf } from './cases.ts';
import type { Db } from './connection.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { cases, customers, tasks } from './schema.ts';
import { withOffers } from './task-offers.ts';

const isOpen = eq(cases.status, 'open');
/** Since when a case waits, or until when: as `paceOf` has it, and the index. */
const due = sql<string>`case when ${cases.nextDueAt} is null then ${cases.openedAt} else ${cases.nextDueAt} end`;

const longestWaitingFirst: Listing<CaseRecord> = {
  name: 'board',
  keyOf: ({ nextDueAt, openedAt, caseId }) => [nextDueAt ?? openedAt, caseId],
  keyParts: 2,
  order: 'ascending',
};

/** How many open cases each step has, by how they get on; reads one index. */
export async function countBoard(
  db: Db,
  filter: BoardFilter,
  thresholds: Thresholds,
): Promise<StepCount[]> {
  const { behindBefore } = thresholds;
  const stuckBefore = thresholds.stuckBefore ?? '';
  const found = db
    .select({
      step: cases.step,
      'on-track': sql<number>`sum(${due} >= ${behindBefore})`,
      behind: sql<number>`sum(${due} >= ${stuckBefore} and ${due} < ${behindBefore})`,
      stuck: sql<number>`sum(${due} < ${stuckBefore})`,
    })
    .from(cases)
    .where(and(isOpen, ...conditions(db, filter, thresholds)))
    .groupBy(cases.step)
    .all();
  const none = { 'on-track': 0, behind: 0, stuck: 0 };
  return steps.map((step) => found.find((one) => one.step === step) ?? { step, ...none });
}

/** How many open cases each filter lets through, no more than so many are counted; what is rare is sought in one index. */
export async function countFiltered(
  db: Db,
  filters: BoardFilter[],
  { thresholds, atMost }: { thresholds: Thresholds; atMost: number },
): Promise<number[]> {
  return filters.map((filter) => {
    const some = db
      .select({ one: sql`1`.as('one') })
      .from(cases)
      .where(and(isOpen, ...conditions(db, filter, thresholds)))
      // Which leads to the one index that has all that filters ask for.
      .orderBy(asc(cases.step))
      .limit(atMost)
      .as('some');
    return db.select({ number: count() }).from(some).get()!.number;
  });
}

/** Open cases of a step with their open tasks, whoever waits longest first. */
export async function listBoard(
  db: Db,
  { step, ...filter }: BoardFilter & { step: Step },
  thresholds: Thresholds,
  page: Page,
): Promise<PageOf<BoardCase>> {
  const from = startOf(longestWaitingFirst, page);
  const rows = db
    .select()
    .from(cases)
    .where(
      and(
        isOpen,
        eq(cases.step, step),
        ...conditions(db, filter, thresholds),
        // Of the pair SQLite takes no bound for the index.
        from && gte(due, from[0]!),
        from && sql`(${due}, ${cases.caseId}) > (${from[0]}, ${from[1]})`,
      ),
    )
    .orderBy(asc(due), asc(cases.caseId))
    .limit(page.limit + 1)
    .all();
  const { items, nextCursor } = pageOf(longestWaitingFirst, rows, page);
  return { items: await asCards(db, items), nextCursor };
}

function conditions(db: Db, filter: BoardFilter, thresholds: Thresholds): (SQL | undefined)[] {
  const { assignee, pace, awaitingApproval } = filter;
  return [
    ...(['trigger', 'tier', 'cause'] as const).map((field) =>
      filter[field] === undefined ? undefined : eq(cases[field], filter[field]),
    ),
    pace && hasPace(pace, thresholds),
    assignee === undefined ? undefined : hasTaskOf(db, assignee),
    awaitingApproval &&
      inArray(cases.caseId, db.select({ caseId: tasks.caseId }).from(tasks).where(isOpenApproval)),
  ];
}

const isOpenApproval = and(eq(tasks.status, 'open'), inArray(tasks.type, approvalTypes));

function hasPace(pace: Pace, { behindBefore, stuckBefore }: Thresholds): SQL {
  const stuck = stuckBefore ?? '';
  return {
    'on-track': gte(due, behindBefore),
    behind: and(gte(due, stuck), lt(due, behindBefore))!,
    stuck: lt(due, stuck),
  }[pace];
}

async function asCards(db: Db, records: CaseRecord[]): Promise<BoardCase[]> {
  if (records.length === 0) return [];
  const customerIds = records.map(({ customerId }) => customerId);
  const names = db
    .select({ customerId: customers.customerId, name: customers.name })
    .from(customers)
    .where(inArray(customers.customerId, customerIds))
    .all();
  const caseIds = records.map(({ caseId }) => caseId);
  const open = db
    .select()
    .from(tasks)
    .where(and(inArray(tasks.caseId, caseIds), eq(tasks.status, 'open')))
    .all();
  const withOffer = await withOffers(db, open);
  const shown = ({
    taskId,
    type,
    assignee,
    dueAt,
    offer,
  }: (typeof withOffer)[number]): BoardTask => ({
    ...{ taskId, type, assignee, dueAt },
    offer: offer && { title: offer.title, cost: offer.cost, status: offer.status },
  });
  const byDue = withOffer.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  return records.map((record) => ({
    ...record,
    customerName: names.find(({ customerId }) => customerId === record.customerId)?.name ?? null,
    tasks: byDue.filter(({ caseId }) => caseId === record.caseId).map(shown),
  }));
}

/** How many tasks wait for a manager's decision. */
export async function countApprovals(db: Db): Promise<number> {
  return db.select({ number: count() }).from(tasks).where(isOpenApproval).get()!.number;
}

/** Everybody who has open tasks; reads one index. */
export async function loads(db: Db, overdueBefore: string): Promise<Load[]> {
  return db
    .select({
      keyId: sql<string>`${tasks.assignee}`,
      open: count(),
      overdue: sql<number>`sum(${tasks.dueAt} < ${overdueBefore})`,
    })
    .from(tasks)
    .where(and(eq(tasks.status, 'open'), isNotNull(tasks.assignee)))
    .groupBy(tasks.assignee)
    .all();
}
