import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEnvironment } from '../config/environment.ts';
import { isTimeZone, loadPolicy } from '../config/policy.ts';
import { closeDatabase, openDatabase, type Db } from '../db/open.ts';
import { policyInForce, storePolicy } from '../db/policies.ts';
import { DomainError } from '../domain/errors.ts';
import { importKinds, type DayOrder } from '../domain/imports.ts';
import { badLineList } from '../imports/bad-lines.ts';
import { onCopy } from '../imports/dry-run.ts';
import { importFiles, planImport } from '../imports/files.ts';
import { progressPrinter } from './import/progress.ts';
import { printSummary } from './import/summary.ts';

const help = `Imports CSV files into the database of this installation.

  npm run import -- --customers customers.csv --purchases purchases.csv
  npm run import -- --purchases Bestellungen.csv --dry-run
  npm run import -- --cancellations kuendigungen.csv --time-zone Europe/Vienna

  --customers FILE      customerId; name, email, phone, kind, country, language
  --purchases FILE      customerId, orderId, purchasedAt, amount, currency
  --cancellations FILE  customerId, receivedAt; reason, effectiveAt
  --permissions FILE    customerId, channel, granted, at; legalBasis, proof
  --open-cases          opens a case for every cancellation that still stands: the customer's last one,
                        not withdrawn, no purchase since, no case since. Without it cancellations are
                        history: the customer counts as cancelled, and no case is opened for it.
  --dry-run             checks and counts everything on a copy of the database, and imports nothing
  --numbers de|en       1.234,50 or 1,234.50, where a file does not tell by itself
  --dates de|en|us      31/12/2025 (de, en) or 12/31/2025 (us), where a file does not tell by itself
  --time-zone ZONE      of times without a zone; the policy's if left out
  -h, --help            shows this

The first line of a file names its columns, in any order, capitals and punctuation as you like; columns after the
semicolon above may be missing, others are ignored. German names are known too (Kundennummer, Name, E-Mail, Telefon,
Kundenart, Land, Sprache; Bestellnummer, Bestelldatum, Betrag, Währung; Kündigungsdatum, Grund, Vertragsende; Kanal,
Einwilligung, Datum, Rechtsgrundlage, Nachweis):

  Kundennummer;Bestellnummer;Bestelldatum;Betrag;Währung
  K-1001;4711;31.12.2025 14:30;1.234,50;EUR

Separators are commas, semicolons or tabs; the text is UTF-8, UTF-16 or Windows-1252. Amounts may have as many decimal
places as their currency. Dates are written 2025-12-31, 20251231, 31.12.2025 or with slashes, perhaps with a time and a
zone. Examples are in examples/cdnow; docs/import.md says more.

The server may run meanwhile. Importing a file again changes nothing. Bad lines are left out and listed in a file in
the data folder (WINBACK_DATA_DIR).

Exit code 0: imported, perhaps without some bad lines. 1: not one good line, or a failure on the way.
2: wrong usage, or a file that cannot be read, has the wrong columns or is in doubt; then nothing was imported.
`;

const dayOrderOf: Record<string, DayOrder> = {
  de: 'day-first',
  en: 'day-first',
  us: 'month-first',
};

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
      cancellations: { type: 'string' },
      permissions: { type: 'string' },
      'open-cases': { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      numbers: { type: 'string' },
      dates: { type: 'string' },
      'time-zone': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (given.help) {
    process.stdout.write(help);
    return 0;
  }
  if (!importKinds.some((kind) => given[kind])) {
    throw new DomainError(
      'invalid',
      `Name a file with ${importKinds.map((kind) => `--${kind}`).join(', ')} or several of them.`,
    );
  }
  const { numbers, dates, 'dry-run': dryRun, 'open-cases': openCases } = given;
  if (numbers !== undefined && numbers !== 'de' && numbers !== 'en') {
    throw new DomainError('invalid', '--numbers must be de or en.');
  }
  const dayOrder = dates === undefined ? undefined : dayOrderOf[dates];
  if (dates !== undefined && !dayOrder) {
    throw new DomainError('invalid', '--dates must be de, en or us.');
  }
  const { dataDir, policySource } = loadEnvironment();
  const policy = await loadPolicy(policySource);
  const timeZone = given['time-zone'] ?? policy.timeZone;
  if (!isTimeZone(timeZone)) {
    throw new DomainError('invalid', '--time-zone must be an IANA time zone like Europe/Berlin.');
  }

  const at = new Date().toISOString();
  const progress = progressPrinter(process.stderr);
  const badLines = badLineList(join(dataDir, `import-errors-${at.replaceAll(':', '-')}.csv`));
  try {
    const onProgress = progress.show;
    const plan = await planImport({
      ...{ ...given, at, timeZone, onProgress },
      ...{ numbers, dates: dayOrder },
    });
    progress.end();
    const work = async (db: Db) =>
      importFiles(db, plan, {
        at,
        openCases: openCases ? policyInForce(db, await storePolicy(db, policy, at)) : undefined,
        onProgress,
        onBadLine: badLines.add,
      });
    // A dry run's copy holds personal data, so that Ctrl-C must not leave it behind.
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => process.exit(1));
    const summary = dryRun
      ? await onCopy(dataDir, work)
      : await onDatabase(openDatabase(dataDir), work);
    progress.end();
    badLines.print(process.stderr);
    return printSummary(plan, summary, { dryRun, openCases });
  } finally {
    progress.end();
    badLines.close();
  }
}

async function onDatabase<T>(opening: Promise<Db>, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await opening;
  try {
    return await work(db);
  } finally {
    closeDatabase(db);
  }
}
