import { Alert, Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useBlocker, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useRef, useState } from 'react';
import type { PlaybookContent } from '../../../domain/playbooks.ts';
import { api, http } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { TextEditor } from '../../parts/TextEditor.tsx';
import { Flow } from './Flow.tsx';
import { withContent, type PlaybookVersion } from './playbook.ts';
import './playbooks.css';
import { usePlaybookWords } from './words.ts';

const Publish = lazy(() => import('./Publish.tsx'));

/** A playbook's text, checked while somebody types, with its flow beside it. */
export default function EditPlaybookPage() {
  const t = usePlaybookWords();
  const app = useAppWords();
  const manages = isManager(useUser());
  const { playbookId = '' }: { playbookId?: string } = useParams({ strict: false });
  const { as }: { as?: string } = useSearch({ strict: false });
  const before = api.useQuery(
    'get',
    '/api/v1/playbooks/{playbookId}',
    { params: { path: { playbookId } } },
    // What somebody edits must not change under their hands.
    { meta: { still: true }, staleTime: Infinity, gcTime: 0 },
  );
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        {t(as === 'new' ? 'editor.newTitle' : 'editor.title', { id: playbookId })}
      </Title>
      {!manages ? (
        <Alert color="gray" title={t('editor.managersOnly')}>
          <Anchor component={Link} to={`/playbooks/${playbookId}`}>
            {t('editor.back')}
          </Anchor>
        </Alert>
      ) : before.error ? (
        <ProblemAlert error={before.error} onAgain={() => void before.refetch()} />
      ) : before.data ? (
        <Editor key={as} before={withContent(before.data)} isNew={as === 'new'} />
      ) : (
        <Skeleton height={480} role="status" aria-label={app('loading')} />
      )}
    </Stack>
  );
}

function Editor({ before, isNew }: { before: PlaybookVersion; isNew: boolean }) {
  const t = usePlaybookWords();
  const [text, setText] = useState(
    isNew
      ? before.yaml.replace(/^playbookId: .*$/m, `playbookId: ${before.playbookId}-2`)
      : before.yaml,
  );
  const [yaml] = useDebouncedValue(text, 300);
  const [reviewing, setReviewing] = useState(false);
  const isPublished = useRef(false);
  const check = useQuery({
    queryKey: ['playbook-check', yaml],
    meta: { still: true },
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { data, error } = await http.POST('/api/v1/playbooks/check', { body: { yaml } });
      return { problem: error ?? null, data };
    },
  });
  const isChanged = isNew || text !== before.yaml;
  const isChecking = text !== yaml || check.isFetching;
  const canPublish = isChanged && !isChecking && check.data?.data !== undefined;
  useBlocker({
    shouldBlockFn: () =>
      text !== before.yaml && !isPublished.current && !window.confirm(t('editor.leave')),
    enableBeforeUnload: () => text !== before.yaml && !isPublished.current,
  });
  useShortcuts({ '$mod+Enter': () => canPublish && setReviewing(true) });
  // While there is a mistake, the flow shows the text as it last was right.
  const lastRight = useRef(before.playbook);
  if (check.data?.data) lastRight.current = check.data.data.playbook as PlaybookContent;
  const warnings = check.data?.data?.warnings ?? [];

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
          />
          {warnings.map(({ field, warning }) => (
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
            <Button component={Link} to={`/playbooks/${before.playbookId}`} variant="default">
              {t('cancel')}
            </Button>
          </Group>
          <Text size="sm" c="dimmed">
            {t('editor.comments')}
          </Text>
        </Stack>
        <section aria-labelledby="flow-title">
          <Title order={2} size="h4" id="flow-title" mb="xs">
            {t('flow.title')}
          </Title>
          <Flow playbook={lastRight.current} />
        </section>
      </div>
      {reviewing && (
        <Suspense>
          <Publish
            before={isNew ? null : before}
            playbookId={lastRight.current.playbookId}
            yaml={text}
            onPublished={() => (isPublished.current = true)}
            onClose={() => setReviewing(false)}
          />
        </Suspense>
      )}
    </>
  );
}
