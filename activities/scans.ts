import { dormancyOf, rhythmOf } from '../domain/dormancy.ts';
import { worthOf } from '../domain/identification.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import { customersForScan } from '../db/customers.ts';
import { finishScan, openFromScan, saveScanPage } from '../db/scans.ts';
import type { ActivityDeps } from './deps.ts';

/** Customers looked at and cases opened per activity: each stays well under a second, so a crash repeats little. */
const pageSize = 2_000;
const openAtOnce = 20;

type Scan = { scanId: string; policy: VersionedPolicy };

export function scanActivities({ db, clock }: ActivityDeps) {
  return {
    async scanPage({ scanId, policy, after }: Scan & { after: string | null }) {
      const page = await customersForScan(db, { after, limit: pageSize });
      const now = clock();
      const candidates = page.flatMap(({ customerId, history }) => {
        const rhythm = rhythmOf(history, now);
        const { state, dormantAfterDays } = dormancyOf(rhythm, policy.dormancy);
        if (state !== 'dormant') return [];
        const { tier, secondLifetimeValue } = worthOf(history, policy.identification);
        if (policy.identification.decisionByTier[tier] === 'do-not-pursue') return [];
        return {
          customerId,
          secondLifetimeValue,
          silentDays: Math.floor(rhythm.silentDays!),
          dormantAfterDays: Math.round(dormantAfterDays!),
        };
      });
      const cursor = page.at(-1)?.customerId ?? null;
      if (cursor) await saveScanPage(db, { scanId, cursor, scanned: page.length, candidates });
      return { cursor: page.length < pageSize ? null : cursor };
    },

    async openCandidates({ scanId, policy }: Scan) {
      return openFromScan(db, {
        scanId,
        policy,
        capacity: policy.team.capacity,
        at: clock(),
        limit: openAtOnce,
      });
    },

    async completeScan({ scanId }: { scanId: string }) {
      await finishScan(db, { scanId, status: 'completed', at: clock() });
    },

    async failScan({ scanId }: { scanId: string }) {
      await finishScan(db, {
        scanId,
        status: 'failed',
        error:
          'An activity failed for good; the worker log and the scan workflow in Temporal say why.',
        at: clock(),
      });
    },
  };
}
