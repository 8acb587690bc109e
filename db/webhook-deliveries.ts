import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  and,
  asc,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  lt,
  lte,
  min,
  notExists,
  or,
  sql,
} from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { DomainError, refused } from '../domain/errors.ts';
import type { Page, PageOf } from '../domain/records.ts';
import type { WebhookDelivery } from '../domain/webhooks.ts';
import { deliveryStatuses, testMessage, type DeliveryStatus } from '../domain/webhooks.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { webhookDeliveries, webhooks } from './schema.ts';
import { insertDelivery } from './webhook-messages.ts';
import { bringForward, getWebhook, healthy } from './webhooks.ts';

/** After so many attempts a message holds up the later ones of its customer no more. */
const overtakenAfter = 3;
/** An endpoint that has failed so often in a row is taken to be down, and back with its next success. */
export const downAfter = 3;

type Row = typeof webhookDeliveries.$inferSelect;

const newestFirst: Listing<Row> = {
  name: 'webhook-deliveries',
  keyOf: ({ deliverySeq }) => [String(deliverySeq)],
  keyParts: 1,
  order: 'descending',
};

const earlier = alias(webhookDeliveries, 'earlier');
// Written out where a partial index is to be recognised.
const pending = sql`${webhookDeliveries.status} = 'pending'`;
const unleased = or(
  isNull(webhookDeliveries.leaseUntil),
  lte(webhookDeliveries.leaseUntil, sql.placeholder('now')),
);

const statements = prepared((db) => ({
  due: db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, sql.placeholder('webhookId')),
        pending,
        lte(webhookDeliveries.notBefore, sql.placeholder('now')),
        unleased,
        notExists(
          db
            .select({ one: sql`1` })
            .from(earlier)
            .where(
              and(
                eq(earlier.webhookId, webhookDeliveries.webhookId),
                eq(earlier.customerId, webhookDeliveries.customerId),
                lt(earlier.deliverySeq, webhookDeliveries.deliverySeq),
                sql`${earlier.status} in ('held', 'pending')`,
                or(
                  lt(earlier.attempts, overtakenAfter),
                  gt(earlier.leaseUntil, sql.placeholder('now')),
                ),
              ),
            ),
        ),
      ),
    )
    .orderBy(asc(webhookDeliveries.notBefore))
    .limit(sql.placeholder('limit'))
    .prepare(),
  take: db
    .update(webhookDeliveries)
    .set({
      attempts: sql`${webhookDeliveries.attempts} + 1`,
      lastAttemptAt: sql`${sql.placeholder('now')}`,
      leaseUntil: sql`${sql.placeholder('lease')}`,
    })
    .where(eq(webhookDeliveries.deliverySeq, sql.placeholder('deliverySeq')))
    .returning()
    .prepare(),
}));

/** @throws DomainError `invalid` for a cursor that this list did not give */
export async function listDeliveries(
  db: Db,
  { webhookId, status }: { webhookId: string; status?: DeliveryStatus | undefined },
  page: Page,
): Promise<PageOf<WebhookDelivery>> {
  const from = startOf(newestFirst, page);
  const rows = db
    .select()
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhookId),
        status && eq(webhookDeliveries.status, status),
        from && lt(webhookDeliveries.deliverySeq, Number(from[0])),
      ),
    )
    .orderBy(desc(webhookDeliveries.deliverySeq))
    .limit(page.limit + 1)
    .all();
  const { items, nextCursor } = pageOf(newestFirst, rows, page);
  return { items: items.map(recordOf), nextCursor };
}

/** @throws DomainError `not-found` */
export async function getDelivery(
  db: Db,
  { webhookId, deliveryId }: { webhookId: string; deliveryId: string },
): Promise<WebhookDelivery> {
  return recordOf(rowOf(db, webhookId, deliveryId));
}

/**
 * Sends it again from the first attempt on, under the same ID, whether or not it was delivered.
 * @throws DomainError `not-found`, `conflict` while it is held
 */
export async function replayDelivery(
  db: Db,
  { webhookId, deliveryId, at }: { webhookId: string; deliveryId: string; at: string },
  asked: Asked,
): Promise<WebhookDelivery> {
  return writing(db, (tx) => {
    const { status, deliverySeq } = rowOf(tx, webhookId, deliveryId);
    if (status === 'held') {
      throw refused('never-sent');
    }
    sendAgain(tx, [{ deliverySeq }], at);
    insertDone(tx, asked, { action: 'webhook.replay', target: deliveryId, caseId: null, at });
    return recordOf(rowOf(tx, webhookId, deliveryId));
  });
}

/** Some ten milliseconds' work, so that others who write do not wait for all of it. */
const replayedAtOnce = 1_000;

export type Replay = {
  webhookId: string;
  status: Extract<DeliveryStatus, 'delivered' | 'failed'>;
  /** when it happened: from then on */
  since?: string | undefined;
  /** … and before that */
  until?: string | undefined;
  at: string;
};

