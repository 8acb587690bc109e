import { Anchor, Badge, Stack, Table, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link } from '@tanstack/react-router';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import type { components } from '../../api/schema.d.ts';
import { useFilters } from '../../app/address.ts';
import { isManager, useUser } from '../../app/session.ts';
import type { CaseQuery } from '../../parts/cases-link.tsx';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { VirtualTable } from '../../parts/VirtualTable.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { CaseFilters } from './CaseFilters.tsx';
import { useCasesWords } from './words.ts';

type Row = components['schemas']['ReportCase'];

/** The cases behind a figure, or all of them, by what the address says. */
export default function CasesPage() {
  const t = useCasesWords();
  const user = useUser();
  const query: CaseQuery = useFilters();
  const list = usePages(['report-cases', query], (cursor) =>
    http.GET('/api/v1/reports/cases', { params: { query: { ...query, limit: 50, ...cursor } } }),
  );
  return (
    <Stack gap="md">
      <PageTitle>{t('title')}</PageTitle>
      <CaseFilters query={query} />
      {!isManager(user) && (
        <Text size="sm" c="dimmed">
          {t('onlyYours')}
        </Text>
      )}
      <Paged
        list={list}
        loading={<ListLoading rows={4} height={44} />}
        empty={<Nothing title={t('empty.title')}>{t('empty.what')}</Nothing>}
      >
        {(rows: Row[]) => (
          <>
            <CaseTable rows={rows} more={list.hasNextPage} />
            <Text size="sm" c="dimmed" aria-live="polite">
              {t('shown', { count: rows.length })}
            </Text>
          </>
        )}
      </Paged>
    </Stack>
  );
}

function CaseTable({ rows, more }: { rows: Row[]; more: boolean }) {
  const t = useCasesWords();
  const heads = { customer: 20, cause: 15, opened: 12, stands: 13, playbook: 12 };
  const figures = ['lost', 'cost', 'revenue', 'result'] as const;
  return (
    <VirtualTable
      label={t('title')}
      minWidth={980}
      columns={[
        ...(Object.keys(heads) as (keyof typeof heads)[]).map((head) => ({
          head: t(`column.${head}`),
          width: heads[head],
        })),
        ...figures.map((head) => ({
          head: t(`column.${head}`),
          width: 7,
          align: 'right' as const,
        })),
      ]}
      items={rows}
      keyOf={({ caseId }) => caseId}
      height={61}
      more={more}
    >
      {(row) => <Cells row={row} />}
    </VirtualTable>
  );
}

const money = ['lostRevenue', 'cost', 'revenue', 'result'] as const;

function Cells({ row }: { row: Row }) {
  const t = useCasesWords();
  const names = useNames();
  const formats = useFormats();
  return (
    <>
      <Table.Td>
        <Anchor
          component={Link}
          {...({ to: '/cases/$caseId', params: { caseId: row.caseId } } as object)}
          fw={600}
          size="sm"
        >
          {row.customerName ?? t('noName')}
        </Anchor>
        <Text size="xs" c="dimmed">
          {row.customerId}
          {row.tier && ` · ${t('tier', { tier: row.tier })}`}
        </Text>
      </Table.Td>
      <Table.Td>{row.cause ? names.causes[row.cause] : t('filter.none')}</Table.Td>
      <Table.Td>
        {formats.day(row.openedAt)}
        <Text size="xs" c="dimmed">
          {names.triggers[row.trigger]}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge variant="default" tt="none" fw={600}>
          {row.outcome ? names.outcomes[row.outcome] : names.steps[row.step]}
        </Badge>
        <Text size="xs" c="dimmed">
          {row.lostAgainAt
            ? t('lostAgainOn', { at: formats.day(row.lostAgainAt) })
            : row.regainedAt && t('regainedOn', { at: formats.day(row.regainedAt) })}
        </Text>
      </Table.Td>
      <Table.Td>{row.playbook ?? '–'}</Table.Td>
      {money.map((field) => (
        <Table.Td key={field} ta="right">
          {formats.roundMoney(row[field])}
        </Table.Td>
      ))}
    </>
  );
}
