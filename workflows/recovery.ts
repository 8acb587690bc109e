import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type {
  CaseOpening,
  CaseState,
  EndReason,
  TaskCloseReason,
  TaskState,
} from '../domain/case.ts';
import { after, earliest, latest, type Duration } from '../domain/duration.ts';
import { consequenceOf, type Fact } from '../domain/facts.ts';
import { taskIdOf } from '../domain/ids.ts';
import { resultErrors, taskTypes, type TaskResult, type TaskType } from '../domain/tasks.ts';
import type { TimelineCode, TimelineData, TimelineEntry } from '../domain/timeline.ts';
import type { Cause, Outcome, Step } from '../domain/words.ts';
import { projectCase } from './activities.ts';
import * as messages from './messages.ts';
import { searchAttributesOf } from './search-attributes.ts';

/** How a case ends. */
export type Ending = { outcome: Outcome; reason: EndReason };

/** What ended a wait: an answer, its deadline, or something from outside that changes the case's course. */
export type Waited =
  | { kind: 'answered'; result: TaskResult }
  | { kind: 'deadline' }
  | { kind: 'withdrawn' }
  | { kind: 'interrupted' };

/** What turned the case: either it must end, or the customer is back. */
type Turn =
  | { kind: 'ends'; ending: Ending; closes: TaskCloseReason }
  | { kind: 'returned'; closes: TaskCloseReason };

type Message = { apply: () => void; written: boolean };

export type TaskRequest = {
  type: TaskType;
  dueAt: string;
  window: Duration;
  attempt?: number;
  agreed?: boolean;
};

export function now(): string {
  return new Date().toISOString();
}

/**
 * The memory of one case: what people and the sales system said, the open tasks, the timeline, and the one wait
 * that everything interrupts. Handlers only put messages into the inbox; the steps' own `await` handles them, in
 * the order in which they came.
 */
export class Recovery {
  readonly opening: CaseOpening;
  readonly state: CaseState;
  effectiveAt: string | null;
  /** the number is known to be wrong */
  wrongNumber = false;
  purchasesSinceReturn = 0;

  #turn: Turn | undefined;
  #nextLoss: { cause: Cause | null; effectiveAt: string | null; at: string } | null = null;
  readonly #tasks = new Map<string, TaskState>();
  readonly #changedTasks = new Set<string>();
  #occurrence: number;
  #inbox: Message[] = [];
  readonly #unwritten: Message[] = [];
  readonly #seenEvents = new Set<string>();
  #pausedAt: string | null = null;
  /** milliseconds that pauses have added to every wait so far */
  #pausedMs = 0;
  #revision = 0;
  #dirty = true;
  #firstSeq: number;
  #entries: TimelineEntry[] = [];
  #attributes = '';

  constructor(opening: CaseOpening) {
    this.opening = opening;
    this.effectiveAt = opening.effectiveAt;
    this.#firstSeq = opening.firstSeq;
    // Task IDs of a run that was lost are not given again.
    this.#occurrence = opening.firstSeq - 1;
    this.state = {
      status: 'open',
      step: 'identification',
      outcome: null,
      endReason: null,
      closedAt: null,
      nextDueAt: null,
      pausedUntil: null,
      tier: null,
      secondLifetimeValue: null,
      decision: null,
      decisionReason: null,
      controlGroup: false,
      statedCause: opening.statedCause,
      assessedCause: null,
      playbook: null,
      contacted: false,
      regainedAt: null,
      regainedBy: null,
      regainedAmount: 0,
      concessionCost: 0,
      satisfactionScore: null,
    };
    this.#attributes = JSON.stringify(searchAttributesOf(this.opening, this.state));
    this.tell('opened', { trigger: opening.trigger, episode: opening.episode });
    if (opening.statedCause) {
      this.tell('cause-recorded', { layer: 'stated', cause: opening.statedCause });
    }
    this.#listen();
  }

  get policy() {
    return this.opening.policy;
  }

  get cause(): Cause {
    return this.state.assessedCause ?? this.state.statedCause ?? 'unknown';
  }

  get returned(): boolean {
    return this.state.regainedAt !== null;
  }

  /** The ending that something from outside has brought, if any. */
  get endingFromOutside(): Ending | undefined {
    return this.#turn?.kind === 'ends' ? this.#turn.ending : undefined;
  }

  /** A cancellation that can still be averted before it takes effect. */
  get urgent(): boolean {
    return (
      this.opening.trigger === 'cancellation' &&
      this.effectiveAt !== null &&
      this.effectiveAt > now()
    );
  }

  enter(step: Step): void {
    this.state.step = step;
    this.tell('step-entered', { step });
  }