/**
 * Sends again, as `replayDelivery` does, everything that has ended with this status, in batches between which others
 * write; what ends meanwhile is left alone.
 * @returns how many messages
 * @throws DomainError `not-found`
 */
export async function replayDeliveries(db: Db, replay: Replay, asked: Asked): Promise<number> {
  await getWebhook(db, replay.webhookId);
  for (let from = 0, replayed = 0; ; await setImmediate()) {
    const batch = writing(db, (tx) => {
      const ended = endedOf(tx, replay, from);
      const wanted = ended.filter(({ occurredAt }) => isWithin(occurredAt, replay));
      const number = replayed + sendAgain(tx, wanted, replay.at);
      const isLast = ended.length < replayedAtOnce;
      if (isLast) {
        const { webhookId: target, at } = replay;
        const request = { ...asked.request, answer: { replayed: number } };
        insertDone(
          tx,
          { ...asked, request },
          { action: 'webhook.replay-all', target, caseId: null, at },
        );
      }
      return { number, isLast, last: ended.at(-1)?.deliverySeq };
    });
    if (batch.isLast) return batch.number;
    replayed = batch.number;
    from = batch.last!;
  }
}

/** The next ones that have ended with the status, whenever they happened: so many are read at most. */
function endedOf(tx: Db, { webhookId, status, at }: Replay, from: number) {
  const { deliverySeq, occurredAt } = webhookDeliveries;
  return tx
    .select({ deliverySeq, occurredAt })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhookId),
        eq(webhookDeliveries.status, status),
        gt(deliverySeq, from),
        lte(webhookDeliveries.finishedAt, at),
      ),
    )
    .orderBy(asc(deliverySeq))
    .limit(replayedAtOnce)
    .all();
}

function isWithin(occurredAt: string, { since = '', until }: Replay): boolean {
  return occurredAt >= since && (until === undefined || occurredAt < until);
}

/** @throws DomainError `not-found`, `conflict` when nothing is sent to the endpoint */
export async function sendTest(
  db: Db,
  { webhookId, at }: { webhookId: string; at: string },
  asked: Asked,
): Promise<WebhookDelivery> {
  return writing(db, (tx) => {
    const endpoint = tx
      .select({ status: webhooks.status })
      .from(webhooks)
      .where(eq(webhooks.webhookId, webhookId))
      .get();
    if (!endpoint) throw new DomainError('not-found', 'There is no such webhook');
    if (endpoint.status !== 'enabled') {
      throw refused('webhook-disabled');
    }
    const message = testMessage(webhookId, randomUUID(), at);
    const deliveryId = insertDelivery(tx, webhookId, message, at);
    insertDone(tx, asked, { action: 'webhook.test', target: deliveryId, caseId: null, at });
    return recordOf(rowOf(tx, webhookId, deliveryId));
  });
}

/**
 * Takes what is due for one endpoint and counts the attempt. Nobody else takes it before the lease is over: if we
 * die before we note what came of it, it is sent again then, under the same ID.
 */
export async function takeDeliveries(
  db: Db,
  take: { webhookId: string; now: string; lease: string; limit: number },
): Promise<WebhookDelivery[]> {
  const { webhookId, now, lease, limit } = take;
  const { due, take: one } = statements(db);
  if (due.all({ webhookId, now, limit: 1 }).length === 0) return [];
  return writing(db, () =>
    due
      .all({ webhookId, now, limit })
      .map(({ deliverySeq }) => recordOf(one.get({ deliverySeq, now, lease }))),
  );
}

type Attempt = { webhookId: string; deliveryId: string; at: string };

/** After an endpoint was down, whatever waits for it is due at once. */
export async function deliverySucceeded(
  db: Db,
  { webhookId, deliveryId, responseStatus, at }: Attempt & { responseStatus: number },
): Promise<void> {
  writing(db, (tx) => {
    tx.update(webhookDeliveries)
      .set({
        ...{ status: 'delivered', finishedAt: at, responseStatus },
        ...{ lastError: null, responseBody: null, leaseUntil: null },
      })
      .where(and(eq(webhookDeliveries.deliveryId, deliveryId), pending))
      .run();
    const endpoint = eq(webhooks.webhookId, webhookId);
    const before = tx.select().from(webhooks).where(endpoint).get();
    tx.update(webhooks)
      .set({ ...healthy, lastError: null, lastSuccessAt: at })
      .where(endpoint)
      .run();
    if (before && before.consecutiveFailures >= downAfter) bringForward(tx, webhookId, at);
  });
}

/**
 * @param failure.nextAttemptAt null: this was the last attempt
 * @param failure.pausedUntil the receiver wants nothing before that time
 * @param failure.gone the receiver wants nothing any more; the message stays as it is, for the day it is enabled again
 */
