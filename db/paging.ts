import { DomainError } from '../domain/errors.ts';
import type { Page, PageOf } from '../domain/records.ts';

/**
 * A list in a fixed order. Its cursor is the key of the last item given, so that a page costs the same wherever it
 * is and changes between two pages neither repeat nor hide an item.
 */
export type Listing<T> = {
  /** tells this list's cursors from those of others */
  name: string;
  /** the columns that order the list, unique together */
  keyOf: (item: T) => string[];
  keyParts: number;
  order: 'ascending' | 'descending';
};

/**
 * The key after which the page begins, or undefined for the first page.
 * @throws DomainError `invalid` for a cursor that this list did not give
 */
export function startOf<T>(listing: Listing<T>, page: Page): string[] | undefined {
  if (page.cursor === undefined) return undefined;
  const [name, ...key] = parsed(page.cursor);
  if (name !== listing.name || key.length !== listing.keyParts) {
    throw new DomainError('invalid', 'The cursor is not one of this list', [
      { field: 'cursor', rule: 'must be the nextCursor of the page before' },
    ]);
  }
  return key as string[];
}

/** The page out of rows that were read with a limit of `limit + 1`. */
export function pageOf<T>(listing: Listing<T>, rows: T[], { limit }: Page): PageOf<T> {
  const items = rows.slice(0, limit);
  const more = rows.length > limit;
  const cursor = () => JSON.stringify([listing.name, ...listing.keyOf(items.at(-1)!)]);
  return { items, nextCursor: more ? Buffer.from(cursor()).toString('base64url') : null };
}

/**
 * One list out of several that are each in order: an index holds the order only within one status, and a list of
 * all statuses must not sort the whole table.
 */
export function merged<T>(listing: Listing<T>, lists: T[][]): T[] {
  if (lists.length === 1) return lists[0]!;
  const sign = listing.order === 'ascending' ? 1 : -1;
  return lists
    .flat()
    .map((item) => ({ item, key: listing.keyOf(item) }))
    .sort((a, b) => sign * compared(a.key, b.key))
    .map(({ item }) => item);
}

function compared(a: string[], b: string[]): number {
  const differs = a.findIndex((part, i) => part !== b[i]);
  if (differs === -1) return 0;
  return a[differs]! < b[differs]! ? -1 : 1;
}

function parsed(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}