  tell(code: TimelineCode, data: TimelineData = {}): void {
    this.#entries.push({ at: now(), code, data });
    this.#dirty = true;
  }

  /**
   * Asks a person and waits for the answer. Silence until `window` after the due time is `deadline`; its meaning is
   * the caller's. `withdrawn` means that the task may not be done any more (leave to call withdrawn).
   */
  async ask(request: TaskRequest): Promise<Waited> {
    const task = this.#openTask(request);
    const ended = await this.#wait(() => task.deadlineAt, task);
    if (ended === 'deadline') {
      this.#closeTask(task, 'deadline');
      return { kind: 'deadline' };
    }
    if (ended === 'turned') return { kind: 'interrupted' };
    return task.status === 'done'
      ? { kind: 'answered', result: task.result! }
      : { kind: 'withdrawn' };
  }

  /** Waits for something to happen outside, until `deadline` at the latest. */
  async observe(deadline: string): Promise<'deadline' | 'interrupted'> {
    const start = this.#pausedMs;
    const ended = await this.#wait(() =>
      new Date(Date.parse(deadline) + this.#pausedMs - start).toISOString(),
    );
    return ended === 'deadline' ? 'deadline' : 'interrupted';
  }

  /** The steps that ask for the return are over: from here on a turn is about the second loyalty. */
  beginSecondLife(): void {
    this.#turn = undefined;
    this.enter('second-loyalty');
  }

  async close({ outcome, reason }: Ending): Promise<Outcome> {
    const closes = this.#turn?.kind === 'ends' ? this.#turn.closes : 'case-closed';
    this.#closeOpenTasks(closes);
    Object.assign(this.state, {
      status: 'closed',
      outcome,
      endReason: reason,
      closedAt: now(),
      nextDueAt: null,
      pausedUntil: null,
    });
    this.tell('closed', { outcome, reason });
    do {
      await this.#write();
      this.#handleInbox();
    } while (this.#dirty || this.#unwritten.length > 0);
    await condition(allHandlersFinished);
    return outcome;
  }

  // --- waiting ---------------------------------------------------------------------------------------------------

  async #wait(
    deadline: () => string,
    task?: TaskState,
  ): Promise<'deadline' | 'turned' | 'task-closed'> {
    for (;;) {
      this.#handleInbox();
      if (this.#turn) {
        this.#closeOpenTasks(this.#turn.closes);
        return 'turned';
      }
      if (task && task.status !== 'open') return 'task-closed';
      const until = this.state.pausedUntil ?? deadline();
      if (until <= now()) {
        if (this.state.pausedUntil === null) return 'deadline';
        this.#resume(false);
        continue;
      }
      this.#setNextDue(this.state.pausedUntil ?? task?.dueAt ?? until);
      await this.#write();
      await condition(
        () => this.#inbox.length > 0,
        Math.max(1, Date.parse(until) - Date.parse(now())),
      );
    }
  }

