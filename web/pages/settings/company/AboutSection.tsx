import { Anchor, Badge, Group, Text } from '@mantine/core';
import { api } from '../../../api/client.ts';
import { ListLoading } from '../../../parts/Paged.tsx';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { Facts, Heading, Panel } from '../frames.tsx';
import { useSettingsWords } from '../words.ts';
import { useCompanyWords } from './words.ts';

const parts = ['database', 'temporal', 'worker'] as const;
type Checks = Record<(typeof parts)[number], { ok: boolean; detail: string }>;

/** What runs here, and how it does. */
export default function AboutSection() {
  const t = useCompanyWords();
  const settings = useSettingsWords();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/installation');
  return (
    <>
      <Heading title={settings('section.about')} intro={t('about.intro')} />
      <Health />
      {error ? (
        <ProblemAlert error={error} onAgain={() => void refetch()} />
      ) : data ? (
        <Panel title={t('about.product')}>
          <Facts
            facts={[
              [t('about.version'), data.version],
              [t('about.policy'), data.policyVersion],
              [t('about.data'), data.dataDir],
              [t('about.url'), data.publicUrl],
              [
                t('about.api'),
                <Anchor key="docs" href="/api/docs">
                  {t('about.apiDocs')}
                </Anchor>,
              ],
            ]}
          />
        </Panel>
      ) : (
        <ListLoading rows={2} />
      )}
    </>
  );
}

function Health() {
  const t = useCompanyWords();
  // What is missing comes as a problem, which tells as much.
  const { data, error, refetch } = api.useQuery(
    'get',
    '/readyz',
    {},
    { retry: false, refetchInterval: 15_000 },
  );
  const checks: Checks | undefined = error && 'checks' in error ? error.checks : data?.checks;
  if (error && !checks) return <ProblemAlert error={error} onAgain={() => void refetch()} />;
  if (!checks) return <ListLoading rows={1} />;
  return (
    <Panel title={t('about.health')}>
      <Facts
        facts={parts.map((part) => [
          t(`about.${part}`),
          <Group key={part} gap="xs">
            <Badge color={checks[part].ok ? 'brand' : 'red.9'}>
              {t(checks[part].ok ? 'about.well' : 'about.ill')}
            </Badge>
            <Text size="sm" c="dimmed" span>
              {checks[part].detail}
            </Text>
          </Group>,
        ])}
      />
    </Panel>
  );
}
