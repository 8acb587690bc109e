import { patched } from '@temporalio/workflow';
import type { TaskCloseReason, TaskState } from '../domain/case.ts';
import { after, latest, type Duration } from '../domain/duration.ts';
import { taskIdOf } from '../domain/ids.ts';
import { taskTypes, type TaskType } from '../domain/tasks.ts';
import type { TimelineData } from '../domain/timeline.ts';
import { later, now } from './clock.ts';
import { early } from './inbox.ts';
import type { RescheduleTask } from './messages.ts';
import type { Projection } from './projection.ts';

export type TaskRequest = {
  type: TaskType;
  dueAt: string;
  /** from the due time to the deadline */
  window: Duration;
  /** the deadline itself, where it is not the window that counts */
  until?: string | undefined;
  attempt?: number;
  agreed?: boolean;
  /** what speaks for the time at which it is due */
  because?: TimelineData;
} & Partial<OfMeasure>;

/** What a task says of the measure that it carries out. */
export type OfMeasure = { measureId: string; queue: string | null; offerId?: string };

/** The tasks of one case, and which of them the database has not seen as they are. */
export class CaseTasks {
  readonly #caseId: string;
  readonly #tasks = new Map<string, TaskState>();
  readonly #changed = new Set<string>();
  /** what was moved without a look at the calendar may lie outside the hours */
  areToBePlanned = false;
  readonly #projection: Projection;
  #occurrence: number;

  constructor(caseId: string, occurrence: number, projection: Projection) {
    this.#caseId = caseId;
    this.#occurrence = occurrence;
    this.#projection = projection;
  }

  open(request: TaskRequest): TaskState {
    this.#occurrence += 1;
    const task: TaskState = {
      taskId: taskIdOf(this.#caseId, request.type, this.#occurrence),
      type: request.type,
      step: taskTypes[request.type].step,
      measureId: request.measureId ?? null,
      offerId: request.offerId ?? null,
      queue: request.queue ?? null,
      status: 'open',
      attempt: request.attempt ?? 1,
      createdAt: now(),
      dueAt: request.dueAt,
      deadlineAt: request.until ?? after(latest(request.dueAt, now()), request.window),
      agreed: request.agreed ?? false,
      closedAt: null,
      closeReason: null,
      commandId: null,
      result: null,
    };
    this.#tasks.set(task.taskId, task);
    this.#changed.add(task.taskId);
    const { taskId, type, dueAt, attempt } = task;
    this.#projection.tell('task-opened', { taskId, type, dueAt, attempt, ...request.because });
    return task;
  }

  find(taskId: string): TaskState | undefined {
    return this.#tasks.get(taskId);
  }

  /**
   * Everybody can see the task, and the case, which begins its last workflow task again, has not yet opened it: its turn
   * will come.
   */
  isAhead(taskId: string): boolean {
    return Number(/\d+$/.exec(taskId)?.[0]) > this.#occurrence && patched('early-result');
  }

  openOnes(): TaskState[] {
    return [...this.#tasks.values()].filter((task) => task.status === 'open');
  }

  /** Nothing is ahead any more. */
  openNoMore(): void {
    this.#occurrence = Infinity;
  }

  change(task: TaskState, change: Partial<TaskState>): void {
    Object.assign(task, change);
    this.#changed.add(task.taskId);
  }

  /** Gives the task another due time; its deadline moves with it. */
  move(task: TaskState, dueAt: string): void {
    const movedMs = Date.parse(dueAt) - Date.parse(task.dueAt);
    this.change(task, { dueAt, deadlineAt: later(task.deadlineAt, movedMs) });
  }

  cancel(task: TaskState, reason: TaskCloseReason): void {
    this.change(task, { status: 'cancelled', closedAt: now(), closeReason: reason });
    this.#projection.tell('task-cancelled', { type: task.type, reason });
  }

  /** @returns whether the task was still open */
  reschedule({ taskId, dueAt }: RescheduleTask): boolean | typeof early {
    const task = this.find(taskId);
    if (!task && this.isAhead(taskId)) return early;
    if (task?.status !== 'open') return false;
    this.move(task, dueAt);
    // It is ours now, and no time that the customer has chosen.
    if (task.agreed && patched('rescheduled-is-not-agreed')) this.change(task, { agreed: false });
    this.#projection.tell('task-rescheduled', { type: task.type, dueAt });
    return true;
  }

  /** Has every task written again. */
  changeAll(): void {
    for (const taskId of this.#tasks.keys()) this.#changed.add(taskId);
  }

  /** Copies of every open task and of those that have changed since this was asked last. */
  takeChanges(): TaskState[] {
    const taskIds = new Set([...this.#changed, ...this.openOnes().map((task) => task.taskId)]);
    this.#changed.clear();
    return [...taskIds].map((taskId) => ({ ...this.#tasks.get(taskId)! }));
  }
}
