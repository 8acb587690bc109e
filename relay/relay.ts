import { setTimeout as pause } from 'node:timers/promises';
import type { CaseOpening } from '../domain/case.ts';
import type { Fact } from '../domain/facts.ts';
import type { OutboxMessage } from '../domain/records.ts';
import { getCase, openCase, openCaseOf } from '../db/cases.ts';
import { finishCommand, getCommand } from '../db/commands.ts';
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
  /** of cases that a late cancellation opens */
  policy: VersionedPolicy;
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
 * it does may be repeated: starts by workflow ID, signals by event ID, updates by command ID.
 */
export async function runRelay(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const delivered = await relayOnce(deps);
    if (delivered === 0) await pause(idleMs);
  }
}

/** Delivers what is due and returns how many messages it took up. */
async function relayOnce(deps: RelayDeps): Promise<number> {
  const due = await nextMessages(deps.db, { now: deps.clock(), limit: atOnce });
  const delivered = await Promise.all(due.map((message) => deliverOrDelay(deps, message)));
  await messagesDone(
    deps.db,
    delivered.filter((id) => id !== null),
    deps.clock(),
  );
  return due.length;
}

async function deliverOrDelay(deps: RelayDeps, message: OutboxMessage): Promise<number | null> {
  const failed = async (error: string) => {
    const waitMs = Math.min(retryMs.first * 2 ** message.attempts, retryMs.most);
    const notBefore = new Date(Date.parse(deps.clock()) + waitMs).toISOString();
    await messageFailed(deps.db, { outboxId: message.outboxId, error, notBefore });
    return null;
  };
  try {
    const done = await deliver(deps, message);
    return done ? message.outboxId : await failed('not taken yet');
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
        policy: deps.policy,
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
    await openCase(db, {
      customerId,
      trigger: 'cancellation',
      statedCause: fact.cause,
      statedReason: null,
      effectiveAt: fact.effectiveAt,
      openedBy: 'sales-system',
      policy,
      at: clock(),
    });
  }
  return true;
}

/** A command whose caller got no verdict: the process died, or no worker answered in time. */
async function command({ db, recoveries, clock }: RelayDeps, commandId: string): Promise<boolean> {
  const record = await getCommand(db, commandId);
  if (!record || record.status !== 'pending') return true;
  const theCase = record.caseId ? await getCase(db, record.caseId) : undefined;
  if (!theCase) throw new Error(`command ${commandId} is about a case that does not exist`);
  const task = record.action.startsWith('task.') ? await getTask(db, record.target) : undefined;
  const verdict = await recoveries.deliver({
    command: record,
    customerId: theCase.customerId,
    taskType: task?.type,
    kept: true,
    patienceMs,
  });
  const settle = async (error?: { code: 'task-not-open' | 'case-not-open'; message: string }) => {
    await finishCommand(db, {
      commandId,
      at: clock(),
      ...(error ? { status: 'rejected', error } : { status: 'done' }),
    });
    return true;
  };
  switch (verdict.kind) {
    case 'applied':
      return settle();
    case 'late':
      return settle({
        code: 'task-not-open',
        message: 'The task closed before this result reached it; the timeline keeps it as late.',
      });
    case 'rejected':
      await finishCommand(db, { commandId, status: 'rejected', error: verdict, at: clock() });
      return true;
    case 'not-running':
      if (theCase.status === 'open') return false;
      return settle({ code: 'case-not-open', message: 'The case closed before this reached it.' });
    case 'no-answer':
      return false;
  }
}
