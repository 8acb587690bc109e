import type { PageOf } from '../domain/records.ts';
import { invalid } from './validation.ts';

/** A page of a list that is short enough to be read whole; its cursor is the ID of the last item given. */
export function pageOfAll<T>(
  all: T[],
  idOf: (item: T) => string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): PageOf<T> {
  const before = cursor === undefined ? 0 : all.findIndex((item) => idOf(item) === cursor) + 1;
  if (cursor !== undefined && before === 0) {
    throw invalid([{ field: 'cursor', rule: 'must be the nextCursor of the page before' }]);
  }
  const items = all.slice(before, before + limit);
  return { items, nextCursor: all.length > before + limit ? idOf(items.at(-1)!) : null };
}
