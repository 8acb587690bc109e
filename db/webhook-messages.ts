import { createHash } from 'node:crypto';
import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import type { CaseProjection } from '../domain/case.ts';
import { messagesOf, testType, type WebhookMessage } from '../domain/webhooks.ts';
import { prepared, writing, type Db } from './connection.ts';
import { cases, webhookDeliveries, webhooks } from './schema.ts';

/*
 * What endpoints are to hear is written in the transaction that makes it true. What a projection tells is held until
 * its timeline entry can no longer be replaced: docs/decisions/0006-outgoing-webhooks.md.
 */

/** How long the next write of a case may take to say by itself that the last one is final, before we ask. */
const settleMs = 500;

const caseId = sql.placeholder('caseId');
const held = sql`${webhookDeliveries.status} = 'held'`;
const ofCase = and(eq(webhookDeliveries.caseId, caseId), held);

const statements = prepared((db) => ({
  endpoints: db
    .select({ webhookId: webhooks.webhookId, types: webhooks.types })
    .from(webhooks)
    .prepare(),
  insert: db
    .insert(webhookDeliveries)
    .values({
      deliveryId: sql.placeholder('deliveryId'),
      webhookId: sql.placeholder('webhookId'),
      type: sql.placeholder('type'),
      occurrence: sql.placeholder('occurrence'),
      customerId: sql.placeholder('customerId'),
      caseId,
      seq: sql.placeholder('seq'),
      payload: sql.placeholder('payload'),
      occurredAt: sql.placeholder('occurredAt'),
      status: sql.placeholder('status'),
      notBefore: sql.placeholder('notBefore'),
    })
    .onConflictDoNothing()
    .prepare(),
  forget: db
    .delete(webhookDeliveries)
    .where(and(ofCase, gte(webhookDeliveries.seq, sql.placeholder('from'))))
    .prepare(),
  heldCases: db
    .select({
      caseId: webhookDeliveries.caseId,
      customerId: webhookDeliveries.customerId,
      heldSince: webhookDeliveries.occurredAt,
    })
    .from(webhookDeliveries)
    .where(and(held, sql`${webhookDeliveries.notBefore} <= ${sql.placeholder('now')}`))
    .orderBy(webhookDeliveries.notBefore)
    .limit(sql.placeholder('limit'))
    .prepare(),
  settle: db
    .update(webhookDeliveries)
    .set({ status: 'pending', notBefore: sql`${sql.placeholder('at')}` })
    .where(and(ofCase, lt(webhookDeliveries.seq, sql.placeholder('before'))))
    .prepare(),
}));

/** Writes the messages for every endpoint that wants to hear of them. Call it in the transaction that they tell of. */
export function announce(tx: Db, messages: WebhookMessage[], at: string): void {
  if (messages.length === 0) return;
  const endpoints = statements(tx).endpoints.all();
  for (const message of messages) {
    for (const { webhookId, types } of endpoints) {
      if (message.type !== testType && types.includes(message.type)) {
        insertDelivery(tx, webhookId, message, at);
      }
    }
  }
}

/** @returns the message's `webhook-id` */
export function insertDelivery(
  tx: Db,
  webhookId: string,
  { type, occurrence, at: occurredAt, seq, caseId, customerId, data }: WebhookMessage,
  at: string,
): string {
  // Made from what it names, so that one occurrence never has two IDs, whatever becomes of its row.
  const name = createHash('sha256').update(`${webhookId}\n${occurrence}`).digest('base64url');
  const deliveryId = `msg_${name.slice(0, 32)}`;
  statements(tx).insert.run({
    ...{ deliveryId, webhookId, type, occurrence, customerId, caseId, seq, occurredAt },
    payload: JSON.stringify({ type, timestamp: occurredAt, data }),
    status: seq === null ? 'pending' : 'held',
    notBefore: seq === null ? at : new Date(Date.parse(at) + settleMs).toISOString(),
  });
  return deliveryId;
}

/**
 * What a projection tells replaces what is held from its first timeline entry on: that came from an attempt which
 * Temporal discarded. A case closes by an ordinary activity, which runs only after Temporal has stored everything.
 */
export function announceProjection(tx: Db, projection: CaseProjection, at: string): void {
  const { opening, timeline, state, finalBefore } = projection;
  const { caseId } = opening;
  const { forget, settle } = statements(tx);
  forget.run({ caseId, from: timeline.firstSeq });
  announce(tx, messagesOf(projection), at);
  const before = state.status === 'closed' ? Number.MAX_SAFE_INTEGER : finalBefore;
  settle.run({ caseId, before, at });
}

/** Releases all that is held of a case: nothing can replace its timeline any more. */
export function settleCase(tx: Db, { caseId, at }: { caseId: string; at: string }): void {
  statements(tx).settle.run({ caseId, before: Number.MAX_SAFE_INTEGER, at });
}

/** Takes back what was never sent of a case that was never begun. */
export function retractCase(tx: Db, caseId: string): void {
  tx.delete(webhookDeliveries)
    .where(and(eq(webhookDeliveries.caseId, caseId), eq(webhookDeliveries.attempts, 0)))
    .run();
}

/**
 * Cases with messages that are held for long enough to ask whether they are final; each is leased, so that no other
 * process asks as well.
 */
export async function takeHeldCases(
  db: Db,
  { now, lease, limit }: { now: string; lease: string; limit: number },
): Promise<{ caseId: string; customerId: string; heldSince: string }[]> {
  const due = () => statements(db).heldCases.all({ now, limit: limit * 4 });
  if (due().length === 0) return [];
  return writing(db, (tx) => {
    const byCase = new Map<string, { caseId: string; customerId: string; heldSince: string }>();
    for (const { caseId, customerId, heldSince } of due()) {
      if (caseId === null || customerId === null || byCase.has(caseId)) continue;
      if (byCase.size < limit) byCase.set(caseId, { caseId, customerId, heldSince });
    }
    tx.update(webhookDeliveries)
      .set({ notBefore: lease })
      .where(and(inArray(webhookDeliveries.caseId, [...byCase.keys()]), held))
      .run();
    return [...byCase.values()];
  });
}

/**
 * Releases what is held of a case when the database shows the revision that its workflow has reported, outside any
 * workflow task that Temporal could still discard.
 * @returns whether it did; if not, the database shows a write that is not, or not yet, part of the case
 */
export async function confirmRevision(
  db: Db,
  { caseId, revision, at }: { caseId: string; revision: number; at: string },
): Promise<boolean> {
  return writing(db, (tx) => {
    const shown = tx
      .select({ revision: cases.revision })
      .from(cases)
      .where(eq(cases.caseId, caseId))
      .get();
    if (shown?.revision !== revision) return false;
    settleCase(tx, { caseId, at });
    return true;
  });
}
