import type { CaseOpening, CaseProjection, EndReason, TaskState } from './case.ts';
import type { Rise } from './rises.ts';
import type { TimelineEntry } from './timeline.ts';
import type { EarlySign, Outcome, Step } from './words.ts';

/* What we tell other systems by webhook: the Standard Webhooks convention, https://www.standardwebhooks.com. */

/** What an endpoint can ask for. */
export const webhookTypes = [
  'case.opened',
  'case.step-changed',
  'case.closed',
  'task.created',
  'task.completed',
  'customer.regained',
  'losses.risen',
] as const;
export type WebhookType = (typeof webhookTypes)[number];

/** Sent when an admin asks for it, whatever the endpoint's types. */
export const testType = 'webhook.test';
export const messageTypes = [...webhookTypes, testType] as const;
export type MessageType = (typeof messageTypes)[number];

/** `gone`: its receiver answered 410, so that nothing is sent until an admin enables it again. */
export const endpointStatuses = ['enabled', 'disabled', 'gone'] as const;
export type EndpointStatus = (typeof endpointStatuses)[number];

/**
 * `held`: Temporal may still discard what it tells. `pending`: on its way, by as many attempts as it takes.
 * `failed`: given up after the last attempt, until somebody replays it.
 */
export const deliveryStatuses = ['held', 'pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** One occurrence as the receivers hear of it: IDs, codes and times, nothing personal. */
export type WebhookMessage = {
  type: MessageType;
  /** names the occurrence for ever: an endpoint is told of it under one ID only */
  occurrence: string;
  /** when it happened */
  at: string;
  /** of the timeline entry that stands for it, which may still be replaced; null: it is a fact of our database */
  seq: number | null;
  caseId: string | null;
  /** messages of one customer are sent in order */
  customerId: string | null;
  data: Record<string, string | number | null>;
};

type CaseName = Pick<CaseOpening, 'caseId' | 'customerId' | 'episode'>;

export function caseOpened(
  record: CaseName & Pick<CaseOpening, 'trigger' | 'openedAt'> & { step: Step },
): WebhookMessage {
  const { caseId, customerId, episode, trigger, step, openedAt } = record;
  return {
    type: 'case.opened',
    occurrence: `case.opened/${caseId}`,
    at: openedAt,
    seq: null,
    caseId,
    customerId,
    data: { caseId, customerId, episode, trigger, step, openedAt },
  };
}

/** @param closing how and when it ended, and the number of the timeline entry that tells it, if that may be replaced */
export function caseClosed(
  { caseId, customerId, episode }: CaseName,
  closing: { outcome: Outcome; reason: EndReason; at: string; seq: number | null },
): WebhookMessage {
  const { outcome, reason, at, seq } = closing;
  return {
    type: 'case.closed',
    occurrence: `case.closed/${caseId}`,
    at,
    seq,
    caseId,
    customerId,
    data: { caseId, customerId, episode, outcome, reason, closedAt: at },
  };
}

type TaskWithoutCase = Omit<TaskState, 'commandId' | 'result'> & {
  caseId: string | null;
  customerId: string;
  sign: EarlySign | null;
};

/** Of a task that no case waits for: a fact of our database as soon as it is written. */
export function taskWithoutCaseCreated(task: TaskWithoutCase): WebhookMessage {
  const { taskId, caseId, customerId, type, step, attempt, createdAt, dueAt, deadlineAt } = task;
  const data = { taskId, caseId, customerId, type, step, attempt, dueAt, deadlineAt };
  return {
    type: 'task.created',
    occurrence: `task.created/${taskId}`,
    at: createdAt,
    seq: null,
    caseId,
    customerId,
    data: { ...data, sign: task.sign },
  };
}

/** The same of its result. */
export function taskWithoutCaseCompleted(
  { taskId, caseId, customerId, type, sign }: TaskWithoutCase,
  { outcome, at }: { outcome: string; at: string },
): WebhookMessage {
  return {
    type: 'task.completed',
    occurrence: `task.completed/${taskId}`,
    at,
    seq: null,
    caseId,
    customerId,
    data: { taskId, caseId, customerId, type, outcome, sign },
  };
}

/** A cause drives off more customers than chance explains. */
export function lossesRisen({
  riseId,
  at,
  from,
  to,
  ...rise
}: Omit<Rise, 'ratio'> & { riseId: string; at: string }): WebhookMessage {
  const { cause, category, product, region, cases, expected, basis } = rise;
  return {
    type: 'losses.risen',
    occurrence: `losses.risen/${riseId}`,
    at,
    seq: null,
    caseId: null,
    customerId: null,
    data: { riseId, cause, category, product, region, from, to, cases, expected, basis },
  };
}

export function testMessage(webhookId: string, id: string, at: string): WebhookMessage {
  return {
    type: testType,
    occurrence: `${testType}/${id}`,
    at,
    seq: null,
    caseId: null,
    customerId: null,
    data: { webhookId },
  };
}

/** What a projection tells, one message for each timeline entry that others want to hear of. */
export function messagesOf(projection: CaseProjection): WebhookMessage[] {
  const { firstSeq, entries } = projection.timeline;
  return entries.flatMap((entry, i) => messageOf(projection, entry, firstSeq + i) ?? []);
}

function messageOf(
  { opening, tasks, state }: CaseProjection,
  { code, at, data }: TimelineEntry,
  seq: number,
): WebhookMessage | undefined {
  const { caseId, customerId, episode } = opening;
  const told = { at, seq, caseId, customerId };
  const ofCase = { caseId, customerId, episode };
  switch (code) {
    case 'step-entered': {
      const step = String(data['step']);
      // Opening the case has told of its first step.
      if (step === 'identification') return undefined;
      const type = 'case.step-changed';
      return { ...told, type, occurrence: `${type}/${caseId}/${seq}`, data: { ...ofCase, step } };
    }
    case 'task-opened': {
      const task = tasks.find(({ taskId }) => taskId === data['taskId']);
      if (!task) return undefined;
      const { taskId, type, step, attempt, dueAt, deadlineAt } = task;
      return {
        ...told,
        type: 'task.created',
        occurrence: `task.created/${taskId}`,
        data: { taskId, caseId, customerId, type, step, attempt, dueAt, deadlineAt },
      };
    }
    case 'task-done': {
      const { taskId, type = null, outcome = null } = data as Record<string, string>;
      if (taskId === undefined) return undefined;
      return {
        ...told,
        type: 'task.completed',
        occurrence: `task.completed/${taskId}`,
        data: { taskId, caseId, customerId, type, outcome },
      };
    }
    case 'regained':
      return {
        ...told,
        type: 'customer.regained',
        occurrence: `customer.regained/${caseId}`,
        data: { ...ofCase, by: String(data['by']) },
      };
    case 'closed': {
      const { outcome, endReason: reason } = state;
      if (outcome === null || reason === null) return undefined;
      return caseClosed(opening, { outcome, reason, at, seq });
    }
    default:
      return undefined;
  }
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * Waits between one attempt and the next; after the last of them a message is given up. The schedule that Standard
 * Webhooks recommends (spec 1.0.0, "Deliverability and reliability"): ten attempts over some three days.
 */
const retryWaitsMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
];
/** A receiver cannot put us off for longer at once. */
export const retryAfterAtMostMs = 24 * hourMs;
/** So that messages which failed together do not come back together. */
const jitter = 0.1;

/**
 * How long to wait after a failed attempt, in milliseconds; null when that was the last one.
 * @param attempts made so far, from 1
 * @param retryAfterMs what the receiver asked for, 0 if nothing
 * @param random from 0 to 1
 */
export function retryWaitMs(
  attempts: number,
  { retryAfterMs, random }: { retryAfterMs: number; random: number },
): number | null {
  const wait = retryWaitsMs[attempts - 1];
  if (wait === undefined) return null;
  const spread = wait * (1 + jitter * (2 * random - 1));
  return Math.round(Math.max(spread, retryAfterMs));
}

/** An endpoint that has answered nothing but failures for so long is shown as failing for days. */
const failingForDaysMs = 2 * 24 * hourMs;

export function failsForDays(failingSince: string | null, now: string): boolean {
  return failingSince !== null && Date.parse(now) - Date.parse(failingSince) >= failingForDaysMs;
}

/** Who hears of what by webhook. */
export type WebhookRecord = {
  webhookId: string;
  url: string;
  types: WebhookType[];
  description: string | null;
  status: EndpointStatus;
  createdAt: string;
  updatedAt: string;
  /** until when messages are also signed with the secret before the last rotation */
  previousSecretUntil: string | null;
  /** since when it has answered nothing but failures */
  failingSince: string | null;
  consecutiveFailures: number;
  lastSuccessAt: string | null;
  lastError: string | null;
};

/** One message to one endpoint. */
export type WebhookDelivery = {
  /** its `webhook-id`, the same for every attempt */
  deliveryId: string;
  webhookId: string;
  type: MessageType;
  /** the body, as it is sent every time */
  payload: string;
  occurredAt: string;
  status: DeliveryStatus;
  attempts: number;
  /** of what is pending */
  nextAttemptAt: string | null;
  lastAttemptAt: string | null;
  /** of the last answer */
  responseStatus: number | null;
  /** how the answer to a failed attempt began */
  responseBody: string | null;
  lastError: string | null;
  finishedAt: string | null;
};
