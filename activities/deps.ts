import type { Db } from '../db/open.ts';
import type { VersionedPolicy } from '../domain/policy.ts';

/** What activities work with, given by the worker or a test. */
export type ActivityDeps = {
  db: Db;
  /** in force now, for scans that nobody asked for */
  policy: () => VersionedPolicy;
  clock: () => string;
};
