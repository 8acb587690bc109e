import type { OfferStatus } from './offers.ts';
import type { CaseRecord } from './records.ts';
import type { TaskType } from './tasks.ts';
import type { Cause, Step, Tier, Trigger } from './words.ts';

/**
 * How an open case gets on: `behind` waits for longer than the policy's `overdueAfter`, `stuck` for longer than its
 * `escalateAfter`, both in working time.
 */
export const paces = ['on-track', 'behind', 'stuck'] as const;
export type Pace = (typeof paces)[number];

/** Cases whose next step was due before these moments, ISO 8601 UTC; `stuckBefore` null: the policy escalates nothing. */
export type Thresholds = { behindBefore: string; stuckBefore: string | null };

/** A case for which nothing is due waits since it was opened. */
export function paceOf(
  { nextDueAt, openedAt }: Pick<CaseRecord, 'nextDueAt' | 'openedAt'>,
  { behindBefore, stuckBefore }: Thresholds,
): Pace {
  const since = nextDueAt ?? openedAt;
  if (stuckBefore !== null && since < stuckBefore) return 'stuck';
  return since < behindBefore ? 'behind' : 'on-track';
}

/** What a manager has to decide before a case goes on. */
export const approvalTypes = ['decide-pursuit', 'approve-offer'] as const satisfies TaskType[];

/** Which open cases the board shows. */
export type BoardFilter = {
  trigger?: Trigger | undefined;
  tier?: Tier | undefined;
  cause?: Cause | undefined;
  /** cases with an open task of this key; null: in a team's queue */
  assignee?: string | null | undefined;
  pace?: Pace | undefined;
  /** those that wait for a manager's decision */
  awaitingApproval?: true | undefined;
};

/** How many open cases stand in a step. */
export type StepCount = { step: Step } & Record<Pace, number>;

/** An open task on the card of its case. */
export type BoardTask = {
  taskId: string;
  type: TaskType;
  assignee: string | null;
  dueAt: string;
  offer: { title: string; cost: number; status: OfferStatus } | null;
};

export type BoardCase = CaseRecord & { customerName: string | null; tasks: BoardTask[] };

/** How much somebody has to do. */
export type Load = { keyId: string; open: number; overdue: number };

/** As somebody asks for it: `me` is whoever asks. */
export type ViewFilter = Omit<BoardFilter, 'assignee' | 'awaitingApproval'> & {
  assignee?: string | undefined;
  approval?: 'true' | undefined;
};

/** A filter of the board that somebody has given a name. */
export type SavedView = {
  viewId: string;
  name: string;
  filter: ViewFilter;
  createdAt: string;
};

export const savedViewsAtMost = 30;

/** Of a view with as many cases it is only said that there are so many or more. */
export const countedInViewAtMost = 100;
