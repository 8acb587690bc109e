import { useEffect, useState } from 'react';
import { useUser } from '../../app/session.ts';

type Kept = { by: string; value: unknown };

/**
 * What somebody types, kept in this tab until it is sent: they find it after a visit elsewhere, when the page was loaded
 * again, and when their session ended and they signed in again; nobody else does, and it goes when they sign out.
 *
 * @param empty the same value at every call, or text; it is not kept
 */
export function useKept<Value>(key: string, empty: Value) {
  const { userId } = useUser();
  const [value, setValue] = useState<Value>(() => {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Kept | null;
    return kept?.by === userId ? (kept.value as Value) : empty;
  });
  useEffect(() => {
    if (value === empty) return sessionStorage.removeItem(key);
    const kept: Kept = { by: userId, value };
    sessionStorage.setItem(key, JSON.stringify(kept));
  }, [key, value, empty, userId]);
  return [value, setValue] as const;
}
