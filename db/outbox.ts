import { and, asc, count, eq, isNull, lt, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { OutboxMessage } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { cases, outbox } from './schema.ts';

const undone = isNull(outbox.doneAt);
const earlier = alias(outbox, 'earlier');

const statements = prepared((db) => ({
  enqueue: db
    .insert(outbox)
    .values({
      orderKey: sql.placeholder('orderKey'),
      kind: sql.placeholder('kind'),
      payload: sql.placeholder('payload'),
      createdAt: sql.placeholder('at'),
      notBefore: sql.placeholder('notBefore'),
    })
    .prepare(),
  next: db
    .select({
      outboxId: outbox.outboxId,
      orderKey: outbox.orderKey,
      kind: outbox.kind,
      payload: outbox.payload,
      createdAt: outbox.createdAt,
      attempts: outbox.attempts,
    })
    .from(outbox)
    .where(
      and(
        undone,
        lte(outbox.notBefore, sql.placeholder('now')),
        sql`${outbox.outboxId} not in (select value from json_each(${sql.placeholder('known')}))`,
        notExists(
          db
            .select({ one: sql`1` })
            .from(earlier)
            .where(
              and(
                isNull(earlier.doneAt),
                eq(earlier.orderKey, outbox.orderKey),
                lt(earlier.outboxId, outbox.outboxId),
              ),
            ),
        ),
      ),
    )
    .orderBy(asc(outbox.outboxId))
    .limit(sql.placeholder('limit'))
    .prepare(),
  done: db
    .update(outbox)
    .set({ doneAt: sql`${sql.placeholder('at')}` })
    .where(
      and(
        sql`${outbox.outboxId} in (select value from json_each(${sql.placeholder('outboxIds')}))`,
        undone,
      ),
    )
    .prepare(),
  settle: db
    .update(outbox)
    .set({ doneAt: sql`${sql.placeholder('at')}` })
    .where(ofCommand(db))
    .prepare(),
  release: db
    .update(outbox)
    .set({ notBefore: sql`${sql.placeholder('at')}` })
    .where(ofCommand(db))
    .prepare(),
}));

/** Call it inside the transaction whose effect the message tells. */
export function enqueue(
  tx: Db,
  message: Pick<OutboxMessage, 'orderKey' | 'kind' | 'payload'> & {
    at: string;
    notBefore?: string;
  },
): void {
  statements(tx).enqueue.run({ ...message, notBefore: message.notBefore ?? message.at });
}

/**
 * What can be delivered now: of each order key only the first undone message, whether or not that one is due.
 * @param due.known messages that are already under way
 */
export async function nextMessages(
  db: Db,
  { now, limit, known = [] }: { now: string; limit: number; known?: Iterable<number> },
): Promise<OutboxMessage[]> {
  return statements(db).next.all({ now, limit, known: JSON.stringify([...known]) });
}

export async function messagesDone(db: Db, outboxIds: number[], at: string): Promise<void> {
  if (outboxIds.length === 0) return;
  statements(db).done.run({ outboxIds: JSON.stringify(outboxIds), at });
}

export async function messageFailed(
  db: Db,
  { outboxId, error, notBefore }: { outboxId: number; error: string; notBefore: string },
): Promise<void> {
  db.update(outbox)
    .set({ attempts: sql`${outbox.attempts} + 1`, lastError: error, notBefore })
    .where(and(eq(outbox.outboxId, outboxId), undone))
    .run();
}

export async function outboxBacklog(db: Db): Promise<{ undone: number; oldestAt: string | null }> {
  const backlog = db.select({ undone: count() }).from(outbox).where(undone).get()!;
  const oldest = db
    .select({ at: outbox.createdAt })
    .from(outbox)
    .where(undone)
    .orderBy(asc(outbox.outboxId))
    .limit(1)
    .get();
  return { undone: backlog.undone, oldestAt: oldest?.at ?? null };
}

export async function pruneOutbox(db: Db, { doneBefore }: { doneBefore: string }): Promise<void> {
  db.delete(outbox).where(lt(outbox.doneAt, doneBefore)).run();
}

/** The verdict on a command is in, so nobody needs to deliver it any more. */
export function settleCommandMessage(tx: Db, command: CommandMessage, at: string): void {
  statements(tx).settle.run({ ...command, at });
}

/** Whoever was delivering a command has given up waiting: the relay may take it at once. */
export function releaseCommandMessage(tx: Db, command: CommandMessage, at: string): void {
  statements(tx).release.run({ ...command, at });
}

type CommandMessage = { commandId: string; caseId: string };

/** The undone message of a {@link CommandMessage}. */
function ofCommand(db: Db) {
  const customer = db
    .select({ customerId: cases.customerId })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')));
  return and(
    eq(outbox.orderKey, customer),
    undone,
    eq(outbox.kind, 'command'),
    sql`${outbox.payload} ->> '$.commandId' = ${sql.placeholder('commandId')}`,
  );
}
