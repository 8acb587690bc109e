import { useMemo } from 'react';
import { api } from '../api/client.ts';

/** Everybody who can be given work; people are those of them who sign in and see it. */
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
    const people = everybody.filter(({ kind }) => kind === 'user');
    return { everybody, people, nameOf: (keyId: string) => names.get(keyId) ?? keyId };
  }, [data]);
}
