import type { Db } from '../db/open.ts';

/** What activities work with, given by the worker or a test. */
export type ActivityDeps = { db: Db; clock: () => string };
