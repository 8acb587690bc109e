import { useEffect, useEffectEvent } from 'react';
import { tinykeys } from 'tinykeys';

type Bindings = Record<string, (event: KeyboardEvent) => void>;

/**
 * Keys that work anywhere on the page but not while somebody types. `a` is one key, `g i` two in a row, `$mod+k` with
 * Ctrl or Command. A German keyboard sends `/` and `?` with Shift.
 */
export function useShortcuts(bindings: Bindings): void {
  const press = useEffectEvent((key: string, event: KeyboardEvent) => bindings[key]?.(event));
  const keys = Object.keys(bindings).sort().join('|');
  useEffect(() => {
    const wrapped = keys.split('|').flatMap((key) => {
      const act = (event: KeyboardEvent) => {
        if (!key.startsWith('$mod') && isTyping(event)) return;
        event.preventDefault();
        press(key, event);
      };
      const withShift = key === '/' || key === '?' ? [[`Shift+${key}`, act] as const] : [];
      return [[key, act] as const, ...withShift];
    });
    return tinykeys(window, Object.fromEntries(wrapped), {
      // What somebody types is left out above, so that `$mod` works there too.
      ignore: ({ repeat, isComposing }) => repeat || isComposing,
    });
  }, [keys]);
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input, textarea, select, [role=dialog], [role=menu]') !== null)
  );
}
