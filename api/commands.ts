import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { getCase } from '../db/cases.ts';
import { beginCommand, finishCommand, releaseCommand } from '../db/commands.ts';
import { DomainError, type ErrorCode, lateError, refused } from '../domain/errors.ts';
import type { CommandRecord } from '../domain/records.ts';
import type { TaskType } from '../domain/tasks.ts';
import type { Verdict } from '../temporal/recoveries.ts';
import { HttpProblem, loggable } from './errors.ts';
import { repeated } from './idempotency.ts';
import type { Answer, Call } from './route.ts';

/** What a person tells a running case to do. */
export type Order = {
  action:
    | 'task.complete'
    | 'task.reschedule'
    | 'case.close'
    | 'case.pause'
    | 'case.resume'
    | 'case.tailor-plan'
    | 'case.change-playbook';
  target: string;
  caseId: string;
  customerId: string;
  taskType?: TaskType;
  request: Record<string, unknown>;
  /** how long it can be undone before the case hears of it, in milliseconds; left out: at once */
  undoMs?: number | undefined;
  /** throws if the database already knows that it cannot be carried out */
  check: () => Promise<void> | void;
};

/**
 * Keeps the order, sends it to the case and waits a moment for the verdict. Whoever asked hears 200 only for what the
 * case has done; without a verdict the order stays kept, and the relay of the worker process sends it on, as it does
 * with one that can be undone for a while.
 */
export async function carryOut(
  call: Call,
  order: Order,
  fresh: () => Promise<unknown>,
): Promise<Answer> {
  const { action, target, caseId, request, undoMs } = order;
  const before = await repeated(call, { action, target, request });
  if (before) return told(before, fresh);
  await order.check();
  const { command, repeated: raced } = await beginCommand(call.db, {
    commandId: randomUUID(),
    actor: call.actor,
    action,
    target,
    caseId,
    request,
    idempotencyKey: call.idempotencyKey,
    at: call.at,
    lease: new Date(Date.parse(call.at) + (undoMs ?? call.limits.leaseMs)).toISOString(),
    undo: undoMs !== undefined,
  });
  if (raced || undoMs !== undefined) return told(command, fresh);
  const verdict = await verdictOn(command, order, call);
  const settled = await settle(call, command, verdict);
  if (verdict.kind === 'applied') await shown(call, caseId, verdict.revision);
  return told(settled, fresh);
}

/** What the case has done it has mostly written before it answers, and otherwise does a moment later. */
async function shown({ db, limits }: Call, caseId: string, revision: number): Promise<void> {
  for (const deadline = Date.now() + limits.patienceMs; Date.now() < deadline; await pause(10)) {
    const record = await getCase(db, caseId);
    if (!record || record.revision >= revision) return;
  }
}

const lookAgainMs = 100;

async function verdictOn(command: CommandRecord, order: Order, call: Call): Promise<Verdict> {
  const { customerId, taskType } = order;
  const { patienceMs } = call.limits;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const verdict = await call.recoveries
      .deliver({ command, customerId, taskType, patienceMs })
      .catch((error: unknown): Verdict => {
        const { commandId } = command;
        call.logger.error({ commandId, error: loggable(error) }, 'a command could not be sent');
        return { kind: 'no-answer' };
      });
    // Either the case has just ended, or it was opened a moment ago and will be running in another moment.
    if (verdict.kind !== 'not-running' || Date.now() > deadline) return verdict;
    if ((await getCase(call.db, order.caseId))?.status !== 'open') {
      return {
        kind: 'rejected',
        code: 'case-not-open',
        message: 'The case closed a moment before.',
      };
    }
    await pause(lookAgainMs);
  }
}

async function settle(
  { db, clock }: Call,
  command: CommandRecord,
  verdict: Verdict,
): Promise<CommandRecord> {
  const { commandId } = command;
  switch (verdict.kind) {
    case 'applied':
      await finishCommand(db, { commandId, status: 'done', at: clock() });
      return { ...command, status: 'done' };
    case 'late': {
      const error = lateError(command);
      await finishCommand(db, { commandId, status: 'rejected', error, at: clock() });
      return { ...command, status: 'rejected', error };
    }
    case 'rejected': {
      const error = { code: verdict.code, message: verdict.message };
      await finishCommand(db, { commandId, status: 'rejected', error, at: clock() });
      return { ...command, status: 'rejected', error };
    }
    case 'not-running':
    case 'no-answer':
      await releaseCommand(db, { commandId, caseId: command.caseId!, at: clock() });
      return command;
  }
}

/** The answer to a command as it is stored, the first time and every time after. */
async function told(command: CommandRecord, fresh: () => Promise<unknown>): Promise<Answer> {
  const { commandId, status, error, undoUntil } = command;
  switch (status) {
    case 'done':
      return { status: 200, body: await fresh() };
    case 'rejected':
      throw rejected(error!);
    case 'undone':
      throw refused('undone');
    case 'pending':
      return {
        status: 202,
        headers: { Location: `/api/v1/commands/${commandId}` },
        body: {
          status: 'kept',
          commandId,
          undoUntil,
          message:
            undoUntil === null
              ? 'The engine does not answer just now. The command is kept and will be applied as soon as it is back.'
              : 'Kept. The engine hears of it as soon as it cannot be undone any more.',
        },
      };
  }
}

/** The request was well-formed, so what the case calls invalid does not fit the case as it stands. */
function rejected({ code, message }: { code: ErrorCode; message: string }): Error {
  if (code !== 'invalid') return new DomainError(code, message);
  // As its handlers write it: `dueAt must be in the future`.
  const [, field, rule] = /^(\S+) (must .+)$/s.exec(message) ?? [];
  return new HttpProblem('refused', message, field && rule ? [{ field, rule }] : []);
}
