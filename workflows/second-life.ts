import { patched } from '@temporalio/workflow';
import type { CaseState } from '../domain/case.ts';
import { after, earliest, latest } from '../domain/duration.ts';
import type { FactDetails } from '../domain/facts.ts';
import type { AfterCare, Policy } from '../domain/policy.ts';
import type { TaskType } from '../domain/tasks.ts';
import type { CaseTasks } from './case-tasks.ts';
import { now } from './clock.ts';
import type { Projection } from './projection.ts';

/** A call that what was heard asks for, beside the after-care that is planned. */
export type CallBeside = { type: 'aftercare-call' | 'referral-call'; firstAt: string };

/** What is heard of somebody who is back, and what it calls for beside the after-care that is planned. */
export class SecondLife {
  readonly #state: CaseState;
  readonly #tasks: CaseTasks;
  readonly #projection: Projection;
  readonly #policy: Policy['secondLoyalty'];
  /** in cases of old: a score was high enough to ask for a referral, and nobody has yet */
  isReferralWanted = false;
  /** in cases of old: when a delivery wants its after-care call; null: it has it, or there was none */
  #careAt: string | null = null;
  /** of the planned contacts those that have neither begun nor been taken by a delivery */
  readonly #ahead: AfterCare[];
  /** the one call after a delivery that no planned one was left for */
  #hasHadOneMore = false;
  readonly #delivered = new Set<string>();
  #isAskedForReferral = false;
  /** what calls beside the plan; before the second life has begun they wait, and after it there are none */
  #call: (call: CallBeside) => void;
  #waiting: CallBeside[] = [];

  constructor(
    state: CaseState,
    told: { tasks: CaseTasks; projection: Projection; policy: Policy['secondLoyalty'] },
  ) {
    this.#state = state;
    this.#tasks = told.tasks;
    this.#projection = told.projection;
    this.#policy = told.policy;
    this.#ahead = [...told.policy.afterCare];
    this.#call = (call) => this.#waiting.push(call);
  }

  begin(call: (call: CallBeside) => void): void {
    this.#call = call;
    this.#waiting.forEach(call);
  }

  end(): void {
    this.#call = () => undefined;
  }

  /** The next contact of the plan. */
  nextCare(): AfterCare | undefined {
    return this.#ahead.shift();
  }

  hear(fact: FactDetails & { at: string }): void {
    if (fact.kind === 'delivery') this.#hearOfDelivery(fact);
    if (fact.kind === 'satisfaction') this.hearScore(fact.score, fact.at);
    if (fact.kind === 'early-warning') this.makeUp('early-warning');
  }

  hearScore(score: number, answeredAt: string): void {
    const { makeUpToScore = -1, referralFromScore } = this.#policy;
    this.#state.satisfactionScore = score;
    this.#projection.tell('satisfaction-answered', { score });
    if (score >= referralFromScore) this.#askForReferral(answeredAt);
    if (score <= makeUpToScore) this.makeUp('satisfaction');
  }

  /** At once, beside whatever is planned, and by whoever knows the customer; one at a time. */
  makeUp(why: 'satisfaction' | 'old-cause' | 'early-warning'): void {
    if (this.#tasks.openOnes().some(({ type }) => type === 'make-up')) return;
    this.#projection.tell('make-up', { why });
    this.#tasks.open({ type: 'make-up', dueAt: now(), window: this.#policy.call.window });
    this.#tasks.areToBePlanned = true;
  }

  /** Nobody could ask for it: another high score is asked for it again. */
  missReferral(): void {
    this.#isAskedForReferral = false;
  }

  /** In cases of old: when an after-care call begins that is planned for `planned`; after a delivery, if that is sooner. */
  careFrom(type: TaskType, planned: string): string {
    if (type !== 'aftercare-call' || this.#careAt === null) return planned;
    const at = earliest(planned, this.#careAt);
    this.#careAt = null;
    return at;
  }

  #askForReferral(answeredAt: string): void {
    if (!patched('called-beside')) {
      this.isReferralWanted = true;
    } else if (!this.#isAskedForReferral) {
      const firstAt = latest(after(answeredAt, this.#policy.referralAfter), now());
      this.#call({ type: 'referral-call', firstAt });
    }
    this.#isAskedForReferral = true;
  }

  /** An order may be reported, or be delivered in parts, several times. */
  #hearOfDelivery({ orderId, at }: { orderId?: string; at: string }): void {
    if (orderId !== undefined) {
      if (this.#delivered.has(orderId)) return;
      this.#delivered.add(orderId);
    }
    const { afterDelivery } = this.#policy;
    if (afterDelivery !== undefined) this.#careFor(latest(after(at, afterDelivery), now()));
  }

  /**
   * The after-care call that is open comes after the delivery, unless its time is agreed or sooner; else another one does,
   * beside whatever contact is open.
   */
  #careFor(at: string): void {
    const call = this.#tasks.openOnes().find(({ type }) => type === 'aftercare-call');
    if (!call) {
      if (!patched('called-beside')) this.#careAt ??= at;
      else if (this.#takesCall()) {
        this.#projection.tell('after-delivery', { dueAt: at });
        this.#call({ type: 'aftercare-call', firstAt: at });
      }
      return;
    }
    if (call.agreed || call.dueAt <= at) return;
    this.#tasks.move(call, at);
    this.#tasks.areToBePlanned = true;
    this.#projection.tell('after-delivery', { dueAt: at });
  }

  /** A delivery takes the next planned call; when there is none left, there is one more and then no other. */
  #takesCall(): boolean {
    const next = this.#ahead.findIndex(({ task }) => task === 'aftercare-call');
    if (next >= 0) this.#ahead.splice(next, 1);
    else if (this.#hasHadOneMore) return false;
    else this.#hasHadOneMore = true;
    return true;
  }
}
