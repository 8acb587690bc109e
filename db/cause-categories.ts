import { asc, eq, inArray, sql } from 'drizzle-orm';
import { causeOf, type CauseCategory, type Names } from '../domain/causes.ts';
import { refused } from '../domain/errors.ts';
import type { Cause } from '../domain/words.ts';
import type { Db } from './connection.ts';
import { causeCategories } from './schema.ts';

/** The company's own categories, oldest first, retired ones included. */
export async function listCategories(db: Db): Promise<CauseCategory[]> {
  const { createdAt, code } = causeCategories;
  return db.select().from(causeCategories).orderBy(asc(createdAt), asc(code)).all();
}

/** @throws DomainError `conflict` when there is one with this code, retired or not */
export async function addCategory(
  db: Db,
  { code, name, at }: { code: string; name: Names; at: string },
): Promise<CauseCategory> {
  const parent: Cause = causeOf(code)!;
  const added = db
    .insert(causeCategories)
    .values({ code, parent, name, createdAt: at })
    .onConflictDoNothing()
    .returning()
    .get();
  if (!added) throw refused('category-exists', `There is a category ${code} already.`);
  return added;
}

/** Undefined when there is no such category. Retiring again keeps the first time. */
export async function changeCategory(
  db: Db,
  {
    code,
    name,
    retired,
    at,
  }: { code: string; name?: Names | undefined; retired?: boolean | undefined; at: string },
): Promise<CauseCategory | undefined> {
  const retiredAt = retired ? sql`coalesce(${causeCategories.retiredAt}, ${at})` : null;
  return db
    .update(causeCategories)
    .set({ code, ...(name && { name }), ...(retired !== undefined && { retiredAt }) })
    .where(eq(causeCategories.code, code))
    .returning()
    .get();
}

/** Those of the codes that are a category on offer. */
export async function offeredCategories(db: Db, codes: string[]): Promise<Set<string>> {
  const rows = db.select().from(causeCategories).where(inArray(causeCategories.code, codes)).all();
  return new Set(rows.filter(({ retiredAt }) => retiredAt === null).map(({ code }) => code));
}
