import { Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { api } from '../../api/client.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { useCaseWords } from './words.ts';

/** What was offered, and what the case has cost and brought, entry by entry. */
export function Money({ caseId }: { caseId: string }) {
  const t = useCaseWords();
  const app = useAppWords();
  const formats = useFormats();
  const path = { params: { path: { caseId } } };
  const offers = api.useQuery('get', '/api/v1/cases/{caseId}/offers', path);
  const ledger = api.useQuery('get', '/api/v1/cases/{caseId}/ledger', path);
  const error = offers.error ?? ledger.error;
  if (error) {
    const again = () => void Promise.all([offers.refetch(), ledger.refetch()]);
    return <ProblemAlert error={error} onAgain={again} />;
  }
  if (!offers.data || !ledger.data) {
    return <Skeleton height={240} role="status" aria-label={app('loading')} />;
  }
  return (
    <Stack gap="lg">
      <section aria-labelledby="offers">
        <Text component="h2" id="offers" fw={700} size="sm">
          {t('offers.title')}
        </Text>
        {offers.data.items.length === 0 && <Text c="dimmed">{t('offers.none')}</Text>}
        <ul className="case-list">
          {offers.data.items.map(
            ({ offerId, measureId, status, cost, code, expiresAt, redeemedAt }) => (
              <li key={`${measureId} ${offerId}`}>
                <Group justify="space-between" gap="xs">
                  <Text size="sm">
                    <b>{offerId}</b> · {t(`offers.status.${status}`)}
                    {code && ` · ${t('offers.code', { code })}`}
                    {redeemedAt
                      ? ` · ${t('offers.redeemed', { at: formats.day(redeemedAt) })}`
                      : expiresAt && ` · ${t('offers.expires', { at: formats.day(expiresAt) })}`}
                  </Text>
                  <Text size="sm" className="figures">
                    {formats.money(cost)}
                  </Text>
                </Group>
              </li>
            ),
          )}
        </ul>
      </section>
      <section aria-labelledby="ledger">
        <Text component="h2" id="ledger" fw={700} size="sm">
          {t('ledger.title')}
        </Text>
        {ledger.data.entries.length === 0 ? (
          <Text c="dimmed">{t('ledger.none')}</Text>
        ) : (
          <Table.ScrollContainer minWidth={480} type="native">
            <Table className="figures">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('ledger.at')}</Table.Th>
                  <Table.Th>{t('ledger.what')}</Table.Th>
                  <Table.Th ta="right">{t('ledger.amount')}</Table.Th>
                  <Table.Th ta="right">{t('ledger.margin')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {ledger.data.entries.map((entry, i) => (
                  <Table.Tr key={i}>
                    <Table.Td>{formats.moment(entry.at)}</Table.Td>
                    <Table.Td>
                      {t(`ledger.kind.${entry.kind}`)}
                      {entry.minutes !== null &&
                        `, ${t('ledger.minutes', { count: entry.minutes })}`}
                      {entry.correction && ` (${t('ledger.correction')})`}
                    </Table.Td>
                    <Table.Td ta="right">{formats.money(entry.amount)}</Table.Td>
                    <Table.Td ta="right">{formats.money(entry.margin)}</Table.Td>
                  </Table.Tr>
                ))}
                {ledger.data.sums.map(({ currency, result }) => (
                  <Table.Tr key={currency} fw={700}>
                    <Table.Td colSpan={3}>{t('ledger.result')}</Table.Td>
                    <Table.Td ta="right">{formats.money(result)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        <Text size="xs" c="dimmed">
          {t('ledger.explained')}
        </Text>
      </section>
    </Stack>
  );
}
