import type { TaskType } from './tasks.ts';
import type { Outcome, Step } from './words.ts';

/**
 * What comes next: the same call `again`, another `task`, a `mail`, a `step` of which only the case itself knows how it
 * begins, the `observation` until `dueAt`, a case that is `closed`; `nothing`: whatever is planned goes on.
 */
export const nextKinds = [
  'again',
  'task',
  'mail',
  'step',
  'observation',
  'closed',
  'nothing',
] as const;

export type Next = {
  kind: (typeof nextKinds)[number];
  /** of `again` and `task` */
  type?: TaskType;
  /** when, ISO 8601 UTC; left out where nobody knows, or it hangs on a time that is still to be agreed */
  dueAt?: string;
  /** of `again`: the customer's own time, to the minute */
  agreed?: boolean;
  /** of `again`: which attempt that will be, and of how many */
  attempt?: number;
  attempts?: number;
  /** of `step`, or which of the others begins */
  step?: Step;
  /** of `closed` */
  caseOutcome?: Outcome;
};

export const gaveUpReasons = [
  'no-answer',
  'put-off-too-often',
  'wrong-number',
  'agreed-later',
  'not-permitted',
  'too-far',
] as const;

/** What a result with this outcome leads to, as things stand. */
export type Consequence = {
  outcome: string;
  /** why there will be no further attempt at this call, or, `too-far`, why it cannot be agreed; null: that is no matter */
  gaveUp: (typeof gaveUpReasons)[number] | null;
  next: Next;
  /** what comes beside it, by what else the result says: a score in that range, or that the old cause is still there */
  also: { score?: { from: number; to: number }; oldCause?: 'still-there'; next: Next }[];
};
