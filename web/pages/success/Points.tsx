import { Anchor, Group, Stack, Table, Text } from '@mantine/core';
import { api } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { Reported, Section } from '../../parts/Report.tsx';
import { useFormats } from '../../words/format.ts';
import { useSuccessWords } from './words.ts';

/** Points for regains: everybody's for managers, for agents their own; and the months as they go to management. */
export function Points() {
  const t = useSuccessWords();
  const user = useUser();
  const { number } = useFormats();
  const list = api.useQuery('get', '/api/v1/points', { params: { query: { limit: 200 } } });
  return (
    <Stack gap="md">
      <Section title={t('points.title')} about={t(isManager(user) ? 'points.all' : 'points.own')}>
        <Reported by={list} height={120}>
          {() =>
            list.data!.items.length === 0 ? (
              <Text size="sm">{t('points.none')}</Text>
            ) : (
              <Table className="figures" aria-label={t('points.title')} maw={640}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('points.who')}</Table.Th>
                    {(['pending', 'payable', 'paid'] as const).map((sum) => (
                      <Table.Th key={sum} ta="right">
                        {t(`points.${sum}`)}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {list.data!.items.map(({ keyId, name, pending, payable, paid }) => (
                    <Table.Tr key={keyId}>
                      <Table.Th scope="row">{name}</Table.Th>
                      {[pending, payable, paid].map((sum, i) => (
                        <Table.Td key={i} ta="right">
                          {number(sum)}
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Reported>
      </Section>
      {isManager(user) && <MonthlyReports />}
    </Stack>
  );
}

function MonthlyReports() {
  const t = useSuccessWords();
  const { language } = useUser();
  const { locale } = useFormats();
  const now = new Date();
  const months = Array.from({ length: 12 }, (_, i) => {
    const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - i, 15));
    const name = day.toLocaleDateString(locale, { month: 'long', year: 'numeric' });
    return { month: day.toISOString().slice(0, 7), name };
  });
  const report = (month: string, format: string) =>
    `/api/v1/reports/monthly/${month}.${format}?language=${language}`;
  return (
    <Section title={t('monthly.title')} about={t('monthly.about')}>
      <ul className="months">
        {months.map(({ month, name }) => (
          <li key={month}>
            <Group gap="md" justify="space-between" maw={420}>
              <Text size="sm">{name}</Text>
              <Group gap="md">
                <Anchor
                  size="sm"
                  href={report(month, 'html')}
                  target="_blank"
                  aria-label={`${name}: ${t('monthly.read')}`}
                >
                  {t('monthly.read')}
                </Anchor>
                <Anchor size="sm" href={report(month, 'pdf')} aria-label={`${name}: PDF`}>
                  PDF
                </Anchor>
              </Group>
            </Group>
          </li>
        ))}
      </ul>
    </Section>
  );
}
