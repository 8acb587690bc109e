import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { CaseOpening, CaseState, TaskState } from '../domain/case.ts';
import { after } from '../domain/duration.ts';
import type { Fact } from '../domain/facts.ts';
import { resultErrors } from '../domain/tasks.ts';
import type { CaseTasks } from './case-tasks.ts';
import { now } from './clock.ts';
import type { Inbox } from './inbox.ts';
import * as messages from './messages.ts';

/** What a case can be told to do, each by its main function. */
type Listener = {
  readonly opening: CaseOpening;
  readonly state: CaseState;
  readonly revision: number;
  complete(task: TaskState, command: messages.CompleteTask): boolean;
  reschedule(task: TaskState, dueAt: string): void;
  closeByManager(): void;
  pause(until: string): void;
  resume(by: { byManager: boolean }): void;
  absorb(fact: Fact): void;
  writeEverything(): void;
};

/**
 * Sets every handler of a case. They check and put into the inbox, nothing else; validators are synchronous, since
 * an asynchronous one would accept everything.
 */
export function listen(
  recovery: Listener,
  { inbox, tasks }: { inbox: Inbox; tasks: CaseTasks },
): void {
  const mustBeOpen = ({ caseId }: messages.CaseCommand) => {
    if (recovery.state.status !== 'open' || recovery.opening.caseId !== caseId) {
      throw rejection('case-not-open', `case ${caseId} is closed`);
    }
  };
  const openTask = (taskId: string): TaskState => {
    const task = tasks.find(taskId);
    if (task?.status !== 'open') throw rejection('task-not-open', `task ${taskId} is not open`);
    return task;
  };

  setHandler(
    messages.completeTask,
    async (command: messages.CompleteTask) => {
      let applied = false;
      await inbox.settled(
        () => (applied = recovery.complete(tasks.find(command.taskId)!, command)),
      );
      return { applied };
    },
    {
      validator: ({ taskId, result, kept }: messages.CompleteTask) => {
        const task = kept ? tasks.find(taskId) : openTask(taskId);
        if (!task) throw rejection('task-not-open', `task ${taskId} is not known`);
        const [error] = resultErrors(task.type, result);
        if (error) throw rejection('invalid', `${error.field} ${error.rule}`);
      },
    },
  );
  setHandler(
    messages.rescheduleTask,
    ({ taskId, dueAt }: messages.RescheduleTask) =>
      inbox.settled(() => recovery.reschedule(tasks.find(taskId)!, dueAt)),
    {
      validator: ({ taskId, dueAt }: messages.RescheduleTask) => {
        openTask(taskId);
        if (!(dueAt > now())) throw rejection('invalid', 'dueAt must be in the future');
      },
    },
  );
  setHandler(messages.closeCase, (_command) => inbox.settled(() => recovery.closeByManager()), {
    validator: (command: messages.CaseCommand) => mustBeOpen(command),
  });
  setHandler(
    messages.pauseCase,
    ({ until }: messages.PauseCase) => inbox.settled(() => recovery.pause(until)),
    {
      validator: (command: messages.PauseCase) => {
        mustBeOpen(command);
        const { until } = command;
        const atMost = recovery.opening.policy.pauseAtMost;
        if (!(until > now() && until <= after(now(), atMost))) {
          throw rejection('invalid', `until must be in the future and at most ${atMost} away`);
        }
      },
    },
  );
  setHandler(
    messages.resumeCase,
    (_command) => inbox.settled(() => recovery.resume({ byManager: true })),
    { validator: (command: messages.CaseCommand) => mustBeOpen(command) },
  );

  const seenEvents = new Set<string>();
  setHandler(messages.reportFact, (fact) => {
    if (seenEvents.has(fact.eventId)) return;
    seenEvents.add(fact.eventId);
    inbox.put(() => recovery.absorb(fact));
  });
  setHandler(messages.writeAgain, () => inbox.put(() => recovery.writeEverything()));
  setHandler(messages.caseStateQuery, () => ({
    revision: recovery.revision,
    state: recovery.state,
    openTasks: tasks.openOnes(),
  }));
}

function rejection(type: messages.Rejection, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
