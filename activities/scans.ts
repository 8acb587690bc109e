import { activityInfo, heartbeat, sleep } from '@temporalio/activity';
import { lostSilently, worthwhile, type Grounds } from '../domain/candidates.ts';
import { detectionOf, valueModelsOf } from '../domain/company-fit.ts';
import { dormancyOf } from '../domain/dormancy.ts';
import { declineOf } from '../domain/early-signs.ts';
import { dayOf } from '../domain/models/history.ts';
import { openingPace, type Policy, type VersionedPolicy } from '../domain/policy.ts';
import { completed } from '../domain/standard-policy.ts';
import { secondLifetimeOf } from '../domain/second-lifetime.ts';
import { customersForScan } from '../db/customers.ts';
import { noteEarlySigns } from '../db/early-signs.ts';
import { catchUp } from '../db/events.ts';
import { newestFit, saveFit } from '../db/fits.ts';
import type { Db } from '../db/open.ts';
import { dormancyReturnRates } from '../db/return-rates.ts';
import {
  beginScheduledScan,
  finishScan,
  getScan,
  noteDetection,
  openFromScan,
  saveScanPage,
} from '../db/scans.ts';
import type { ActivityDeps } from './deps.ts';
import { fitOf, isFitGoodEnough } from './fit.ts';

/** Customers looked at in one transaction, which stays well under a second. */
const pageSize = 2_000;

type Scan = { scanId: string; policy: VersionedPolicy };
type Page = Awaited<ReturnType<typeof customersForScan>>;

export function scanActivities({ db, clock, policy: policyNow }: ActivityDeps) {
  return {
    /** Null while another scan is running: the schedule's is left out then. */
    async beginScan(): Promise<Scan | null> {
      const { workflowId } = activityInfo().workflowExecution!;
      const scan = await beginScheduledScan(db, { scanId: workflowId, at: clock() });
      return scan ? { scanId: scan.scanId, policy: policyNow() } : null;
    },

    /** Evaluates the company's purchases anew, when the last time is long ago or there are far more of them now. */
    async refitIfDue({ policy }: Scan) {
      const { detection } = completed(policy);
      if (await isFitGoodEnough(db, { detection, at: clock() })) return;
      await saveFit(db, await fitOf(db, { detection, at: clock() }), clock());
    },

    async findCandidates({ scanId, policy }: Scan) {
      // Who has just bought is not lost.
      await catchUp(db, clock, heartbeat);
      const stored = completed(policy);
      const fit = await newestFit(db);
      const detection = detectionOf(stored.detection, fit);
      const { rule, threshold, fallback, basis } = detection;
      const { horizonDays } = basis;
      await noteDetection(db, { scanId, detection: { rule, threshold, fallback, horizonDays } });
      const models = valueModelsOf(fit);
      const { judgedAfter } = stored.identification.chance;
      const rates = await dormancyReturnRates(db, { at: clock(), judgedAfter });
      const grounds = { policy: stored, detection, models, rates };
      const kept = (await getScan(db, scanId))?.cursor ?? null;
      let decliners: Decliner[] = [];
      const noteDecliners = (page: Page, today: number) => {
        const slower = page.flatMap((one) => declining(one, grounds, policyNow(), today));
        decliners = decliners.concat(slower).sort(byValue).slice(0, declinersAtMost);
      };
      // Before a crash they were found, but not kept.
      if (kept) {
        for await (const page of pages(db, { upTo: kept })) noteDecliners(page, dayOf(clock()));
      }
      for await (const page of pages(db, { after: kept })) {
        const today = dayOf(clock());
        const dormant = page.flatMap((one) => lostSilently(one, grounds, today));
        const candidates = dormant.flatMap((one) => worthwhile(one, grounds));
        noteDecliners(page, today);
        const cursor = page.at(-1)!.customerId;
        const found = { scanned: page.length, dormant: dormant.length, candidates };
        await saveScanPage(db, { scanId, cursor, ...found });
      }
      const customerIds = decliners.map(({ customerId }) => customerId);
      const declined = { customerIds, sign: 'declining-rhythm' } as const;
      await noteEarlySigns(db, { ...declined, policy: policyNow(), at: clock() });
    },

    async openCandidates({ scanId, policy }: Scan) {
      const { limit, pauseMs } = openingPace(policy.scan);
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

/** The customers for a scan, a page at a time; heartbeats in between. */
async function* pages(
  db: Db,
  { after = null, upTo = null }: { after?: string | null; upTo?: string | null },
): AsyncGenerator<Page> {
  for (let from = after; ;) {
    const page = await customersForScan(db, { after: from, upTo, limit: pageSize });
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    from = page.at(-1)!.customerId;
    heartbeat();
    // Lets others of this process have a turn; throws when the scan is cancelled.
    await sleep(0);
  }
}

/** Who buys ever more rarely, but is not lost yet. */
type Decliner = { customerId: string; value: number };

/** The most valuable ones of a scan: some of them have had their preventive task. */
const declinersAtMost = 500;
const byValue = (a: Decliner, b: Decliner) => b.value - a.value;

function declining(
  { history, customerId }: Page[number],
  { policy: { identification }, detection, models }: Grounds,
  { earlySigns: { decline } }: Policy,
  today: number,
): Decliner[] {
  if (!declineOf(history.days, today, decline)) return [];
  if (dormancyOf(history.days, today, detection).state !== 'active') return [];
  const { value } = secondLifetimeOf(history, identification, models);
  return [{ customerId, value }];
}
