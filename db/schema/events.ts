import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  deliveryStatuses,
  endpointStatuses,
  messageTypes,
  type WebhookType,
} from '../../domain/webhooks.ts';
import { eventTypes } from '../../domain/words.ts';
import { json } from './columns.ts';

/* What comes in from the sales system, and what goes out to Temporal and other systems. */

/** Names the partial index below: a query says it word for word, or SQLite does not see that the index serves it. */
export const aboutCancelling = sql`type in ('cancellation.received', 'cancellation.withdrawn')`;

/** What the sales system sent; `source` and `eventId` are accepted once, for ever. */
export const events = sqliteTable(
  'events',
  {
    eventSeq: integer().primaryKey({ autoIncrement: true }),
    source: text().notNull(),
    eventId: text().notNull(),
    /** one of `eventTypes`, or a type we do not know */
    type: text().$type<(typeof eventTypes)[number] | (string & {})>().notNull(),
    /** of an unknown type: its subject, whatever that is, or empty; of a confirmed duplicate: the former customer */
    customerId: text().notNull(),
    time: text().notNull(),
    receivedAt: text().notNull(),
    /** ID of the key or signing secret; null for what was imported */
    sentBy: text(),
    /** of an unknown type, if it was no object: under `data` or `data_base64`, as it came */
    data: json<Record<string, unknown>>().notNull(),
  },
  (t) => [
    uniqueIndex('events_source_id').on(t.source, t.eventId),
    index('events_cancellations').on(t.customerId, t.time).where(aboutCancelling),
  ],
);

/** Events of large batches whose effect is still to come: those from the first to the last of them that may wait. */
export const waitingEvents = sqliteTable('waiting_events', {
  firstSeq: integer().primaryKey(),
  lastSeq: integer().notNull(),
});

/** Secrets with which a sales system signs its events; sealed, since checking a signature takes the secret itself. */
export const signingSecrets = sqliteTable(
  'signing_secrets',
  {
    secretId: text().primaryKey(),
    name: text().notNull(),
    sealed: text().notNull(),
    createdAt: text().notNull(),
    revokedAt: text(),
    lastUsedAt: text(),
  },
  (t) => [
    index('signing_secrets_valid')
      .on(t.name)
      .where(sql`revoked_at is null`),
  ],
);

/** What came in types of events that we do not know: stored like all others, and counted here to be noticed. */
export const unknownEventTypes = sqliteTable('unknown_event_types', {
  type: text().primaryKey(),
  events: integer().notNull(),
  firstSeenAt: text().notNull(),
  lastSeenAt: text().notNull(),
  /** of the last one */
  lastSource: text().notNull(),
});

/** What Temporal must still be told, in the order of its acceptance per customer (or per scan). */
export const outbox = sqliteTable(
  'outbox',
  {
    outboxId: integer().primaryKey({ autoIncrement: true }),
    /** messages with the same key are delivered one after the other */
    orderKey: text().notNull(),
    kind: text({ enum: ['start-case', 'fact', 'command', 'start-scan'] }).notNull(),
    payload: json<unknown>().notNull(),
    createdAt: text().notNull(),
    /** not before this moment: a lease of whoever is just delivering it, or the back-off after a failure */
    notBefore: text().notNull(),
    attempts: integer().notNull().default(0),
    lastError: text(),
    doneAt: text(),
  },
  (t) => [
    index('outbox_undone')
      .on(t.outboxId)
      .where(sql`done_at is null`),
    index('outbox_undone_key')
      .on(t.orderKey, t.outboxId)
      .where(sql`done_at is null`),
  ],
);

/** Who hears of what by webhook. The secrets are sealed: see config/secrets.ts. */
export const webhooks = sqliteTable('webhooks', {
  webhookId: text().primaryKey(),
  url: text().notNull(),
  types: json<WebhookType[]>().notNull(),
  description: text(),
  status: text({ enum: endpointStatuses }).notNull(),
  secret: text().notNull(),
  previousSecret: text(),
  previousSecretUntil: text(),
  createdAt: text().notNull(),
  updatedAt: text().notNull(),
  /** the receiver asked to be left alone until then */
  pausedUntil: text(),
  failingSince: text(),
  consecutiveFailures: integer().notNull().default(0),
  lastSuccessAt: text(),
  lastError: text(),
});

/** What each endpoint is to hear, and whether it has. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    deliverySeq: integer().primaryKey({ autoIncrement: true }),
    /** the `webhook-id` of every attempt */
    deliveryId: text().notNull(),
    webhookId: text().notNull(),
    type: text({ enum: messageTypes }).notNull(),
    /** what happened, named for ever: an endpoint is told once */
    occurrence: text().notNull(),
    customerId: text(),
    caseId: text(),
    /** of the timeline entry that stands for it */
    seq: integer(),
    payload: text().notNull(),
    occurredAt: text().notNull(),
    status: text({ enum: deliveryStatuses }).notNull(),
    attempts: integer().notNull().default(0),
    /** not before this moment: the back-off, or while it is held the next question whether it is final */
    notBefore: text().notNull(),
    /** whoever has taken it is sending it, and nobody else does so before this moment */
    leaseUntil: text(),
    lastAttemptAt: text(),
    responseStatus: integer(),
    responseBody: text(),
    lastError: text(),
    finishedAt: text(),
  },
  (t) => [
    uniqueIndex('webhook_deliveries_id').on(t.deliveryId),
    uniqueIndex('webhook_deliveries_once').on(t.webhookId, t.occurrence),
    index('webhook_deliveries_list').on(t.webhookId, t.deliverySeq),
    index('webhook_deliveries_status').on(t.webhookId, t.status, t.deliverySeq),
    index('webhook_deliveries_due')
      .on(t.webhookId, t.notBefore)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_order')
      .on(t.webhookId, t.customerId, t.deliverySeq)
      .where(sql`status in ('held', 'pending')`),
    index('webhook_deliveries_held')
      .on(t.caseId, t.seq)
      .where(sql`status = 'held'`),
    index('webhook_deliveries_held_due')
      .on(t.notBefore)
      .where(sql`status = 'held'`),
    index('webhook_deliveries_finished').on(t.finishedAt),
  ],
);
