import type { Names } from './causes.ts';
import type { PreventionRecord, Effect } from './prevention.ts';
import type { ArmResult } from './optimisation.ts';
import type { Objective } from './policy.ts';
import type { RiseRecord } from './rises.ts';
import { smallBelow, type SuccessGroup } from './success-figures.ts';
import type { Cause, Tier, Trigger } from './words.ts';

/*
 * The monthly report for management: who left, why, what was won back, what it cost, what was learned, what is being
 * done about the causes. It names no customer and no agent.
 */

/** A calendar month by the company's clock: `2026-10`. */
export const monthPattern = /^20\d\d-(0[1-9]|1[0-2])$/;

/** The month so many before (or, below 0, after) another one. */
export function monthBefore(month: string, by = 1): string {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year!, number! - 1 - by, 1)).toISOString().slice(0, 7);
}

/** What happened within one month. */
export type MonthFigures = {
  month: string;
  /** cases opened in it, but for those whose customer turned out not to be lost */
  lost: {
    cases: number;
    /** what they bought in the 365 days up to the loss, minor units */
    lostRevenue: number;
    byTrigger: Record<Trigger, number>;
    /** `unrated`: their value was not known yet */
    byTier: Record<Tier | 'unrated', number>;
  };
  /** customers who came back in it, and returned ones who were lost again in it */
  returned: number;
  lostAgain: number;
  /** the cases whose result was known in it */
  success: SuccessGroup;
};

export type MonthCause = {
  /** null: not known yet */
  cause: Cause | null;
  cases: number;
  lostRevenue: number;
  /** of `cases`, those whose customer is back by now */
  regained: number;
  /** cases of the month before and of the same month of last year; null: there were none at all yet */
  before: number | null;
  lastYear: number | null;
};

/** @returns the causes with their place by lost revenue; small ones and what is not known come last and have none */
export function rankedCauses(
  causes: readonly MonthCause[],
): (MonthCause & { small: boolean; rank: number | null })[] {
  const small = ({ cases }: MonthCause) => cases < smallBelow;
  const known = ({ cause }: MonthCause) => cause !== null && cause !== 'unknown';
  const last = (one: MonthCause) => Number(small(one)) + 2 * Number(!known(one));
  return causes
    .toSorted((a, b) => last(a) - last(b) || b.lostRevenue - a.lostRevenue || b.cases - a.cases)
    .map((one, i) => ({ ...one, small: small(one), rank: last(one) === 0 ? i + 1 : null }));
}

/** A way that has shown itself to be the likeliest best one. */
export type LearnedArm = Pick<ArmResult, 'arm' | 'cases'> & {
  kind: 'playbook' | 'offer';
  /** by which it is the best */
  objective: Objective;
  cause: Cause | null;
  tier: Tier | null;
  regained: number;
  probability: number;
};

/** Something done about a cause; who does it is left out. */
export type MonthAction = Omit<PreventionRecord, 'owner' | 'createdBy' | 'description'> & {
  categoryName: Names | null;
  effect: Effect | null;
};

export type MonthRise = RiseRecord & { categoryName: Names | null };

export type MonthlyReport = {
  month: string;
  /** its first moment, and the first one after it */
  from: string;
  to: string;
  timeZone: string;
  currency: string;
  /** when it was made: what is said of cases, actions and rises is as known then */
  at: string;
  now: MonthFigures;
  /** null: there was no case yet */
  before: MonthFigures | null;
  lastYear: MonthFigures | null;
  causes: ReturnType<typeof rankedCauses>;
  /** up to thirteen months, the last one the report's own; none from before the first case */
  course: { month: string; lost: number; returned: number }[];
  learned: {
    /** from here on up to the end of the month results count */
    since: string;
    success: SuccessGroup;
    arms: LearnedArm[];
  };
  /** the least probable first */
  rises: MonthRise[];
  actions: MonthAction[];
  outlook: {
    open: number;
    /** second lifetime value of the open cases, minor units */
    worth: number;
    /** over how many days */
    days: number;
    /** returns to be expected, and what they will probably bring */
    regained: number;
    value: number;
  };
};

/** Whether the month is not over yet. */
export function isRunning({ to, at }: Pick<MonthlyReport, 'to' | 'at'>): boolean {
  return at < to;
}

/** Whether nothing at all happened in it. */
export function isEmpty({ now }: Pick<MonthlyReport, 'now'>): boolean {
  const { lost, returned, lostAgain, success } = now;
  return lost.cases + returned + lostAgain + success.cases === 0;
}

/** As of mails to customers; `unclear` ones are not sent again by themselves. */
export const reportMailStatuses = ['queued', 'sending', 'sent', 'failed', 'unclear'] as const;
export type ReportMailStatus = (typeof reportMailStatuses)[number];

/** One month's report to one address. */
export type ReportMail = {
  month: string;
  recipient: string;
  status: ReportMailStatus;
  attempts: number;
};

export type ReportMailRecord = ReportMail & {
  /** of what is queued: not before this moment */
  notBefore: string;
  lastAttemptAt: string | null;
  /** what the server or the line said */
  lastError: string | null;
  finishedAt: string | null;
};

/** More is not made up for, however long no worker ran. */
const monthsMadeUpFor = 12;

/**
 * Months whose report is to be sent: the last one that is over, and those before it that were missed since the last one
 * sent; none from before the first case.
 * @param last whose report is due
 * @param newest of which a report is known to have been sent, or to be on its way
 */
export function monthsToSend(
  last: string,
  { first, newest }: { first: string; newest: string | null },
): string[] {
  const months = Array.from({ length: monthsMadeUpFor }, (_, i) =>
    monthBefore(last, monthsMadeUpFor - 1 - i),
  );
  const missed = (month: string) => newest !== null && month > newest;
  return months.filter((month) => month >= first && (month === last || missed(month)));
}
