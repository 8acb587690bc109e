import { stat } from 'node:fs/promises';
import {
  openCancelledCases,
  recordCancellations,
  recordPermissions,
  recordPurchases,
  upsertCustomers,
} from '../db/imports.ts';
import type { Db } from '../db/open.ts';
import { localClock } from '../domain/calendar.ts';
import { DomainError } from '../domain/errors.ts';
import {
  dayOrders,
  importKinds,
  numberNotations,
  type DayOrder,
  type ImportKind,
  type NumberNotation,
} from '../domain/imports.ts';
import type { VersionedPolicy } from '../domain/policy.ts';
import type {
  Cancellation,
  CustomerUpdate,
  PermissionChange,
  Purchase,
} from '../domain/records.ts';
import { readLayout, type Columns, type Mapping } from './columns.ts';
import { readCsv, type CsvLayout, type CsvRecord } from './csv.ts';
import {
  cancellationFormat,
  customerFormat,
  permissionFormat,
  purchaseFormat,
  type Format,
  type Reading,
} from './formats.ts';
import { momentOf, notationFinder, readNumber, readTime, type Doubt } from './notation.ts';

/** `field` is empty when the line as a whole is broken; `value` only where it is no personal data. */
export type BadLine = { file: string; line: number; field: string; reason: string; value?: string };

export type ImportProgress = {
  file: string;
  /** a file is looked through before anything of it is imported */
  phase: 'checking' | 'importing';
  /** read so far, good or bad */
  rows: number;
  bytesRead: number;
  bytesTotal: number;
};

export type ImportSummary = {
  customers: { created: number; updated: number; unchanged: number; badLines: number };
  purchases: { inserted: number; unchanged: number; badLines: number };
  cancellations: { inserted: number; unchanged: number; casesOpened: number; badLines: number };
  permissions: { inserted: number; unchanged: number; badLines: number };
};

export type Listeners = {
  /** called once for every broken field; its line is left out */
  onBadLine?: ((bad: BadLine) => void) | undefined;
  onProgress?: ((progress: ImportProgress) => void) | undefined;
};

/** A file that can be imported, and how it is to be read. */
type ImportFile<Row> = {
  path: string;
  bytes: number;
  layout: CsvLayout;
  ignored: string[];
  /** as far as the columns make a difference */
  notations: Record<string, NumberNotation | DayOrder>;
  format: Format<Row>;
  reading: Reading;
};

export type ImportPlan = {
  customers?: ImportFile<CustomerUpdate>;
  purchases?: ImportFile<Purchase>;
  cancellations?: ImportFile<Cancellation>;
  permissions?: ImportFile<PermissionChange>;
};

export type ImportSettings = Partial<Record<ImportKind, string | undefined>> & {
  /** where the columns of the one file stand; undefined: its own names say it */
  columns?: Mapping | undefined;
  /** now, ISO 8601 UTC */
  at: string;
  /** IANA, of local times */
  timeZone: string;
  /** undefined: each column's own values say it */
  numbers?: NumberNotation | undefined;
  dates?: DayOrder | undefined;
  onProgress?: Listeners['onProgress'];
};

/**
 * Looks through the files: their encoding, separator and columns, and how they write numbers and dates.
 * @throws DomainError `invalid` when a file cannot be read or lacks a column, or its values leave in doubt what they mean
 */
export async function planImport(settings: ImportSettings): Promise<ImportPlan> {
  const { customers, purchases, cancellations, permissions } = settings;
  const plan: ImportPlan = {};
  // All headers first: they are read in no time.
  if (customers) plan.customers = await openFile(customers, customerFormat, settings);
  if (purchases) plan.purchases = await openFile(purchases, purchaseFormat, settings);
  if (cancellations)
    plan.cancellations = await openFile(cancellations, cancellationFormat, settings);
  if (permissions) plan.permissions = await openFile(permissions, permissionFormat, settings);
  for (const kind of importKinds) if (plan[kind]) await findNotations(plan[kind], settings);
  return plan;
}

/**
 * Imports the files of a plan. Bad lines are reported and left out. Importing a file again changes nothing, so an
 * import that was interrupted is simply repeated.
 * @param options.at now, ISO 8601 UTC
 * @param options.openCases opens cases, under this policy, for cancellations that still stand; without it they are history
 * @param options.asCustomer changes each customer before they are kept; `asPurchase` each purchase
 * @param options.shiftLastPurchaseTo ISO 8601: moves all purchases by the same number of days, the last one to this day
 */
