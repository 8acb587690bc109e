/** What one section has found: a table, remarks under it, and the raw figures for `--json`. */
export type Findings = {
  title: string;
  columns: string[];
  rows: string[][];
  remarks: string[];
  figures: unknown;
};

export type Spread = { median: number; min: number; max: number };

/** @param share 0 to 1; the smallest value that is not below this share of all values */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

export function spreadOf(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)! };
}

/** Median, and the least and the most in brackets. */
export function shown(values: number[], digits = 1): string {
  const { median, min, max } = spreadOf(values);
  const middle = median.toFixed(digits);
  return values.length === 1
    ? middle
    : `${middle} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

/** The last two cells of a row. */
export function judged(aim: string, met: boolean): [string, string] {
  return [aim, met ? 'met' : 'MISSED'];
}
export const noAim: [string, string] = ['', ''];

/** A whole number from 0 to 2^32 - 1 that looks random (the finaliser of MurmurHash3), the same every time. */
export function spread(number: number): number {
  let hash = number | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Does `work` for every item, as that many clients would that each take the next when they are done. */
export async function withClients<T>(
  clients: number,
  items: T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const client = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

export function progress(line: string): void {
  process.stderr.write(`  ${line}\n`);
}
