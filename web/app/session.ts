import { useQueryClient } from '@tanstack/react-query';
import { use } from 'react';
import { api, http, signedOut } from '../api/client.ts';
import type { components } from '../api/schema.d.ts';
import { queryClient } from './queries.ts';

export type Session = components['schemas']['Session'];
export type User = NonNullable<Session['user']>;

export const sessionQuery = api.queryOptions('get', '/api/v1/session', {}, { staleTime: 60_000 });

let leaving = false;
function leave(to: string): void {
  if (leaving) return;
  leaving = true;
  location.assign(to);
}

/** To the sign-in page, which leads back here. */
function signInAgain(): void {
  const here = encodeURIComponent(`${location.pathname}${location.search}`);
  leave(`/sign-in?problem=ended&to=${here}`);
}
signedOut.addEventListener('signed-out', signInAgain);

const pageIsGone = new Promise<never>(() => {});

/** Who works here; pages inside the shell are shown to nobody else. */
export function useUser(): User {
  const { data } = api.useSuspenseQuery('get', '/api/v1/session', {}, { staleTime: 60_000 });
  if (data.user) return data.user;
  signInAgain();
  return use(pageIsGone);
}

export function isManager({ role }: Pick<User, 'role'>): boolean {
  return role !== 'agent';
}

/** Puts what signing in answered in the place of what was known. */
export function sessionIs(session: Session): void {
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await http.DELETE('/api/v1/session');
    queries.clear();
    // Whatever this tab still holds of customers goes with the page, and what was typed.
    sessionStorage.clear();
    leave('/sign-in');
  };
}