export async function importFiles(
  db: Db,
  plan: ImportPlan,
  options: {
    at: string;
    openCases?: VersionedPolicy | undefined;
    asCustomer?: (update: CustomerUpdate) => CustomerUpdate;
    asPurchase?: (purchase: Purchase) => Purchase;
    shiftLastPurchaseTo?: string | undefined;
  } & Listeners,
): Promise<ImportSummary> {
  const { at, openCases } = options;
  const { customers, purchases, cancellations, permissions } = plan;
  const summary: ImportSummary = {
    customers: { created: 0, updated: 0, unchanged: 0, badLines: 0 },
    purchases: { inserted: 0, unchanged: 0, badLines: 0 },
    cancellations: { inserted: 0, unchanged: 0, casesOpened: 0, badLines: 0 },
    permissions: { inserted: 0, unchanged: 0, badLines: 0 },
  };
  if (customers) {
    for await (const { rows, badLines } of goodRows(customers, options)) {
      const update = options.asCustomer ? rows.map(options.asCustomer) : rows;
      const written = await upsertCustomers(db, { customers: update, at });
      addUp(summary.customers, { ...written, badLines });
    }
  }
  if (purchases) {
    const shift =
      options.shiftLastPurchaseTo === undefined
        ? (purchasedAt: string) => purchasedAt
        : await shiftTo(options.shiftLastPurchaseTo, purchases);
    for await (const { rows, badLines } of goodRows(purchases, options)) {
      const shifted = rows.map((row) => ({ ...row, purchasedAt: shift(row.purchasedAt) }));
      const kept = options.asPurchase ? shifted.map(options.asPurchase) : shifted;
      const written = await recordPurchases(db, { purchases: kept, at });
      addUp(summary.purchases, { ...written, badLines });
    }
  }
  if (permissions) {
    for await (const { rows, badLines } of goodRows(permissions, options)) {
      const written = await recordPermissions(db, { permissions: rows, at });
      addUp(summary.permissions, { ...written, badLines });
    }
  }
  if (cancellations) {
    for await (const { rows, badLines } of goodRows(cancellations, options)) {
      const written = await recordCancellations(db, { cancellations: rows, at });
      addUp(summary.cancellations, { ...written, casesOpened: 0, badLines });
    }
    // Only now it is known which of a customer's cancellations is the last.
    for await (const { rows } of openCases ? goodRows(cancellations) : []) {
      const opened = await openCancelledCases(db, {
        cancellations: rows,
        policy: openCases!,
        at,
      });
      summary.cancellations.casesOpened += opened;
    }
  }
  return summary;
}

/**
 * The good purchases of a CSV file in batches, for those who want to look at them without importing.
 * @throws DomainError `invalid` when the file cannot be read or lacks a column, or leaves in doubt what its values mean
 */
export async function* readPurchases(
  path: string,
  { onBadLine, ...settings }: Pick<ImportSettings, 'at' | 'timeZone'> & Listeners,
): AsyncGenerator<Purchase[]> {
  const { purchases } = await planImport({ ...settings, purchases: path });
  for await (const { rows } of goodRows(purchases!, { onBadLine })) yield rows;
}

function addUp<Name extends string>(sums: Record<Name, number>, more: Record<Name, number>): void {
  for (const name of Object.keys(sums) as Name[]) sums[name] += more[name];
}

async function openFile<Row>(
  path: string,
  format: Format<Row>,
  { at, timeZone, columns }: ImportSettings,
): Promise<ImportFile<Row>> {
  try {
    const info = await stat(path);
    // A pipe could not be read twice.
    if (!info.isFile()) throw new Error('it is no ordinary file');
    const { ignored, ...layout } = await readLayout(path, format.columns, columns);
    const notations: ImportFile<Row>['notations'] = {};
    const clockOf = localClock(timeZone);
    const reading: Reading = {
      now: at,
      number: (column, text) => readNumber(text, (notations[column] ?? 'en') as NumberNotation),
      time: (column, text) => {
        const time = readTime(text, (notations[column] ?? 'day-first') as DayOrder);
        return time && momentOf(time, clockOf);
      },
    };
    return { path, bytes: info.size, layout, ignored, notations, format, reading };
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('invalid', `${path} cannot be read: ${(error as Error).message}`);
  }
}

const timeMeans = (text: string, order: DayOrder) => {
  const time = readTime(text, order);
  return time && Object.values(time).join(' ');
};

/** Reads a file through for the values that tell how its numbers and dates are written. */
async function findNotations(
  {
    path,
    bytes,
    layout,
    format,
    notations,
  }: Pick<ImportFile<unknown>, 'path' | 'bytes' | 'layout' | 'notations'> & {
    format: { columns: Columns };
  },
  { numbers, dates, onProgress }: ImportSettings,
): Promise<void> {
  const finders = layout.columns.flatMap(({ name }) => {
    const { holds } = format.columns[name]!;
    const given = holds === 'number' ? numbers : holds === 'time' ? dates : undefined;
    if (given) notations[name] = given;
    if (!holds || given) return [];
    const finder =
      holds === 'number'
        ? notationFinder<NumberNotation | DayOrder>(numberNotations, (text, notation) =>
            readNumber(text, notation as NumberNotation),
          )
        : notationFinder<NumberNotation | DayOrder>(dayOrders, (text, order) =>
            timeMeans(text, order as DayOrder),
          );
    return [{ name, holds, ...finder }];
  });
  if (finders.length === 0) return;
  let rows = 0;
  for await (const { records, bytesRead } of readCsv(layout, () => true)) {
    for (const record of records) {
      if ('problem' in record) continue;
      for (const { name, add } of finders) add(record.values[name]!, record.line);
    }
    rows += records.length;
    onProgress?.({ file: path, phase: 'checking', rows, bytesRead, bytesTotal: bytes });
  }
  for (const { name, holds, result } of finders) {
    const found = result();
    if (found && 'doubt' in found) throw inDoubt(path, name, holds, found.doubt);
    if (found) notations[name] = found.notation;
  }
}

