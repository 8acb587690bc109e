import { Table } from '@mantine/core';
import { Fragment, memo, type ReactNode } from 'react';
import { useDrawnRows, type ManyRows } from './drawn-rows.ts';

type Props<Item> = ManyRows<Item> & {
  label: string;
  /** px below which it scrolls sideways */
  minWidth: number;
  /** share of the width, percent: the same whichever rows are drawn */
  columns: { head: string; width: number; align?: 'right' }[];
  /** the cells of a row */
  children: (item: Item) => ReactNode;
};

/** A table of many rows, of which only those about the window are drawn. */
export function VirtualTable<Item>(props: Props<Item>) {
  const { label, minWidth, columns, items, keyOf, more, children } = props;
  const { ref, measure, onFocus, rows } = useDrawnRows(props);
  return (
    <Table.ScrollContainer minWidth={minWidth} tabIndex={0}>
      <Table
        highlightOnHover
        layout="fixed"
        className="figures"
        aria-label={label}
        aria-rowcount={more ? -1 : items.length + 1}
      >
        <Table.Thead>
          <Table.Tr aria-rowindex={1}>
            {columns.map(({ head, width, align }) => (
              <Table.Th key={head} w={`${width}%`} ta={align}>
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={ref} data-drawn onFocus={onFocus}>
          {rows.map(({ item, index, gap }) => (
            <Fragment key={keyOf(item)}>
              {gap > 0 && (
                <tr aria-hidden>
                  <td colSpan={columns.length} style={{ height: gap, padding: 0 }} />
                </tr>
              )}
              <TableRow item={item} index={index} measure={measure} draw={children} />
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

type RowProps<Item> = {
  item: Item;
  index: number;
  measure: (element: HTMLElement | null) => void;
  draw: (item: Item) => ReactNode;
};

/** Drawn anew only when it has changed, not whenever somebody scrolls. */
const TableRow = memo(function TableRow<Item>({ item, index, measure, draw }: RowProps<Item>) {
  return (
    <Table.Tr ref={measure} data-index={index} aria-rowindex={index + 2}>
      {draw(item)}
    </Table.Tr>
  );
}) as <Item>(props: RowProps<Item>) => ReactNode;
