import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { asc, eq } from 'drizzle-orm';
import { importFiles, planImport, type BadLine, type ImportSettings } from '../../imports/files.ts';
import { listCustomers, purchaseHistory } from '../../db/customers.ts';
import { closeDatabase, openDatabase, type Db } from '../../db/open.ts';
import { purchases as purchasesTable } from '../../db/schema.ts';

/* What the tests of imports begin with. */

export const root = join(import.meta.dirname, '../..');
export const at = '2026-11-22T12:00:00.000Z';
export const customersHeader = 'customerId,name,email,phone,kind,country';
export const purchasesHeader = 'customerId,orderId,purchasedAt,amount,currency';

/** Of the test that runs. */
export let folder: string;
export let db: Db;
export let bad: Omit<BadLine, 'file'>[];

/** Gives each test of a suite an empty folder and database. */
export function eachOnItsOwn(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'winback-import-'));
    db = await openDatabase(join(folder, 'data'));
    bad = [];
  });
  afterEach(() => {
    closeDatabase(db);
    rmSync(folder, { recursive: true });
  });
}

export function file(name: string, content: string | Buffer | string[]): string {
  const path = join(folder, name);
  writeFileSync(path, Array.isArray(content) ? `${content.join('\n')}\n` : content);
  return path;
}

/** When a customer bought, in order. */
export async function moments(customerId: string): Promise<string[]> {
  const rows = await db
    .select({ at: purchasesTable.purchasedAt })
    .from(purchasesTable)
    .where(eq(purchasesTable.customerId, customerId))
    .orderBy(asc(purchasesTable.purchasedAt));
  return rows.map(({ at }) => at);
}

type Options = Partial<ImportSettings & Parameters<typeof importFiles>[2]>;

export async function importing(options: Options) {
  const plan = await planImport({ at, timeZone: 'Europe/Berlin', ...options });
  return importFiles(db, plan, {
    at,
    onBadLine: ({ file: _file, ...line }) => bad.push(line),
    ...options,
  });
}

export function importPurchases(...lines: string[]) {
  return importing({ purchases: file('p.csv', [purchasesHeader, ...lines]) });
}

export function importCustomers(...lines: string[]) {
  return importing({ customers: file('c.csv', [customersHeader, ...lines]) });
}

/** Everything in the tables that an import writes. */
export async function contents(): Promise<unknown> {
  const { items } = await listCustomers(db, { limit: 100 });
  const histories = items.map(({ customerId }) => purchaseHistory(db, customerId));
  return { items, histories: await Promise.all(histories) };
}
