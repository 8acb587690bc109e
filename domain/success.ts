import type { EndReason } from './case.ts';
import { after, earliest, type Duration } from './duration.ts';
import type { Cause, Outcome, Trigger } from './words.ts';

/** Whether a second loss had the cause of the first: not known as long as one of them is not. */
export const secondLossCauses = ['same', 'other', 'unknown'] as const;
export type SecondLossCause = (typeof secondLossCauses)[number];

export function secondLossCauseOf(first: Cause | null, second: Cause | null): SecondLossCause {
  const isKnown = (cause: Cause | null) => cause !== null && cause !== 'unknown';
  if (!isKnown(first) || !isKnown(second)) return 'unknown';
  return first === second ? 'same' : 'other';
}

/** What the second life of a case is told by. */
export type Returned = {
  regainedAt: string | null;
  openedAt: string;
  lostAt: string;
  outcome: Outcome | null;
  closedAt: string | null;
};

export type SecondLife = {
  returnedAt: string;
  /** purchases later than this, up to and with `until`, are its own */
  after: string;
  until: string;
  /** when it was known to have ended; null: it has not */
  lostAgainAt: string | null;
};

/**
 * The second life of whoever has come back: until the horizon, or until the second loss, which is known when the case
 * ends as lost again or the next one opens. What was bought before the next loss still belongs to it.
 * @param next the customer's next case, if that was a loss
 * @returns null for who has not come back
 */
export function secondLifeOf(
  record: Returned,
  next: Pick<Returned, 'openedAt' | 'lostAt'> | null,
  horizon: Duration,
): SecondLife | null {
  const { regainedAt, outcome, closedAt } = record;
  if (regainedAt === null) return null;
  const lostAgainAt = outcome === 'lost-again' ? closedAt : (next?.openedAt ?? null);
  const ends = [lostAgainAt, next?.lostAt].filter((at) => typeof at === 'string');
  const until = ends.reduce(earliest, after(regainedAt, horizon));
  return { returnedAt: regainedAt, after: lossOf(record), until, lostAgainAt };
}

/**
 * When whoever had come back cancelled again: by the next case, else when the case heard of it.
 * @param next the customer's next case, if that was a loss
 */
export function cancelledAgainAt(
  { endReason, closedAt }: { endReason: EndReason | null; closedAt: string | null },
  next: { trigger: Trigger; lostAt: string } | null,
): string | null {
  if (next?.trigger === 'cancellation') return next.lostAt;
  return endReason === 'cancelled-again' ? closedAt : null;
}

/** The loss that a case is about. A cancellation after the return is the next one. */
export function lossOf({ lostAt, openedAt, regainedAt }: Returned): string {
  return regainedAt !== null && lostAt > regainedAt ? openedAt : lostAt;
}
