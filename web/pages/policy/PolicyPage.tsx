import { Alert, Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useAppWords } from '../../app/words.ts';
import { Diff } from '../../parts/Diff.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { Detection } from './Detection.tsx';
import { usePolicies, type PolicyVersion } from './policy.ts';
import './policy.css';
import { Sections } from './Sections.tsx';
import { usePolicyWords } from './words.ts';

const Publish = lazy(() => import('./Publish.tsx'));

type Search = { version?: string; against?: string };

/** The policy in plain words, its versions, and how silent losses are found by it. */
export default function PolicyPage() {
  const t = usePolicyWords();
  const app = useAppWords();
  const manages = isManager(useUser());
  const navigate = useNavigate();
  const list = usePolicies();
  useShortcuts({ ...(manages && { e: () => void navigate({ to: '/policy/edit' }) }) });
  return (
    <Stack gap="lg" maw={960}>
      <Group justify="space-between" align="start">
        <div>
          <PageTitle>{t('title')}</PageTitle>
          <Text c="dimmed">{t('about')}</Text>
        </div>
        {manages && (
          <Button component={Link} to="/policy/edit" title={`${t('edit')} (e)`}>
            {t('edit')}
          </Button>
        )}
      </Group>
      {list.error ? (
        <ProblemAlert error={list.error} onAgain={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton height={480} role="status" aria-label={app('loading')} />
      ) : (
        <Versions versions={list.versions}>{manages && <Detection />}</Versions>
      )}
    </Stack>
  );
}

type VersionsProps = { versions: PolicyVersion[]; children: ReactNode };

/** @param children stands between the versions and what they say */
function Versions({ versions, children }: VersionsProps) {
  const t = usePolicyWords();
  const formats = useFormats();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const inForce = versions.find((one) => one.inForce)!;
  const shown = versions.find(({ version }) => version === search.version) ?? inForce;
  const against = versions.find(({ version }) => version === search.against);
  const show = (changed: Partial<Record<keyof Search, string | undefined>>) =>
    void navigate({ to: '/policy', search: { ...search, ...changed }, replace: true });
  const choices = versions.map(({ version, ...one }) => ({
    value: version,
    label: one.inForce ? `${version} (${t('versions.current')})` : version,
  }));
  return (
    <>
      <Stack gap="xs">
        <Text>
          {t(shown.inForce ? 'inForce' : 'notInForce', {
            version: shown.version,
            at: formats.moment(shown.published?.at ?? shown.createdAt),
            cases: formats.number(shown.openCases),
          })}
        </Text>
        {shown.published && (
          <Text size="sm" c="dimmed">
            {t('publishedBy', { by: shown.published.by ?? '–' })}
            {shown.published.reason !== null && ` ${shown.published.reason}`}
          </Text>
        )}
        <Group>
          <Select
            label={t('versions.shown')}
            data={choices}
            value={shown.version}
            allowDeselect={false}
            onChange={(version) => show({ version: version ?? undefined })}
          />
          <Select
            label={t('versions.against')}
            data={choices}
            value={against?.version ?? null}
            placeholder={t('versions.none')}
            clearable
            onChange={(version) => show({ against: version ?? undefined })}
          />
        </Group>
        {against && (
          <Diff before={against.yaml} after={shown.yaml} label={t('versions.difference')} />
        )}
        {shown !== inForce && <Old shown={shown} inForce={inForce} />}
        {shown === inForce && !inForce.configured && (
          <Alert color="gray" title={t('configured.title')}>
            {t('configured.means', {
              version: versions.find(({ configured }) => configured)?.version ?? '–',
            })}
          </Alert>
        )}
      </Stack>
      {children}
      <Sections policy={shown.policy} />
    </>
  );
}

/** A version that governs no more, or not yet, and the ways back to it. */
function Old({ shown, inForce }: { shown: PolicyVersion; inForce: PolicyVersion }) {
  const t = usePolicyWords();
  const manages = isManager(useUser());
  const [reviewing, setReviewing] = useState(false);
  return (
    <Alert color="gray" title={t('old.title', { version: inForce.version })}>
      <Text size="sm">{t(shown.configured ? 'old.configured' : 'old.means')}</Text>
      {manages && (
        <Group gap="xs" mt="xs">
          <Button size="xs" onClick={() => setReviewing(true)}>
            {t('old.again')}
          </Button>
          <Button
            size="xs"
            variant="default"
            component={Link}
            to={`/policy/edit?version=${shown.version}`}
          >
            {t('old.edit')}
          </Button>
        </Group>
      )}
      {reviewing && (
        <Suspense>
          <Publish
            inForce={inForce}
            planned={{ version: shown.version }}
            policy={shown.policy}
            yaml={shown.yaml}
            onClose={() => setReviewing(false)}
          />
        </Suspense>
      )}
    </Alert>
  );
}
