import { useMemo } from 'react';
import { api } from '../api/client.ts';

/** Everybody who can be given work. */
export function useStaff() {
  const { data } = api.useQuery(
    'get',
    '/api/v1/staff',
    { params: { query: { limit: 200 } } },
    { staleTime: 60_000, meta: { still: true } },
  );
  return useMemo(() => {
    const everybody = data?.items ?? [];
    const names = new Map(everybody.map(({ keyId, name }) => [keyId, name]));
    return { everybody, nameOf: (keyId: string) => names.get(keyId) ?? keyId };
  }, [data]);
}
