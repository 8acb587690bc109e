import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { CaseOpening, CaseState } from '../domain/case.ts';
import { after } from '../domain/duration.ts';
import type { Fact } from '../domain/facts.ts';
import { resultErrors } from '../domain/tasks.ts';
import type { CasePlan } from './case-plan.ts';
import type { CaseTasks } from './case-tasks.ts';
import { now } from './clock.ts';
import { early, type Inbox } from './inbox.ts';
import * as messages from './messages.ts';

/** What a case can be told to do, each by its main function. */
type Listener = {
  readonly opening: CaseOpening;
  readonly state: CaseState;
  readonly revision: number;
  readonly nextRevision: number;
  complete(command: messages.CompleteTask): boolean | typeof early;
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
  { inbox, tasks, plan }: { inbox: Inbox; tasks: CaseTasks; plan: CasePlan },
): void {
  const mustBeThisCase = ({ caseId }: messages.CaseCommand) => {
    if (caseId === recovery.opening.caseId) return;
    throw rejection('case-not-open', `case ${caseId} is closed`);
  };
  const mustBeOpen = (command: messages.CaseCommand) => {
    mustBeThisCase(command);
    if (recovery.state.status === 'open') return;
    throw rejection('case-not-open', `case ${command.caseId} is closed`);
  };
  // The answer does not wait until the database shows it: an update that is accepted and answered in different
  // workflow tasks, with a local activity between them, is one that the SDK cannot answer any more after the worker
  // was killed (docs/decisions/0002-projection.md).
  const answer = (act: () => boolean | typeof early) =>
    inbox.answer(() => {
      const applied = act();
      return applied === early ? early : { applied, revision: recovery.nextRevision };
    });
  const answerTo = (act: () => void) =>
    answer(() => {
      act();
      return true;
    });

  // Whether the task is open is known when the case acts, and not before: a validator may run when a case that
  // begins its last task again has not yet opened the task that everybody can see.
  setHandler(
    messages.completeTask,
    (command: messages.CompleteTask) => answer(() => recovery.complete(command)),
    {
      validator: (command: messages.CompleteTask) => {
        mustBeThisCase(command);
        const [error] = resultErrors(command.type, command.result);
        if (error) throw rejection('invalid', `${error.field} ${error.rule}`);
      },
    },
  );
  setHandler(
    messages.rescheduleTask,
    (command: messages.RescheduleTask) => answer(() => tasks.reschedule(command)),
    {
      validator: (command: messages.RescheduleTask) => {
        mustBeThisCase(command);
        const { dueAt } = command;
        const atMost = recovery.opening.policy.rescheduleAtMost;
        if (!(dueAt > now() && dueAt <= after(now(), atMost))) {
          throw rejection('invalid', `dueAt must be in the future and at most ${atMost} away`);
        }
      },
    },
  );
  // As with tasks, what the plan holds is known when the case acts.
  setHandler(
    messages.tailorPlan,
    (command: messages.TailorPlan) => answer(() => plan.tailor(command)),
    { validator: mustBeOpen },
  );
  setHandler(
    messages.changePlaybook,
    (command: messages.ChangePlaybook) => answer(() => plan.changePlaybook(command)),
    { validator: mustBeOpen },
  );
  setHandler(messages.closeCase, (_command) => answerTo(() => recovery.closeByManager()), {
    validator: mustBeOpen,
  });
  setHandler(
    messages.pauseCase,
    ({ until }: messages.PauseCase) => answerTo(() => recovery.pause(until)),
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
    (_command) => answerTo(() => recovery.resume({ byManager: true })),
    { validator: mustBeOpen },
  );

  const seenEvents = new Set<string>();
  setHandler(messages.reportFact, (fact) => {
    if (seenEvents.has(fact.eventId)) return;
    seenEvents.add(fact.eventId);
    inbox.put(() => recovery.absorb(fact));
  });
  setHandler(messages.writeAgain, () => inbox.put(() => recovery.writeEverything()));
  setHandler(messages.caseStateQuery, () => ({
    caseId: recovery.opening.caseId,
    revision: recovery.revision,
    state: recovery.state,
    openTasks: tasks.openOnes(),
  }));
}

function rejection(type: messages.Rejection, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
