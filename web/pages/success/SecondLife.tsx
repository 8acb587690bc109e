import { Group, SegmentedControl, Select, Stack, Table } from '@mantine/core';
import { useCallback, useState } from 'react';
import { api } from '../../api/client.ts';
import { asJson } from '../../api/reports.ts';
import type { components } from '../../api/schema.d.ts';
import { CasesLink } from '../../parts/cases-link.tsx';
import { Chart, dashes, type Palette } from '../../parts/Chart.tsx';
import { Explained } from '../../parts/Explained.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { CsvLink, Reported, Section } from '../../parts/Report.tsx';
import { useFormats } from '../../words/format.ts';
import { csvOf, type Asked, type Filter } from './asked.ts';
import { Tiles } from './Tiles.tsx';
import { useGroupNames } from './group-names.ts';
import { useSuccessWords } from './words.ts';

type Report = components['schemas']['SecondLifeReport'];
const splits = ['cause', 'playbook', 'trigger', 'tier'] as const;
/** More lines than this cannot be told apart. */
const shownAtMost = dashes.length;

/** How long those stay who came back. */
export function SecondLife({ asked: { filter, by, show } }: { asked: Asked }) {
  const t = useSuccessWords();
  const split = splits.find((one) => one === by);
  const query = { ...filter, ...(split && { by: split }) };
  const report = api.useQuery(
    'get',
    '/api/v1/reports/second-life',
    { params: { query } },
    { select: asJson<'SecondLifeReport'>() },
  );
  return (
    <Reported by={report} height={420}>
      {() =>
        report.data!.cohorts.length === 0 ? (
          <Nothing title={t('secondLife.none')}>{t('secondLife.noneWhat')}</Nothing>
        ) : (
          <Stack gap="md">
            <StillThere filter={filter} />
            <Section
              title={
                <Explained name={t('secondLife.curves')} by={report.data!.definitions['curves']} />
              }
              about={t(split === undefined ? 'secondLife.curvesAbout' : 'secondLife.curvesAboutBy')}
              aside={
                <Group gap="sm">
                  <CsvLink
                    href={csvOf('second-life', { ...query, table: 'curves' })}
                    name="second-life"
                  />
                  <Select
                    aria-label={t('compare.by')}
                    value={split ?? null}
                    placeholder={t('secondLife.all')}
                    clearable
                    onChange={(to) => show({ by: to ?? 'period' })}
                    data={splits.map((value) => ({ value, label: t(`split.${value}`) }))}
                    w={190}
                  />
                </Group>
              }
            >
              <Curves report={report.data!} />
            </Section>
            <Triangle report={report.data!} filter={filter} />
          </Stack>
        )
      }
    </Reported>
  );
}

/** The share without a second loss after so many days. */
function StillThere({ filter }: { filter: Filter }) {
  const t = useSuccessWords();
  const { percent } = useFormats();
  const report = api.useQuery(
    'get',
    '/api/v1/reports/success',
    { params: { query: filter } },
    { select: asJson<'SuccessReport'>() },
  );
  return (
    <Reported by={report} height={90}>
      {() => {
        const { total, definitions } = report.data!;
        const tiles = total.stillThere.map(({ afterDays, of, share }) => ({
          name: t('secondLife.stillThere', { days: afterDays }),
          by: definitions['stillThere'],
          value: share === null ? '–' : percent(share),
          detail: t('secondLife.ofReturns', { count: of }),
          of: { ...filter, set: 'decided', stillThere: String(afterDays) as '90' } as const,
        }));
        return <Tiles tiles={tiles} />;
      }}
    </Reported>
  );
}

