import { Box, Skeleton, Table, Text, useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'react';
import './chart.css';
import { usePartWords } from './words.ts';

/** Told apart without colour as well: lines have dashes. */
const palettes = {
  light: { lines: ['#0b7285', '#c2410c', '#6741d9', '#5a6169', '#a61e4d'], ink: '#343a40', grid: '#dee2e6', paper: '#ffffff' }, // prettier-ignore
  dark: { lines: ['#3bc9db', '#ff922b', '#b197fc', '#a9b0b7', '#f783ac'], ink: '#c9ced3', grid: '#424242', paper: '#2e2e2e' }, // prettier-ignore
};
export type Palette = (typeof palettes)['light'];
export const dashes = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [1, 4]] as const;

/** An axis, or the legend. */
type Part = { axisLabel?: object } & Record<string, unknown>;

type Props = {
  /** what it shows, for who does not see it */
  label: string;
  option: (palette: Palette) => EChartsCoreOption;
  /** the same as figures */
  table: { columns: string[]; rows: (string | number)[][] };
  height?: number;
};

/** A chart, and its figures as a table. */
export function Chart({ label, option, table, height = 280 }: Props) {
  const t = usePartWords();
  const scheme = useComputedColorScheme();
  const still = useReducedMotion();
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  useEffect(() => {
    let made: EChartsType | undefined;
    let gone = false;
    const resized = new ResizeObserver(() => made?.resize());
    void import('./chart-engine.ts').then(({ init }) => {
      if (gone || !box.current) return;
      made = init(box.current, null, { renderer: 'svg' });
      resized.observe(box.current);
      setChart(made);
    });
    return () => {
      gone = true;
      resized.disconnect();
      made?.dispose();
    };
  }, []);
  useEffect(() => {
    if (!chart) return;
    const palette = palettes[scheme];
    // Its name, so that what is written can be measured.
    const text = { color: palette.ink, fontFamily: getComputedStyle(document.body).fontFamily };
    const { legend, xAxis, yAxis, ...asked } = option(palette) as Partial<Record<string, Part>>;
    // The library writes them in a grey of its own, which is hard to read in the dark.
    const inked = (axis: Part | undefined) =>
      axis && {
        ...axis,
        axisLabel: { color: palette.ink, ...axis.axisLabel },
        nameTextStyle: { color: palette.ink },
      };
    chart.setOption(
      {
        animation: !still,
        color: palette.lines,
        textStyle: text,
        legend: { top: 0, left: 0, icon: 'roundRect', textStyle: text, ...legend },
        ...{ xAxis: inked(xAxis), yAxis: inked(yAxis) },
        ...asked,
      },
      true,
    );
  }, [chart, option, scheme, still]);
  return (
    <Box>
      <Box pos="relative" h={height}>
        {!chart && <Skeleton height={height} pos="absolute" />}
        <div ref={box} className="chart" role="img" aria-label={label} />
      </Box>
      <details className="chart-table">
        <Text component="summary" size="sm" c="dimmed" w="fit-content">
          {t('table')}
        </Text>
        <Table.ScrollContainer minWidth={300} tabIndex={0}>
          <Table className="figures" aria-label={label}>
            <Table.Thead>
              <Table.Tr>
                {table.columns.map((column) => (
                  <Table.Th key={column}>{column}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {table.rows.map((cells) => (
                <Table.Tr key={cells.join('|')}>
                  {cells.map((cell, i) => (
                    <Table.Td key={table.columns[i]}>{cell}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </details>
    </Box>
  );
}
