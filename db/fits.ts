import { desc, lt } from 'drizzle-orm';
import type { CompanyFit } from '../domain/company-fit.ts';
import type { FitRecord, Page, PageOf } from '../domain/records.ts';
import { prepared, type Db } from './connection.ts';
import { pageOf, startOf, type Listing } from './paging.ts';
import { fits } from './schema.ts';

const statements = prepared((db) => ({
  newest: db.select().from(fits).orderBy(desc(fits.fitId)).limit(1).prepare(),
}));

/** The one that counts; null before the first. */
export async function newestFit(db: Db): Promise<FitRecord | null> {
  return newestFitIn(db);
}

export function newestFitIn(db: Db): FitRecord | null {
  const row = statements(db).newest.get();
  return row ? recordOf(row) : null;
}

export async function saveFit(db: Db, content: CompanyFit, fittedAt: string): Promise<FitRecord> {
  return recordOf(db.insert(fits).values({ content, fittedAt }).returning().get());
}

const newestFirst: Listing<FitRecord> = {
  name: 'fits',
  keyOf: ({ fitId }) => [String(fitId)],
  keyParts: 1,
  order: 'descending',
};

export async function listFits(db: Db, page: Page): Promise<PageOf<FitRecord>> {
  const from = startOf(newestFirst, page);
  const rows = db
    .select()
    .from(fits)
    .where(from && lt(fits.fitId, Number(from[0])))
    .orderBy(desc(fits.fitId))
    .limit(page.limit + 1)
    .all();
  return pageOf(newestFirst, rows.map(recordOf), page);
}

function recordOf({ fitId, fittedAt, content }: typeof fits.$inferSelect): FitRecord {
  return { ...content, fitId, fittedAt };
}
