import { allHandlersFinished, condition, patched } from '@temporalio/workflow';
import {
  stateAtOpening,
  type CaseOpening,
  type CaseProjection,
  type CaseState,
  type EndReason,
  type TaskCloseReason,
  type TaskState,
} from '../domain/case.ts';
import { layersOf, mostReliable } from '../domain/causes.ts';
import { after, earliest, latest, type Duration } from '../domain/duration.ts';
import { consequenceOf, type Fact } from '../domain/facts.ts';
import {
  agreedFor,
  channelOf,
  isCall,
  speaksWithCustomer,
  type TaskResult,
} from '../domain/tasks.ts';
import type { TimelineCode, TimelineData } from '../domain/timeline.ts';
import type { Cause, Channel, Outcome, Step } from '../domain/words.ts';
import { planContact } from './activities.ts';
import { CasePlan } from './case-plan.ts';
import { CaseTasks, type TaskRequest } from './case-tasks.ts';
import { later, now } from './clock.ts';
import { early, Inbox } from './inbox.ts';
import { listen } from './listen.ts';
import type { CompleteTask } from './messages.ts';
import { Projection } from './projection.ts';
import { SecondLife } from './second-life.ts';

/** How a case ends. */
export type Ending = { outcome: Outcome; reason: EndReason };

/** What ended a wait for a person. */
export type Waited =
  | { kind: 'answered'; result: TaskResult }
  | { kind: 'deadline' }
  /** the task may not be done any more */
  | { kind: 'withdrawn'; reason: TaskCloseReason }
  /** something from outside has turned the case; in the same moment somebody may have answered */
  | { kind: 'interrupted'; result: TaskResult | null };

/** What turned the case: either it must end, or the customer is back. Its open tasks close for that reason. */
type Turn = { closes: TaskCloseReason; ending: Ending | null };

/**
 * One case: what is known of it, its open tasks, and the one wait that everything interrupts. What people and the
 * sales system say lands in the inbox; the wait of the running step handles it, in the order in which it came.
 */
export class Recovery {
  readonly opening: CaseOpening;
  readonly state: CaseState;
  readonly plan: CasePlan;
  readonly secondLife: SecondLife;
  effectiveAt: string | null;
  /** the customer wants to hear from us no sooner, and that is later than the case waits for */
  agreedLater: string | null = null;
  /** the phone number is known to be wrong */
  wrongNumber = false;
  purchasesSinceReturn = 0;

  readonly #inbox = new Inbox();
  readonly #tasks: CaseTasks;
  readonly #projection: Projection;
  /** there is a cancellation that could be withdrawn */
  #cancelled: boolean;
  #turn: Turn | undefined;
  #nextLoss: CaseProjection['nextLoss'] = null;
  #pausedAt: string | null = null;
  /** what pauses have added to every wait so far */
  #pausedMs = 0;
  /** the case's own wait, and those of the calls beside it */
  readonly #waits = new Set<{ task: TaskState | undefined; deadline: () => string }>();
  /** grows with whatever one of them has done that may concern another */
  #moves = 0;
  #isBusy = false;
  readonly #beside: Promise<void>[] = [];

