import { randomUUID } from 'node:crypto';
import { and, asc, count, eq } from 'drizzle-orm';
import { savedViewsAtMost, type SavedView, type ViewFilter } from '../domain/board.ts';
import { refused } from '../domain/errors.ts';
import { writing, type Db } from './connection.ts';
import { savedViews } from './schema.ts';

const shown = {
  viewId: savedViews.viewId,
  name: savedViews.name,
  filter: savedViews.filter,
  createdAt: savedViews.createdAt,
};

/** By name. */
export async function listViews(db: Db, keyId: string): Promise<SavedView[]> {
  return db
    .select(shown)
    .from(savedViews)
    .where(eq(savedViews.keyId, keyId))
    .orderBy(asc(savedViews.name))
    .all();
}

/**
 * Keeps a view, in place of their one of the same name.
 * @throws DomainError `conflict` when they have as many as anybody may
 */
export async function saveView(
  db: Db,
  { at, ...view }: { keyId: string; name: string; filter: ViewFilter; at: string },
): Promise<SavedView> {
  return writing(db, (tx) => {
    const { keyId, name, filter } = view;
    const changed = tx
      .update(savedViews)
      .set({ filter })
      .where(and(eq(savedViews.keyId, keyId), eq(savedViews.name, name)))
      .returning(shown)
      .get();
    if (changed) return changed;
    const own = eq(savedViews.keyId, keyId);
    const { number } = tx.select({ number: count() }).from(savedViews).where(own).get()!;
    if (number >= savedViewsAtMost) {
      throw refused('too-many-views', `Nobody has more than ${savedViewsAtMost} views.`);
    }
    return tx
      .insert(savedViews)
      .values({ ...view, viewId: randomUUID(), createdAt: at })
      .returning(shown)
      .get();
  });
}

/** False when they have no such view. */
export async function deleteView(
  db: Db,
  { keyId, viewId }: { keyId: string; viewId: string },
): Promise<boolean> {
  const one = and(eq(savedViews.keyId, keyId), eq(savedViews.viewId, viewId));
  return db.delete(savedViews).where(one).run().changes > 0;
}