function inDoubt(
  path: string,
  column: string,
  holds: 'number' | 'time',
  doubt: Doubt,
): DomainError {
  const [what, settle] =
    holds === 'number'
      ? ['in German or in English', '--numbers de (1.234,50) or --numbers en (1,234.50)']
      : [
          'with the day or with the month first',
          '--dates de or en (31/12/2025) or --dates us (12/31/2025)',
        ];
  return new DomainError(
    'invalid',
    `${path} does not tell whether ${column} is written ${what}, for example "${doubt.text}" on line ${doubt.line}. Say it by ${settle}.`,
    [
      {
        field: holds === 'number' ? 'numbers' : 'dates',
        rule: `must be told, for "${doubt.text}"`,
      },
    ],
  );
}

/** How to move a date so that the file's last purchase falls on the day `target`; reads the whole file. */
async function shiftTo(
  target: string,
  file: ImportFile<Purchase>,
): Promise<(purchasedAt: string) => string> {
  let last = '';
  for await (const { rows } of goodRows(file)) {
    for (const { purchasedAt } of rows) if (purchasedAt > last) last = purchasedAt;
  }
  const startOfDay = (at: string) => Date.parse(at.slice(0, 10));
  const shiftMs = last === '' ? 0 : startOfDay(target) - startOfDay(last);
  return (purchasedAt) => new Date(Date.parse(purchasedAt) + shiftMs).toISOString();
}

/** The good lines of a file in batches; the listeners hear of the rest. */
async function* goodRows<Row>(
  { path, bytes, layout, format, reading }: ImportFile<Row>,
  { onBadLine, onProgress }: Listeners = {},
): AsyncGenerator<{ rows: Row[]; badLines: number }> {
  const schema = format.schema(reading);
  const contradicted = contradictionFinder(format);
  const check = (record: CsvRecord): { row: Row } | { problems: Problem[] } => {
    if ('problem' in record) return { problems: [{ field: '', reason: record.problem }] };
    const result = schema.safeParse(record.values);
    if (!result.success) {
      const problems = result.error.issues.map(({ path: [field], message }) =>
        problemOf(String(field), message, record.values, format),
      );
      return { problems };
    }
    const earlier = contradicted(result.data, record.line);
    if (earlier === undefined) return { row: result.data };
    const reason = `is already on line ${earlier}, with other content`;
    return { problems: [{ field: format.key.at(-1)!, reason }] };
  };

  let read = 0;
  const isGood = (values: Record<string, string>) => schema.safeParse(values).success;
  for await (const { records, bytesRead } of readCsv(layout, isGood)) {
    const rows: Row[] = [];
    for (const record of records) {
      const checked = check(record);
      if ('row' in checked) rows.push(checked.row);
      for (const problem of 'row' in checked ? [] : checked.problems) {
        onBadLine?.({ file: path, line: record.line, ...problem });
      }
    }
    yield { rows, badLines: records.length - rows.length };
    read += records.length;
    onProgress?.({ file: path, phase: 'importing', rows: read, bytesRead, bytesTotal: bytes });
  }
}

type Problem = { field: string; reason: string; value?: string };

function problemOf<Row>(
  field: string,
  reason: string,
  values: Record<string, string>,
  { columns }: Format<Row>,
): Problem {
  const value = values[field] ?? '';
  return columns[field]?.shown?.test(value) ? { field, reason, value } : { field, reason };
}

/**
 * Finds the earlier line of the same key but other content. It looks back at least this many rows and no farther
 * than twice as many, so that its memory stays small; a contradiction from farther away is, like an order that is
 * already in the database, not imported and not reported.
 */
const lookBack = 20_000;

function contradictionFinder<Row>({ key }: Format<Row>) {
  let recent = new Map<string, { line: number; content: string }>();
  let older = recent;
  return (row: Row, line: number): number | undefined => {
    const id = key.map((column) => row[column]).join(' ');
    const content = JSON.stringify(row);
    const earlier = recent.get(id) ?? older.get(id);
    if (earlier) return earlier.content === content ? undefined : earlier.line;
    if (recent.size >= lookBack) {
      older = recent;
      recent = new Map();
    }
    recent.set(id, { line, content });
    return undefined;
  };
}
