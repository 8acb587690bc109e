import { stat } from 'node:fs/promises';
import { recordPurchases, upsertCustomers } from '../../db/customers.ts';
import type { Db } from '../../db/open.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Purchase } from '../../domain/records.ts';
import { checkHeader, readCsv, type CsvLine } from './csv.ts';
import { customerFormat, purchaseFormat, type Format } from './rows.ts';

const dayMs = 86_400_000;

/** `field` is empty when the line as a whole is broken. */
export type BadLine = { file: string; line: number; field: string; reason: string };

export type ImportProgress = {
  file: string;
  /** read so far, good or bad */
  rows: number;
  bytesRead: number;
  bytesTotal: number;
};

export type ImportSummary = {
  customers: { created: number; updated: number; unchanged: number; badLines: number };
  purchases: { inserted: number; unchanged: number; badLines: number };
};

type Listeners = {
  /** called once for every broken field; its line is left out */
  onBadLine?: ((bad: BadLine) => void) | undefined;
  onProgress?: ((progress: ImportProgress) => void) | undefined;
};

/**
 * Imports customers and purchases from CSV files (their format: examples/cdnow). Bad lines are reported and left out.
 * Importing a file again changes nothing, so an import that was interrupted is simply repeated.
 * @param options.at now, ISO 8601 UTC
 * @param options.shiftLastPurchaseTo ISO 8601: moves all purchases by the same number of days, the last one to this day
 * @throws DomainError `invalid`, before anything is imported, when a file cannot be read or lacks a column
 */
export async function importFiles(
  db: Db,
  options: {
    customers?: string | undefined;
    purchases?: string | undefined;
    at: string;
    shiftLastPurchaseTo?: string | undefined;
  } & Listeners,
): Promise<ImportSummary> {
  const { at } = options;
  // The sales system's clock, or its time zone, may be ahead of ours.
  const latest = new Date(Date.parse(at) + dayMs).toISOString();
  const customers = options.customers && (await openFile(options.customers, customerFormat));
  const purchases =
    options.purchases && (await openFile(options.purchases, purchaseFormat(latest)));

  const summary: ImportSummary = {
    customers: { created: 0, updated: 0, unchanged: 0, badLines: 0 },
    purchases: { inserted: 0, unchanged: 0, badLines: 0 },
  };
  if (customers) {
    for await (const { rows, badLines } of goodRows(customers, options)) {
      const written = await upsertCustomers(db, { customers: rows, at });
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
      const written = await recordPurchases(db, { purchases: shifted, at });
      addUp(summary.purchases, { ...written, badLines });
    }
  }
  return summary;
}

/**
 * The good purchases of a CSV file in batches, for those who want to look at them without importing.
 * @throws DomainError `invalid` when the file cannot be read or lacks a column
 */
export async function* readPurchases(
  path: string,
  listeners: Listeners,
): AsyncGenerator<Purchase[]> {
  const latest = new Date(Date.now() + dayMs).toISOString();
  const file = await openFile(path, purchaseFormat(latest));
  for await (const { rows } of goodRows(file, listeners)) yield rows;
}

function addUp<Name extends string>(sums: Record<Name, number>, more: Record<Name, number>): void {
  for (const name of Object.keys(sums) as Name[]) sums[name] += more[name];
}

type File<Row> = { path: string; bytes: number; format: Format<Row> };

async function openFile<Row>(path: string, format: Format<Row>): Promise<File<Row>> {
  try {
    const info = await stat(path);
    // A pipe could not be read twice.
    if (!info.isFile()) throw new Error('it is no ordinary file');
    await checkHeader(path, format.columns);
    return { path, bytes: info.size, format };
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('invalid', `${path} cannot be read: ${(error as Error).message}`);
  }
}

/** How to move a date so that the file's last purchase falls on the day `target`; reads the whole file. */
async function shiftTo<Row extends { purchasedAt: string }>(
  target: string,
  file: File<Row>,
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
  { path, bytes, format }: File<Row>,
  { onBadLine, onProgress }: Listeners = {},
): AsyncGenerator<{ rows: Row[]; badLines: number }> {
  const contradicted = contradictionFinder(format);
  let read = 0;
  for await (const { lines, bytesRead } of readCsv(path, format.columns)) {
    const rows: Row[] = [];
    for (const line of lines) {
      const checked = check(line, format, contradicted);
      if ('row' in checked) rows.push(checked.row);
      for (const problem of 'row' in checked ? [] : checked.problems) {
        onBadLine?.({ file: path, line: line.line, ...problem });
      }
    }
    yield { rows, badLines: lines.length - rows.length };
    read += lines.length;
    onProgress?.({ file: path, rows: read, bytesRead, bytesTotal: bytes });
  }
}

type Problem = { field: string; reason: string };

function check<Row>(
  line: CsvLine,
  { schema, key }: Format<Row>,
  contradicted: (row: Row, line: number) => number | undefined,
): { row: Row } | { problems: Problem[] } {
  if ('problem' in line) return { problems: [{ field: '', reason: line.problem }] };
  const result = schema.safeParse(line.values);
  if (!result.success) {
    const { issues } = result.error;
    return { problems: issues.map((i) => ({ field: i.path.join('.'), reason: i.message })) };
  }
  const earlier = contradicted(result.data, line.line);
  if (earlier === undefined) return { row: result.data };
  return {
    problems: [{ field: key.at(-1)!, reason: `is already on line ${earlier}, with other content` }],
  };
}

/**
 * Finds the earlier line of the same key but other content. It looks back at least this many rows and no farther
 * than twice as many, so that its memory stays small; a contradiction from farther away is, like an order that is
 * already in the database, not imported and not reported.
 */
const lookBack = 50_000;

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
