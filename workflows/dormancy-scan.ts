import { patched, proxyActivities } from '@temporalio/workflow';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Activities } from '../activities/index.ts';

const { beginScan, completeScan, failScan } = proxyActivities<Activities>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '500ms', maximumInterval: '30s', maximumAttempts: 20 },
});

/** Long ones, each of which goes on where it was when its worker died. */
const { refitIfDue, findCandidates, openCandidates } = proxyActivities<Activities>({
  startToCloseTimeout: '12h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '30s', maximumAttempts: 20 },
});

/**
 * Refits the models if they are old, looks at every customer, then opens cases for the most valuable dormant ones within capacity.
 * @param asked the scan that somebody asked for; the schedule begins its own, unless one is running
 */
export async function dormancyScan(
  asked: { scanId: string; policy: VersionedPolicy } | null,
): Promise<void> {
  const scan = asked ?? (await beginScan());
  if (!scan) return;
  try {
    if (patched('refit')) await refitIfDue(scan);
    await findCandidates(scan);
    await openCandidates(scan);
  } catch (error) {
    await failScan({ scanId: scan.scanId });
    throw error;
  }
  await completeScan({ scanId: scan.scanId });
}
