import { Button, Group, Paper, SimpleGrid, Text } from '@mantine/core';
import { useState } from 'react';
import type { Topic } from '../../../domain/prevention.ts';
import { api } from '../../api/client.ts';
import { CasesLink } from '../../parts/cases-link.tsx';
import { Reported, Section } from '../../parts/Report.tsx';
import { useFormats } from '../../words/format.ts';
import { ActionDialog } from './ActionDialog.tsx';
import { casesOf, useTopicNames } from './topics.ts';
import { useCausesWords } from './words.ts';

/** What rises, by how much, and why that is surprising. */
export function Rises() {
  const t = useCausesWords();
  const { number, percent, day } = useFormats();
  const { nameOf } = useTopicNames();
  const [acting, setActing] = useState<Topic | null>(null);
  const report = api.useQuery('get', '/api/v1/reports/rises', {});
  return (
    <Section title={t('rises.title')} about={t('rises.about')}>
      <Reported by={report}>
        {() =>
          report.data!.rises.length === 0 ? (
            <Text size="sm">{t('none.rises')}</Text>
          ) : (
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm" className="figures">
              {report.data!.rises.map((rise) => {
                const { cause, category, product, region, chance } = rise;
                const topic = { cause, category, product, region };
                const name = nameOf(topic);
                return (
                  <Paper key={rise.riseId} withBorder p="sm">
                    <Text component="h3" fw={600}>
                      {name}
                    </Text>
                    <Text>
                      {t('rises.counts', { cases: rise.cases, expected: number(rise.expected) })}
                      {rise.ratio !== null &&
                        `, ${t('rises.times', { ratio: number(rise.ratio) })}`}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {t('rises.between', { from: day(rise.from), to: day(rise.to) })};{' '}
                      {t(`rises.${rise.basis}`)};{' '}
                      {chance < 0.001
                        ? t('rises.chanceBelow', { share: percent(0.001) })
                        : t('rises.chance', { share: percent(chance) })}
                    </Text>
                    <Group gap="md" mt="xs">
                      <CasesLink
                        of={casesOf(topic, { from: rise.from, to: rise.to })}
                        name={name}
                      />
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`${t('topics.act')}: ${name}`}
                        onClick={() => setActing(topic)}
                      >
                        {t('topics.act')}
                      </Button>
                    </Group>
                  </Paper>
                );
              })}
            </SimpleGrid>
          )
        }
      </Reported>
      {acting && <ActionDialog topic={acting} onClose={() => setActing(null)} />}
    </Section>
  );
}
