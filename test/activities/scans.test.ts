import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from '@jest/globals';
import { scanActivities } from '../../activities/scans.ts';
import { recordPurchases } from '../../db/imports.ts';
import type { Db } from '../../db/open.ts';
import { storePolicy } from '../../db/policies.ts';
import { getScan, saveScanPage, startScan } from '../../db/scans.ts';
import { listTasks } from '../../db/tasks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import { withDatabase } from '../support/database.ts';

const now = '2026-11-02T08:00:00.000Z';

/** Used to buy every month and is silent for six weeks: late, but not lost. */
async function slowingDown(db: Db, customerId: string): Promise<void> {
  const purchases = [165, 135, 105, 75, 45].map((daysAgo) => ({
    customerId,
    orderId: `O${daysAgo}`,
    purchasedAt: new Date(Date.parse(now) - daysAgo * 86_400_000).toISOString(),
    amount: 5_000,
    currency: standardPolicy.currency,
  }));
  await recordPurchases(db, { purchases, at: now });
}

describe('a scan that goes on after a crash', () => {
  it('counts nobody twice, and forgets no slowing rhythm that it had found before', () =>
    withDatabase(async ({ db }) => {
      for (const customerId of ['C1', 'C2', 'C3']) await slowingDown(db, customerId);
      const policy = await storePolicy(db, standardPolicy, now);
      await startScan(db, { scanId: 's1', at: now });
      const page = { cursor: 'C2', scanned: 2, dormant: 0, candidates: [] };
      await saveScanPage(db, { scanId: 's1', ...page });

      const activities = scanActivities({ db, policy: () => policy, clock: () => now });
      const environment = new MockActivityEnvironment();
      await environment.run(() => activities.findCandidates({ scanId: 's1', policy }));

      expect(await getScan(db, 's1')).toMatchObject({ cursor: 'C3', scanned: 3 });
      const { items } = await listTasks(db, { sign: 'declining-rhythm' }, { limit: 10 });
      expect(items.map(({ customerId }) => customerId).sort()).toEqual(['C1', 'C2', 'C3']);
    }));
});
