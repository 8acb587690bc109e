import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEnvironment } from '../config/environment.ts';
import { closeDatabase, openDatabase } from '../db/open.ts';
import { DomainError } from '../domain/errors.ts';
import { badLineList } from './import/bad-lines.ts';
import { importFiles } from './import/files.ts';
import { progressPrinter } from './import/progress.ts';

const help = `Imports customers and purchases from CSV files into the database of this installation.

  npm run import -- --customers customers.csv --purchases purchases.csv

  --customers FILE   columns customerId,name,email,phone,kind,country
  --purchases FILE   columns customerId,orderId,purchasedAt,amount,currency
  -h, --help         shows this

Either file may be left out. Files are UTF-8 with commas; their first line names the columns, in any order.
Examples are in examples/cdnow. The server may run meanwhile. Importing a file again changes nothing.
Bad lines are left out and listed in a file in the data folder (WINBACK_DATA_DIR).

Exit code 0: imported, perhaps without some bad lines. 1: not one good line, or a failure on the way.
2: wrong usage, or a file that cannot be read or has the wrong columns; then nothing was imported.
`;

try {
  process.exitCode = await main();
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  console.error(message);
  if (error instanceof DomainError || code?.startsWith('ERR_PARSE_ARGS_')) {
    console.error('Nothing was imported. For help: npm run import -- --help');
    process.exitCode = 2;
  } else {
    console.error(
      'The import stopped half-way. Run it again: what is already there is left alone.',
    );
    process.exitCode = 1;
  }
}

async function main(): Promise<number> {
  const { values: given } = parseArgs({
    options: {
      customers: { type: 'string' },
      purchases: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (given.help) {
    process.stdout.write(help);
    return 0;
  }
  if (!given.customers && !given.purchases) {
    throw new DomainError('invalid', 'Name a file with --customers, --purchases or both.');
  }

  const { dataDir } = loadEnvironment();
  const at = new Date().toISOString();
  const progress = progressPrinter(process.stderr);
  const badLines = badLineList(join(dataDir, `import-errors-${at.replaceAll(':', '-')}.csv`));
  const db = await openDatabase(dataDir);
  try {
    const { customers, purchases } = await importFiles(db, {
      ...given,
      at,
      onProgress: progress.show,
      onBadLine: badLines.add,
    });
    progress.end();
    badLines.print(process.stderr);
    if (given.customers) {
      console.log(
        `Customers: ${customers.created} new, ${customers.updated} updated, ${customers.unchanged} unchanged, ${customers.badLines} bad lines`,
      );
    }
    if (given.purchases) {
      console.log(
        `Purchases: ${purchases.inserted} new, ${purchases.unchanged} already there, ${purchases.badLines} bad lines`,
      );
    }
    const bad = customers.badLines + purchases.badLines;
    const good =
      customers.created +
      customers.updated +
      customers.unchanged +
      purchases.inserted +
      purchases.unchanged;
    return bad > 0 && good === 0 ? 1 : 0;
  } finally {
    progress.end();
    badLines.close();
    closeDatabase(db);
  }
}
