import { randomUUID } from 'node:crypto';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { TaskState } from '../domain/case.ts';
import {
  causeOf,
  mostReliable,
  type CauseLayer,
  type CauseStatement,
  type KnownCause,
  type KnownCauses,
} from '../domain/causes.ts';
import { DomainError } from '../domain/errors.ts';
import type { CaseRecord } from '../domain/records.ts';
import { isCause, type Cause } from '../domain/words.ts';
import { nextSeq, writeTimeline } from './case-timeline.ts';
import { placeholders } from './columns.ts';
import { recordCommand, type NewCommand } from './commands.ts';
import { prepared, type Db } from './connection.ts';
import { factId, reportFact } from './facts.ts';
import { bookCase } from './ledger.ts';
import { caseCauses, cases, causeCategories } from './schema.ts';

const caseId = sql.placeholder('caseId');
const statementId = sql.placeholder('statementId');

const statements = prepared((db) => ({
  keep: db
    .insert(caseCauses)
    .values(placeholders(caseCauses, ['causeSeq']))
    .prepare(),
  forget: db.delete(caseCauses).where(eq(caseCauses.statementId, statementId)).prepare(),
  forgetDiscarded: db
    .delete(caseCauses)
    .where(
      and(
        eq(caseCauses.caseId, caseId),
        sql`${caseCauses.statementId} in (select task_id from tasks where case_id = ${caseId} and close_reason = 'discarded')`,
      ),
    )
    .prepare(),
  told: db
    .select({
      statementId: caseCauses.statementId,
      layer: caseCauses.layer,
      cause: caseCauses.cause,
      category: caseCauses.category,
      competitor: caseCauses.competitor,
      by: caseCauses.by,
    })
    .from(caseCauses)
    .where(eq(caseCauses.caseId, caseId))
    .orderBy(asc(caseCauses.at), asc(caseCauses.causeSeq))
    .prepare(),
  find: db.select().from(cases).where(eq(cases.caseId, caseId)).prepare(),
  show: db
    .update(cases)
    .set({
      assessedCause: sql`${sql.placeholder('assessed')}`,
      verifiedCause: sql`${sql.placeholder('verified')}`,
      cause: sql`${sql.placeholder('cause')}`,
    })
    .where(eq(cases.caseId, caseId))
    .prepare(),
  category: db
    .select({ code: causeCategories.code })
    .from(causeCategories)
    .where(eq(causeCategories.code, sql.placeholder('code')))
    .prepare(),
}));

/** What somebody outside gave as a reason: a cause or a category by its code, or free text. */
export type Stated = { cause: Cause | null; category: string | null; reason: string | null };

export function statedBy(tx: Db, reason: string | null | undefined): Stated {
  const code = reason ?? '';
  if (isCause(code)) return { cause: code, category: null, reason: null };
  const cause = causeOf(code);
  if (cause && statements(tx).category.get({ code })) {
    return { cause, category: code, reason: null };
  }
  return { cause: null, category: null, reason: reason ?? null };
}

const nothingMore = {
  category: null,
  furtherCauses: [],
  sureness: null,
  competitor: null,
  note: null,
} satisfies Partial<CauseStatement>;

/**
 * Keeps what was stated of a case, unless it shows that already, or the customer has come back: then it tells of the
 * next loss.
 */
export function keepStated(
  tx: Db,
  {
    cause,
    category,
    competitor = null,
  }: Pick<Stated, 'cause' | 'category'> & { competitor?: string | null },
  { caseId, by, at }: { caseId: string; by: string; at: string },
): void {
  if (cause === null) return;
  const { told, find, keep } = statements(tx);
  if (find.get({ caseId })?.regainedAt) return;
  const last = told.all({ caseId }).findLast(({ layer }) => layer === 'stated');
  const isNews = competitor !== null && last?.competitor !== competitor;
  if (last?.cause === cause && last.category === category && !isNews) return;
  const statementId = randomUUID();
  const statement = { ...nothingMore, cause, category, competitor };
  keep.run({ ...statement, statementId, caseId, layer: 'stated', by, at });
}

/**
 * Keeps what a cause call has found out, and takes back what one had said that did not happen so.
 * @param full the result with what the database alone holds
 */
export function keepAssessment(
  tx: Db,
  caseId: string,
  { taskId: statementId, status, closedAt, result }: TaskState,
  { full, by }: { full: Record<string, unknown> | null; by: string | null },
): void {
  statements(tx).forget.run({ statementId });
  if (status !== 'done' || result?.outcome !== 'answered') return;
  const { cause, category, furtherCauses, sureness, competitor, note } = {
    ...nothingMore,
    ...result,
    ...full,
  };
  const statement = { cause, category, furtherCauses, sureness, competitor, note };
  statements(tx).keep.run({
    ...statement,
    statementId,
    caseId,
    layer: 'assessed',
    by,
    at: closedAt,
  });
}

export function forgetDiscardedAssessments(tx: Db, caseId: string): void {
  statements(tx).forgetDiscarded.run({ caseId });
}

type Layers = Pick<CaseRecord, 'statedCause' | 'assessedCause' | 'verifiedCause'>;

/** The main causes that a case shows: the newest statement of each layer, and where there is none what its workflow knows. */
function shownLayers(
  tx: Db,
  caseId: string,
  state: Layers,
): Pick<CaseRecord, 'cause' | 'assessedCause' | 'verifiedCause'> {
  const told = statements(tx).told.all({ caseId });
  const newest = new Map(told.map(({ layer, cause }) => [layer, cause]));
  const assessed = newest.get('assessed') ?? state.assessedCause;
  // What a workflow of an older version wrote does not name it.
  const verified = newest.get('verified') ?? state.verifiedCause ?? null;
  const cause = mostReliable({ stated: state.statedCause, assessed, verified });
  return { cause, assessedCause: assessed, verifiedCause: verified };
}

