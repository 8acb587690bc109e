import type { Db } from '../db/open.ts';
import { caseActivities } from './cases.ts';
import { scanActivities } from './scans.ts';

export type ActivityDeps = { db: Db; clock: () => string };

export function createActivities(deps: ActivityDeps) {
  return { ...caseActivities(deps), ...scanActivities(deps) };
}

export type Activities = ReturnType<typeof createActivities>;
