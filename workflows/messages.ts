import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CaseState, TaskState } from '../domain/case.ts';
import type { Fact } from '../domain/facts.ts';
import type { TaskResult } from '../domain/tasks.ts';

/*
 * Everything that can be said to a recovery case. Update: a person acts and needs the verdict. Signal: an outside
 * fact, at least once, told apart by its event ID. Query: read only, for tests and live diagnosis.
 */

export type CompleteTask = {
  commandId: string;
  taskId: string;
  result: TaskResult;
  /**
   * The person was told "kept", because no worker answered: a task that closed meanwhile then keeps the result as a
   * late one instead of rejecting it.
   */
  kept: boolean;
};
export type RescheduleTask = { commandId: string; taskId: string; dueAt: string };
/** `caseId`, because a customer's next episode has the same workflow ID. */
export type CaseCommand = { commandId: string; caseId: string };
export type PauseCase = CaseCommand & { until: string };

export const completeTask = defineUpdate<{ applied: boolean }, [CompleteTask]>('completeTask');
export const rescheduleTask = defineUpdate<void, [RescheduleTask]>('rescheduleTask');
export const closeCase = defineUpdate<void, [CaseCommand]>('closeCase');
export const pauseCase = defineUpdate<void, [PauseCase]>('pauseCase');
export const resumeCase = defineUpdate<void, [CaseCommand]>('resumeCase');

export const reportFact = defineSignal<[Fact]>('reportFact');
/** Write the whole state to the database again (sent by the reconciliation pass). */
export const writeAgain = defineSignal<[]>('writeAgain');

export const caseStateQuery = defineQuery<{
  revision: number;
  state: CaseState;
  openTasks: TaskState[];
}>('caseState');

/** `type` of the failure with which a validator rejects a command: a domain error code. */
export type Rejection = 'task-not-open' | 'case-not-open' | 'invalid';
