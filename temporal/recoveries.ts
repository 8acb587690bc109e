import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { CaseOpening } from '../domain/case.ts';
import { errorCodes, type ErrorCode } from '../domain/errors.ts';
import type { Fact } from '../domain/facts.ts';
import { recoveryWorkflowId, scanWorkflowId } from '../domain/ids.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { CommandRecord } from '../domain/records.ts';
import type { Tailoring } from '../domain/measure-plan.ts';
import { codedResult, type TaskType } from '../domain/tasks.ts';
import * as messages from '../workflows/messages.ts';
import { searchAttributesOf } from '../workflows/search-attributes.ts';

/** What became of a command: the case acted on it, the task had closed before, it is not allowed, or nobody answered. */
export type Verdict =
  /** the database shows it from this revision of the case on */
  | { kind: 'applied'; revision: number }
  | { kind: 'late' }
  | { kind: 'rejected'; code: ErrorCode; message: string }
  | { kind: 'not-running' }
  | { kind: 'no-answer' };

/** A command with what its update needs from the database. */
export type Delivery = {
  command: CommandRecord;
  customerId: string;
  /** of the task that a completion is about */
  taskType: TaskType | undefined;
  /** milliseconds to wait for the verdict */
  patienceMs: number;
};

/** The one way to the recovery workflows, for the API and the relay. */
export type Recoveries = ReturnType<typeof createRecoveries>;

export function createRecoveries({ client, taskQueue }: { client: Client; taskQueue: string }) {
  const handleOf = (customerId: string) =>
    client.workflow.getHandle(recoveryWorkflowId(customerId));

  return {
    /** Starts the case's workflow. `running`: this case's, or the customer's earlier one that is just ending. */
    async start(opening: CaseOpening): Promise<'started' | 'running'> {
      try {
        await client.workflow.start('recoveryCase', {
          workflowId: recoveryWorkflowId(opening.customerId),
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          taskQueue,
          args: [opening],
          typedSearchAttributes: searchAttributesOf(opening, {
            step: 'identification',
            tier: null,
            statedCause: opening.statedCause,
            assessedCause: null,
            verifiedCause: null,
          }),
        });
        return 'started';
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'running';
        throw error;
      }
    },

    async startScan(input: { scanId: string; policy: VersionedPolicy }): Promise<void> {
      await client.workflow
        .start('dormancyScan', {
          workflowId: scanWorkflowId(input.scanId),
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          taskQueue,
          args: [input],
        })
        .catch(ignoreAlreadyStarted);
    },

    async report(customerId: string, fact: Fact): Promise<'reported' | 'not-running'> {
      try {
        await handleOf(customerId).signal(messages.reportFact, fact);
        return 'reported';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return 'not-running';
        throw error;
      }
    },

    /**
     * How far Temporal has stored the customer's workflow; undefined when it is not running or nobody answers. It is
     * never asked by a query: one that a worker takes while events wait for it makes the SDK handle them at a time
     * long past (core of SDK 1.24.0), and the case never recovers from that.
     */
    async progressOf(
      customerId: string,
      { patienceMs }: { patienceMs: number },
    ): Promise<{ historyLength: number; busy: boolean } | undefined> {
      try {
        const ask = () => handleOf(customerId).describe();
        const { status, historyLength, raw } = await client.withDeadline(
          Date.now() + patienceMs,
          ask,
        );
        if (status.name !== 'RUNNING') return undefined;
        return { historyLength, busy: Boolean(raw.pendingWorkflowTask) };
      } catch (error) {
        const { cause } = error as Error;
        const nobody = error instanceof WorkflowNotFoundError;
        if (nobody || isGrpcServiceError(error) || isGrpcServiceError(cause)) return undefined;
        throw error;
      }
    },

    async writeAgain(customerId: string): Promise<void> {
      await handleOf(customerId).signal(messages.writeAgain);
    },

    /** Sends the command as an update, whose ID makes a repetition harmless. */
    async deliver(delivery: Delivery): Promise<Verdict> {
      const { command, patienceMs } = delivery;
      try {
        return await client.withDeadline(Date.now() + patienceMs, () => update(delivery));
      } catch (error) {
        if (error instanceof WorkflowUpdateFailedError) return rejection(error, command);
        if (error instanceof WorkflowNotFoundError) return { kind: 'not-running' };
        if (
          error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
          isGrpcServiceError(error) ||
          isGrpcServiceError((error as Error).cause)
        ) {
          return { kind: 'no-answer' };
        }
        throw error;
      }
    },
  };

  async function update({ command, customerId, taskType }: Delivery): Promise<Verdict> {
    const handle = handleOf(customerId);
    const { commandId, target, request } = command;
    const updateId = commandId;
    const told = { commandId, caseId: command.caseId! };
    const utc = (field: string) => new Date(request[field] as string).toISOString();
    switch (command.action) {
      case 'task.complete': {
        const type = taskType!;
        const result = codedResult(type, request['result'] as Record<string, unknown>);
        const args: [messages.CompleteTask] = [{ ...told, taskId: target, type, result }];
        return verdict(await handle.executeUpdate(messages.completeTask, { updateId, args }));
      }
      case 'task.reschedule': {
        const args: [messages.RescheduleTask] = [{ ...told, taskId: target, dueAt: utc('dueAt') }];
        return verdict(await handle.executeUpdate(messages.rescheduleTask, { updateId, args }));
      }
      case 'case.close':
        return verdict(await handle.executeUpdate(messages.closeCase, { updateId, args: [told] }));
      case 'case.pause': {
        const args: [messages.PauseCase] = [{ ...told, until: utc('until') }];
        return verdict(await handle.executeUpdate(messages.pauseCase, { updateId, args }));
      }
      case 'case.resume':
        return verdict(await handle.executeUpdate(messages.resumeCase, { updateId, args: [told] }));
      case 'case.tailor-plan': {
        const args: [messages.TailorPlan] = [{ ...told, change: request['change'] as Tailoring }];
        return verdict(await handle.executeUpdate(messages.tailorPlan, { updateId, args }));
      }
      case 'case.change-playbook': {
        const { playbookId, version, measures } = request as Omit<
          messages.ChangePlaybook,
          keyof messages.CaseCommand
        >;
        const args: [messages.ChangePlaybook] = [{ ...told, playbookId, version, measures }];
        return verdict(await handle.executeUpdate(messages.changePlaybook, { updateId, args }));
      }
      default:
        throw new Error(`No workflow takes the command ${command.action}`);
    }
  }
}

function verdict({ applied, revision }: messages.CaseAnswer): Verdict {
  return applied ? { kind: 'applied', revision } : { kind: 'late' };
}

function ignoreAlreadyStarted(error: unknown): void {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
}

function rejection(error: WorkflowUpdateFailedError, command: CommandRecord): Verdict {
  const { cause } = error;
  if (cause instanceof ApplicationFailure && errorCodes.includes(cause.type as ErrorCode)) {
    return { kind: 'rejected', code: cause.type as ErrorCode, message: cause.message };
  }
  // The workflow ended while it had the command in hand: whatever it was for is over.
  return {
    kind: 'rejected',
    code: 'case-not-open',
    message: `${command.action} came when the case was just ending`,
  };
}