  constructor(opening: CaseOpening) {
    this.opening = opening;
    this.effectiveAt = opening.effectiveAt;
    this.#cancelled = opening.trigger === 'cancellation';
    this.state = stateAtOpening(opening.statedCause);
    this.#projection = new Projection(opening, this.state);
    // Task IDs of a run that was lost are not given again.
    this.#tasks = new CaseTasks(opening.caseId, opening.firstSeq - 1, this.#projection);
    const told = { tasks: this.#tasks, projection: this.#projection };
    this.plan = new CasePlan(this.state, told);
    this.secondLife = new SecondLife(this.state, { ...told, policy: opening.policy.secondLoyalty });
    listen(this, { inbox: this.#inbox, tasks: this.#tasks, plan: this.plan });
    this.tell('opened', { trigger: opening.trigger, episode: opening.episode });
    if (opening.silentLoss) this.tell('silent-loss', opening.silentLoss);
    if (opening.statedCause) {
      this.tell('cause-recorded', { layer: 'stated', cause: opening.statedCause });
    }
  }

  get policy() {
    return this.opening.policy;
  }

  get revision(): number {
    return this.#projection.revision;
  }

  get nextRevision(): number {
    return this.#projection.nextRevision;
  }

  get cause(): Cause {
    return mostReliable(layersOf(this.state)) ?? 'unknown';
  }

  get returned(): boolean {
    return this.state.regainedAt !== null;
  }

  /** The ending that something from outside has brought, if any. */
  get endingFromOutside(): Ending | undefined {
    return this.#turn?.ending ?? undefined;
  }

  /** A cancellation can still be averted before it takes effect. */
  get urgent(): boolean {
    return this.#cancelled && this.effectiveAt !== null && this.effectiveAt > now();
  }

  /** Where work begins that would ordinarily begin at `ordinary`. */
  startOf(ordinary: string): string {
    return this.urgent
      ? earliest(ordinary, after(now(), this.policy.measures.urgentWithin))
      : ordinary;
  }

  enter(step: Step): void {
    this.state.step = step;
    this.tell('step-entered', { step });
  }

  tell(code: TimelineCode, data?: TimelineData): void {
    this.#projection.tell(code, data);
  }

  // --- waiting -----------------------------------------------------------------------------------

  /** Asks a person and waits for the answer. What silence until the deadline means is the caller's to say. */
  async ask(request: TaskRequest): Promise<Waited> {
    const task = this.#tasks.open(request);
    this.#inbox.bringBack();
    const ended = await this.#wait(() => task.deadlineAt, task);
    if (ended === 'deadline') {
      this.#tasks.cancel(task, 'deadline');
      return { kind: 'deadline' };
    }
    if (ended === 'turned') return { kind: 'interrupted', result: task.result };
    return task.status === 'done'
      ? { kind: 'answered', result: task.result! }
      : { kind: 'withdrawn', reason: task.closeReason! };
  }

  /** Waits for something to happen outside, until `deadline` or until there is something else to do. */
  async observe(
    deadline: () => string,
    isOver?: () => boolean,
  ): Promise<'deadline' | 'interrupted' | 'over'> {
    const ended = await this.#wait(deadline, undefined, isOver);
    return ended === 'deadline' || ended === 'over' ? ended : 'interrupted';
  }

  /** A moment that every pause from now on moves by its length. */
  movedByPauses(at: () => string): () => string {
    const pausedBefore = this.#pausedMs + this.#pausedSince(now());
    return () => later(at(), this.#pausedMs - pausedBefore);
  }

  /** Waits until it is time for a measure that nobody has a task for. */
  async untilDue(measureId: string, dueAt: string): Promise<'due' | 'skipped' | 'interrupted'> {
    const moved = this.movedByPauses(() => awaited.dueAt);
    const awaited = this.plan.awaiting({ measureId, dueAt, isBroughtForward: false });
    const ended = await this.#wait(
      () => (awaited.isBroughtForward ? awaited.dueAt : moved()),
      undefined,
      () => this.plan.hasSkipped(measureId),
    );
    if (ended === 'turned') return 'interrupted';
    return ended === 'deadline' ? 'due' : 'skipped';
  }

  async #wait(
    deadline: () => string,
    task?: TaskState,
    isOver: () => boolean = () => false,
  ): Promise<'deadline' | 'turned' | 'task-closed' | 'over'> {
    const wait = { task, deadline };
    this.#waits.add(wait);
    this.#moves += 1;
    try {
      for (;;) {
        if (!this.#inbox.isEmpty) this.#moves += 1;
        this.#inbox.handle();
        const seen = this.#moves;
        if (this.#turn) {
          this.#cancelOpenTasks(this.#turn.closes);
          return 'turned';
        }
        if (task && task.status !== 'open') return 'task-closed';
        if (isOver()) return 'over';
        if (this.#tasks.areToBePlanned) {
          this.#tasks.areToBePlanned = false;
          await this.#planAgain();
          this.#moves += 1;
          continue;
        }
        const awaited = new Set([...this.#waits].map((one) => one.task));
        const beside = this.#tasks.openOnes().filter((one) => !awaited.has(one));
        const { pausedUntil } = this.state;
        if (pausedUntil !== null && pausedUntil <= now()) {
          this.resume({ byManager: false });
          continue;
        }
        if (pausedUntil === null) {
          if (this.#cancelOverdue(beside)) continue;
          if (deadline() <= now()) return 'deadline';
        }
        this.#nextDue();
        if (this.#projection.hasChanged) await this.#alone(() => this.#write());
        const isMoved = () => !this.#inbox.isEmpty || this.#moves !== seen;
        if (this.#waits.values().next().value !== wait) await condition(isMoved);
        else if (!(await condition(isMoved, this.#restMs(beside)))) this.#moves += 1;
        this.#projection.wake();
      }
    } finally {
      this.#waits.delete(wait);
      this.#moves += 1;
    }
  }

  /** Until something is over: of all waits, one has the timer. Milliseconds, at least 1. */
  #restMs(beside: TaskState[]): number {
    const deadlines = [...this.#waits].map(({ deadline }) => deadline());
    const until =
      this.state.pausedUntil ??
      beside.reduce(
        (first, { deadlineAt }) => earliest(first, deadlineAt),
        deadlines.reduce(earliest),
      );
    return Math.max(1, Date.parse(until) - Date.parse(now()));
  }

  /** When the customer may be contacted, if at all; `atAnyTime`: without waiting for a good time of day. */
  planContact({
    atAnyTime = false,
    ...asked
  }: {
    channel: Channel | null;
    notBefore: string;
    attempt?: number;
    agreed?: boolean;
    window?: Duration;
    atAnyTime?: boolean;
  }): ReturnType<typeof planContact> {
    const { customerId, caseId, policy } = this.opening;
    const { timeZone, contact } = policy;
    return this.#alone(() =>
      planContact({
        ...{ customerId, caseId, timeZone, attempt: 1, agreed: false },
        ...asked,
        contact: atAnyTime ? { ...contact, timesOfDay: [] } : contact,
      }),
    );
  }

  /** Two local activities at once may end in another order when they are replayed. */
  async #alone<T>(activity: () => Promise<T>): Promise<T> {
    while (this.#isBusy) await condition(() => !this.#isBusy);
    this.#isBusy = true;
    try {
      return await activity();
    } finally {
      this.#isBusy = false;
    }
  }

  /**
   * Plans anew what a pause or a person has moved, and closes what is not permitted any more; what was agreed with the
   * customer stays.
   */
  async #planAgain(): Promise<void> {
    for (const task of this.#tasks.openOnes()) {
      if (task.agreed) continue;
      const { dueAt, permitted } = await this.planContact({
        channel: channelOf(task.type),
        notBefore: task.dueAt,
        attempt: task.attempt,
        atAnyTime: true,
      });
      // A wait beside this one may have ended meanwhile.
      if (task.status !== 'open') continue;
      if (!permitted && patched('withdrawn-after-pause')) {
        this.#tasks.cancel(task, 'permission-withdrawn');
        continue;
      }
      this.#tasks.move(task, dueAt);
    }
  }

  /** Nobody waits for these: their deadline ends nothing but themselves. */
  #cancelOverdue(beside: TaskState[]): boolean {
    const overdue = beside.filter(({ deadlineAt }) => deadlineAt <= now());
    for (const task of overdue) this.#tasks.cancel(task, 'deadline');
    return overdue.length > 0;
  }

  /** The steps that ask for the return are over: from here on a turn is about the second loyalty. */
  beginSecondLife(): void {
    this.#turn = undefined;
    this.enter('second-loyalty');
  }

  /** Ends the case, unless something from outside has done so before. */
  end({ outcome, reason }: Ending): void {
    this.#end(outcome, reason, 'case-closed');
    this.#moves += 1;
  }

  /** Does something beside what the case waits for, until it is over or the case takes a turn. */
  beside(work: () => Promise<unknown>): void {
    const moved = () => {
      this.#moves += 1;
    };
    this.#beside.push(work().then(moved));
  }

  async untilNothingBeside(): Promise<void> {
    await Promise.all(this.#beside);
  }

  async close({ outcome, reason }: Ending): Promise<Outcome> {
    this.#cancelOpenTasks(this.#turn?.closes ?? 'case-closed');
    Object.assign(this.state, {
      ...{ status: 'closed', outcome, endReason: reason, closedAt: now() },
      ...{ nextDueAt: null, pausedUntil: null },
    });
    this.tell('closed', { outcome, reason });
    this.#tasks.openNoMore();
    this.#inbox.bringBack();
    do {
      await this.#write();
      this.#projection.wake();
      this.#inbox.handle();
    } while (this.#projection.hasChanged);
    await condition(allHandlersFinished);
    return outcome;
  }

  // --- what people say ---------------------------------------------------------------------------

  /** @returns whether the result counts; one that comes after the task closed is only kept */
  complete({ commandId, taskId, type, result }: CompleteTask): boolean | typeof early {
    const task = this.#tasks.find(taskId);
    if (!task && this.#tasks.isAhead(taskId)) return early;
    if (task?.status !== 'open') {
      this.tell('late-result', { type, outcome: result.outcome });
      return false;
    }
    this.#tasks.change(task, { status: 'done', closedAt: now(), commandId, result });
    this.tell('task-done', { taskId, type: task.type, outcome: result.outcome });
    // A call beside it may not be made on the same day any more.
    if (isCall(task.type) && this.#tasks.openOnes().some((one) => isCall(one.type))) {
      this.#tasks.areToBePlanned = true;
    }
    // After-care is not what has brought them back.
    if (!this.returned) this.state.contacted ||= speaksWithCustomer(task.type, result.outcome);
    if (result.outcome === 'do-not-contact') {
      this.#end('stopped', 'do-not-contact', 'do-not-contact');
    }
    return true;
  }

  closeByManager(): void {
    this.#end('closed-by-manager', 'manager-closed', 'manager-closed');
  }

  pause(until: string): void {
    this.#pausedAt ??= now();
    this.state.pausedUntil = until;
    this.tell('paused', { until });
  }

  /** Whatever was planned moves by the length of the pause, so that its end fires nothing at once. */
  resume({ byManager }: { byManager: boolean }): void {
    if (this.#pausedAt === null) return;
    for (const task of this.#tasks.openOnes()) {
      // A task that was opened during the pause has waited for its rest only.
      const waitedMs = Date.parse(now()) - Date.parse(latest(this.#pausedAt, task.createdAt));
      this.#tasks.change(task, {
        dueAt: task.agreed ? latest(task.dueAt, now()) : later(task.dueAt, waitedMs),
        deadlineAt: later(task.deadlineAt, waitedMs),
        agreed: task.agreed && !this.#isMissed(task),
      });
    }
    this.#pausedMs += this.#pausedSince(now());
    this.#pausedAt = null;
    this.#tasks.areToBePlanned = true;
    this.state.pausedUntil = null;
    this.tell('resumed', { byManager });
  }

  #isMissed({ dueAt }: TaskState): boolean {
    return after(dueAt, agreedFor) < now() && patched('missed-is-not-agreed');
  }

  #pausedSince(at: string): number {
    return this.#pausedAt === null ? 0 : Date.parse(at) - Date.parse(this.#pausedAt);
  }

  // --- what the sales system reports -------------------------------------------------------------

  absorb({ eventId: _eventId, ...fact }: Fact): void {
    if (fact.kind === 'cause') return this.#learnCause(fact);
    if (fact.kind === 'early-warning' && fact.ofCase !== this.opening.caseId) return;
    const { kind, at, ...details } = fact;
    this.tell(kind, { ...details, factAt: at });
    if (fact.kind === 'cancellation') this.#absorbCancellation(fact);
    if (this.state.status === 'closed') return;
    if (fact.kind === 'purchase' && this.#wasNotLost(at)) {
      return this.#end('not-pursued', 'was-not-lost', 'purchase');
    }
    if (fact.kind === 'cancellation-withdrawn' && fact.standing) {
      if (this.#wasNotLost(at)) return this.#end('not-pursued', 'was-not-lost', fact.kind);
      this.#cancelled = true;
    }
    if (fact.kind === 'purchase') {
      if (this.returned) this.purchasesSinceReturn += 1;
      this.state.regainedAmount += fact.amount;
    }
    if (fact.kind === 'permission' && !fact.granted) this.#withdrawContacts(fact.channel);
    if (this.returned) this.secondLife.hear(fact);
    switch (consequenceOf(fact.kind, { returned: this.returned, cancelled: this.#cancelled })) {
      case 'stopped': {
        const reason = fact.kind === 'death' ? 'death' : 'objection';
        return this.#end('stopped', reason, reason);
      }
      case 'lost-again':
        return this.#end('lost-again', 'cancelled-again', 'cancellation');
      case 'regained':
        return this.#regained(
          fact.kind === 'purchase' ? 'purchase' : 'cancellation-withdrawn',
          fact.at,
        );
      case 'noted':
    }
  }

  writeEverything(): void {
    this.#tasks.changeAll();
    this.#projection.tellAgain();
  }

  #learnCause({ ofCase, layer, cause, at }: Omit<Fact & { kind: 'cause' }, 'eventId'>): void {
    if (ofCase !== this.opening.caseId) return;
    this.state[layer === 'verified' ? 'verifiedCause' : 'assessedCause'] = cause;
    this.tell('cause-recorded', { layer, cause, factAt: at });
  }

  /**
   * Before the return a cancellation tells more about this loss; after it, or after the end, it is the next one. So it is
   * for a silent customer of the control group: nobody who can still be kept is left alone for the sake of a comparison.
   */
  #absorbCancellation({
    cause,
    effectiveAt,
    at,
  }: Omit<Fact & { kind: 'cancellation' }, 'eventId'>): void {
    if (this.returned || this.state.status === 'closed') {
      this.#nextLoss = { cause, effectiveAt, at };
      return;
    }
    if (this.state.controlGroup && !this.#cancelled && patched('control-group-cancels')) {
      this.#nextLoss = { cause, effectiveAt, at };
      this.#end('control-group', 'cancelled', 'cancellation');
      return;
    }
    this.#cancelled = true;
    this.effectiveAt = effectiveAt ?? this.effectiveAt;
    if (cause && cause !== this.state.statedCause) {
      this.state.statedCause = cause;
      this.tell('cause-recorded', { layer: 'stated', cause });
    }
  }

  /**
   * A purchase from before the opening, or the withdrawal of what was cancelled before it, is heard of too late to be a
   * return: there was no loss to win back.
   */
  #wasNotLost(at: string): boolean {
    const { openedAt } = this.opening;
    const silently = !this.returned && !this.#cancelled;
    return silently && at < openedAt && patched('was-not-lost');
  }

  #withdrawContacts(channel: Channel): void {
    for (const task of this.#tasks.openOnes()) {
      if (channelOf(task.type) === channel) this.#tasks.cancel(task, 'permission-withdrawn');
    }
  }

  /** @param at when it happened: it may be heard of later, and the sales system's clock may be ahead */
  #regained(by: 'purchase' | 'cancellation-withdrawn', at: string): void {
    this.state.regainedAt = patched('return-as-it-happened') ? earliest(at, now()) : now();
    this.state.regainedBy = by;
    this.tell('regained', { by });
    this.#turn ??= { closes: by, ending: null };
  }

  /** An end from outside outweighs a return that was not acted on yet; the first end counts. */
  #end(outcome: Outcome, reason: EndReason, closes: TaskCloseReason): void {
    if (this.state.status === 'closed' || this.#turn?.ending) return;
    this.#turn = { closes, ending: { outcome, reason } };
    this.#projection.change();
  }

  // --- showing it --------------------------------------------------------------------------------

  #cancelOpenTasks(reason: TaskCloseReason): void {
    for (const task of this.#tasks.openOnes()) this.#tasks.cancel(task, reason);
  }

  /** The soonest that is to be done, or ends a wait in which nobody has anything to do. */
  #nextDue(): void {
    const dues = this.#tasks.openOnes().map(({ dueAt }) => dueAt);
    for (const { task, deadline } of this.#waits) if (!task) dues.push(deadline());
    const at = this.state.pausedUntil ?? dues.reduce(earliest);
    if (this.state.nextDueAt === at) return;
    this.state.nextDueAt = at;
    this.#projection.change();
  }

  /** Brings the database to the present state in one write; a wait beside this one may just have done so. */
  #write(): Promise<void> {
    if (!this.#projection.hasChanged) return Promise.resolve();
    const nextLoss = this.state.status === 'closed' ? this.#nextLoss : null;
    return this.#projection.write(this.state, { tasks: this.#tasks.takeChanges(), nextLoss });
  }
}
