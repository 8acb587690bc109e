import { useCallback, useEffect, useState, type SetStateAction } from 'react';
import { useUser } from '../../app/session.ts';

type Kept = { by: string; value: unknown };

/**
 * What somebody types, kept in this tab until it is sent: they find it after a visit elsewhere, when the page was loaded
 * again, and when their session ended and they signed in again; nobody else does, and it goes when they sign out.
 *
 * @param key another one is another text, also while the page stays
 * @param empty the same value at every call, or text; it is not kept
 */
export function useKept<Value>(key: string, empty: Value) {
  const { userId } = useUser();
  const keptUnder = (): { key: string; value: Value } => {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Kept | null;
    return { key, value: kept?.by === userId ? (kept.value as Value) : empty };
  };
  const [held, setHeld] = useState(keptUnder);
  const now = held.key === key ? held : keptUnder();
  if (now !== held) setHeld(now);
  useEffect(() => {
    if (now.value === empty) return sessionStorage.removeItem(now.key);
    const kept: Kept = { by: userId, value: now.value };
    sessionStorage.setItem(now.key, JSON.stringify(kept));
  }, [now, empty, userId]);
  const setValue = useCallback(
    (change: SetStateAction<Value>) =>
      setHeld((before) => {
        if (before.key !== key) return before;
        const value =
          typeof change === 'function' ? (change as (value: Value) => Value)(before.value) : change;
        return value === before.value ? before : { key, value };
      }),
    [key],
  );
  return [now.value, setValue] as const;
}
