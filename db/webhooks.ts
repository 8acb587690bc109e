import { randomUUID } from 'node:crypto';
import { asc, count, eq, sql } from 'drizzle-orm';
import { DomainError, refused } from '../domain/errors.ts';
import type { WebhookRecord } from '../domain/webhooks.ts';
import type { WebhookType } from '../domain/webhooks.ts';
import { insertDone, type Asked } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { webhookDeliveries, webhooks } from './schema.ts';

/** So that each can have its share of the requests under way at once. */
export const endpointsAtMost = 16;

/** Everything but the secrets. */
const shown = {
  webhookId: webhooks.webhookId,
  url: webhooks.url,
  types: webhooks.types,
  description: webhooks.description,
  status: webhooks.status,
  createdAt: webhooks.createdAt,
  updatedAt: webhooks.updatedAt,
  previousSecretUntil: webhooks.previousSecretUntil,
  failingSince: webhooks.failingSince,
  consecutiveFailures: webhooks.consecutiveFailures,
  lastSuccessAt: webhooks.lastSuccessAt,
  lastError: webhooks.lastError,
};

const statements = prepared((db) => ({
  active: db
    .select({
      webhookId: webhooks.webhookId,
      url: webhooks.url,
      consecutiveFailures: webhooks.consecutiveFailures,
      secret: webhooks.secret,
      previousSecret: webhooks.previousSecret,
      previousSecretUntil: webhooks.previousSecretUntil,
    })
    .from(webhooks)
    .where(
      sql`${webhooks.status} = 'enabled' and coalesce(${webhooks.pausedUntil}, '') <= ${sql.placeholder('now')}`,
    )
    .prepare(),
}));

type Endpoint = { url: string; types: WebhookType[]; description: string | null };

/**
 * @param endpoint.secret sealed
 * @throws DomainError `conflict` when there are as many as there may be
 */
export async function createWebhook(
  db: Db,
  { at, secret, ...endpoint }: Endpoint & { secret: string; at: string },
  asked: Asked,
): Promise<WebhookRecord> {
  return writing(db, (tx) => {
    const { number } = tx.select({ number: count() }).from(webhooks).get()!;
    if (number >= endpointsAtMost) {
      throw refused('too-many-webhooks', `There can be at most ${endpointsAtMost} webhooks`);
    }
    const webhookId = randomUUID();
    const times = { createdAt: at, updatedAt: at };
    const record = tx
      .insert(webhooks)
      .values({ ...endpoint, ...times, webhookId, secret, status: 'enabled' })
      .returning(shown)
      .get();
    insertDone(tx, asked, { action: 'webhook.create', target: webhookId, caseId: null, at });
    return record;
  });
}

export async function listWebhooks(db: Db): Promise<WebhookRecord[]> {
  return db
    .select(shown)
    .from(webhooks)
    .orderBy(asc(webhooks.createdAt), asc(webhooks.webhookId))
    .all();
}

/** @throws DomainError `not-found` */
export async function getWebhook(db: Db, webhookId: string): Promise<WebhookRecord> {
  return found(db.select(shown).from(webhooks).where(eq(webhooks.webhookId, webhookId)).get());
}

/**
 * Enabling an endpoint makes a new beginning: what waits for it is sent at once.
 * @throws DomainError `not-found`
 */
export async function changeWebhook(
  db: Db,
  {
    webhookId,
    at,
    ...change
  }: Partial<Endpoint> & { webhookId: string; status?: 'enabled' | 'disabled'; at: string },
  asked: Asked,
): Promise<WebhookRecord> {
  return writing(db, (tx) => {
    const afresh = change.status === 'enabled' && { ...healthy, lastError: null };
    const record = found(
      tx
        .update(webhooks)
        .set({ ...change, ...afresh, updatedAt: at })
        .where(eq(webhooks.webhookId, webhookId))
        .returning(shown)
        .get(),
    );
    if (afresh) bringForward(tx, webhookId, at);
    insertDone(tx, asked, { action: 'webhook.change', target: webhookId, caseId: null, at });
    return record;
  });
}

/**
 * From now on messages are signed with the new secret, and until `previousUntil` with the old one as well.
 * @param rotation.secret sealed
 * @throws DomainError `not-found`
 */
export async function rotateSecret(
  db: Db,
  rotation: { webhookId: string; secret: string; previousUntil: string; at: string },
  asked: Asked,
): Promise<WebhookRecord> {
  const { webhookId, secret, previousUntil, at } = rotation;
  return writing(db, (tx) => {
    const record = found(
      tx
        .update(webhooks)
        .set({
          secret,
          previousSecret: sql`${webhooks.secret}`,
          previousSecretUntil: previousUntil,
          updatedAt: at,
        })
        .where(eq(webhooks.webhookId, webhookId))
        .returning(shown)
        .get(),
    );
    insertDone(tx, asked, { action: 'webhook.rotate', target: webhookId, caseId: null, at });
    return record;
  });
}

/**
 * With everything that waits for it.
 * @throws DomainError `not-found`
 */
export async function deleteWebhook(
  db: Db,
  { webhookId, at }: { webhookId: string; at: string },
  asked: Asked,
): Promise<void> {
  writing(db, (tx) => {
    found(tx.delete(webhooks).where(eq(webhooks.webhookId, webhookId)).returning(shown).get());
    tx.delete(webhookDeliveries).where(eq(webhookDeliveries.webhookId, webhookId)).run();
    insertDone(tx, asked, { action: 'webhook.delete', target: webhookId, caseId: null, at });
  });
}

/** What sending to an endpoint needs, its sealed secrets included. */
export type WebhookTarget = Pick<WebhookRecord, 'webhookId' | 'url' | 'consecutiveFailures'> & {
  secret: string;
  previousSecret: string | null;
  previousSecretUntil: string | null;
};

/** The endpoints to which something may be sent now. */
export async function activeWebhooks(db: Db, now: string): Promise<WebhookTarget[]> {
  return statements(db).active.all({ now });
}

export const healthy = { failingSince: null, consecutiveFailures: 0, pausedUntil: null };

/** Whatever waits for its next attempt is due now. */
export function bringForward(tx: Db, webhookId: string, at: string): void {
  tx.update(webhookDeliveries)
    .set({ notBefore: at })
    .where(
      sql`${webhookDeliveries.webhookId} = ${webhookId} and ${webhookDeliveries.status} = 'pending' and ${webhookDeliveries.notBefore} > ${at}`,
    )
    .run();
}

function found(record: WebhookRecord | undefined): WebhookRecord {
  if (!record) throw new DomainError('not-found', 'There is no such webhook');
  return record;
}
