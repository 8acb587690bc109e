import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { applyWaiting } from '../db/events.ts';
import type { Db } from '../db/open.ts';

/** A few milliseconds of work: nobody who asks something meanwhile notices. */
const limit = 50;
const idleMs = 100;
/** While more come than have had their effect, keeping them goes first. */
const whileTheyComeMs = 50;
const afterFailureMs = 5_000;

/**
 * Brings what waits of large batches to its effect, until it is stopped. In the process that keeps them, so that the two
 * never wait for each other's lock; in any number of them.
 */
export async function runWaitingEvents(
  { db, clock, logger }: { db: Db; clock: () => string; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  let before = 0;
  while (!signal.aborted) {
    let restMs = idleMs;
    try {
      const { applied, left } = await applyWaiting(db, { limit, at: clock() });
      if (left > 0) restMs = left + applied > before ? whileTheyComeMs : 0;
      before = left;
    } catch (error) {
      restMs = afterFailureMs;
      logger.error({ reason: (error as Error).message }, 'events wait on, will try again');
    }
    await pause(restMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
