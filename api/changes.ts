import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { changeMark } from '../db/changes.ts';
import type { Db } from '../db/open.ts';
import { loggable } from './errors.ts';

const lookEveryMs = 500;
const beatEveryMs = 20_000;
/** Then the reader connects anew, and must still be somebody who may read. */
const endsAfterMs = 5 * 60_000;
const reconnectAfterMs = 1_000;

/** Tells readers (server-sent events) that something has changed, not what: they read again what they show. */
export type Changes = {
  /** as it goes over the line; ends by itself, when the signal aborts, or when the reader may not read any more */
  stream(signal: AbortSignal, mayStillRead: () => Promise<boolean>): AsyncGenerator<string>;
};

/** Looks at the database while anybody listens, once for all of them. */
export function changesOf(db: Db, logger: Logger): Changes {
  const listeners = new Set<() => void>();
  let looking = false;
  const look = async () => {
    looking = true;
    let last = await changeMark(db);
    while (listeners.size > 0) {
      await pause(lookEveryMs, undefined, { ref: false });
      try {
        const mark = await changeMark(db);
        if (mark !== last) for (const tell of listeners) tell();
        last = mark;
      } catch (error) {
        logger.error({ error: loggable(error) }, 'looking for changes failed');
      }
    }
    looking = false;
  };
  return {
    async *stream(signal, mayStillRead) {
      const ends = AbortSignal.any([signal, AbortSignal.timeout(endsAfterMs)]);
      let wake = Promise.withResolvers<'changed'>();
      const tell = () => wake.resolve('changed');
      listeners.add(tell);
      if (!looking) void look();
      const ended = new Promise<'ended'>((resolve) => {
        if (ends.aborted) resolve('ended');
        ends.addEventListener('abort', () => resolve('ended'), { once: true });
      });
      try {
        yield `retry: ${reconnectAfterMs}\n\n`;
        for (;;) {
          const beat = new AbortController();
          const what = await Promise.race([
            wake.promise,
            ended,
            pause(beatEveryMs, 'beat' as const, { ref: false, signal: beat.signal }),
          ]).finally(() => beat.abort());
          if (what === 'ended' || !(await mayStillRead())) return;
          if (what === 'changed') wake = Promise.withResolvers();
          yield what === 'changed' ? 'event: changed\ndata: {}\n\n' : ': still here\n\n';
        }
      } finally {
        listeners.delete(tell);
      }
    },
  };
}
