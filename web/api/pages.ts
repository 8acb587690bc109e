import { useInfiniteQuery, type keepPreviousData, type QueryKey } from '@tanstack/react-query';

type PageOf<Item> = { items: Item[]; nextCursor: string | null };

/** What comes after a cursor; nothing: the first page. */
type After = { cursor?: string; limit?: number };

/** The first page is there at once; further ones are large, since whatever changes has all that was read be read again. */
const furtherAtOnce = 200;

/**
 * A list that is read page by page.
 * @param key what is listed and how it is filtered
 * @param read the page after a cursor, by `http.GET`; its `limit` goes before one of the caller's
 */
export function usePages<Item>(
  key: QueryKey,
  read: (after: After) => Promise<{ data?: PageOf<Item>; error?: unknown }>,
  options: {
    placeholderData?: typeof keepPreviousData;
    meta?: { still: true };
    /** for what changes without anybody being told */
    refetchInterval?: number;
  } = {},
) {
  const list = useInfiniteQuery({
    ...options,
    queryKey: key,
    initialPageParam: {},
    queryFn: async ({ pageParam }) => {
      const { data, error } = await read(pageParam);
      if (!data) throw error;
      return data;
    },
    getNextPageParam: ({ nextCursor }) =>
      nextCursor === null ? null : { cursor: nextCursor, limit: furtherAtOnce },
  });
  return { ...list, items: list.data?.pages.flatMap(({ items }) => items) ?? [] };
}
