import { setTimeout as pause } from 'node:timers/promises';
import type { CaseOpening } from '../domain/case.ts';
import { lateError } from '../domain/errors.ts';
import type { Fact } from '../domain/facts.ts';
import type { OutboxMessage } from '../domain/records.ts';
import { getCase, openAfterLoss, openCaseOf } from '../db/cases.ts';
import { finishCommand, getCommand, takeCommand } from '../db/commands.ts';
import type { Db } from '../db/open.ts';
import { messageFailed, messagesDone, nextMessages } from '../db/outbox.ts';
import { getTask } from '../db/tasks.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Recoveries } from '../temporal/recoveries.ts';

/** The part of pino that we use. */
export type Logger = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};

export type RelayDeps = {
  db: Db;
  recoveries: Recoveries;
  /** in force now, for scans and for cases that a late cancellation opens */
  policy: () => VersionedPolicy;
  clock: () => string;
  log: Logger;
};

/** A message's fact with the case that it was for when it was accepted. */
export type FactMessage = Fact & { customerId: string; caseId: string };

const atOnce = 200;
const idleMs = 40;
const patienceMs = 10_000;
const retryMs = { first: 100, most: 10_000 };

/**
 * Tells Temporal what the database has accepted: in order per customer, again and again until it is told. Everything
 * it does may be repeated: starts by workflow ID, signals by event ID, updates by command ID. A message that waits for
 * its answer holds up nobody but its own customer.
 */
export async function runRelay(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  const underWay = new Map<number, Promise<void>>();
  let delivered: number[] = [];
  const take = (message: OutboxMessage) => {
    const { outboxId } = message;
    const delivery = deliverOrDelay(deps, message).then((done) => {
      if (done) delivered.push(outboxId);
      else underWay.delete(outboxId);
    });
    underWay.set(outboxId, delivery);
  };
  const note = async () => {
    const settled = delivered;
    delivered = [];
    await messagesDone(deps.db, settled, deps.clock());
    for (const outboxId of settled) underWay.delete(outboxId);
  };
  while (!signal.aborted) {
    const due = { now: deps.clock(), limit: atOnce - underWay.size, known: underWay.keys() };
    (await nextMessages(deps.db, due)).forEach(take);
    if (delivered.length === 0) await pause(idleMs);
    await note();
  }
  await Promise.all(underWay.values());
  await note();
}

async function deliverOrDelay(deps: RelayDeps, message: OutboxMessage): Promise<boolean> {
  const failed = async (error: string) => {
    const waitMs = Math.min(retryMs.first * 2 ** message.attempts, retryMs.most);
    const notBefore = new Date(Date.parse(deps.clock()) + waitMs).toISOString();
    await messageFailed(deps.db, { outboxId: message.outboxId, error, notBefore });
    return false;
  };
  try {
    const done = await deliver(deps, message);
    return done || (await failed('not taken yet'));
  } catch (error) {
    const reason = reasonOf(error);
    deps.log.warn(
      { outboxId: message.outboxId, kind: message.kind, attempts: message.attempts, reason },
      'message not delivered, will try again',
    );
    return failed(reason);
  }
}

/** With the cause below it: the SDK's own messages only say what failed. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Whether the message is settled. */
async function deliver(deps: RelayDeps, { kind, payload }: OutboxMessage): Promise<boolean> {
  switch (kind) {
    case 'start-case':
      return startCase(deps, payload as CaseOpening);
    case 'fact':
      return report(deps, payload as FactMessage);
    case 'command':
      return command(deps, (payload as { commandId: string }).commandId);
    case 'start-scan':
      await deps.recoveries.startScan({
        scanId: (payload as { scanId: string }).scanId,
        policy: deps.policy(),
      });
      return true;
  }
}

/**
 * A case that has written once was started, even if we died before noting it; starting it again after its end would
 * walk it twice.
 */
async function startCase({ db, recoveries }: RelayDeps, opening: CaseOpening): Promise<boolean> {
  const record = await getCase(db, opening.caseId);
  if (!record || record.revision > 0 || record.status === 'closed') return true;
  const started = await recoveries.start(opening);
  // Running: ours, which will have written soon, or the customer's last one, which must end first.
  return started === 'started';
}

async function report(
  { db, recoveries, policy, clock }: RelayDeps,
  message: FactMessage,
): Promise<boolean> {
  const { customerId, caseId, ...fact } = message;
  if ((await recoveries.report(customerId, fact)) === 'reported') return true;
  // Not running, though the database says open: the reconciliation pass will bring the workflow back.
  if ((await openCaseOf(db, customerId))?.caseId === caseId) return false;
  if (fact.kind === 'cancellation') {
    await openAfterLoss(db, {
      customerId,
      cancelledAt: fact.at,
      statedCause: fact.cause,
      statedReason: null,
      effectiveAt: fact.effectiveAt,
      openedBy: 'sales-system',
      policy: policy(),
      at: clock(),
    });
  }
  return true;
}

/** A command whose caller got no verdict: the process died, or no worker answered in time. */
async function command({ db, recoveries, clock }: RelayDeps, commandId: string): Promise<boolean> {
  const kept = await getCommand(db, commandId);
  if (!kept || kept.status !== 'pending') return true;
  // Whoever undoes it in this moment is either first or too late.
  const record = kept.undoUntil === null ? kept : await takeCommand(db, { commandId, at: clock() });
  if (!record) return false;
  const theCase = record.caseId ? await getCase(db, record.caseId) : undefined;
  if (!theCase) throw new Error(`command ${commandId} is about a case that does not exist`);
  const task = record.action.startsWith('task.') ? await getTask(db, record.target) : undefined;
  const verdict = await recoveries.deliver({
    command: record,
    customerId: theCase.customerId,
    taskType: task?.type,
    patienceMs,
  });
  const settle = async (verdict: Pick<Settlement, 'status' | 'error' | 'tells'>) => {
    await finishCommand(db, { commandId, ...verdict, at: clock() });
    return true;
  };
  switch (verdict.kind) {
    case 'applied':
      return settle({ status: 'done' });
    case 'late':
      return settle({ status: 'rejected', error: lateError(record) });
    case 'rejected':
      if (verdict.code !== 'case-not-open') return settle({ status: 'rejected', error: verdict });
      break;
    case 'not-running':
      if (theCase.status === 'open') return false;
      break;
    case 'no-answer':
      return false;
  }
  // The case has ended, so that nobody but us can tell of the result any more.
  const { outcome } = (record.request['result'] ?? {}) as { outcome?: string };
  const data = outcome && task ? { type: task.type, outcome } : undefined;
  return settle({
    status: 'rejected',
    error: { code: 'case-not-open', message: 'The case closed before this reached it.' },
    tells: data && { code: 'late-result', data },
  });
}

type Settlement = Parameters<typeof finishCommand>[1];
