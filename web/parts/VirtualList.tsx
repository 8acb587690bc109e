import { memo, type ReactNode } from 'react';
import { useDrawnRows, type DrawnRow, type ManyRows } from './drawn-rows.ts';

type Props<Item> = ManyRows<Item> & {
  as?: 'ul' | 'ol';
  className: string;
  label?: string | undefined;
  busy?: boolean;
  /** what stands in a row */
  children: (item: Item) => ReactNode;
};

/** A list of many rows, of which only those about the window are drawn. */
export function VirtualList<Item>(props: Props<Item>) {
  const { as: List = 'ul', className, label, busy, items, keyOf, more, children } = props;
  const { ref, measure, onFocus, rows } = useDrawnRows(props);
  return (
    <List
      ref={ref}
      data-drawn
      className={className}
      aria-label={label}
      aria-busy={busy}
      onFocus={onFocus}
    >
      {rows.map((row) => (
        <ListRow
          key={keyOf(row.item)}
          {...row}
          size={more ? -1 : items.length}
          measure={measure}
          draw={children}
        />
      ))}
    </List>
  );
}

type RowProps<Item> = DrawnRow<Item> & {
  /** of the whole list; -1: nobody knows */
  size: number;
  measure: (element: HTMLElement | null) => void;
  draw: (item: Item) => ReactNode;
};

/** Drawn anew only when it has changed, not whenever somebody scrolls. */
const ListRow = memo(function ListRow<Item>(props: RowProps<Item>) {
  const { item, index, gap, size, measure, draw } = props;
  return (
    <li
      ref={measure}
      data-index={index}
      aria-setsize={size}
      aria-posinset={index + 1}
      style={{ marginTop: gap }}
    >
      {draw(item)}
    </li>
  );
}) as <Item>(props: RowProps<Item>) => ReactNode;
