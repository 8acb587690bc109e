import { setTimeout as pause } from 'node:timers/promises';
import { recordPurchases } from '../db/imports.ts';
import type { Db } from '../db/open.ts';
import { getScan } from '../db/scans.ts';
import { judged, noAim, progress, shown, spread, spreadOf, type Findings } from './figures.ts';
import { cleanUp, residentMegabytes } from './processes.ts';
import { startBenchStack, type BenchStack } from './stack.ts';

const aim = { rate: 0.7, memory: 1.5 };
const lookEveryMs = 10;
const dayMs = 86_400_000;

/** Looking at customers is measured, so that hardly any case is opened. */
const policy = {
  extends: 'standard',
  name: 'bench-scan',
  team: { capacity: 10 },
  scan: { refillEvery: '1d' },
};

/** Customers per second, and the worker's resident set in MB. */
type Scan = { whole: number; paging: number; candidates: number; peakMb: number };
type Population = { customers: number; purchases: number; restMb: number; scans: Scan[] };

/** Scans of a few and of many customers, each of another stack. */
export async function scanSpeed(options: { sizes: number[]; rounds: number }): Promise<Findings> {
  const populations: Population[] = [];
  for (const customers of options.sizes) {
    progress(`scans: making ${customers} customers`);
    const stack = await startBenchStack(policy);
    const purchases = await populate(stack.db, customers);
    const restMb = await residentMegabytes(stack.pids.worker);
    const scans: Scan[] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      progress(`scans of ${customers}, round ${round} of ${options.rounds}`);
      scans.push(await scanned(stack));
    }
    populations.push({ customers, purchases, restMb, scans });
    await cleanUp();
  }
  const [few, many] = [populations[0]!, populations.at(-1)!];
  const row = (what: string, of: keyof Scan, judge: (ratio: number) => [string, string]) => {
    const values = ({ scans }: Population) => scans.map((scan) => scan[of]);
    const ratio = spreadOf(values(many)).median / spreadOf(values(few)).median;
    const cells = populations.map((one) => shown(values(one), 0));
    return [what, ...cells, ratio.toFixed(2), ...judge(ratio)];
  };
  const fastEnough = (ratio: number) => judged(`at least ${aim.rate}`, ratio >= aim.rate);
  return {
    title: `Scans: ${options.rounds} rounds`,
    columns: ['', ...options.sizes.map((size) => `${size} customers`), 'ratio', 'aim', ''],
    rows: [
      row('customers per second, whole scan', 'whole', fastEnough),
      row('… while it looks at them', 'paging', fastEnough),
      row('peak memory of the worker, MB', 'peakMb', (ratio) =>
        judged(`at most ${aim.memory}`, ratio <= aim.memory),
      ),
      row('candidates found', 'candidates', () => noAim),
    ],
    remarks: populations.map(
      ({ customers, purchases, restMb }) =>
        `${customers} customers have ${purchases} purchases; the worker at rest has ${restMb.toFixed(0)} MB.`,
    ),
    figures: populations,
  };
}

/** From the request to the end of the scan, looked at meanwhile. */
async function scanned({ api, db, pids }: BenchStack): Promise<Scan> {
  const startedAt = performance.now();
  const { body } = await api.post('/scans', {});
  const { scanId } = body as { scanId: string };
  let peakMb = 0;
  const seen: { ms: number; scanned: number }[] = [];
  for (;;) {
    const scan = (await getScan(db, scanId))!;
    const ms = performance.now() - startedAt;
    if (scan.scanned !== (seen.at(-1)?.scanned ?? 0)) seen.push({ ms, scanned: scan.scanned });
    peakMb = Math.max(peakMb, await residentMegabytes(pids.worker));
    if (scan.status === 'running') {
      await pause(lookEveryMs);
      continue;
    }
    if (scan.status === 'failed') throw new Error(scan.error!);
    const [first, last] = [seen[0]!, seen.at(-1)!];
    return {
      whole: (scan.scanned * 1_000) / ms,
      paging: ((last.scanned - first.scanned) * 1_000) / (last.ms - first.ms),
      candidates: scan.worthwhile,
      peakMb,
    };
  }
}

/**
 * Customers of the last three years as a shop has them: a third of them bought once, each of the others at a pace of
 * their own, and some of them long ago.
 * @returns the number of purchases
 */
async function populate(db: Db, customers: number): Promise<number> {
  const today = Date.now();
  const at = new Date(today).toISOString();
  const inBatch = 2_000;
  let made = 0;
  for (let from = 0; from < customers; from += inBatch) {
    const numbers = Array.from({ length: Math.min(inBatch, customers - from) }, (_, i) => from + i);
    const purchases = numbers.flatMap((number) => {
      const customerId = `C-${String(number).padStart(7, '0')}`;
      return purchaseDays(number).map((daysAgo, i) => ({
        customerId,
        orderId: `${customerId}-${i}`,
        purchasedAt: new Date(today - daysAgo * dayMs).toISOString(),
        amount: 500 + (spread(number * 61 + i) % 8_000),
        currency: 'EUR',
      }));
    });
    await recordPurchases(db, { purchases, at });
    made += purchases.length;
  }
  return made;
}

const historyDays = 1_000;
const purchasesAtMost = 40;

/** Days ago, the first purchase first: exponential intervals of the customer's own pace, until they leave by chance. */
function purchaseDays(number: number): number[] {
  // Above 0, below 1.
  const chance = (salt: number) => (spread(number * 127 + salt) + 0.5) / 2 ** 32;
  const paceDays = 15 + 150 * chance(1) ** 2;
  const leaves = chance(2) * 0.6;
  const days = [historyDays * chance(3)];
  for (let i = 4; days.length < purchasesAtMost && chance(i) > leaves; i += 2) {
    const next = days.at(-1)! + paceDays * Math.log(chance(i + 1));
    if (next < 0) break;
    days.push(next);
  }
  return days;
}
