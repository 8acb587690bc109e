import { caseActivities } from './cases.ts';
import type { ActivityDeps } from './deps.ts';
import { mailActivities } from './mails.ts';
import { scanActivities } from './scans.ts';

export function createActivities(deps: ActivityDeps) {
  return { ...caseActivities(deps), ...mailActivities(deps), ...scanActivities(deps) };
}

export type Activities = ReturnType<typeof createActivities>;
