import { setImmediate as turn } from 'node:timers/promises';
import { lostSilently, worthwhile } from '../domain/candidates.ts';
import { detectionOf, valueModelsOf } from '../domain/company-fit.ts';
import type { DetectionRule } from '../domain/detection.ts';
import type { FallbackReason } from '../domain/dormancy.ts';
import { dayOf } from '../domain/models/history.ts';
import type { Policy } from '../domain/policy.ts';
import { completed } from '../domain/standard-policy.ts';
import type { Db } from './connection.ts';
import { customersForScan } from './customers.ts';
import { newestFit } from './fits.ts';
import { dormancyReturnRates } from './return-rates.ts';

/** What a scan would find now. */
export type WouldFind = {
  /** the rule that would apply, by the last fit */
  rule: DetectionRule;
  threshold: number;
  fallback: FallbackReason | null;
  /** customers who count as lost silently and have no open case */
  dormant: number;
  /** of them, who is worth a case */
  candidates: number;
};

/** Customers at a time, in a few milliseconds; others of this process get a turn in between. */
const atOnce = 250;

/** What a scan would find now by each of these policies; changes nothing. */
export async function whatScansWouldFind(
  db: Db,
  policies: Policy[],
  at: string,
): Promise<{ customers: number; found: WouldFind[] }> {
  const fit = await newestFit(db);
  const models = valueModelsOf(fit);
  const all = await Promise.all(
    policies.map(async (stored) => {
      const policy = completed(stored);
      const { judgedAfter } = policy.identification.chance;
      const rates = await dormancyReturnRates(db, { at, judgedAfter });
      const detection = detectionOf(policy.detection, fit);
      const { rule, threshold, fallback } = detection;
      const found: WouldFind = { rule, threshold, fallback, dormant: 0, candidates: 0 };
      return { grounds: { policy, detection, models, rates }, found };
    }),
  );
  const today = dayOf(at);
  let customers = 0;
  for (let after: string | null = null; ;) {
    const page = await customersForScan(db, { after, limit: atOnce });
    customers += page.length;
    for (const { grounds, found } of all) {
      const dormant = page.flatMap((one) => lostSilently(one, grounds, today));
      found.dormant += dormant.length;
      found.candidates += dormant.flatMap((one) => worthwhile(one, grounds)).length;
    }
    if (page.length < atOnce) return { customers, found: all.map(({ found }) => found) };
    after = page.at(-1)!.customerId;
    await turn();
  }
}
