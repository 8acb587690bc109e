import { proxyActivities } from '@temporalio/workflow';
import type { VersionedPolicy } from '../domain/policy.ts';
import type { Activities } from '../activities/index.ts';

const { scanPage, openCandidates, completeScan, failScan } = proxyActivities<Activities>({
  startToCloseTimeout: '1m',
  retry: { initialInterval: '500ms', maximumInterval: '30s', maximumAttempts: 20 },
});

/** Looks at every customer page by page, then opens cases for the most valuable dormant ones within capacity. */
export async function dormancyScan(input: {
  scanId: string;
  policy: VersionedPolicy;
}): Promise<void> {
  try {
    let after: string | null = null;
    do {
      const page: { cursor: string | null } = await scanPage({ ...input, after });
      after = page.cursor;
    } while (after !== null);
    let left: number;
    do {
      ({ left } = await openCandidates(input));
    } while (left > 0);
  } catch (error) {
    await failScan({ scanId: input.scanId });
    throw error;
  }
  await completeScan({ scanId: input.scanId });
}
