import { Badge, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { objectives } from '../../../domain/policy.ts';
import { api } from '../../api/client.ts';
import { asJson } from '../../api/reports.ts';
import type { components } from '../../api/schema.d.ts';
import { CasesLink, type CaseQuery } from '../../parts/cases-link.tsx';
import { Explained } from '../../parts/Explained.tsx';
import { CsvLink, Reported, Section } from '../../parts/Report.tsx';
import { Whisker } from '../../parts/Whisker.tsx';
import { useOfferNames, usePlaybookNames } from '../../parts/work-names.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { csvOf, type Asked, type Filter } from './asked.ts';
import { useSuccessWords } from './words.ts';

type Report = components['schemas']['ArmReport'];
type Comparison = Report['comparisons'][number];

/** Which of several playbooks, or offers, wins more customers back, like compared with like. */
export function Arms({ asked: { filter, objective, show } }: { asked: Asked }) {
  const t = useSuccessWords();
  const query = { ...filter, objective };
  const report = api.useQuery(
    'get',
    '/api/v1/reports/arms',
    { params: { query } },
    { select: asJson<'ArmReport'>() },
  );
  return (
    <Section
      title={<Explained name={t('arms.title')} by={report.data?.definitions['bestProbability']} />}
      about={t('arms.about')}
      aside={
        <Group gap="sm">
          <CsvLink href={csvOf('arms', query)} name="arms" />
          <SegmentedControl
            aria-label={t('arms.by')}
            value={objective ?? report.data?.objective ?? 'regained'}
            onChange={(to) => show({ objective: to })}
            data={objectives.map((value) => ({ value, label: t(`arms.objective.${value}`) }))}
          />
        </Group>
      }
    >
      <Reported by={report}>
        {() => {
          const all = report.data!.comparisons.filter(({ arms }) => arms.length > 1);
          const told = all.filter(({ arms }) => arms.some(({ rank }) => rank !== null));
          if (told.length === 0) return <Text size="sm">{t('arms.none')}</Text>;
          return (
            <Stack gap="lg">
              {told.map((one) => (
                <OneComparison
                  key={`${one.kind} ${one.cause} ${one.tier}`}
                  of={one}
                  filter={filter}
                  currency={report.data!.objective === 'margin' ? report.data!.currency : null}
                />
              ))}
              {all.length > told.length && (
                <Text size="sm" c="dimmed">
                  {t('arms.small', { count: all.length - told.length })}
                </Text>
              )}
            </Stack>
          );
        }}
      </Reported>
    </Section>
  );
}

type Props = {
  of: Comparison;
  filter: Filter;
  /** of the margin by which it was compared; null: by who came back */
  currency: string | null;
};

function OneComparison({ of, filter, currency }: Props) {
  const t = useSuccessWords();
  const names = useNames();
  const { percent, number, money } = useFormats();
  const nameOf = { playbook: usePlaybookNames(), offer: useOfferNames() }[of.kind];
  const { kind, cause, tier, arms, suggestion } = of;
  const where = [
    t(`arms.${kind}`),
    cause ? names.causes[cause] : t('unknown'),
    tier ? t('tier', { tier }) : t('unknown'),
  ].join(' · ');
  const casesOf = (arm: string): CaseQuery => ({
    ...filter,
    set: 'compared',
    cause: cause ?? 'none',
    tier: tier ?? 'none',
    [kind]: arm,
  });
  return (
    <div>
      <Group gap="xs" mb={4}>
        <Text component="h3" size="sm" fw={600}>
          {where}
        </Text>
        {suggestion && (
          <Badge tt="none" variant="light">
            {t('arms.suggestion', suggestion)}
          </Badge>
        )}
      </Group>
      <Table.ScrollContainer minWidth={640} tabIndex={0}>
        <Table className="figures arms" aria-label={where} verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t(`arms.${kind}`)}</Table.Th>
              <Table.Th ta="right">{t('arms.cases')}</Table.Th>
              <Table.Th colSpan={2}>{t('figure.regainedRate')}</Table.Th>
              {currency && <Table.Th ta="right">{t('arms.margin')}</Table.Th>}
              <Table.Th ta="right">{t('arms.best')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {arms.map(
              ({ arm, cases, regained, rate, interval, margin, small, bestProbability }) => (
                <Table.Tr key={arm}>
                  <Table.Th scope="row">
                    {arm}
                    {nameOf(arm) !== arm && (
                      <Text size="xs" c="dimmed" fw={400}>
                        {nameOf(arm)}
                      </Text>
                    )}
                  </Table.Th>
                  <Table.Td ta="right">
                    <CasesLink of={casesOf(arm)} name={nameOf(arm)}>
                      {t('arms.of', { regained, cases: number(cases) })}
                    </CasesLink>
                  </Table.Td>
                  <Table.Td className="rate-text">
                    {rate === null ? '–' : <b>{percent(rate)}</b>}
                    <Text size="xs" c="dimmed">
                      {interval?.map(percent).join(' – ')}
                    </Text>
                  </Table.Td>
                  <Table.Td className="rate-picture">
                    {rate !== null && <Whisker value={rate} interval={interval} faint={small} />}
                  </Table.Td>
                  {currency && (
                    <Table.Td ta="right">
                      {margin === null ? '–' : money({ amount: margin, currency })}
                    </Table.Td>
                  )}
                  <Table.Td ta="right">
                    {bestProbability === null ? t('small') : percent(bestProbability)}
                  </Table.Td>
                </Table.Tr>
              ),
            )}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
