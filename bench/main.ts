import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';
import { parseArgs, styleText } from 'node:util';
import Table from 'cli-table3';
import packageJson from '../package.json' with { type: 'json' };
import { temporalBinary } from '../temporal/binary.ts';
import { run } from '../temporal/cache.ts';
import { armRegret } from './arms.ts';
import { bytesPerCase } from './bytes.ts';
import { wholeCases } from './cases.ts';
import { eventIngestion } from './events.ts';
import { progress, type Findings } from './figures.ts';
import { importSpeed } from './imports.ts';
import { fitTimes } from './fits.ts';
import { completionLatency } from './latency.ts';
import { listLatency } from './lists.ts';
import { cleanUp } from './processes.ts';
import { timeToReady } from './ready.ts';
import { reportLatency } from './reports.ts';
import { scanSpeed } from './scans.ts';
import { starts } from './starts.ts';
import { webPages } from './web.ts';

const help = `Usage: npm run bench -- [options]

Measures in whole runs and prints tables; bench/README.md says what the figures mean.

  --only LIST            some of ready, cases, starts, bytes, latency, lists, reports, events, imports, scans, fits, arms, web (with commas)
  --cases N              whole cases a round (300)
  --starts N             starts a round, and open cases for bytes (1000)
  --open N               open cases in the larger database of the lists (100000)
  --closed N             closed cases in the larger database of the reports (100000)
  --events N             events a round, in batches (50000)
  --rows N               rows of the larger import (1000000)
  --scan-customers LIST  customers of each scan, ascending (23570,1000000)
  --rounds N             how often ours and the baseline take turns (3)
  --json FILE            writes the raw figures as well
  -h, --help             shows this
`;

const { values: given } = parseArgs({
  options: {
    only: { type: 'string' },
    cases: { type: 'string', default: '300' },
    starts: { type: 'string', default: '1000' },
    open: { type: 'string', default: '100000' },
    closed: { type: 'string', default: '100000' },
    events: { type: 'string', default: '50000' },
    rows: { type: 'string', default: '1000000' },
    'scan-customers': { type: 'string', default: '23570,1000000' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

const rounds = wholeNumber(given.rounds);
const sizes = {
  cases: wholeNumber(given.cases),
  starts: wholeNumber(given.starts),
  open: wholeNumber(given.open),
  closed: wholeNumber(given.closed),
  events: wholeNumber(given.events),
  rows: wholeNumber(given.rows),
  scanCustomers: given['scan-customers'].split(',').map(wholeNumber),
};
const sections: Record<string, () => Promise<Findings>> = {
  ready: () => timeToReady({ rounds }),
  cases: () => wholeCases({ cases: sizes.cases, rounds }),
  starts: () => starts({ starts: sizes.starts, rounds }),
  bytes: () => bytesPerCase({ starts: sizes.starts }),
  latency: () => completionLatency({ rounds }),
  lists: () => listLatency({ many: sizes.open, requests: 200 }),
  reports: () => reportLatency({ many: sizes.closed }),
  events: () => eventIngestion({ events: sizes.events, rounds }),
  imports: () => importSpeed({ sizes: [Math.ceil(sizes.rows / 10), sizes.rows] }),
  scans: () => scanSpeed({ sizes: sizes.scanCustomers, rounds }),
  fits: () => fitTimes({ rounds }),
  web: () => webPages({ many: sizes.open, rounds }),
  arms: () => Promise.resolve(armRegret({ cases: 2_000, runs: 100 })),
};

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(code)));
}
if (given.help) process.stdout.write(help);
else await main(given.only?.split(',') ?? Object.keys(sections));

async function main(chosen: string[]): Promise<void> {
  const unknown = chosen.find((name) => !Object.hasOwn(sections, name));
  if (unknown !== undefined) {
    throw new Error(
      `There is no section ${unknown}; there are ${Object.keys(sections).join(', ')}`,
    );
  }
  const machine = await machineFacts();
  console.log(Object.values(machine).join('; '));
  const found: Record<string, Findings> = {};
  for (const name of chosen) {
    progress(name);
    try {
      found[name] = await sections[name]!();
    } finally {
      await cleanUp();
    }
    print(found[name]);
  }
  if (given.json)
    await writeFile(given.json, JSON.stringify({ machine, sizes, rounds, found }, null, 2));
}

async function machineFacts() {
  const temporal = await temporalBinary({ onProgress: progress });
  return {
    at: new Date().toISOString(),
    processor: `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: type(),
    node: `Node ${process.version}`,
    temporal: await run(temporal, ['--version']),
    sdk: `SDK ${packageJson.dependencies['@temporalio/worker']}`,
    load: `load before ${loadavg()[0]!.toFixed(1)}`,
  };
}

function print({ title, columns, rows, remarks }: Findings): void {
  const table = new Table({ head: columns, style: { head: [], border: [] } });
  table.push(...rows);
  console.log(`\n${styleText('bold', title)}\n${table.toString()}`);
  for (const remark of remarks) console.log(remark);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`${text} is not a whole number above 0`);
}
