import {
  stateAtOpening,
  type CaseProjection,
  type CaseState,
  type TaskState,
} from '../../domain/case.ts';
import type { VersionedPolicy } from '../../domain/policy.ts';
import type { Actor, CaseRecord, SalesEvent } from '../../domain/records.ts';
import { openCase, projectCase } from '../../db/cases.ts';
import { acceptEvents } from '../../db/events.ts';
import { bookCase } from '../../db/ledger.ts';
import type { Db } from '../../db/open.ts';
import { messagesDone, nextMessages } from '../../db/outbox.ts';
import { storePolicy } from '../../db/policies.ts';
import { tasks } from '../../db/schema.ts';
import { unlessRefused } from '../support/policies.ts';
import { createWebhook } from '../../db/webhooks.ts';
import { type WebhookType, webhookTypes } from '../../domain/webhooks.ts';

/* What the database tests begin with. Time in them is counted in minutes from one fixed moment. */

export function minute(number: number): string {
  return new Date(Date.UTC(2026, 10, 2, 8, number)).toISOString();
}

const shop: Actor = { actorId: 'shop-key', role: 'sales-system' };
export const anna: Actor = { actorId: 'anna', role: 'agent' };
export const bert: Actor = { actorId: 'bert', role: 'agent' };
export const boss: Actor = { actorId: 'boss', role: 'manager' };

/** What the manager asked for without a key for repetition. */
export const ordered = {
  asked: { actor: boss, request: {}, idempotencyKey: null },
  at: minute(0),
};

export async function aPolicy(db: Db): Promise<VersionedPolicy> {
  return storePolicy(db, unlessRefused, minute(0));
}

let eventNumber = 0;

export function event(
  type: string,
  customerId: string,
  fields: Partial<SalesEvent> = {},
): SalesEvent {
  eventNumber += 1;
  return {
    source: 'https://shop.example',
    eventId: `event-${eventNumber}`,
    type,
    customerId,
    time: minute(0),
    data: {},
    ...fields,
  };
}

export function purchase(
  customerId: string,
  orderId: string,
  fields: { time?: string; amount?: number } = {},
): SalesEvent {
  const { time = minute(0), amount = 1_000 } = fields;
  const data = { orderId, amount, currency: 'EUR' };
  return event('purchase.recorded', customerId, { time, data });
}

export async function accept(db: Db, events: SalesEvent[], at = minute(0)) {
  return acceptEvents(db, { events, policy: await aPolicy(db), at, actor: shop });
}

export async function anOpenCase(
  db: Db,
  customerId: string,
  fields: Partial<Parameters<typeof openCase>[1]> = {},
): Promise<CaseRecord> {
  const { record } = await openCase(db, {
    customerId,
    trigger: 'manual',
    statedCause: null,
    statedReason: null,
    effectiveAt: null,
    openedBy: 'boss',
    policy: await aPolicy(db),
    at: minute(0),
    ...fields,
  });
  return record;
}

/** An open case whose workflow has shown these tasks. */
export async function aCaseWithTasks(
  db: Db,
  customerId: string,
  tasks: TaskState[],
  state: Partial<CaseState> = {},
): Promise<CaseRecord> {
  const record = await anOpenCase(db, customerId);
  await projectCase(db, projection(record, 1, { tasks, state }), minute(1));
  return record;
}

/** An open case whose workflow has been told to start. */
export async function aStartedCase(db: Db): Promise<void> {
  await anOpenCase(db, 'C1');
  const [start] = await messages(db);
  await messagesDone(db, [start!.outboxId], minute(0));
}

/** An endpoint that is told everything, or what `types` says. */
export async function aWebhook(db: Db, fields: { types?: WebhookType[]; at?: string } = {}) {
  const { types = [...webhookTypes], at = minute(0) } = fields;
  const endpoint = { url: 'https://crm.example/hook', description: null, secret: 'sealed' };
  const asked = { actor: boss, request: {}, idempotencyKey: null };
  return createWebhook(db, { ...endpoint, types, at }, asked);
}

/** Everything that waits to be told, of whatever customer, as far as its turn has come. */
export async function messages(db: Db, now = minute(1_000_000)) {
  return nextMessages(db, { now, limit: 1_000 });
}

export function projection(
  record: CaseRecord,
  revision: number,
  fields: Partial<Omit<CaseProjection, 'state'>> & { state?: Partial<CaseState> } = {},
): CaseProjection {
  const { caseId, customerId, episode, trigger, openedAt, statedCause, effectiveAt } = record;
  const { policyVersion, triggerDetail, silentLoss } = record;
  return {
    opening: {
      caseId,
      customerId,
      episode,
      trigger,
      triggerDetail,
      silentLoss,
      openedAt,
      statedCause,
      effectiveAt,
      policyVersion,
      firstSeq: 1,
    },
    revision,
    historyLength: 10,
    since: minute(99),
    finalBefore: 1,
    tasks: [],
    timeline: { firstSeq: 1, entries: [] },
    nextLoss: null,
    ...fields,
    state: { ...stateAtOpening(null), ...fields.state },
  };
}

export const closedAsLost = {
  status: 'closed',
  outcome: 'lost',
  endReason: 'observation-over',
  closedAt: minute(50),
} as const;

export function task(taskId: string, fields: Partial<TaskState> = {}): TaskState {
  return {
    taskId,
    type: 'recovery-call',
    step: 'measures',
    measureId: null,
    queue: null,
    status: 'open',
    attempt: 1,
    createdAt: minute(1),
    dueAt: minute(10),
    deadlineAt: minute(20),
    agreed: false,
    closedAt: null,
    closeReason: null,
    commandId: null,
    result: null,
    ...fields,
  };
}

/** Puts it down that a case has spoken with its customer, and what the figures make of it. */
export function spokenTo(db: Db, { caseId, customerId }: CaseRecord, at = minute(5)): void {
  const spoken = task(`${caseId}-spoken-${at}`, { status: 'done', closedAt: at });
  db.insert(tasks)
    .values({ ...spoken, caseId, customerId, result: { outcome: 'refused' } })
    .run();
  bookCase(db, caseId, at);
}

/** All pages of a list, one after the other. */
export async function everyPage<T>(
  list: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await list(cursor);
    pages.push(items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}
