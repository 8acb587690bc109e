import { api } from '../api/client.ts';

/** Whether there are customers yet, and whether they are the example's. @param everyMs how often to look again */
export function useStart(everyMs?: number) {
  return api.useQuery(
    'get',
    '/api/v1/start',
    {},
    { meta: { still: true }, staleTime: 10_000, ...(everyMs && { refetchInterval: everyMs }) },
  );
}
