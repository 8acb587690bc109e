import type { Client } from './client.ts';
import { rest } from './rest.ts';

export type Scan = {
  scanId: string;
  status: 'running' | 'completed' | 'failed';
  progress: number;
  customers: number;
  scanned: number;
  dormant: number;
  worthwhile: number;
  opened: number;
  waiting: number;
  error: string | null;
  detection: { text: string } | null;
};

const lookEveryMs = 200;
const number = new Intl.NumberFormat('en');

/**
 * Runs a dormancy scan, or watches the one that is running already.
 * @throws Error when it fails
 */
export async function runScan(
  client: Client,
  { onProgress, signal }: { onProgress: (scan: Scan) => void; signal: AbortSignal },
): Promise<Scan> {
  let scan = await client.post<Scan>('/scans');
  while (scan.status === 'running') {
    onProgress(scan);
    await rest(lookEveryMs, signal);
    signal.throwIfAborted();
    scan = await client.get<Scan>(`/scans/${scan.scanId}`);
  }
  if (scan.status === 'failed') throw new Error(`The scan failed: ${scan.error ?? 'no reason'}`);
  return scan;
}

export function scanSentence({ detection, ...scan }: Scan): string {
  const { customers, dormant, worthwhile, opened, waiting } = scan;
  const [all, found, worth, cases, left] = [customers, dormant, worthwhile, opened, waiting].map(
    (n) => number.format(n),
  );
  return `Looked at ${all} customers: ${found} dormant, ${worth} of them worth a case, ${cases} cases opened, ${left} waiting for capacity. ${detection?.text ?? ''}`;
}

const barLength = 24;

export function scanBar({ progress, scanned, customers }: Scan): string {
  const bar = '#'.repeat(Math.round(progress * barLength)).padEnd(barLength, '.');
  return `[${bar}] ${number.format(scanned)} of ${number.format(customers)} customers`;
}
