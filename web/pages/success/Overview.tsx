import { Stack } from '@mantine/core';
import { useCallback } from 'react';
import { api } from '../../api/client.ts';
import { asJson } from '../../api/reports.ts';
import type { components } from '../../api/schema.d.ts';
import type { CaseQuery } from '../../parts/cases-link.tsx';
import { Chart, type Palette } from '../../parts/Chart.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { CsvLink, Reported, Section } from '../../parts/Report.tsx';
import { useFormats } from '../../words/format.ts';
import { csvOf, type Filter } from './asked.ts';
import { ControlGroup } from './ControlGroup.tsx';
import { Tiles, type Tile } from './Tiles.tsx';
import { useSuccessWords } from './words.ts';

type Report = components['schemas']['SuccessReport'];

/** All cases together: how many came back, what it cost and brought, and how it went over time. */
export function Overview({ filter }: { filter: Filter }) {
  const t = useSuccessWords();
  const report = api.useQuery(
    'get',
    '/api/v1/reports/success',
    { params: { query: { ...filter, by: 'period' } } },
    { select: asJson<'SuccessReport'>() },
  );
  return (
    <Reported by={report} height={420}>
      {() =>
        report.data!.total.cases === 0 ? (
          <Nothing title={t('empty.title')}>{t('empty.what')}</Nothing>
        ) : (
          <Stack gap="md">
            <Totals report={report.data!} filter={filter} />
            <Course report={report.data!} filter={filter} />
            <ControlGroup report={report.data!} filter={filter} />
          </Stack>
        )
      }
    </Reported>
  );
}

function Totals({ report: { total, definitions }, filter }: { report: Report; filter: Filter }) {
  const t = useSuccessWords();
  const formats = useFormats();
  const { percent, roundMoney } = formats;
  const all: CaseQuery = { ...filter, set: 'decided' };
  const rateTile = (name: 'regainedRate' | 'returnRate', of: CaseQuery): Tile => {
    const [value, interval] = [total[name], total[`${name}Interval`]];
    return {
      ...{ name: t(`figure.${name}`), by: definitions[name], of },
      value: value === null ? '–' : percent(value),
      ...(interval && { detail: t('interval', { from: percent(interval[0]), to: percent(interval[1]) }) }), // prettier-ignore
      ...(value !== null && { rate: { value, interval } }),
    };
  };
  const tiles: Tile[] = [
    {
      ...{ name: t('figure.contacted'), by: definitions['contacted'] },
      value: formats.number(total.contacted),
      detail: t('ofCases', { count: total.cases }),
      of: { ...all, contacted: 'true' },
    },
    rateTile('regainedRate', { ...all, contacted: 'true', strict: 'regained' }),
    rateTile('returnRate', { ...all, contacted: 'true', regained: 'true' }),
    {
      ...{ name: t('figure.daysToRegain'), by: definitions['daysToRegain'] },
      value: total.daysToRegain === null ? '–' : t('days', { count: total.daysToRegain }),
      of: { ...all, regained: 'true' },
    },
    {
      ...{ name: t('figure.cost'), by: definitions['cost'], of: all },
      value: roundMoney(total.cost),
      ...(total.costPerRegain && { detail: t('perRegain', { money: roundMoney(total.costPerRegain) }) }), // prettier-ignore
    },
    {
      ...{ name: t('figure.revenue'), by: definitions['revenue'] },
      value: roundMoney(total.revenue),
      detail: t('marginOf', { money: roundMoney(total.margin) }),
      of: { ...all, regained: 'true' },
    },
    {
      ...{ name: t('figure.result'), by: definitions['result'], of: all },
      value: roundMoney(total.result),
      ...(total.returnOnCost !== null && { detail: t('perEuro', { times: formats.number(total.returnOnCost) }) }), // prettier-ignore
    },
    {
      ...{ name: t('figure.halfReturn'), by: definitions['strict'] },
      value: formats.number(total.strict.halfReturn),
      detail: t('pending', { count: total.strict.pending }),
      of: { ...all, strict: 'half-return' },
    },
  ];
  return <Tiles tiles={tiles} isSmall={total.small} />;
}

/** Month by month: how many became known, and the share that came back with its interval. */
function Course({ report: { groups }, filter }: { report: Report; filter: Filter }) {
  const t = useSuccessWords();
  const { percent, locale } = useFormats();
  const monthName = (month: string | null) =>
    new Date(`${month}-15`).toLocaleDateString(locale, { month: 'short', year: '2-digit' });
  const rows = groups.map((one) => [
    monthName(one.group),
    one.contacted,
    one.regainedAfterContact,
    one.regainedRate === null ? '–' : percent(one.regainedRate),
    one.regainedRateInterval?.map(percent).join(' – ') ?? '–',
  ]);
  const option = useCallback(
    ({ lines, grid }: Palette) => ({
      grid: { left: 48, right: 16, top: 16, bottom: 28 },
      legend: { show: false },
      tooltip: {
        trigger: 'axis',
        renderMode: 'richText',
        formatter: ([{ dataIndex }]: [{ dataIndex: number }]) => {
          const [month, contacted, , rate, interval] = rows[dataIndex]!;
          return `${month}\n${rate} (${interval})\n${t('figure.contacted')}: ${contacted}`;
        },
      },
      xAxis: { type: 'category', data: rows.map(([month]) => month) },
      yAxis: {
        type: 'value',
        max: 1,
        axisLabel: { formatter: (share: number) => percent(share) },
        splitLine: { lineStyle: { color: grid } },
      },
      series: [
        {
          type: 'custom',
          silent: true,
          renderItem: whisker(lines[0]!),
          data: groups.map((one, i) => [i, ...(one.regainedRateInterval ?? [NaN, NaN])]),
        },
        {
          type: 'line',
          color: lines[0],
          symbolSize: 8,
          symbol: 'circle',
          lineStyle: { width: 1, opacity: 0.5 },
          data: groups.map((one) => one.regainedRate),
        },
      ],
    }),
    [groups, locale],
  );
  return (
    <Section
      title={t('course.title')}
      about={t('course.about')}
      aside={<CsvLink href={csvOf('success', { ...filter, by: 'period' })} name="success" />}
    >
      <Chart
        label={t('course.title')}
        option={option}
        height={240}
        table={{
          columns: ['month', 'contacted', 'regained', 'rate', 'interval'].map((column) =>
            t(`course.${column as 'month'}`),
          ),
          rows,
        }}
      />
    </Section>
  );
}

type Place = { value(dimension: number): number; coord(at: number[]): number[] };

function whisker(stroke: string) {
  return (_: unknown, api: Place) => {
    const [low, high] = [1, 2].map((end) => api.coord([api.value(0), api.value(end)]));
    if (!low || !high || Number.isNaN(low[1]!)) return null;
    return {
      type: 'line',
      shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] },
      style: { stroke, lineWidth: 4, opacity: 0.35, lineCap: 'round' },
    };
  };
}
