import {
  and,
  asc,
  count,
  eq,
  gt,
  gte,
  inArray,
  isNull,
  lte,
  notExists,
  or,
  sql,
} from 'drizzle-orm';
import type { PastCustomer } from '../domain/backtest.ts';
import type { PurchaseHistory } from '../domain/dormancy.ts';
import type { CustomerRecord, Page, PageOf, Permission } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { foundBy } from './customer-search.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { wordsOf } from './permissions.ts';
import { historiesOf, historyOf, pastOf } from './purchases.ts';
import { cases, customers } from './schema.ts';

const shown = {
  customerId: customers.customerId,
  kind: customers.kind,
  name: customers.name,
  email: customers.email,
  phone: customers.phone,
  country: customers.country,
  language: customers.language,
  timeZone: customers.timeZone,
  createdAt: customers.createdAt,
  updatedAt: customers.updatedAt,
  objectedAt: customers.objectedAt,
  deceasedAt: customers.deceasedAt,
  cancelledAt: customers.cancelledAt,
  purchases: customers.purchases,
  totalAmount: customers.totalAmount,
  currency: customers.currency,
  lastPurchaseAt: customers.lastPurchaseAt,
  profileAt: customers.profileAt,
};

const byId: Listing<CustomerRecord> = {
  name: 'customers',
  keyOf: ({ customerId }) => [customerId],
  keyParts: 1,
  order: 'ascending',
};

const statements = prepared((db) => ({
  find: db
    .select(shown)
    .from(customers)
    .where(eq(customers.customerId, sql.placeholder('customerId')))
    .prepare(),
}));

export async function getCustomer(db: Db, customerId: string): Promise<CustomerRecord | undefined> {
  return statements(db).find.get({ customerId });
}

/** Where letters reach the customer, line by line; undefined as long as the sales system has not told street and place. */
export async function postalAddress(
  db: Db,
  customerId: string,
): Promise<{ lines: string[] } | undefined> {
  const { name, country, extra } = customers;
  const customer = db
    .select({ name, country, extra })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .get();
  const [street, postalCode, city] = ['street', 'postalCode', 'city'].map((field) => {
    const value = customer?.extra[field];
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  });
  if (!customer?.name || !street || !city) return undefined;
  const place = [postalCode, city].filter(Boolean).join(' ');
  return { lines: [customer.name, street, place, customer.country ?? ''].filter(Boolean) };
}

/** By ID; with `search` those who are found by it. */
export async function listCustomers(
  db: Db,
  page: Page & { search?: string | undefined },
): Promise<PageOf<CustomerRecord>> {
  const [after] = startOf(byId, page) ?? [];
  const { customerId } = customers;
  const found = page.search ? sql`${customerId} in ${foundBy(page.search)}` : undefined;
  const rows = db
    .select(shown)
    .from(customers)
    .where(and(after === undefined ? undefined : gt(customerId, after), found))
    .orderBy(asc(customerId))
    .limit(page.limit + 1)
    .all();
  return pageOf(byId, rows, page);
}

/** The names of some, by ID; who has none is missing. */
export async function namesOf(db: Db, customerIds: string[]): Promise<Map<string, string>> {
  const rows = db
    .select({ customerId: customers.customerId, name: customers.name })
    .from(customers)
    .where(inArray(customers.customerId, customerIds))
    .all();
  return new Map(
    rows.flatMap(({ customerId, name }) => (name === null ? [] : [[customerId, name]])),
  );
}

export async function purchaseHistory(db: Db, customerId: string): Promise<PurchaseHistory> {
  return historyOf(db, customerId);
}

/** What the customer allows now: the newest word on each channel and purpose; silent channels are missing. */
export async function currentPermissions(db: Db, customerId: string): Promise<Permission[]> {
  const seen = new Set<string>();
  return wordsOf(db, customerId)
    .filter(({ channel, purpose }) => seen.size < seen.add(`${channel} ${purpose}`).size)
    .map(({ permissionId: _id, source: _source, ...permission }) => permission)
    .reverse();
}

/**
 * Customers who could be lost silently: somebody who bought, wants to hear from us, has not cancelled, and has had
 * no case for the silence since the last purchase: it is one loss, however often it is scanned.
 */
export function scannable(db: Db) {
  return and(
    gt(customers.purchases, 0),
    isNull(customers.objectedAt),
    isNull(customers.deceasedAt),
    isNull(customers.cancelledAt),
    notExists(
      db
        .select({ one: sql`1` })
        .from(cases)
        .where(
          and(
            eq(cases.customerId, customers.customerId),
            or(eq(cases.status, 'open'), gte(cases.lostAt, customers.lastPurchaseAt)),
          ),
        ),
    ),
  );
}

/** The next customers for the dormancy scan, by ID; `upTo` and none beyond it. */
export async function customersForScan(
  db: Db,
  { after, upTo = null, limit }: { after: string | null; upTo?: string | null; limit: number },
): Promise<{ customerId: string; history: PurchaseHistory }[]> {
  const page = db
    .select({ customerId: customers.customerId, totalAmount: customers.totalAmount })
    .from(customers)
    .where(
      and(
        after === null ? undefined : gt(customers.customerId, after),
        upTo === null ? undefined : lte(customers.customerId, upTo),
        scannable(db),
      ),
    )
    .orderBy(asc(customers.customerId))
    .limit(limit)
    .all();
  return historiesOf(db, page);
}

/** The next customers who ever bought, with their purchases, by ID; `last` is null when there are none left. */
export async function buyers(
  db: Db,
  { after, limit }: { after: string | null; limit: number },
): Promise<{ past: PastCustomer[]; last: string | null }> {
  const page = db
    .select({ customerId: customers.customerId })
    .from(customers)
    .where(
      and(after === null ? undefined : gt(customers.customerId, after), gt(customers.purchases, 0)),
    )
    .orderBy(asc(customers.customerId))
    .limit(limit)
    .all();
  return { past: pastOf(db, page), last: page.at(-1)?.customerId ?? null };
}

export async function countBuyers(db: Db): Promise<number> {
  return db.select({ number: count() }).from(customers).where(gt(customers.purchases, 0)).get()!
    .number;
}

export async function countCustomersForScan(db: Db): Promise<number> {
  return countScannable(db);
}

export function countScannable(db: Db): number {
  return db.select({ number: count() }).from(customers).where(scannable(db)).get()!.number;
}