export async function deliveryFailed(
  db: Db,
  failure: Attempt & {
    error: string;
    responseStatus: number | null;
    responseBody: string | null;
    nextAttemptAt: string | null;
    pausedUntil: string | null;
    gone: boolean;
  },
): Promise<void> {
  const { webhookId, deliveryId, at, error, nextAttemptAt, pausedUntil, gone, ...answer } = failure;
  const goesOn = gone || nextAttemptAt !== null;
  writing(db, (tx) => {
    tx.update(webhookDeliveries)
      .set({
        ...answer,
        lastError: error,
        leaseUntil: null,
        status: goesOn ? 'pending' : 'failed',
        notBefore: nextAttemptAt ?? at,
        finishedAt: goesOn ? null : at,
      })
      .where(and(eq(webhookDeliveries.deliveryId, deliveryId), pending))
      .run();
    tx.update(webhooks)
      .set({
        lastError: error,
        failingSince: sql`coalesce(${webhooks.failingSince}, ${at})`,
        consecutiveFailures: sql`${webhooks.consecutiveFailures} + 1`,
        ...(pausedUntil !== null && { pausedUntil }),
        ...(gone && { status: 'gone' as const, updatedAt: at }),
      })
      .where(eq(webhooks.webhookId, webhookId))
      .run();
  });
}

/** Gives back what was taken but not tried to the end, because this process ends. */
export async function releaseDelivery(
  db: Db,
  { deliveryId }: { deliveryId: string },
): Promise<void> {
  db.update(webhookDeliveries)
    .set({ attempts: sql`max(0, ${webhookDeliveries.attempts} - 1)`, leaseUntil: null })
    .where(and(eq(webhookDeliveries.deliveryId, deliveryId), pending))
    .run();
}

/**
 * Forgets what is delivered or given up, and what has waited as long for an endpoint to which nothing is sent.
 * @param old.limit of one statement, which holds the write lock: the rest is for the next time
 */
export async function pruneDeliveries(
  db: Db,
  { before, limit = 10_000 }: { before: string; limit?: number },
): Promise<void> {
  const silent = db
    .select({ webhookId: webhooks.webhookId })
    .from(webhooks)
    .where(or(eq(webhooks.status, 'disabled'), eq(webhooks.status, 'gone')));
  const { deliverySeq, finishedAt, occurredAt, webhookId } = webhookDeliveries;
  const old = or(
    lt(finishedAt, before),
    and(inArray(webhookId, silent), pending, lt(occurredAt, before)),
  );
  const some = db.select({ deliverySeq }).from(webhookDeliveries).where(old).limit(limit);
  db.delete(webhookDeliveries).where(inArray(deliverySeq, some)).run();
}

/** How many of each status are there, and since when the oldest pending one waits. */
export async function deliveryCounts(
  db: Db,
  webhookId?: string,
): Promise<{ counts: Record<DeliveryStatus, number>; oldestPendingAt: string | null }> {
  const of = webhookId === undefined ? undefined : eq(webhookDeliveries.webhookId, webhookId);
  const rows = db
    .select({ status: webhookDeliveries.status, number: count() })
    .from(webhookDeliveries)
    .where(of)
    .groupBy(webhookDeliveries.status)
    .all();
  const counted = (status: DeliveryStatus) =>
    rows.find((row) => row.status === status)?.number ?? 0;
  const oldest = db
    .select({ at: min(webhookDeliveries.occurredAt) })
    .from(webhookDeliveries)
    .where(and(of, pending))
    .get();
  return {
    counts: Object.fromEntries(
      deliveryStatuses.map((status) => [status, counted(status)]),
    ) as Record<DeliveryStatus, number>,
    oldestPendingAt: oldest?.at ?? null,
  };
}

/** @returns how many */
function sendAgain(tx: Db, deliveries: Pick<Row, 'deliverySeq'>[], at: string): number {
  const seqs = deliveries.map(({ deliverySeq }) => deliverySeq);
  return tx
    .update(webhookDeliveries)
    .set({ status: 'pending', attempts: 0, notBefore: at, finishedAt: null })
    .where(inArray(webhookDeliveries.deliverySeq, seqs))
    .run().changes;
}

function rowOf(db: Db, webhookId: string, deliveryId: string): Row {
  const row = db
    .select()
    .from(webhookDeliveries)
    .where(
      and(eq(webhookDeliveries.deliveryId, deliveryId), eq(webhookDeliveries.webhookId, webhookId)),
    )
    .get();
  if (!row) throw new DomainError('not-found', 'There is no such delivery of this webhook');
  return row;
}

function recordOf(row: Row): WebhookDelivery {
  const { deliveryId, webhookId, type, payload, occurredAt, status, attempts } = row;
  const { notBefore, lastAttemptAt, responseStatus, responseBody, lastError, finishedAt } = row;
  return {
    ...{ deliveryId, webhookId, type, payload, occurredAt, status, attempts },
    nextAttemptAt: status === 'pending' ? notBefore : null,
    ...{ lastAttemptAt, responseStatus, responseBody, lastError, finishedAt },
  };
}
