import { activityInfo, heartbeat, sleep } from '@temporalio/activity';
import { dormancyOf, rhythmOf } from '../domain/dormancy.ts';
import { bestEffort, chanceOfReturn } from '../domain/gain.ts';
import { worthOf } from '../domain/identification.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import { customersForScan } from '../db/customers.ts';
import { dormancyReturnRates } from '../db/return-rates.ts';
import {
  beginScheduledScan,
  finishScan,
  getScan,
  openFromScan,
  saveScanPage,
  type Candidate,
} from '../db/scans.ts';
import type { ActivityDeps } from './deps.ts';

/** Customers looked at and cases opened in one transaction: each stays well under a second. */
const pageSize = 2_000;
const openAtOnceAtMost = 20;

type Scan = { scanId: string; policy: VersionedPolicy };
type Page = Awaited<ReturnType<typeof customersForScan>>;

export function scanActivities({ db, clock, policy }: ActivityDeps) {
  return {
    /** Null while another scan is running: the schedule's is left out then. */
    async beginScan(): Promise<Scan | null> {
      const { workflowId } = activityInfo().workflowExecution!;
      const scan = await beginScheduledScan(db, { scanId: workflowId, at: clock() });
      return scan ? { scanId: scan.scanId, policy } : null;
    },

    async findCandidates({ scanId, policy }: Scan) {
      const rates = await dormancyReturnRates(db);
      for (let after = (await getScan(db, scanId))?.cursor ?? null; ;) {
        const page = await customersForScan(db, { after, limit: pageSize });
        const candidates = page.flatMap((one) => worthwhile(one, policy, rates, clock()));
        after = page.at(-1)?.customerId ?? null;
        if (after) {
          await saveScanPage(db, { scanId, cursor: after, scanned: page.length, candidates });
        }
        if (page.length < pageSize) return;
        heartbeat();
        // Lets others of this process have a turn; throws when the scan is cancelled.
        await sleep(0);
      }
    },

    async openCandidates({ scanId, policy }: Scan) {
      const { startsPerMinute } = policy.scan;
      // In steps of at most ten seconds, so that a dead worker is soon noticed.
      const limit = Math.min(openAtOnceAtMost, Math.floor(startsPerMinute / 6));
      const pauseMs = (limit / startsPerMinute) * 60_000;
      for (;;) {
        const request = { scanId, policy, at: clock(), limit };
        const { left } = await openFromScan(db, request);
        if (left === 0) return;
        heartbeat();
        await sleep(pauseMs);
      }
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

/** Whom of a page to win back, with what that promises. */
function worthwhile(
  { history, customerId }: Page[number],
  { identification, dormancy }: VersionedPolicy,
  rates: Awaited<ReturnType<typeof dormancyReturnRates>>,
  now: string,
): Candidate[] {
  const rhythm = rhythmOf(history, now);
  const { state, dormantAfterDays } = dormancyOf(rhythm, dormancy);
  if (state !== 'dormant') return [];
  const { tier, secondLifetimeValue } = worthOf(history, identification);
  const silentDays = rhythm.silentDays!;
  const lostDays = silentDays - dormantAfterDays!;
  const prospect = { trigger: 'dormancy', tier, cause: null, lostDays } as const;
  const { percent } = chanceOfReturn(prospect, identification.chance, rates[tier]);
  const gain = bestEffort(secondLifetimeValue, percent, identification.effort);
  if (gain.decision === 'do-not-pursue') return [];
  return [
    {
      customerId,
      secondLifetimeValue,
      expectedGain: gain.amount,
      gainPerHour: gain.perHour,
      silentDays: Math.floor(silentDays),
      dormantAfterDays: Math.round(dormantAfterDays!),
    },
  ];
}
