import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fitPurchaseModel, type PurchaseParameters } from '../domain/models/beta-geometric.ts';
import { groupHistories } from '../domain/models/history.ts';
import { judged, noAim, progress, shown, spreadOf, type Findings } from './figures.ts';
import { temporaryFolder } from './processes.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const peer = 'lifetimes==0.11.3';
const aim = 5;

type PeerFit = {
  /** frequency, recency and age in days */
  histories: [number, number, number][];
  parameters: PurchaseParameters;
  /** the first is the warm-up */
  seconds: number[];
};

/**
 * The time of a BG/NBD fit beside the Python package lifetimes, on the same histories of CDNOW's first 39 weeks: the
 * sample that is shipped here, and the master file that comes with lifetimes. Both in a warm process, from one history
 * per customer to parameters; ours groups equal ones within that time.
 */
export async function fitTimes({ rounds }: { rounds: number }): Promise<Findings> {
  const title = `BG/NBD fit of CDNOW, 39 weeks: ${rounds} rounds in a warm process`;
  const columns = ['seconds', 'ours', 'lifetimes', 'lifetimes ÷ ours', 'aim', ''];
  let python: string;
  try {
    python = await installLifetimes();
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    const remarks = [`Skipped: it needs python3 with venv, and pip to fetch ${peer} (${reason}).`];
    return { title, columns, rows: [], remarks, figures: null };
  }
  const peers = await fitWithLifetimes(python, rounds);
  const results = Object.entries(peers).map(([name, { histories, parameters, seconds }]) => {
    const inWeeks = histories.map(([frequency, recency, age]) => ({
      frequency,
      recency: recency / 7,
      age: age / 7,
    }));
    const ours: number[] = [];
    let difference = Infinity;
    for (let round = 0; round <= rounds; round += 1) {
      const start = performance.now();
      const fit = fitPurchaseModel('bg-nbd', groupHistories(inWeeks));
      ours.push((performance.now() - start) / 1_000);
      if (!fit.fitted) throw new Error(`${name}: ${fit.detail}`);
      difference = Math.max(
        ...(['r', 'alpha', 'a', 'b'] as const).map((p) =>
          Math.abs(fit.parameters[p] / parameters[p] - 1),
        ),
      );
    }
    const [warm, peerWarm] = [ours.slice(1), seconds.slice(1)];
    const ratio = spreadOf(peerWarm).median / spreadOf(warm).median;
    return {
      name,
      customers: histories.length,
      ours: warm,
      lifetimes: peerWarm,
      ratio,
      difference,
    };
  });
  return {
    title,
    columns,
    rows: results.map(({ name, customers, ours, lifetimes, ratio }) => [
      `${name}, ${customers} customers`,
      shown(ours, 4),
      shown(lifetimes, 3),
      ratio.toFixed(1),
      ...(name === 'master' ? judged(`at least ${aim}`, ratio >= aim) : noAim),
    ]),
    remarks: results.map(
      ({ name, difference }) =>
        `${name}: the parameters of both differ by at most ${(difference * 100).toFixed(4)} %.`,
    ),
    figures: results,
  };
}

/** A Python that has lifetimes, in a temporary folder. */
async function installLifetimes(): Promise<string> {
  const folder = join(await temporaryFolder(), 'venv');
  const python = join(folder, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  progress(`fits: installing ${peer}`);
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', peer]);
  return python;
}

async function fitWithLifetimes(python: string, rounds: number): Promise<Record<string, PeerFit>> {
  progress('fits: lifetimes');
  const script = join(root, 'bench/fits.py');
  const sample = join(root, 'examples/cdnow/purchases.csv');
  const { stdout } = await run(python, ['-W', 'ignore', script, String(rounds), sample], {
    maxBuffer: 64 * 2 ** 20,
  });
  return JSON.parse(stdout) as Record<string, PeerFit>;
}
