import { patched } from '@temporalio/workflow';
import type { CaseState } from '../domain/case.ts';
import { earliest } from '../domain/duration.ts';
import {
  begun,
  planOf,
  replaced,
  replacedWhole,
  settled,
  tailored,
} from '../domain/measure-plan.ts';
import type { MeasurePlan, PlannedMeasure } from '../domain/measure-plan.ts';
import type { MeasureResult, Playbook } from '../domain/playbooks.ts';
import type { CaseTasks } from './case-tasks.ts';
import { now } from './clock.ts';
import type { ChangePlaybook, TailorPlan } from './messages.ts';
import type { Projection } from './projection.ts';

/** A measure that nobody has a task for and that begins by itself, and when. */
type AwaitedMeasure = {
  measureId: string;
  dueAt: string;
  /** to a moment that no pause before it moves */
  isBroughtForward: boolean;
};

/** The plan of one case's measures: how far it is, and what people change in it while it is carried out. */
export class CasePlan {
  readonly #state: CaseState;
  readonly #tasks: CaseTasks;
  readonly #projection: Projection;
  #isOlder = false;
  #awaited: AwaitedMeasure | undefined;

  constructor(state: CaseState, told: { tasks: CaseTasks; projection: Projection }) {
    this.#state = state;
    this.#tasks = told.tasks;
    this.#projection = told.projection;
  }

  /** The measures were chosen when every one of them was urgent, and any offer could be made. */
  get isOlder(): boolean {
    return this.#isOlder;
  }

  choose(playbook: Playbook, { isOlder }: { isOlder: boolean }): void {
    this.#isOlder = isOlder;
    this.#state.playbook = { playbookId: playbook.playbookId, version: playbook.version };
    this.#state.plan = planOf(playbook);
  }

  /** Begins the next measure; undefined when none is left. */
  begin(): PlannedMeasure | undefined {
    const next = begun(this.#state.plan!);
    if (!next) return undefined;
    this.#state.plan = next.plan;
    return next.measure;
  }

  settle(measureId: string, result: MeasureResult): void {
    this.#state.plan = settled(this.#state.plan!, measureId, result);
  }

  beginsWith(measureId: string): boolean {
    return this.#state.plan?.[0]?.id === measureId;
  }

  hasSkipped(measureId: string): boolean {
    return this.#state.plan?.find(({ id }) => id === measureId)?.status === 'skipped';
  }

  /** Whoever waits for the measure looks at `dueAt` ever anew, as it may be brought forward. */
  awaiting(measure: AwaitedMeasure): Readonly<AwaitedMeasure> {
    this.#awaited = measure;
    return measure;
  }

  /** @returns whether the plan could be changed so */
  tailor({ change }: TailorPlan): boolean {
    const plan = this.#running && tailored(this.#running, change);
    if (!plan) return false;
    const measureId = change.kind === 'add' ? change.measure.kind : change.measureId;
    this.#projection.tell('plan-tailored', { change: change.kind, measureId });
    if (change.kind === 'bring-forward') this.#bringForward(measureId, change.dueAt ?? now());
    if (change.kind === 'add') this.#isOlder = false;
    this.#continueWith(plan);
    return true;
  }

  /** @returns whether the case still carries out measures */
  changePlaybook({ playbookId, version, measures }: ChangePlaybook): boolean {
    if (!this.#running) return false;
    this.#state.playbook = { playbookId, version };
    this.#isOlder = false;
    this.#projection.tell('playbook-changed', { playbookId, version });
    const kept = patched('keeps-tailored') ? replaced : replacedWhole;
    this.#continueWith(kept(this.#running, { measures }));
    return true;
  }

  get #running(): MeasurePlan | null {
    return this.#state.step === 'measures' ? this.#state.plan : null;
  }

  #continueWith(plan: MeasurePlan): void {
    this.#state.plan = plan;
    for (const task of this.#tasks.openOnes()) {
      if (task.measureId !== null && this.hasSkipped(task.measureId)) {
        this.#tasks.cancel(task, 'skipped');
      }
    }
  }

  #bringForward(measureId: string, to: string): void {
    if (this.#awaited?.measureId === measureId) {
      this.#awaited.dueAt = earliest(this.#awaited.dueAt, to);
      this.#awaited.isBroughtForward = patched('brought-forward-at-once');
    }
    for (const task of this.#tasks.openOnes()) {
      if (task.measureId !== measureId || task.dueAt <= to) continue;
      this.#tasks.move(task, to);
      if (!patched('brought-forward-is-planned')) continue;
      // Nobody has agreed to that time, and a contact is made when it may be made.
      this.#tasks.change(task, { agreed: false });
      this.#tasks.areToBePlanned = true;
    }
  }
}
