import { setTimeout as pause } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Secrets } from '../config/secrets.ts';
import type { WebhookTargets } from '../config/webhook-targets.ts';
import type { Db } from '../db/open.ts';
import {
  deliveryFailed,
  deliverySucceeded,
  downAfter,
  releaseDelivery,
  takeDeliveries,
} from '../db/webhook-deliveries.ts';
import { confirmRevision, takeHeldCases } from '../db/webhook-messages.ts';
import { activeWebhooks, type WebhookTarget } from '../db/webhooks.ts';
import type { WebhookDelivery } from '../domain/webhooks.ts';
import { retryAfterAtMostMs, retryWaitMs } from '../domain/webhooks.ts';
import type { Recoveries } from '../temporal/recoveries.ts';
import type { Logger } from './relay.ts';
import { getCase } from '../db/cases.ts';
import { postWebhook, type WebhookAnswer } from './webhook-request.ts';

export type WebhookRelayDeps = {
  db: Db;
  recoveries: Pick<Recoveries, 'progressOf' | 'writeAgain'>;
  secrets: Secrets;
  targets: WebhookTargets;
  clock: () => string;
  log: Logger;
};

const idleMs = 200;
/** Requests under way for one endpoint; there are at most 16 endpoints, so a slow one takes nothing from another. */
const atOncePerEndpoint = 4;
const timeoutMs = 15_000;
/** Longer than an attempt can take, so that nobody repeats it while it is under way. */
const leaseMs = 2 * timeoutMs;

const casesAskedAtOnce = 4;
const askPatienceMs = 5_000;
const askAgainMs = 10_000;
/** By then a case and its workflow have long agreed, unless an attempt was discarded and nothing has followed it. */
const disagreeAtMostMs = 60_000;

/**
 * Sends what endpoints are to hear, again and again until each has taken it, in order per endpoint and customer; and
 * has what is held released as soon as Temporal can no longer discard what it tells. Whatever it does may be
 * repeated: receivers know a message by its `webhook-id`.
 */
export async function runWebhooks(deps: WebhookRelayDeps, signal: AbortSignal): Promise<void> {
  await Promise.all([runDeliveries(deps, signal), runConfirmations(deps, signal)]);
}

async function runDeliveries(deps: WebhookRelayDeps, signal: AbortSignal): Promise<void> {
  const underWay = new Map<string, Set<Promise<void>>>();
  const start = (endpoint: WebhookTarget, delivery: WebhookDelivery, own: Set<Promise<void>>) => {
    const attempt = attemptDelivery(deps, endpoint, delivery, signal)
      .catch((error: unknown) => complain(deps, error))
      .finally(() => own.delete(attempt));
    own.add(attempt);
  };
  while (!signal.aborted) {
    let taken = 0;
    try {
      const now = deps.clock();
      for (const endpoint of await activeWebhooks(deps.db, now)) {
        const { webhookId, consecutiveFailures } = endpoint;
        const own = underWay.get(webhookId) ?? new Set();
        underWay.set(webhookId, own);
        // One that is down is asked with one message at a time whether it is back.
        const atOnce = consecutiveFailures >= downAfter ? 1 : atOncePerEndpoint;
        const limit = atOnce - own.size;
        if (limit <= 0) continue;
        const lease = later(now, leaseMs);
        const due = await takeDeliveries(deps.db, { webhookId, now, lease, limit });
        for (const delivery of due) start(endpoint, delivery, own);
        taken += due.length;
      }
    } catch (error) {
      complain(deps, error);
    }
    if (taken === 0) await idle(signal);
    // Lets attempts that have just ended be noted before their endpoint is asked for more.
    else await pause(5);
  }
  await Promise.all([...underWay.values()].flatMap((own) => [...own]));
}