function Curves({ report: { curves, by } }: { report: Report }) {
  const t = useSuccessWords();
  const { percent, locale } = useFormats();
  const groupName = useGroupNames(by ?? 'cause');
  const shown = curves.slice(0, shownAtMost).map((curve) => ({
    ...curve,
    name: by === null ? t('secondLife.all') : groupName(curve),
  }));
  const lastDay = Math.max(90, ...shown.map(({ steps }) => steps.at(-1)?.day ?? 0));
  const option = useCallback(
    ({ lines, grid }: Palette) => ({
      grid: { left: 48, right: 24, top: by === null ? 16 : 44, bottom: 44 },
      legend: { show: by !== null, type: 'scroll', top: 0, left: 0 },
      tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: percent },
      xAxis: { type: 'value', name: t('secondLife.days'), nameLocation: 'middle', nameGap: 28, splitLine: { show: false } }, // prettier-ignore
      yAxis: { type: 'value', min: 0, max: 1, axisLabel: { formatter: (share: number) => percent(share) }, splitLine: { lineStyle: { color: grid } } }, // prettier-ignore
      series: shown.flatMap(({ name, steps }, i) => {
        const stairs = (share: (step: (typeof steps)[number]) => number) => {
          const last = steps.at(-1);
          return [
            [0, 1],
            ...steps.map((step) => [step.day, share(step)]),
            [lastDay, last ? share(last) : 1],
          ];
        };
        const line = {
          name,
          type: 'line',
          step: 'end',
          symbol: 'none',
          color: lines[i],
          lineStyle: { type: dashes[i], width: 2 },
          data: stairs(({ share }) => share ?? 1),
        };
        // Its interval only where one stands alone.
        if (shown.length > 1) return [line];
        const edge = (end: 0 | 1) => ({
          name: t(end === 0 ? 'secondLife.low' : 'secondLife.high'),
          type: 'line',
          step: 'end',
          symbol: 'none',
          color: lines[i],
          lineStyle: { width: 1, opacity: 0.5, type: 'dotted' },
          data: stairs(({ interval, share }) => interval?.[end] ?? share ?? 1),
        });
        return [line, edge(0), edge(1)];
      }),
    }),
    [curves, locale],
  );
  return (
    <Chart
      label={t('secondLife.curves')}
      option={option}
      height={320}
      table={{
        columns: [t('secondLife.group'), t('secondLife.returned'), t('secondLife.lostAgain'), t('secondLife.median')], // prettier-ignore
        rows: curves.map((curve) => [
          by === null ? t('secondLife.all') : groupName(curve),
          curve.returned,
          curve.lostAgain,
          curve.medianDays ?? '–',
        ]),
      }}
    />
  );
}

/** Months of return downwards, months since to the right; darker is more. */
function Triangle({
  report: { cohorts, definitions },
  filter,
}: {
  report: Report;
  filter: Filter;
}) {
  const t = useSuccessWords();
  const { percent } = useFormats();
  const groupName = useGroupNames('period');
  const [what, setWhat] = useState<'share' | 'boughtShare'>('share');
  const months = Math.max(...cohorts.map((cohort) => cohort.months.length), 0);
  const nextMonth = (cohort: string) => {
    const [year, month] = cohort.split('-').map(Number);
    return new Date(Date.UTC(year!, month)).toISOString().slice(0, 10);
  };
  return (
    <Section
      title={<Explained name={t('secondLife.cohorts')} by={definitions['cohorts']} />}
      about={t('secondLife.cohortsAbout')}
      aside={
        <Group gap="sm">
          <CsvLink href={csvOf('second-life', filter)} name="cohorts" />
          <SegmentedControl
            aria-label={t('secondLife.cohorts')}
            value={what}
            onChange={(to) => setWhat(to)}
            data={(['share', 'boughtShare'] as const).map((value) => ({
              value,
              label: t(`secondLife.${value}`),
            }))}
          />
        </Group>
      }
    >
      <Table.ScrollContainer minWidth={120 + months * 54} tabIndex={0}>
        <Table
          className="figures triangle"
          aria-label={t('secondLife.cohorts')}
          verticalSpacing={4}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('secondLife.month')}</Table.Th>
              <Table.Th ta="right">{t('secondLife.returned')}</Table.Th>
              {Array.from({ length: months }, (_, i) => (
                <Table.Th key={i} ta="center" aria-label={t('secondLife.after', { count: i + 1 })}>
                  {i + 1}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cohorts.map(({ cohort, returned, months: own }) => (
              <Table.Tr key={cohort}>
                <Table.Th scope="row">{groupName({ group: cohort })}</Table.Th>
                <Table.Td ta="right">
                  <CasesLink
                    of={{ ...filter, set: 'returned', from: `${cohort}-01`, to: nextMonth(cohort) }}
                    name={groupName({ group: cohort })}
                  >
                    {String(returned)}
                  </CasesLink>
                </Table.Td>
                {Array.from({ length: months }, (_, i) => {
                  const share = own[i]?.[what] ?? null;
                  const shade = share === null ? 0 : Math.round(share * 28);
                  return (
                    <Table.Td
                      key={i}
                      ta="center"
                      style={{ background: `color-mix(in srgb, var(--mantine-color-teal-5) ${shade}%, transparent)` }} // prettier-ignore
                    >
                      {share === null ? '' : percent(Math.round(share * 100) / 100)}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
