import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CaseState, TaskState } from '../domain/case.ts';
import type { Fact } from '../domain/facts.ts';
import type { Tailoring } from '../domain/measure-plan.ts';
import type { Measure } from '../domain/playbooks.ts';
import type { TaskResult, TaskType } from '../domain/tasks.ts';

/*
 * Everything that can be said to a recovery case. Update: a person acts and needs the verdict. Signal: an outside
 * fact, at least once, told apart by its event ID. Query: for tests and live diagnosis alone (docs/decisions/0007-no-queries.md).
 */

/** What a person tells a case; it is named, since the workflow of the customer's next case has the same ID. */
export type CaseCommand = { commandId: string; caseId: string };
export type CompleteTask = CaseCommand & { taskId: string; type: TaskType; result: TaskResult };
export type RescheduleTask = CaseCommand & { taskId: string; dueAt: string };
export type TailorPlan = CaseCommand & { change: Tailoring };
export type ChangePlaybook = CaseCommand & {
  playbookId: string;
  version: number;
  measures: Measure[];
};
export type PauseCase = CaseCommand & { until: string };

export type CaseAnswer = {
  /**
   * false: the task was not open any more, or the plan has gone on; a result is then kept as a late one, which changes
   * nothing
   */
  applied: boolean;
  /** the revision from which on the database shows what came of it */
  revision: number;
};

export const completeTask = defineUpdate<CaseAnswer, [CompleteTask]>('completeTask');
export const rescheduleTask = defineUpdate<CaseAnswer, [RescheduleTask]>('rescheduleTask');
export const tailorPlan = defineUpdate<CaseAnswer, [TailorPlan]>('tailorPlan');
export const changePlaybook = defineUpdate<CaseAnswer, [ChangePlaybook]>('changePlaybook');
export const closeCase = defineUpdate<CaseAnswer, [CaseCommand]>('closeCase');
export const pauseCase = defineUpdate<CaseAnswer, [PauseCase]>('pauseCase');
export const resumeCase = defineUpdate<CaseAnswer, [CaseCommand]>('resumeCase');

export const reportFact = defineSignal<[Fact]>('reportFact');
/** Write the whole state to the database again (sent by the reconciliation pass). */
export const writeAgain = defineSignal<[]>('writeAgain');

export const caseStateQuery = defineQuery<{
  caseId: string;
  revision: number;
  state: CaseState;
  openTasks: TaskState[];
}>('caseState');

/** `type` of the failure with which a validator rejects a command: a domain error code. */
export type Rejection = 'task-not-open' | 'case-not-open' | 'invalid';
