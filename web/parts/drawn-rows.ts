import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef, useState, type FocusEvent } from 'react';

/** A list up to this length is drawn whole: people print it and look for words in it. */
const drawnWhole = 60;

export type ManyRows<Item> = {
  items: Item[];
  keyOf: (item: Item) => string;
  /** about how high a row is, in pixels, until it has been drawn; by it a list finds its place when somebody comes back */
  height: number;
  /** there are others that have not been read */
  more: boolean;
};

/** `gap`: what is left out above it, in pixels. */
export type DrawnRow<Item> = { item: Item; index: number; gap: number };

/**
 * Draws of very many rows those about the window, and those that the keyboard reaches next: the row that had the focus last
 * with its neighbours, the first and the last. What somebody reads stays in place while rows above it come, go or turn
 * out higher than was thought.
 */
export function useDrawnRows<Item>({ items, keyOf, height }: Omit<ManyRows<Item>, 'more'>) {
  const list = useRef<HTMLElement>(null);
  const [top, setTop] = useState<number>();
  const [focused, setFocused] = useState({ key: '', index: 0 });

  useLayoutEffect(() => {
    const measure = () => setTop(list.current!.getBoundingClientRect().top + scrollY);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(document.body);
    return () => watch.disconnect();
  }, []);

  const rangeExtractor = useCallback(
    (range: Range) => {
      const last = items.length - 1;
      if (last < drawnWhole) return items.map((_, i) => i);
      const at = items.findIndex((item) => keyOf(item) === focused.key);
      // Of a row that is gone, whatever has moved to its place.
      const around = at >= 0 ? at : Math.min(focused.index, last);
      const reached = [0, around - 1, around, around + 1, last].filter((i) => i >= 0 && i <= last);
      return [...new Set([...defaultRangeExtractor(range), ...reached])].sort((a, b) => a - b);
    },
    [items, keyOf, focused],
  );
  const virtual = useWindowVirtualizer<HTMLElement>({
    count: items.length,
    estimateSize: () => height,
    getItemKey: useCallback((index: number) => keyOf(items[index]!), [items, keyOf]),
    scrollMargin: top ?? 0,
    overscan: 8,
    initialRect: { width: innerWidth, height: innerHeight },
    rangeExtractor,
  });
  virtual.shouldAdjustScrollPositionOnItemSizeChange = () => false;
  const drawn = virtual.getVirtualItems();

  // The row at the window's upper edge, and where it stood.
  const read = useRef<{ key: string; start: number } | null>(null);
  useLayoutEffect(() => {
    const before = read.current;
    const at = before ? items.findIndex((item) => keyOf(item) === before.key) : -1;
    const start = virtual.measurementsCache[at]?.start;
    if (before && start !== undefined && start !== before.start) {
      window.scrollBy({ top: start - before.start, behavior: 'instant' });
    }
    // Nothing stands anywhere before the list knows where it begins.
    const upper =
      top !== undefined && drawn.find((row) => row.start <= scrollY && row.end > scrollY);
    read.current = upper ? { key: keyOf(items[upper.index]!), start: upper.start } : null;
  });

  return {
    ref: useCallback((element: HTMLElement | null) => void (list.current = element), []),
    measure: virtual.measureElement,
    onFocus: ({ target }: FocusEvent) => {
      const index = Number(target.closest<HTMLElement>('[data-index]')?.dataset['index']);
      const item = items[index];
      if (item !== undefined) setFocused({ key: keyOf(item), index });
    },
    rows: drawn.map(({ index, start }, i): DrawnRow<Item> => ({
      item: items[index]!,
      index,
      gap: start - (drawn[i - 1]?.end ?? top ?? 0),
    })),
  };
}
