import { Alert, Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useBlocker, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useRef, useState } from 'react';
import type { Policy } from '../../../domain/policy.ts';
import { http } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { TextEditor } from '../../parts/TextEditor.tsx';
import '../playbooks/playbooks.css';
import { Changes } from './Changes.tsx';
import { usePolicies, type PolicyVersion } from './policy.ts';
import { useSections } from './sections.ts';
import { usePolicyWords } from './words.ts';

const Publish = lazy(() => import('./Publish.tsx'));

/** The policy's text, checked while somebody types, with what changes in plain words beside it. */
export default function EditPolicyPage() {
  const t = usePolicyWords();
  const app = useAppWords();
  const manages = isManager(useUser());
  const search: { version?: string } = useSearch({ strict: false });
  const list = usePolicies();
  const inForce = list.versions.find((one) => one.inForce);
  const from = list.versions.find(({ version }) => version === search.version) ?? inForce;
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t('editor.title')}
      </Title>
      {!manages ? (
        <Alert color="gray" title={t('editor.managersOnly')}>
          <Anchor component={Link} to="/policy">
            {t('editor.back')}
          </Anchor>
        </Alert>
      ) : list.error ? (
        <ProblemAlert error={list.error} onAgain={() => void list.refetch()} />
      ) : inForce && from ? (
        <Editor key={search.version} from={from} inForce={inForce} />
      ) : (
        <Skeleton height={480} role="status" aria-label={app('loading')} />
      )}
    </Stack>
  );
}

/** Built-in ones keep their names for themselves. */
function underOwnName(yaml: string): string {
  return yaml.replace(/^name: (standard|demo)$/m, 'name: own');
}

function Editor({ from, inForce }: { from: PolicyVersion; inForce: PolicyVersion }) {
  const t = usePolicyWords();
  const [begun] = useState(() => ({ ...from, yaml: underOwnName(from.yaml) }));
  /** against which the text was written; null: against what is in force by now, as somebody has just seen */
  const [seen, setSeen] = useState<PolicyVersion | null>(inForce);
  const base = seen ?? inForce;
  const [text, setText] = useState(begun.yaml);
  const [yaml] = useDebouncedValue(text, 300);
  const [reviewing, setReviewing] = useState(false);
  const isPublished = useRef(false);
  const check = useQuery({
    queryKey: ['policy-check', yaml],
    meta: { still: true },
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { data, error } = await http.POST('/api/v1/policies/check', { body: { yaml } });
      return { problem: error ?? null, data };
    },
  });
  const parts = useSections()(base.policy)
    .filter(({ name }) => name !== 'general')
    .map(({ name, title }) => ({ label: title, beginsWith: `${name}:` }));
  const isChanged = text !== begun.yaml;
  const isChecking = text !== yaml || check.isFetching;
  const isOther = isChanged || from.version !== base.version;
  const canPublish = isOther && !isChecking && check.data?.data !== undefined;
  useBlocker({
    shouldBlockFn: () => isChanged && !isPublished.current && !window.confirm(t('editor.leave')),
    enableBeforeUnload: () => isChanged && !isPublished.current,
  });
  useShortcuts({ '$mod+Enter': () => canPublish && setReviewing(true) });
  // While there is a mistake, the text as it last was right.
  const lastRight = useRef(begun.policy);
  if (check.data?.data) lastRight.current = check.data.data.policy as Policy;
  return (
    <>
      <div className="playbook-halves">
        <Stack gap="sm">
          <TextEditor
            label={t('editor.label')}
            value={text}
            onChange={setText}
            problem={check.error ?? check.data?.problem ?? null}
            checking={isChecking}
            parts={parts}
          />
          {check.data?.data?.warnings.map(({ field, warning }) => (
            <Alert color="yellow" key={field} title={field}>
              {warning}
            </Alert>
          ))}
          <Group>
            <Button
              disabled={!canPublish}
              onClick={() => setReviewing(true)}
              title={`${t('editor.review')} (Ctrl+Enter)`}
            >
              {t('editor.review')}
            </Button>
            <Button component={Link} to="/policy" variant="default">
              {t('cancel')}
            </Button>
          </Group>
        </Stack>
        <section aria-labelledby="changes-title">
          <Title order={2} size="h4" id="changes-title" mb="xs">
            {t('publish.changes', { version: base.version })}
          </Title>
          <Changes before={base.policy} after={lastRight.current} />
          <Text size="sm" c="dimmed" mt="sm">
            {t('editor.units')}
          </Text>
        </section>
      </div>
      {reviewing && (
        <Suspense>
          <Publish
            inForce={base}
            planned={{ yaml: text }}
            policy={lastRight.current}
            yaml={text}
            onPublished={() => (isPublished.current = true)}
            onOutdated={() => setSeen(null)}
            onClose={() => setReviewing(false)}
          />
        </Suspense>
      )}
    </>
  );
}
