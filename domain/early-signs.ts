import { intervalsOf, median } from './detection.ts';
import { after, durationMs } from './duration.ts';
import type { EarlyWarning, Policy } from './policy.ts';
import type { TaskType } from './tasks.ts';
import type { Channel, EarlySign } from './words.ts';

/*
 * Signs before the loss. One gives a preventive task: a task without a case, for a single call or letter, within
 * limits of its own.
 */

const dayMs = 86_400_000;

type Limits = Policy['earlySigns'];

/** Numbers and codes that a sign rests on, by name. */
export type SignData = Record<string, string | number>;

/**
 * What a customer has shown. `signAt` is when (ISO 8601 UTC): the event, the complaint; of a declining rhythm the last
 * purchase, with which the silence began.
 */
export type ShownSign = { sign: EarlySign; signAt: string; signData: SignData };

/** Why a sign gives no preventive task. */
export const leftOutReasons = [
  'not-acted-on',
  'history',
  'bought-since',
  'deceased',
  'objected',
  'cancelled',
  'case',
  'too-few-purchases',
  'no-channel',
  'recently',
  'team-full',
] as const;
export type LeftOutReason = (typeof leftOutReasons)[number];

/** What becomes of a sign. */
export const signAnswers = ['task', ...leftOutReasons] as const;

/** What is known of a customer, and of the team, when a sign is heard of. */
export type Background = {
  deceased: boolean;
  objected: boolean;
  cancelled: boolean;
  /** a case is open, or was opened since the sign */
  caseSince: boolean;
  lastPurchaseAt: string | null;
  purchaseDays: number;
  /** the channels by which the customer may not be contacted */
  closed: readonly Channel[];
  /** when the customer's last preventive task was opened */
  lastTaskAt: string | null;
  /** preventive tasks that the team has open */
  openTasks: number;
};

/** The preventive task that a sign gives at `at`, or why it gives none. */
export function answerTo(
  { sign, signAt }: Pick<ShownSign, 'sign' | 'signAt'>,
  known: Background,
  limits: Limits,
  at: string,
): { task: TaskType } | { leftOut: LeftOutReason } {
  const task = taskFor(known.closed);
  const { lastPurchaseAt, lastTaskAt } = known;
  const reasons: [LeftOutReason, boolean][] = [
    ['not-acted-on', !limits.actOn.includes(sign)],
    ['history', isHistory(sign, signAt, limits, at)],
    ['bought-since', lastPurchaseAt !== null && isTakenBack({ sign, signAt }, lastPurchaseAt)],
    ['deceased', known.deceased],
    ['objected', known.objected],
    ['cancelled', known.cancelled],
    ['case', known.caseSince],
    ['too-few-purchases', known.purchaseDays < limits.purchaseDaysAtLeast],
    ['no-channel', task === null],
    ['recently', lastTaskAt !== null && after(lastTaskAt, limits.oncePer) > at],
    ['team-full', known.openTasks >= limits.openAtMost],
  ];
  const [leftOut] = reasons.find(([, holds]) => holds) ?? [];
  return leftOut || task === null ? { leftOut: leftOut ?? 'no-channel' } : { task };
}

/** Whether a purchase takes the sign back: it does not answer a complaint, nor give a permission back. */
export function isTakenBack(
  { sign, signAt }: { sign: EarlySign | null; signAt: string | null },
  purchasedAt: string,
): boolean {
  const byPurchase = sign === 'declining-rhythm' || sign === 'cancellation-considered';
  return byPurchase && signAt !== null && purchasedAt > signAt;
}

/** A call where the phone is permitted, else a letter where letters are. */
function taskFor(closed: readonly Channel[]): TaskType | null {
  if (!closed.includes('phone')) return 'prevention-call';
  return closed.includes('letter') ? null : 'prevention-letter';
}

/** Whether it has held for too long when we hear of it. A silence lasts: it holds whenever it is noticed. */
function isHistory(sign: EarlySign, signAt: string, limits: Limits, at: string): boolean {
  if (sign === 'declining-rhythm') return false;
  const holdsFrom =
    sign === 'complaint-unanswered' ? after(signAt, limits.complaintAnsweredWithin) : signAt;
  return after(holdsFrom, limits.freshFor) < at;
}

/** A rhythm that slows down, in days. */
export type Decline = {
  /** median interval between purchase days */
  usualDays: number;
  /** the longest one */
  longestDays: number;
  /** since the last purchase day */
  silentDays: number;
};

/**
 * The silence that is clearly longer than any before, or null. Measured against the longest interval and not the usual
 * one: whoever buys irregularly is often silent for twice as long as usual, and a further purchase can only make the
 * longest one longer, so that no purchase ever makes anybody suspicious.
 * @param days distinct purchase days as `dayOf` counts them, ascending
 */
export function declineOf(
  days: number[],
  today: number,
  policy: Limits['decline'],
): Decline | null {
  const least = suspiciousAfter(days, policy);
  if (least === null) return null;
  const intervals = intervalsOf(days);
  const silentDays = today - days.at(-1)!;
  if (silentDays < least) return null;
  return { usualDays: median(intervals), longestDays: Math.max(...intervals), silentDays };
}

/** The silence, in whole days, from which `declineOf` finds a decline; null when there are too few purchases to say. */
export function suspiciousAfter(days: number[], policy: Limits['decline']): number | null {
  if (days.length < policy.purchaseDaysAtLeast) return null;
  const longestDays = Math.max(...intervalsOf(days));
  const least = Math.ceil(durationMs(policy.silenceAtLeast) / dayMs);
  return Math.max(least, Math.floor(longestDays * policy.longestFactor) + 1);
}

/**
 * The silence of who is back, if it is longer than their own rhythm lets one expect: far sooner than anybody would be
 * called lost, since there is almost never a third chance.
 * @param days distinct purchase days as `dayOf` counts them, ascending
 * @returns days; null: nothing to worry about, or the rhythm is not known
 */
export function warningOf(
  { days, silentSince, today }: { days: number[]; silentSince: number; today: number },
  { intervals, purchaseDaysAtLeast }: EarlyWarning,
): { silentDays: number; usualDays: number } | null {
  if (days.length < Math.max(2, purchaseDaysAtLeast)) return null;
  const usualDays = median(intervalsOf(days));
  const silentDays = today - silentSince;
  return silentDays > usualDays * intervals ? { silentDays, usualDays } : null;
}

const tellers = {
  'declining-rhythm': (day, d) =>
    `Silent since ${day}, clearly longer than ever before: bought every ${d['usualDays']} days, after ${d['longestDays']} at the latest`,
  'complaint-unanswered': (day) => `Complained on ${day} and had no answer`,
  'permission-withdrawn': (day, d) => `Withdrew the leave for contact by ${d['channel']} on ${day}`,
  'cancellation-considered': (day) => `Looked at the cancellation page on ${day}`,
  'low-satisfaction': (day, d) => `Gave us ${d['score']} of 10 points on ${day}`,
} satisfies Record<EarlySign, (day: string, data: SignData) => string>;

/**
 * Why there is a preventive task, in plain words; null for a task of a case.
 * @param timeZone IANA; the day is that of the place
 */
export function whyOf(
  { sign, signAt, signData }: { [Key in keyof ShownSign]: ShownSign[Key] | null },
  timeZone: string,
): string | null {
  if (sign === null || signAt === null) return null;
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone });
  return tellers[sign](day.format(new Date(signAt)), signData ?? {});
}
