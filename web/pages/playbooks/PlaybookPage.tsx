import { Alert, Badge, Button, Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useAppWords } from '../../app/words.ts';
import { Diff } from '../../parts/Diff.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { Apply } from './Apply.tsx';
import { Flow } from './Flow.tsx';
import { ForWhom } from './ForWhom.tsx';
import { withContent } from './playbook.ts';
import { Retire } from './Retire.tsx';
import { usePlaybookWords } from './words.ts';

/** The router reads `3` as a number. */
type Search = { version?: string | number; against?: string | number };

/** One playbook: whom it is for, its flow, its versions and what became of them. */
export default function PlaybookPage() {
  const t = usePlaybookWords();
  const app = useAppWords();
  const formats = useFormats();
  const navigate = useNavigate();
  const manages = isManager(useUser());
  const { playbookId = '' }: { playbookId?: string } = useParams({ strict: false });
  const search: Search = useSearch({ strict: false });
  const [retiring, setRetiring] = useState(false);
  const list = usePages(['playbooks', playbookId], (cursor) =>
    http.GET('/api/v1/playbooks/{playbookId}/versions', {
      params: { path: { playbookId }, query: { limit: 200, ...cursor } },
    }),
  );
  const versions = list.items.map(withContent);
  const [newest] = versions;
  const shown =
    versions.find(({ version }) => String(version) === String(search.version)) ?? newest;
  const against = versions.find(({ version }) => String(version) === String(search.against));
  const editPath = `/playbooks/${playbookId}/edit`;
  const show = (changed: Partial<Record<keyof Search, string | undefined>>) =>
    void navigate({
      to: '/playbooks/$playbookId',
      params: { playbookId },
      search: { ...search, ...changed },
      replace: true,
    });
  useShortcuts({ ...(manages && { e: () => void navigate({ to: editPath }) }) });

  if (list.error) {
    return (
      <Stack maw={760}>
        <PageTitle>{playbookId}</PageTitle>
        <ProblemAlert error={list.error} onAgain={() => void list.refetch()} />
      </Stack>
    );
  }
  if (!shown || !newest) {
    return (
      <Stack gap="sm" role="status" aria-label={app('loading')}>
        <Skeleton height={36} maw={480} />
        <Skeleton height={320} maw={760} />
      </Stack>
    );
  }
  const choices = versions.map(({ version, createdAt }) => ({
    value: String(version),
    label: `${t('version', { version })} · ${formats.day(createdAt)}`,
  }));
  return (
    <Stack gap="md" maw={1080}>
      <Group justify="space-between" align="start">
        <Stack gap={4} maw={720}>
          <PageTitle>{shown.title}</PageTitle>
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {playbookId} · {t('version', { version: shown.version })} ·{' '}
              {t(shown.fromFile ? 'fromFile' : 'published', {
                at: formats.moment(shown.createdAt),
              })}
            </Text>
            {newest.retiredAt !== null && (
              <Badge className="plain-badge" color="gray" variant="light">
                {t('retired')}
              </Badge>
            )}
          </Group>
        </Stack>
        {manages && (
          <Group gap="xs">
            <Button component={Link} to={editPath} title={`${t('edit')} (e)`}>
              {t('edit')}
            </Button>
            <Button component={Link} to={`${editPath}?as=new`} variant="default">
              {t('copy')}
            </Button>
            {newest.retiredAt === null && (
              <Button variant="default" onClick={() => setRetiring(true)}>
                {t('retire.act')}
              </Button>
            )}
          </Group>
        )}
      </Group>
      {shown !== newest && (
        <Alert color="gray" title={t('old.title', { version: newest.version })}>
          {t('old.means')}
        </Alert>
      )}
      <ForWhom playbook={shown.playbook} />
      {manages && <Apply playbookId={playbookId} version={newest.version} />}
      <section aria-labelledby="flow-title">
        <Title order={2} size="h4" id="flow-title" mb="xs">
          {t('flow.title')}
        </Title>
        <Flow playbook={shown.playbook} />
      </section>
      <section aria-labelledby="versions-title">
        <Title order={2} size="h4" id="versions-title" mb="xs">
          {t('versions.title')}
        </Title>
        <Group mb="xs">
          <Select
            label={t('versions.shown')}
            data={choices}
            value={String(shown.version)}
            allowDeselect={false}
            onChange={(version) => show({ version: version ?? undefined })}
          />
          <Select
            label={t('versions.against')}
            data={choices}
            value={against ? String(against.version) : null}
            placeholder={t('versions.none')}
            clearable
            onChange={(version) => show({ against: version ?? undefined })}
          />
        </Group>
        {against && (
          <Diff before={against.yaml} after={shown.yaml} label={t('versions.difference')} />
        )}
      </section>
      {retiring && <Retire playbookId={playbookId} onClose={() => setRetiring(false)} />}
    </Stack>
  );
}
