import { and, asc, desc, eq, lte, sql } from 'drizzle-orm';
import { durationMs } from '../domain/duration.ts';
import type { Policy } from '../domain/policy.ts';
import { prepared, writing, type Db } from './connection.ts';
import { noteSign } from './early-signs.ts';
import { closePreventiveTask } from './preventive-tasks.ts';
import { complaints } from './schema.ts';

const customerId = sql.placeholder('customerId');
// Written out, so that SQLite recognises the partial index.
const waits = sql`${complaints.answeredAt} is null and ${complaints.noticedAt} is null`;

const statements = prepared((db) => ({
  record: db
    .insert(complaints)
    .values({
      customerId,
      complaintId: sql.placeholder('complaintId'),
      recordedAt: sql.placeholder('recordedAt'),
      answeredAt: sql.placeholder('answeredAt'),
    })
    .onConflictDoUpdate({
      target: [complaints.customerId, complaints.complaintId],
      set: {
        recordedAt: sql`min(${complaints.recordedAt}, excluded.recorded_at)`,
        answeredAt: sql`coalesce(${complaints.answeredAt}, excluded.answered_at)`,
      },
    })
    .prepare(),
  noticed: db
    .select({ complaintId: complaints.complaintId })
    .from(complaints)
    .where(
      and(
        eq(complaints.customerId, customerId),
        sql`${complaints.answeredAt} is null and ${complaints.noticedAt} is not null`,
      ),
    )
    .limit(1)
    .prepare(),
  waiting: db
    .select()
    .from(complaints)
    .where(and(waits, lte(complaints.recordedAt, sql.placeholder('before'))))
    .orderBy(asc(complaints.recordedAt))
    .limit(sql.placeholder('limit'))
    .prepare(),
  notice: db
    .update(complaints)
    .set({ noticedAt: sql`${sql.placeholder('at')}` })
    .where(
      and(
        eq(complaints.customerId, customerId),
        eq(complaints.complaintId, sql.placeholder('complaintId')),
      ),
    )
    .prepare(),
}));

/**
 * Keeps a complaint, or its answer, in whatever order they come. When nothing of the customer's is left that nobody
 * has answered for too long, the preventive task about it closes.
 */
export function recordComplaint(
  tx: Db,
  complaint: {
    customerId: string;
    complaintId: string;
    recordedAt: string;
    answeredAt: string | null;
  },
  at: string,
): void {
  const { customerId, answeredAt } = complaint;
  const { record, noticed } = statements(tx);
  record.run(complaint);
  if (answeredAt === null || noticed.get({ customerId })) return;
  const closing = { customerId, reason: 'complaint-answered', at } as const;
  closePreventiveTask(tx, closing, ({ sign }) => sign === 'complaint-unanswered');
}

/** The newest first. */
export async function lastComplaints(db: Db, customerId: string) {
  return db
    .select({
      complaintId: complaints.complaintId,
      recordedAt: complaints.recordedAt,
      answeredAt: complaints.answeredAt,
    })
    .from(complaints)
    .where(eq(complaints.customerId, customerId))
    .orderBy(desc(complaints.recordedAt), desc(complaints.complaintId))
    .limit(5);
}

/** Complaints of one transaction. */
const pageSize = 200;

/** Complaints that nobody has answered within the policy's time become signs, each once. */
export async function noticeComplaints(
  db: Db,
  { policy, at }: { policy: Policy; at: string },
): Promise<void> {
  const { complaintAnsweredWithin } = policy.earlySigns;
  const before = new Date(Date.parse(at) - durationMs(complaintAnsweredWithin)).toISOString();
  const { waiting, notice } = statements(db);
  while (waiting.get({ before, limit: 1 })) {
    writing(db, (tx) => {
      for (const { customerId, complaintId, recordedAt } of waiting.all({
        before,
        limit: pageSize,
      })) {
        notice.run({ customerId, complaintId, at });
        const shown = { sign: 'complaint-unanswered', signAt: recordedAt, signData: {} } as const;
        noteSign(tx, customerId, shown, { policy, at });
      }
    });
  }
}
