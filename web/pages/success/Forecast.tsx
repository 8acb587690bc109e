import { Group, Stack, Text } from '@mantine/core';
import { useCallback } from 'react';
import { api } from '../../api/client.ts';
import { asJson } from '../../api/reports.ts';
import { CasesLink } from '../../parts/cases-link.tsx';
import { Chart, type Palette } from '../../parts/Chart.tsx';
import { Explained } from '../../parts/Explained.tsx';
import { CsvLink, Reported, Section } from '../../parts/Report.tsx';
import { useFormats } from '../../words/format.ts';
import { csvOf } from './asked.ts';
import { useSuccessWords } from './words.ts';

/** What the open cases will probably bring, and how well that was foretold before. */
export function Forecast() {
  const t = useSuccessWords();
  const formats = useFormats();
  const { number, roundMoney, percent, day } = formats;
  const report = api.useQuery(
    'get',
    '/api/v1/reports/forecast',
    {},
    { select: asJson<'Forecast'>() },
  );
  const { past = [], months = [] } = report.data ?? {};
  const rows = [
    ...past.map(({ from, to, forecast, actual }) => ({ from, to, forecast, actual })),
    ...months.map(({ from, to, ...forecast }) => ({ from, to, forecast, actual: null })),
  ];
  const isEmpty = rows.every(({ forecast, actual }) => !forecast.regained && !actual?.regained);
  const option = useCallback(
    ({ lines, grid }: Palette) => ({
      grid: { left: 40, right: 16, top: 36, bottom: 28 },
      tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: (value: number | null) => value === null ? '–' : number(value) }, // prettier-ignore
      xAxis: { type: 'category', data: rows.map(({ from }) => day(from)) },
      yAxis: { type: 'value', splitLine: { lineStyle: { color: grid } } },
      series: [
        { name: t('forecast.actual'), type: 'bar', barMaxWidth: 28, color: lines[3], data: rows.map(({ actual }) => actual?.regained ?? null) }, // prettier-ignore
        { name: t('forecast.forecast'), type: 'line', symbolSize: 8, color: lines[0], lineStyle: { type: 'dashed' }, data: rows.map(({ forecast }) => forecast.regained) }, // prettier-ignore
      ],
    }),
    [report.data, formats],
  );
  return (
    <Reported by={report} height={380}>
      {() => {
        const { open, worth, probable, error, definitions } = report.data!;
        return (
          <Section
            title={<Explained name={t('forecast.title')} by={definitions['months']} />}
            about={t('forecast.about')}
            aside={<CsvLink href={csvOf('forecast', {})} name="forecast" />}
          >
            <Stack gap="sm">
              <Group gap="xl" className="figures">
                <Text>
                  <Explained name={t('forecast.open')} by={definitions['open']} />{' '}
                  <b>
                    <CasesLink of={{ set: 'opened', status: 'open' }} name={t('forecast.open')}>
                      {number(open)}
                    </CasesLink>
                  </b>
                </Text>
                <Text>
                  {t('forecast.worth')} <b>{roundMoney(worth)}</b>
                </Text>
                <Text>
                  {t('forecast.probable')} <b>{roundMoney(probable)}</b>
                </Text>
                <Text>
                  <Explained name={t('forecast.error')} by={definitions['error']} />{' '}
                  <b>{error.regained === null ? '–' : percent(error.regained)}</b>
                </Text>
              </Group>
              {isEmpty ? (
                <Text c="dimmed">{t('forecast.none')}</Text>
              ) : (
                <Chart
                  label={t('forecast.title')}
                  option={option}
                  table={{
                    columns: [t('forecast.from'), t('forecast.forecast'), t('forecast.actual'), t('forecast.value')], // prettier-ignore
                    rows: rows.map(({ from, forecast, actual }) => [
                      day(from),
                      number(forecast.regained),
                      actual ? number(actual.regained) : '–',
                      roundMoney(forecast.value),
                    ]),
                  }}
                />
              )}
            </Stack>
          </Section>
        );
      }}
    </Reported>
  );
}
