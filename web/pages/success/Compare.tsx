import { Badge, Group, Select, Stack, Table, Text } from '@mantine/core';
import { successSplits, type SuccessSplit } from '../../../domain/success-figures.ts';
import { api } from '../../api/client.ts';
import { asJson } from '../../api/reports.ts';
import type { components } from '../../api/schema.d.ts';
import { isManager, useUser } from '../../app/session.ts';
import { CasesLink, type CaseQuery } from '../../parts/cases-link.tsx';
import { Explained } from '../../parts/Explained.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { CsvLink, Reported, Section } from '../../parts/Report.tsx';
import { Whisker } from '../../parts/Whisker.tsx';
import { useFormats } from '../../words/format.ts';
import { Arms } from './Arms.tsx';
import { csvOf, type Asked, type Filter } from './asked.ts';
import { useGroupNames } from './group-names.ts';
import { useSuccessWords } from './words.ts';

type Report = components['schemas']['SuccessReport'];
type Group = Report['groups'][number];

/** What works better: the same figures by cause, playbook, offer, team and more. */
export function Compare({ asked }: { asked: Asked }) {
  const t = useSuccessWords();
  const user = useUser();
  const { by, filter, show } = asked;
  // Agents see the figures of one person for themselves alone.
  const own = by === 'agent' && !isManager(user) ? { agent: user.userId } : {};
  const query = { ...filter, ...own, by };
  const report = api.useQuery(
    'get',
    '/api/v1/reports/success',
    { params: { query } },
    { select: asJson<'SuccessReport'>() },
  );
  return (
    <Stack gap="md">
      <Section
        title={t('compare.title')}
        about={t('compare.about')}
        aside={
          <Group gap="sm">
            <CsvLink href={csvOf('success', query)} name={`success-${by}`} />
            <Select
              aria-label={t('compare.by')}
              allowDeselect={false}
              value={by}
              onChange={(to) => show({ by: to ?? undefined })}
              data={successSplits.map((value) => ({ value, label: t(`split.${value}`) }))}
              w={190}
            />
          </Group>
        }
      >
        <Reported by={report}>
          {() =>
            report.data!.groups.length === 0 ? (
              <Nothing title={t('empty.title')}>{t('empty.what')}</Nothing>
            ) : (
              <Groups report={report.data!} by={by} filter={{ ...filter, ...own }} />
            )
          }
        </Reported>
      </Section>
      <Arms asked={asked} />
    </Stack>
  );
}

/** Which cases a group is of; undefined: they cannot be told. */
function casesOf(by: SuccessSplit, group: string | null, filter: Filter): CaseQuery | undefined {
  const base: CaseQuery = { ...filter, set: 'decided' };
  if (by === 'period') {
    const [year, month] = group!.split('-').map(Number);
    const [from, to] = [month! - 1, month!].map((m) => new Date(Date.UTC(year!, m)).toISOString().slice(0, 10)); // prettier-ignore
    return { ...base, from: filter.from && filter.from > from! ? filter.from : from, to };
  }
  if (group === null) {
    return by === 'cause' || by === 'tier' || by === 'playbook' ? { ...base, [by]: 'none' } : undefined; // prettier-ignore
  }
  return { ...base, [by === 'target-group' ? 'targetGroup' : by]: group };
}

function Groups({ report, by, filter }: { report: Report; by: SuccessSplit; filter: Filter }) {
  const t = useSuccessWords();
  const formats = useFormats();
  const nameOf = useGroupNames(by);
  const { definitions, total } = report;
  const percents = (of: readonly number[]) => of.map(formats.percent).join(' – ');
  const row = (one: Group) => {
    const name = nameOf(one);
    const of = casesOf(by, one.group, filter);
    const rate = one.regainedRate;
    return (
      <Table.Tr key={one.group ?? 'none'} data-small={one.small || undefined}>
        <Table.Th scope="row" fw={600}>
          {name}
          {one.small && (
            <Badge variant="default" size="sm" tt="none" ml={6}>
              {t('small')}
            </Badge>
          )}
        </Table.Th>
        <Table.Td ta="right">{one.rank ?? '–'}</Table.Td>
        <Table.Td ta="right">
          {of ? (
            <CasesLink of={of} name={name}>
              {formats.number(one.cases)}
            </CasesLink>
          ) : (
            formats.number(one.cases)
          )}
        </Table.Td>
        <Table.Td ta="right">{formats.number(one.contacted)}</Table.Td>
        <Table.Td className="rate-text">
          {rate === null ? '–' : <b>{formats.percent(rate)}</b>}
          <Text size="xs" c="dimmed">
            {one.regainedRateInterval && percents(one.regainedRateInterval)}
          </Text>
        </Table.Td>
        <Table.Td className="rate-picture">
          {rate !== null && (
            <Whisker
              value={rate}
              interval={one.regainedRateInterval}
              faint={one.small}
              mark={total.regainedRate ?? undefined}
            />
          )}
        </Table.Td>
        <Table.Td ta="right">
          {one.returnRate === null ? '–' : formats.percent(one.returnRate)}
        </Table.Td>
        <Table.Td ta="right">
          {one.costPerRegain ? formats.roundMoney(one.costPerRegain) : '–'}
        </Table.Td>
        <Table.Td ta="right">{formats.roundMoney(one.cost)}</Table.Td>
        <Table.Td ta="right">{formats.roundMoney(one.result)}</Table.Td>
      </Table.Tr>
    );
  };
  const heads = [
    ...(['rank', 'cases', 'contacted', 'regainedRate'] as const),
    ...(['returnRate', 'costPerRegain', 'cost', 'result'] as const),
  ];
  return (
    <Table.ScrollContainer minWidth={960} type="native" tabIndex={0}>
      <Table
        className="figures groups"
        aria-label={t('compare.title')}
        verticalSpacing={6}
        horizontalSpacing={6}
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t(`split.${by}`)}</Table.Th>
            {heads.map((head) => (
              <Table.Th
                key={head}
                colSpan={head === 'regainedRate' ? 2 : 1}
                ta={head === 'regainedRate' ? 'left' : 'right'}
              >
                <Explained name={t(`figure.${head}`)} by={definitions[head]} />
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{report.groups.map(row)}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