/** The same for a case as its workflow has it; that nobody was reached is noted as an assessment, too. */
export function settledLayers(tx: Db, about: { caseId: string; at: string }, state: Layers) {
  const { told, keep, forget } = statements(tx);
  const { caseId, at } = about;
  const statementId = `${caseId}/unreached`;
  const assessments = told.all({ caseId }).filter(({ layer }) => layer === 'assessed');
  if (state.assessedCause === 'unknown' && assessments.length === 0) {
    const unreached = { layer: 'assessed', cause: 'unknown', by: null } as const;
    keep.run({ ...nothingMore, ...unreached, statementId, caseId, at });
  }
  if (state.assessedCause !== 'unknown' && assessments.some((a) => a.statementId === statementId)) {
    forget.run({ statementId });
  }
  return shownLayers(tx, caseId, state);
}

/**
 * Records what one of us knows of a case's cause, open or closed, with the command that asked for it. The workflow of an
 * open case hears of the main cause and goes by it where it has not yet chosen its measures.
 * @throws DomainError `not-found` without such a case
 */
export async function recordCause(
  db: Db,
  command: Omit<NewCommand, 'action' | 'target' | 'caseId'> & {
    caseId: string;
    layer: Exclude<CauseLayer, 'stated'>;
    statement: CauseStatement;
  },
): Promise<void> {
  const { layer, statement, ...asked } = command;
  const { caseId, commandId, actor, at } = asked;
  await recordCommand(db, { ...asked, action: 'case.cause', target: caseId }, (tx) => {
    const record = statements(tx).find.get({ caseId });
    if (!record) throw new DomainError('not-found', `There is no case ${caseId}`);
    const statementId = commandId;
    const { cause } = statement;
    statements(tx).keep.run({ ...statement, statementId, caseId, layer, by: actor.actorId, at });
    const shown = shownLayers(tx, caseId, record);
    statements(tx).show.run({
      caseId,
      cause: shown.cause,
      assessed: shown.assessedCause,
      verified: shown.verifiedCause,
    });
    bookCase(tx, caseId, at);
    if (record.status === 'open') {
      const { customerId } = record;
      const fact = { kind: 'cause', ofCase: caseId, layer, cause } as const;
      const eventId = factId('cause', commandId);
      reportFact(tx, { customerId, caseId, at }, { ...fact, eventId, at });
    } else {
      const entry = { at, code: 'cause-recorded', data: { layer, cause } } as const;
      writeTimeline(tx, caseId, { firstSeq: nextSeq(tx, caseId), entries: [entry] });
    }
  });
}

/** Tells a workflow that begins again what people have recorded of its case, so that nobody need ask the customer twice. */
export function tellCausesAgain(
  tx: Db,
  { customerId, caseId, at }: { customerId: string; caseId: string; at: string },
): void {
  const told = statements(tx).told.all({ caseId });
  for (const layer of ['assessed', 'verified'] as const) {
    const newest = told.findLast((one) => one.layer === layer);
    if (!newest?.by) continue;
    const fact = { kind: 'cause', ofCase: caseId, layer, cause: newest.cause } as const;
    const eventId = factId('cause', newest.statementId);
    reportFact(tx, { customerId, caseId, at }, { ...fact, eventId, at });
  }
}

/** Of cases that were opened before statements were kept, what is known of the one that opened them. */
export async function causesOf(
  db: Db,
  records: readonly CaseRecord[],
): Promise<Map<string, KnownCauses>> {
  const ids = records.map(({ caseId }) => caseId);
  const rows = db
    .select()
    .from(caseCauses)
    .where(inArray(caseCauses.caseId, ids))
    .orderBy(asc(caseCauses.at), asc(caseCauses.causeSeq))
    .all();
  const newest = new Map(
    rows.map(({ causeSeq: _, statementId: __, caseId, layer, ...known }) => [
      `${caseId}/${layer}`,
      known,
    ]),
  );
  return new Map(
    records.map((record) => {
      const { caseId, statedCause, assessedCause, verifiedCause, openedBy, openedAt } = record;
      const known = (layer: CauseLayer, cause: Cause | null, from: Pick<KnownCause, 'by' | 'at'>) =>
        newest.get(`${caseId}/${layer}`) ?? (cause && { ...nothingMore, cause, ...from });
      return [
        caseId,
        {
          stated: known('stated', statedCause, { by: openedBy, at: openedAt }),
          assessed: known('assessed', assessedCause, { by: null, at: null }),
          verified: known('verified', verifiedCause, { by: null, at: null }),
        },
      ];
    }),
  );
}

const lostRevenueDays = 365;

/**
 * The revenue that a loss takes away: what the customer bought in the 365 days up to it, minor units. Of a silent loss
 * they end with the last purchase. Written out, since Drizzle leaves out the tables' names where only one is selected from.
 */
export const lostRevenue = sql<number>`(select coalesce(sum(amount), 0) from purchases where purchases.customer_id = cases.customer_id and purchased_at <= cases.lost_at and purchased_at > strftime('%Y-%m-%dT%H:%M:%fZ', cases.lost_at, ${`-${lostRevenueDays} days`}))`;

/** By case. */
export async function lostRevenueOf(db: Db, caseIds: string[]): Promise<Map<string, number>> {
  const rows = db
    .select({ caseId: cases.caseId, lostRevenue })
    .from(cases)
    .where(inArray(cases.caseId, caseIds))
    .all();
  return new Map(rows.map((row) => [row.caseId, row.lostRevenue]));
}
