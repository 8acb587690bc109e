import { Button, Skeleton, Stack } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { useEffect, type ReactNode } from 'react';
import type { usePages } from '../api/pages.ts';
import { useAppWords } from '../app/words.ts';
import { ProblemAlert } from './PageStates.tsx';
import { usePartWords } from './words.ts';

/** Stands where a list will be; tests wait for it to go. */
export function ListLoading({ rows = 5, height = 56 }: { rows?: number; height?: number }) {
  const app = useAppWords();
  return (
    <Stack gap="xs" role="status" aria-label={app('loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} />
      ))}
    </Stack>
  );
}

type Pages<Item> = ReturnType<typeof usePages<Item>>;
type Props<Item> = {
  list: Pages<Item>;
  loading?: ReactNode;
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
};

/** A list that is read page by page, in all its states. What has been read stays, whatever happens to the rest. */
export function Paged<Item>({ list, loading = <ListLoading />, empty, children }: Props<Item>) {
  const { items, error, isPending, isLoadingError, isRefetchError } = list;
  if (isPending) return loading;
  const problem = <ProblemAlert error={error} onAgain={() => void list.refetch()} />;
  if (isLoadingError) return problem;
  return (
    <>
      {isRefetchError && problem}
      {items.length === 0 ? empty : children(items)}
      <More list={list} />
    </>
  );
}

/** Reads the next page when the end of the list is near, or when somebody asks for it. */
function More<Item>({ list }: { list: Pages<Item> }) {
  const t = usePartWords();
  const { ref, entry } = useIntersection({ rootMargin: '600px' });
  const { hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const isNear = entry?.isIntersecting === true && hasNextPage;
  useEffect(() => {
    if (isNear && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isNear, isFetching, isFetchNextPageError, fetchNextPage]);
  if (isFetchNextPageError) {
    return <ProblemAlert error={list.error} onAgain={() => void fetchNextPage()} />;
  }
  if (!hasNextPage) return null;
  return (
    <Button
      ref={ref}
      variant="default"
      w="fit-content"
      loading={isFetchingNextPage}
      onClick={() => void fetchNextPage()}
    >
      {t('more')}
    </Button>
  );
}
