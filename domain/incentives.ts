import { after, latest, type Duration } from './duration.ts';
import type { Outcome, Role, StrictRegain, Trigger } from './words.ts';

/* Points for regains and avoided losses: rules as data, a ledger in which nothing is ever changed. */

/**
 * What points are given for. `regained`: came back, and by the strict rule for good; `averted`: the cancellation was withdrawn before it took effect;
 * `prevented`: did not leave after a preventive task in which they were reached.
 */
export const achievements = ['regained', 'averted', 'prevented'] as const;
export type Achievement = (typeof achievements)[number];

/** The rules. Left out of a policy: nobody earns anything. */
export type IncentivePolicy = {
  /** to be shared, whole points */
  points: Record<Achievement, number>;
  /** what of them a half return is worth, 0 to 100; left out: 0 */
  halfReturnPercent?: number | undefined;
  /** what a person's share is measured by: weights, 0 or more */
  weights: {
    /** each task that they completed */
    task: number;
    /** in addition, each in which they reached the customer */
    reached: number;
    /** in addition, the last one before the return */
    last: number;
  };
  /** who earns: holders of keys with these roles */
  roles: Role[];
};

/** A task that was completed before the return. */
export type Work = { keyId: string; role: Role; at: string; reached: boolean };

/** A customer who came back or stayed, once. */
export type Occasion = {
  /** names it for ever */
  occasion: string;
  achievement: Achievement;
  caseId: string | null;
  taskId: string | null;
  /** the return, or the preventive task */
  occurredAt: string;
  rules: IncentivePolicy;
  policyVersion: string;
  /** second loyalty is observed for so long: points are due at its end … */
  observation: Duration;
  /** … and when the strict rule has judged the return, `until` at the latest; null: it is about none */
  strict: { is: StrictRegain; until: string } | null;
  work: Work[];
  /** IDs of keys whose holders had let this customer go before */
  letGoBy: string[];
  /** the customer was lost again within the observation */
  lostAgain: boolean;
};

export const pointReasons = [
  'earned',
  'let-go',
  'second-loss',
  'half-return',
  'not-regained',
  'corrected',
] as const;
export type PointReason = (typeof pointReasons)[number];

/** What the ledger holds for one person and occasion, and why. */
export type Entitlement = { keyId: string; points: number; reason: PointReason };

export function dueAtOf({
  occurredAt,
  observation,
  strict,
}: Pick<Occasion, 'occurredAt' | 'observation' | 'strict'>): string {
  const end = after(occurredAt, observation);
  return strict ? latest(end, strict.until) : end;
}

/** What each person should have for an occasion, by all that is known of it; in the order of their keys. */
export function entitlementsOf(occasion: Occasion): Entitlement[] {
  const { rules, work, letGoBy } = occasion;
  const weights = weightsOf(
    work.filter(({ role }) => rules.roles.includes(role)),
    rules.weights,
  );
  const { percent, reason } = worthOf(occasion);
  const total = Math.round((rules.points[occasion.achievement] * percent) / 100);
  return shared(total, weights).map(({ keyId, points }) =>
    letGoBy.includes(keyId) ? { keyId, points: 0, reason: 'let-go' } : { keyId, points, reason },
  );
}

/** What of the points an occasion is worth. What is not judged yet is not due either. */
function worthOf({ rules, lostAgain, strict }: Occasion): { percent: number; reason: PointReason } {
  if (lostAgain) return { percent: 0, reason: 'second-loss' };
  switch (strict?.is) {
    case 'not':
      return { percent: 0, reason: 'not-regained' };
    case 'half-return':
      return { percent: rules.halfReturnPercent ?? 0, reason: 'half-return' };
    default:
      return { percent: 100, reason: 'earned' };
  }
}

function weightsOf(
  work: readonly Work[],
  { task, reached, last }: IncentivePolicy['weights'],
): Map<string, number> {
  const weights = new Map<string, number>();
  const add = (keyId: string, weight: number) =>
    weights.set(keyId, (weights.get(keyId) ?? 0) + weight);
  for (const one of work) add(one.keyId, task + (one.reached ? reached : 0));
  const lastOne = work.reduce<Work | undefined>(
    (latest, one) => (!latest || comesAfter(one, latest) ? one : latest),
    undefined,
  );
  if (lastOne) add(lastOne.keyId, last);
  return weights;
}

