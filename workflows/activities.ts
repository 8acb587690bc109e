import { proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/*
 * Local activities: they are quick database calls in the worker's own process, and each costs one history event where
 * a remote one costs three and a workflow task. None is ever given up, since a case has no business end that "the
 * database was away" could mean.
 */
export const { collectFacts, chooseMeasures, planContact, projectCase } =
  proxyLocalActivities<Activities>({
    startToCloseTimeout: '20s',
    retry: { initialInterval: '200ms', maximumInterval: '30s' },
  });
