import { and, asc, eq, gte, max, sql } from 'drizzle-orm';
import type { CaseProjection } from '../domain/case.ts';
import type { TimelineRecord } from '../domain/records.ts';
import { placeholders } from './columns.ts';
import { prepared, type Db } from './connection.ts';
import { timeline } from './schema.ts';

const caseId = sql.placeholder('caseId');

const statements = prepared((db) => ({
  forget: db
    .delete(timeline)
    .where(and(eq(timeline.caseId, caseId), gte(timeline.seq, sql.placeholder('firstSeq'))))
    .prepare(),
  tell: db.insert(timeline).values(placeholders(timeline)).prepare(),
}));

export async function timelineOf(db: Db, caseId: string): Promise<TimelineRecord[]> {
  const { seq, at, code, data } = timeline;
  return db
    .select({ seq, at, code, data })
    .from(timeline)
    .where(eq(timeline.caseId, caseId))
    .orderBy(asc(seq))
    .all();
}

/** The number of the entry that a case's timeline would have next. */
export function nextSeq(db: Db, caseId: string): number {
  const last = db
    .select({ seq: max(timeline.seq) })
    .from(timeline)
    .where(eq(timeline.caseId, caseId))
    .get();
  return (last?.seq ?? 0) + 1;
}

/** Writes entries from `firstSeq` on, in place of whatever was there from that number on. */
export function writeTimeline(
  tx: Db,
  caseId: string,
  { firstSeq, entries }: CaseProjection['timeline'],
): void {
  const { forget, tell } = statements(tx);
  forget.run({ caseId, firstSeq });
  entries.forEach((entry, i) => tell.run({ ...entry, caseId, seq: firstSeq + i }));
}
