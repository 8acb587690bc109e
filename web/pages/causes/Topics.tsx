import { Badge, Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { Cause } from '../../../domain/words.ts';
import type { Topic } from '../../../domain/prevention.ts';
import { api } from '../../api/client.ts';
import { CasesLink } from '../../parts/cases-link.tsx';
import { Reported } from '../../parts/Report.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { ActionDialog } from './ActionDialog.tsx';
import { casesOf, useTopicNames } from './topics.ts';
import { useCausesWords } from './words.ts';

const shownAtMost = 12;

/** What the losses of a cause have in common, and what is done about it. */
export function Topics({ cause, from }: { cause: Cause; from: string | undefined }) {
  const t = useCausesWords();
  const names = useNames();
  const { roundMoney } = useFormats();
  const { nameOf, categoryName } = useTopicNames();
  const [acting, setActing] = useState<Topic | null>(null);
  // Without a beginning the API takes the policy's period.
  const period = { from: from ?? '2000-01-01' };
  const report = api.useQuery('get', '/api/v1/prevention/topics', { params: { query: period } });
  return (
    <Reported by={report} height={120}>
      {() => {
        const topics = report
          .data!.topics.filter((topic) => topic.cause === cause)
          .sort((a, b) => b.lostRevenue.amount - a.lostRevenue.amount)
          .slice(0, shownAtMost);
        return (
          <>
            <Text size="sm" fw={600}>
              {t('topics.title')}
            </Text>
            <Table.ScrollContainer minWidth={560} tabIndex={0}>
              <Table aria-label={t('topics.title')} verticalSpacing={4}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('topics.topic')}</Table.Th>
                    <Table.Th ta="right">{t('causes.lostRevenue')}</Table.Th>
                    <Table.Th ta="right">{t('causes.cases')}</Table.Th>
                    <Table.Th>{t('view.board')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {topics.map((topic) => {
                    const { category, product, region } = topic;
                    const name =
                      [category && categoryName(category), product, region]
                        .filter(Boolean)
                        .join(' · ') || t('topics.whole', { name: names.causes[cause] });
                    return (
                      <Table.Tr key={name}>
                        <Table.Th scope="row" fw={500}>
                          {name}
                        </Table.Th>
                        <Table.Td ta="right">{roundMoney(topic.lostRevenue)}</Table.Td>
                        <Table.Td ta="right">
                          <CasesLink of={casesOf(topic, period)} name={nameOf(topic)}>
                            {String(topic.cases)}
                          </CasesLink>
                        </Table.Td>
                        <Table.Td>
                          {topic.actionId ? (
                            <Badge variant="default" tt="none">
                              {t('topics.acting')}
                            </Badge>
                          ) : (
                            <Button
                              size="compact-sm"
                              variant="default"
                              aria-label={`${t('topics.act')}: ${nameOf(topic)}`}
                              onClick={() => setActing({ cause, category, product, region })}
                            >
                              {t('topics.act')}
                            </Button>
                          )}
                        </Table.Td>
                      </Table.Tr>
                    );
                  })}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
            {acting && <ActionDialog topic={acting} onClose={() => setActing(null)} />}
          </>
        );
      }}
    </Reported>
  );
}
