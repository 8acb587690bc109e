import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { Reported, Section } from '../../parts/Report.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { useCausesWords } from './words.ts';

/** How far the campaigns are. */
export function Campaigns() {
  const t = useCausesWords();
  const app = useAppWords();
  const names = useNames();
  const { day, number } = useFormats();
  const queries = useQueryClient();
  const list = api.useQuery('get', '/api/v1/campaigns', { params: { query: { limit: 100 } } });
  const stop = api.useMutation('post', '/api/v1/campaigns/{campaignId}/stop', {
    onSuccess: () => queries.invalidateQueries(),
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  return (
    <Section title={t('view.campaigns')}>
      <Reported by={list} height={120}>
        {() =>
          list.data!.items.length === 0 ? (
            <Text size="sm">{t('none.campaigns')}</Text>
          ) : (
            <Stack gap="xs" className="figures">
              {list.data!.items.map((one) => {
                const { campaignId, title, causes, product, createdAt, stoppedAt } = one;
                const counts = {
                  waiting: number(one.waiting),
                  opened: number(one.opened),
                  leftOut: number(one.leftOut),
                };
                return (
                  <Paper key={campaignId} withBorder p="sm">
                    <Group justify="space-between">
                      <Text component="h3" fw={600}>
                        {title}
                      </Text>
                      {stoppedAt ? (
                        <Text size="sm">{t('campaign.stopped', { at: day(stoppedAt) })}</Text>
                      ) : (
                        one.waiting > 0 && (
                          <Button
                            size="compact-sm"
                            variant="default"
                            aria-label={t('campaign.stopName', { title })}
                            loading={stop.isPending}
                            onClick={() =>
                              stop.mutate({
                                params: { path: { campaignId }, header: idempotencyKey() },
                              })
                            }
                          >
                            {t('campaign.stop')}
                          </Button>
                        )
                      )}
                    </Group>
                    <Text size="sm" c="dimmed">
                      {[...causes.map((cause) => names.causes[cause]), product]
                        .filter(Boolean)
                        .join(' · ')}
                      , {t('campaign.since', { at: day(createdAt) })}
                    </Text>
                    <Text size="sm">{t('campaign.progress', counts)}</Text>
                  </Paper>
                );
              })}
            </Stack>
          )
        }
      </Reported>
    </Section>
  );
}