/** In whatever order they are given, the same one is the last. */
function comesAfter(one: Work, other: Work): boolean {
  return one.at === other.at ? one.keyId < other.keyId : one.at > other.at;
}

/**
 * Whole points by weight, all of them: the largest remainders round up (Hamilton's method), of equal ones the first key.
 * Nobody gets any where no weight is above 0.
 */
export function shared(
  points: number,
  weights: ReadonlyMap<string, number>,
): { keyId: string; points: number }[] {
  const people = [...weights]
    .filter(([, weight]) => weight > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const total = people.reduce((sum, [, weight]) => sum + weight, 0);
  const exact = people.map(([keyId, weight]) => ({ keyId, quota: (points * weight) / total }));
  const left = points - exact.reduce((sum, { quota }) => sum + Math.floor(quota), 0);
  const roundedUp = exact
    .map(({ keyId, quota }) => ({ keyId, remainder: quota - Math.floor(quota) }))
    .sort((a, b) => b.remainder - a.remainder || (a.keyId < b.keyId ? -1 : 1))
    .slice(0, left)
    .map(({ keyId }) => keyId);
  return exact.map(({ keyId, quota }) => ({
    keyId,
    points: Math.floor(quota) + (roundedUp.includes(keyId) ? 1 : 0),
  }));
}

/** What the ledger says so far of one person and occasion. */
export type Booked = { keyId: string; points: number };

/**
 * The entries that make the ledger say what is so now; none where it does. A first entry tells what was earned, or that
 * nothing was and why; later ones only tell the difference. Nothing that is booked is ever changed.
 */
export function entriesFor(
  entitlements: readonly Entitlement[],
  booked: readonly Booked[],
): Entitlement[] {
  const people = new Set([...entitlements, ...booked].map(({ keyId }) => keyId));
  return [...people].sort().flatMap((keyId) => {
    const due = entitlements.find((one) => one.keyId === keyId);
    const before = booked.find((one) => one.keyId === keyId);
    const points = (due?.points ?? 0) - (before?.points ?? 0);
    // Who was lost again before anything was booked has nothing to be told of.
    if (!before)
      return due && (points !== 0 || due.reason === 'let-go') ? [{ ...due, points }] : [];
    if (points === 0) return [];
    const reason = due && due.reason !== 'earned' ? due.reason : 'corrected';
    return [{ keyId, points, reason }];
  });
}

/** An episode, as far as points depend on it. */
export type EpisodeFacts = {
  trigger: Trigger;
  openedAt: string;
  lostAt: string;
  /** as a case has it */
  endReason: string | null;
  outcome: Outcome | null;
};

/** When the loss was: a cancellation has its own time, a silence counts from when it was found. */
function lossMoment({ trigger, openedAt, lostAt }: EpisodeFacts): string {
  return trigger === 'cancellation' ? lostAt : openedAt;
}

/** Whether a loss came after `since` and by the end of the observation. */
export function isLossWithin(
  episode: EpisodeFacts,
  { since, observation }: { since: string; observation: Duration },
): boolean {
  const at = lossMoment(episode);
  return episode.endReason !== 'was-not-lost' && at >= since && at <= after(since, observation);
}

/** Months in which points are paid, by UTC: `2026-03`. */
export const payrollPattern = /^\d{4}-(0[1-9]|1[0-2])$/;

/** Half-open: [from, to). */
export function payrollPeriod(period: string): { from: string; to: string } {
  const [year, month] = period.split('-').map(Number) as [number, number];
  const [from, to] = [Date.UTC(year, month - 1), Date.UTC(year, month)];
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

export type PointEntry = {
  entrySeq: number;
  achievement: Achievement;
  keyId: string;
  caseId: string | null;
  taskId: string | null;
  points: number;
  reason: PointReason;
  policyVersion: string;
  occurredAt: string;
  dueAt: string;
  payableAt: string;
  bookedAt: string;
};

/** One person's points. */
export type PointBalance = {
  keyId: string;
  name: string;
  /** not due yet */
  pending: number;
  /** due, and in no payroll period that is closed */
  payable: number;
  /** in closed payroll periods */
  paid: number;
};

export type PayrollRecord = { period: string; closedAt: string; closedBy: string };
