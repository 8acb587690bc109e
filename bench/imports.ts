import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { progress, type Findings } from './figures.ts';
import { temporaryFolder } from './processes.ts';

const importScript = fileURLToPath(new URL('../cli/import.ts', import.meta.url));
/** Makes a process say at its end how much memory it had at most (in KiB). */
const sayPeak =
  'data:text/javascript,process.on("exit",()=>console.log("peak",process.resourceUsage().maxRSS))';

/** `npm run import` of German purchases by a fifth as many customers, in the order of time, into a new database. */
export async function importSpeed(options: { sizes: number[] }): Promise<Findings> {
  const figures = [];
  for (const rows of options.sizes) {
    progress(`imports: ${rows} purchases`);
    const folder = await temporaryFolder();
    const file = join(folder, 'purchases.csv');
    await pipeline(lines(rows), createWriteStream(file));
    const env = { ...process.env, WINBACK_DATA_DIR: join(folder, 'data') };
    const startedAt = performance.now();
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', sayPeak, importScript, '--purchases', file],
      { env },
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    if (!stdout.includes(`Purchases: ${rows} new`)) throw new Error(stdout);
    const peakMb = (Number(/peak (\d+)/.exec(stdout)![1]) * 1_024) / 1e6;
    figures.push({ rows, bytes: (await stat(file)).size, seconds, peakMb });
  }
  return {
    title: 'Import: npm run import of purchases into a new database, whole process',
    columns: ['rows', 'file', 'seconds', 'rows per second', 'peak memory'],
    rows: figures.map(({ rows, bytes, seconds, peakMb }) => [
      String(rows),
      `${(bytes / 1e6).toFixed(1)} MB`,
      seconds.toFixed(1),
      (rows / seconds).toFixed(0),
      `${peakMb.toFixed(0)} MB`,
    ]),
    remarks: [],
    figures,
  };
}

function* lines(rows: number): Generator<string> {
  yield 'Kundennummer;Bestellnummer;Bestelldatum;Betrag;Währung\n';
  const two = (number: number) => String(number).padStart(2, '0');
  for (let i = 0; i < rows; i += 1) {
    // Customers come back without a pattern that an index would like.
    const customer = Math.imul(i, 2_654_435_761) >>> 0;
    const [day, month, year] = [1 + (i % 28), 1 + (i % 12), 2020 + Math.floor((i * 6) / rows)];
    yield `K-${customer % Math.ceil(rows / 5)};B-${i};${two(day)}.${two(month)}.${year} ${two(i % 24)}:30;${1 + (i % 3)}.${String(i % 1_000).padStart(3, '0')},${two(i % 100)};EUR\n`;
  }
}
