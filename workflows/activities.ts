import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/*
 * Local activities: they are quick database calls in the worker's own process, and each costs one history event where
 * a remote one costs three and a workflow task. None is ever given up, since a case has no business end that "the
 * database was away" could mean.
 */
const untilDone = {
  startToCloseTimeout: '20s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
} as const;

export const { collectFacts, chooseMeasures, planContact, prepareOffer, projectCase } =
  proxyLocalActivities<Activities>(untilDone);

/** A mail cannot be taken back: Temporal hands out an ordinary activity only when it has stored what led to it. */
export const { queueMail } = proxyActivities<Activities>(untilDone);

/**
 * An end is shown only when Temporal has stored it, which it has when it hands out an ordinary activity: while the
 * database shows a case as closed its customer's events pass it by, and open the next one.
 */
export const { projectCase: projectEnding } = proxyActivities<Activities>(untilDone);