  #setNextDue(at: string): void {
    if (this.state.nextDueAt === at) return;
    this.state.nextDueAt = at;
    this.#dirty = true;
  }

  #handleInbox(): void {
    for (const message of this.#inbox.splice(0)) {
      message.apply();
      this.#unwritten.push(message);
    }
  }

  // --- tasks -----------------------------------------------------------------------------------------------------

  #openTask(request: TaskRequest): TaskState {
    this.#occurrence += 1;
    const task: TaskState = {
      taskId: taskIdOf(this.opening.caseId, request.type, this.#occurrence),
      type: request.type,
      step: taskTypes[request.type].step,
      status: 'open',
      attempt: request.attempt ?? 1,
      createdAt: now(),
      dueAt: request.dueAt,
      deadlineAt: after(latest(request.dueAt, now()), request.window),
      agreed: request.agreed ?? false,
      closedAt: null,
      closeReason: null,
      commandId: null,
      result: null,
    };
    this.#tasks.set(task.taskId, task);
    this.#changedTasks.add(task.taskId);
    this.tell('task-opened', { type: task.type, dueAt: task.dueAt, attempt: task.attempt });
    return task;
  }

  #openTasks(): TaskState[] {
    return [...this.#tasks.values()].filter((task) => task.status === 'open');
  }

  #closeTask(task: TaskState, reason: TaskCloseReason): void {
    Object.assign(task, { status: 'cancelled', closedAt: now(), closeReason: reason });
    this.#changedTasks.add(task.taskId);
    this.tell('task-cancelled', { type: task.type, reason });
  }

  #closeOpenTasks(reason: TaskCloseReason): void {
    for (const task of this.#openTasks()) this.#closeTask(task, reason);
  }

  // --- what people and the sales system say ------------------------------------------------------------------------

  #listen(): void {
    setHandler(messages.completeTask, (command) => this.#complete(command), {
      validator: (command) => this.#mayComplete(command),
    });
    setHandler(messages.rescheduleTask, (command) => this.#apply(() => this.#reschedule(command)), {
      validator: ({ taskId, dueAt }) => {
        this.#mustBeOpenTask(taskId);
        if (!(Date.parse(dueAt) > Date.parse(now()))) {
          throw rejection('invalid', 'dueAt must be in the future');
        }
      },
    });
    setHandler(messages.closeCase, (_command) => this.#apply(() => this.#turnTo(closedByManager)), {
      validator: (_command) => this.#mustBeOpen(),
    });
    setHandler(messages.pauseCase, ({ until }) => this.#apply(() => this.#pause(until)), {
      validator: ({ until }) => {
        this.#mustBeOpen();
        if (!(until > now() && until <= after(now(), this.policy.pauseAtMost))) {
          throw rejection(
            'invalid',
            `until must be in the future and at most ${this.policy.pauseAtMost} away`,
          );
        }
      },
    });
    setHandler(messages.resumeCase, (_command) => this.#apply(() => this.#resume(true)), {
      validator: (_command) => this.#mustBeOpen(),
    });
    setHandler(messages.reportFact, (fact) => {
      if (this.#seenEvents.has(fact.eventId)) return;
      this.#seenEvents.add(fact.eventId);
      this.#put(() => this.#absorb(fact));
    });
    setHandler(messages.writeAgain, () => {
      this.#put(() => {
        for (const taskId of this.#tasks.keys()) this.#changedTasks.add(taskId);
        this.#dirty = true;
      });
    });
    setHandler(messages.caseStateQuery, () => ({
      revision: this.#revision,
      state: this.state,
      openTasks: this.#openTasks(),
    }));
  }

  #put(apply: () => void): Message {
    const message = { apply, written: false };
    this.#inbox.push(message);
    return message;
  }

  /** Resolves when the main function has acted on the command and the database shows it. */
  async #apply(apply: () => void): Promise<void> {
    const message = this.#put(apply);
    await condition(() => message.written);
  }

  #mustBeOpen(): void {
    if (this.state.status !== 'open') {
      throw rejection('case-not-open', `case ${this.opening.caseId} is closed`);
    }
  }

  #mustBeOpenTask(taskId: string): TaskState {
    const task = this.#tasks.get(taskId);
    if (!task || task.status !== 'open') {
      throw rejection('task-not-open', `task ${taskId} is not open`);
    }
    return task;
  }

  #mayComplete({ taskId, result, kept }: messages.CompleteTask): void {
    const task = kept ? this.#tasks.get(taskId) : this.#mustBeOpenTask(taskId);
    if (!task) throw rejection('task-not-open', `task ${taskId} is not known`);
    const [error] = resultErrors(task.type, result);
    if (error) throw rejection('invalid', `${error.field} ${error.rule}`);
  }

  async #complete(command: messages.CompleteTask): Promise<{ applied: boolean }> {
    const task = this.#tasks.get(command.taskId)!;
    let applied = false;
    await this.#apply(() => {
      applied = task.status === 'open';
      if (applied) this.#record(task, command);
      else this.tell('late-result', { type: task.type, outcome: command.result.outcome });
    });
    return { applied };
  }

  #record(task: TaskState, { commandId, result }: messages.CompleteTask): void {
    Object.assign(task, { status: 'done', closedAt: now(), commandId, result });
    this.#changedTasks.add(task.taskId);
    this.tell('task-done', { type: task.type, outcome: result.outcome });
    if (!['no-answer', 'wrong-number', 'not-sent', 'not-met'].includes(result.outcome)) {
      this.state.contacted ||= task.type !== 'decide-pursuit' && task.type !== 'remedy';
    }
    if (result.outcome === 'do-not-contact') {
      this.#turnTo(ends('stopped', 'do-not-contact', 'do-not-contact'));
    }
  }

  #reschedule({ taskId, dueAt }: messages.RescheduleTask): void {
    const task = this.#tasks.get(taskId)!;
    if (task.status !== 'open') return;
    const window = Date.parse(task.deadlineAt) - Date.parse(task.dueAt);
    task.deadlineAt = new Date(Date.parse(dueAt) + window).toISOString();
    task.dueAt = dueAt;
    this.#changedTasks.add(taskId);
    this.tell('task-rescheduled', { type: task.type, dueAt });
  }

  #pause(until: string): void {
    this.#pausedAt ??= now();
    this.state.pausedUntil = until;
    this.tell('paused', { until });
  }

  /** Whatever was planned moves by the length of the pause, so that its end fires nothing at once. */
  #resume(byManager: boolean): void {
    if (this.#pausedAt === null) return;
    const pausedMs = Date.parse(now()) - Date.parse(this.#pausedAt);
    this.#pausedMs += pausedMs;
    for (const task of this.#openTasks()) {
      const later = (at: string) => new Date(Date.parse(at) + pausedMs).toISOString();
      task.dueAt = task.agreed ? latest(task.dueAt, now()) : later(task.dueAt);
      task.deadlineAt = later(task.deadlineAt);
      this.#changedTasks.add(task.taskId);
    }
    this.#pausedAt = null;
    this.state.pausedUntil = null;
    this.tell('resumed', { byManager });
  }

  #absorb(fact: Fact): void {
    const { eventId: _eventId, kind, at, ...details } = fact;
    this.tell(kind, { ...details, factAt: at });
    if (fact.kind === 'cancellation') this.#cancelled(fact);
    if (this.state.status === 'closed') return;
    if (fact.kind === 'purchase') {
      if (this.returned) this.purchasesSinceReturn += 1;
      this.state.regainedAmount += fact.amount;
    }
    if (fact.kind === 'call-permission' && !fact.granted) {
      for (const task of this.#openTasks()) {
        if (task.type.endsWith('-call')) this.#closeTask(task, 'permission-withdrawn');
      }
    }
    switch (consequenceOf(fact.kind, { returned: this.returned, trigger: this.opening.trigger })) {
      case 'stopped': {
        const reason = fact.kind === 'death' ? 'death' : 'objection';
        return this.#turnTo(ends('stopped', reason, reason));
      }
      case 'lost-again':
        return this.#turnTo(ends('lost-again', 'cancelled-again', 'cancellation'));
      case 'regained':
        return this.#regained(fact.kind === 'purchase' ? 'purchase' : 'cancellation-withdrawn');
      case 'noted':
    }
  }

  #regained(by: 'purchase' | 'cancellation-withdrawn'): void {
    this.state.regainedAt = now();
    this.state.regainedBy = by;
    this.tell('regained', { by });
    this.#turnTo({ kind: 'returned', closes: by });
  }

  /** Before the return a cancellation tells more about this loss; after it, or after the end, it is the next one. */
  #cancelled(fact: Fact & { kind: 'cancellation' }): void {
    if (this.returned || this.state.status === 'closed') {
      this.#nextLoss = { cause: fact.cause, effectiveAt: fact.effectiveAt, at: fact.at };
      return;
    }
    this.effectiveAt = fact.effectiveAt ?? this.effectiveAt;
    if (fact.cause) {
      this.state.statedCause = fact.cause;
      this.tell('cause-recorded', { layer: 'stated', cause: fact.cause });
    }
  }

  /** An end from outside outweighs a return that was not acted on yet; the first end counts. */
  #turnTo(turn: Turn): void {
    if (this.state.status === 'closed' || this.#turn?.kind === 'ends') return;
    this.#turn = turn;
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  /** Brings the database to the present state in one write, then lets the people who caused it know. */
  async #write(): Promise<void> {
    const written = this.#unwritten.splice(0);
    if (this.#dirty) {
      this.#dirty = false;
      this.#revision += 1;
      const changed = new Set([...this.#changedTasks, ...this.#openTasks().map((t) => t.taskId)]);
      this.#changedTasks.clear();
      const { policy, ...opening } = this.opening;
      const entries = this.#entries;
      const firstSeq = this.#firstSeq;
      this.#entries = [];
      this.#firstSeq += entries.length;
      this.#upsertSearchAttributes();
      await projectCase({
        opening: { ...opening, policyVersion: policy.version },
        revision: this.#revision,
        state: { ...this.state },
        tasks: [...changed].map((taskId) => ({ ...this.#tasks.get(taskId)! })),
        timeline: { firstSeq, entries },
        nextLoss: this.state.status === 'closed' ? this.#nextLoss : null,
      });
    }
    for (const message of written) message.written = true;
  }

  #upsertSearchAttributes(): void {
    const attributes = searchAttributesOf(this.opening, this.state);
    const asText = JSON.stringify(attributes);
    if (asText === this.#attributes) return;
    this.#attributes = asText;
    upsertSearchAttributes(attributes);
  }
}

const closedByManager = ends('closed-by-manager', 'manager-closed', 'manager-closed');

function ends(outcome: Outcome, reason: EndReason, closes: TaskCloseReason): Turn {
  return { kind: 'ends', ending: { outcome, reason }, closes };
}

function rejection(type: messages.Rejection, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}

/** The earlier of an ordinary start and what urgency demands. */
export function startOf(recovery: Recovery, ordinary: string): string {
  return recovery.urgent
    ? earliest(ordinary, after(now(), recovery.policy.measures.urgentWithin))
    : ordinary;
}
