import type { CaseState } from '../domain/case.ts';
import { after, earliest, latest } from '../domain/duration.ts';
import type { FactDetails } from '../domain/facts.ts';
import type { Policy } from '../domain/policy.ts';
import type { TaskType } from '../domain/tasks.ts';
import type { CaseTasks } from './case-tasks.ts';
import { now } from './clock.ts';
import type { Projection } from './projection.ts';

/** What is heard of somebody who is back, and what it calls for beside the after-care that is planned. */
export class SecondLife {
  readonly #state: CaseState;
  readonly #tasks: CaseTasks;
  readonly #projection: Projection;
  readonly #policy: Policy['secondLoyalty'];
  /** a score was high enough to ask for a referral, and nobody has yet */
  isReferralWanted = false;
  /** when a delivery wants its after-care call; null: it has it, or there was none */
  #careAt: string | null = null;

  constructor(
    state: CaseState,
    told: { tasks: CaseTasks; projection: Projection; policy: Policy['secondLoyalty'] },
  ) {
    this.#state = state;
    this.#tasks = told.tasks;
    this.#projection = told.projection;
    this.#policy = told.policy;
  }

  hear(fact: FactDetails & { at: string }): void {
    if (fact.kind === 'delivery') this.#careAfter(fact.at);
    if (fact.kind === 'satisfaction') this.hearScore(fact.score);
    if (fact.kind === 'early-warning') this.makeUp('early-warning');
  }

  hearScore(score: number): void {
    const { makeUpToScore = -1, referralFromScore } = this.#policy;
    this.#state.satisfactionScore = score;
    this.#projection.tell('satisfaction-answered', { score });
    this.isReferralWanted ||= score >= referralFromScore;
    if (score <= makeUpToScore) this.makeUp('satisfaction');
  }

  /** At once, beside whatever is planned, and by whoever knows the customer; one at a time. */
  makeUp(why: 'satisfaction' | 'old-cause' | 'early-warning'): void {
    if (this.#tasks.openOnes().some(({ type }) => type === 'make-up')) return;
    this.#projection.tell('make-up', { why });
    this.#tasks.open({ type: 'make-up', dueAt: now(), window: this.#policy.call.window });
    this.#tasks.areToBePlanned = true;
  }

  /** When an after-care call begins that is planned for `planned`: after a delivery, if that is sooner. */
  careFrom(type: TaskType, planned: string): string {
    if (type !== 'aftercare-call' || this.#careAt === null) return planned;
    const at = earliest(planned, this.#careAt);
    this.#careAt = null;
    return at;
  }

  /** The next after-care call follows the delivery, unless its time is agreed or sooner. */
  #careAfter(deliveredAt: string): void {
    const { afterDelivery } = this.#policy;
    if (afterDelivery === undefined) return;
    const at = latest(after(deliveredAt, afterDelivery), now());
    const call = this.#tasks.openOnes().find(({ type }) => type === 'aftercare-call');
    if (!call) {
      this.#careAt ??= at;
      return;
    }
    if (call.agreed || call.dueAt <= at) return;
    this.#tasks.move(call, at);
    this.#tasks.areToBePlanned = true;
    this.#projection.tell('after-delivery', { dueAt: at });
  }
}
