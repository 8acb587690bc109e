import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { backtest } from '../domain/backtest.ts';
import { DomainError } from '../domain/errors.ts';
import { dayOf } from '../domain/models/history.ts';
import { picture } from './backtest/picture.ts';
import { readPast } from './backtest/past.ts';
import { asJson, asTables } from './backtest/report.ts';

const help = `Shows which detection rule would have found the lost customers in your own past.

  npm run backtest -- --purchases purchases.csv --split 1997-09-30

  --purchases FILE   columns customerId,orderId,purchasedAt,amount,currency, as for the import
  --split DAY        the rules know purchases up to and including this day; what came after judges them:
                     a customer is lost who did not buy again until the end of the file
  --horizon-days N   how far ahead the model rules look (default: from the split to the end of the file)
  --svg FILE         draws the rankings and the calibration
  --json             prints JSON and nothing else
  -h, --help         shows this

Every rule is tried with several thresholds; the one with the highest Matthews correlation (MCC) counts. The
recommendation is repeated on customers drawn at random (bootstrap, always the same draws) to say how sure it is.

Exit code 0: done. 1: a failure on the way. 2: wrong usage, a file that cannot be read, or a split outside the data.
`;

const seed = 20_050_510;
/** Fewer for very many customers, of whom each resample says more. */
const resamplesFor = (customers: number) => (customers <= 100_000 ? 1_000 : 200);
const dayMs = 86_400_000;

try {
  await main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  console.error(message);
  const wrongUsage = error instanceof DomainError || code?.startsWith('ERR_PARSE_ARGS_');
  if (wrongUsage) console.error('For help: npm run backtest -- --help');
  process.exitCode = wrongUsage ? 2 : 1;
}

async function main(): Promise<void> {
  const { values: given } = parseArgs({
    options: {
      purchases: { type: 'string' },
      split: { type: 'string' },
      'horizon-days': { type: 'string' },
      svg: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (given.help) return void process.stdout.write(help);
  if (!given.purchases) throw invalid('Name the file of purchases with --purchases.');
  const split = splitDay(given.split);

  const past = await readPast(given.purchases, process.stderr);
  const { first, last } = past;
  if (split < first || split >= last) {
    throw invalid(
      `--split must be a day from ${isoDay(first)}, the first purchase, to before ${isoDay(last)}, the last one.`,
    );
  }
  const horizonDays = horizon(given['horizon-days'], last - split);

  const generator = xoroshiro128plus(seed);
  const result = backtest(past.customers, {
    split,
    horizonDays,
    pick: (below) => uniformInt(generator, 0, below - 1),
    resamples: resamplesFor(past.customers.length),
  });
  if (given.svg) await writeSvg(given.svg, picture(result));
  process.stdout.write(
    given.json ? `${JSON.stringify(asJson(result), null, 2)}\n` : asTables(result),
  );
}

function splitDay(text: string | undefined): number {
  if (!text) throw invalid('Name the day of the split with --split, like 1997-09-30.');
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? dayOf(text) : NaN;
  // JavaScript takes 30 February for 2 March.
  if (!Number.isFinite(day) || isoDay(day) !== text) {
    throw invalid(`--split must be a day like 1997-09-30, not "${text}".`);
  }
  return day;
}

function horizon(text: string | undefined, most: number): number {
  if (text === undefined) return most;
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= most) return Number(text);
  throw invalid(
    `--horizon-days must be a whole number from 1 to ${most}, the days from the split to the end of the file.`,
  );
}

async function writeSvg(path: string, svg: string): Promise<void> {
  try {
    await writeFile(path, svg);
  } catch (error) {
    throw invalid(`--svg: ${path} cannot be written: ${(error as Error).message}`);
  }
}

function isoDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

function invalid(message: string): DomainError {
  return new DomainError('invalid', message);
}