async function attemptDelivery(
  deps: WebhookRelayDeps,
  endpoint: WebhookTarget,
  delivery: WebhookDelivery,
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, log } = deps;
  const { webhookId, deliveryId, attempts, type } = delivery;
  let answer: WebhookAnswer | undefined;
  let error: string | undefined;
  try {
    answer = await postWebhook({
      url: endpoint.url,
      headers: headersOf(deps, endpoint, delivery),
      body: delivery.payload,
      ...{ targets: deps.targets, timeoutMs, signal },
    });
    error = errorOf(answer);
  } catch (failure) {
    if (signal.aborted) return releaseDelivery(db, { deliveryId });
    error = (failure as Error).message || 'no connection';
  }
  const at = clock();
  if (error === undefined) {
    const responseStatus = answer!.status;
    return deliverySucceeded(db, { webhookId, deliveryId, responseStatus, at });
  }
  const retryAfterMs = Math.min(answer?.retryAfterMs ?? 0, retryAfterAtMostMs);
  const waitMs = retryWaitMs(attempts, { retryAfterMs, random: Math.random() });
  const gone = answer?.status === 410;
  await deliveryFailed(db, {
    ...{ webhookId, deliveryId, at, error, gone },
    responseStatus: answer?.status ?? null,
    responseBody: answer?.body ?? null,
    nextAttemptAt: waitMs === null ? null : later(at, waitMs),
    pausedUntil: retryAfterMs === 0 ? null : later(at, retryAfterMs),
  });
  const details = { webhookId, deliveryId, type, attempts, error };
  if (gone) log.error(details, 'a webhook is gone: nothing is sent to it until it is enabled');
  else if (waitMs === null) log.error(details, 'a webhook message is given up; it can be replayed');
  else log.warn(details, 'a webhook message was not delivered, will try again');
}

function errorOf({ status }: WebhookAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) {
    return `the receiver answered ${status}: redirects are not followed`;
  }
  return `the receiver answered ${status}`;
}

/** The timestamp is the attempt's, as receivers refuse an old one; the ID stays. */
function headersOf(
  { secrets, clock }: WebhookRelayDeps,
  { secret, previousSecret, previousSecretUntil }: WebhookTarget,
  { deliveryId, payload }: WebhookDelivery,
): Record<string, string> {
  const at = clock();
  const rotating =
    previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > at;
  const signatures = [secret, ...(rotating ? [previousSecret] : [])].map((sealed) =>
    new Webhook(secrets.unseal(sealed)).sign(deliveryId, new Date(at), payload),
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'winback',
    'webhook-id': deliveryId,
    'webhook-timestamp': String(Math.floor(Date.parse(at) / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}

async function runConfirmations(deps: WebhookRelayDeps, signal: AbortSignal): Promise<void> {
  const { db, clock } = deps;
  while (!signal.aborted) {
    let asked = 0;
    try {
      const now = clock();
      const lease = later(now, askAgainMs);
      const held = await takeHeldCases(db, { now, lease, limit: casesAskedAtOnce });
      await Promise.all(held.map((one) => confirm(deps, one)));
      asked = held.length;
    } catch (error) {
      complain(deps, error);
    }
    if (asked === 0) await idle(signal);
  }
}

/**
 * Whether Temporal has stored the workflow task that wrote what the database shows: no other is under way, and the
 * history has grown since it began.
 */
async function confirm(
  { db, recoveries, clock, log }: WebhookRelayDeps,
  { caseId, customerId, heldSince }: { caseId: string; customerId: string; heldSince: string },
): Promise<void> {
  const shown = await getCase(db, caseId);
  const stored = await recoveries.progressOf(customerId, { patienceMs: askPatienceMs });
  if (!shown || !stored || stored.busy) return;
  const { revision, historyLength } = shown;
  const isStored = stored.historyLength > historyLength;
  if (isStored && (await confirmRevision(db, { caseId, revision, at: clock() }))) return;
  if (Date.parse(clock()) - Date.parse(heldSince) < disagreeAtMostMs) return;
  log.warn({ caseId }, 'the database shows what Temporal has not stored: the case writes again');
  await recoveries.writeAgain(customerId);
}

function complain({ log }: WebhookRelayDeps, error: unknown): void {
  log.error({ reason: (error as Error).message }, 'webhooks cannot be sent, will try again');
}

async function idle(signal: AbortSignal): Promise<void> {
  await pause(idleMs, undefined, { signal }).catch(() => undefined);
}

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
