import { Button } from '@mantine/core';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useRef, useState } from 'react';
import type { PlaybookContent } from '../../../domain/playbooks.ts';
import { api, http } from '../../api/client.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { EditorFrame, EditPage, useEditing } from '../../parts/EditorFrame.tsx';
import { Flow } from './Flow.tsx';
import { withContent, type PlaybookVersion } from './playbook.ts';
import './playbooks.css';
import { usePlaybookWords } from './words.ts';

const Publish = lazy(() => import('./Publish.tsx'));

/** A playbook's text, checked while somebody types, with its flow beside it. */
export default function EditPlaybookPage() {
  const t = usePlaybookWords();
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
    <EditPage
      title={t(as === 'new' ? 'editor.newTitle' : 'editor.title', { id: playbookId })}
      read={before}
    >
      {before.data && <Editor key={as} before={withContent(before.data)} isNew={as === 'new'} />}
    </EditPage>
  );
}

function Editor({ before, isNew }: { before: PlaybookVersion; isNew: boolean }) {
  const t = usePlaybookWords();
  const [reviewing, setReviewing] = useState(false);
  const begun = isNew
    ? before.yaml.replace(/^playbookId: .*$/m, `playbookId: ${before.playbookId}-2`)
    : before.yaml;
  const editing = useEditing(begun, {
    key: ['playbook-check'],
    check: (yaml) => http.POST('/api/v1/playbooks/check', { body: { yaml } }),
    leave: t('editor.leave'),
  });
  const { checked, isChanged, isChecking, text } = editing;
  const canPublish = (isNew || isChanged) && !isChecking && checked !== undefined;
  useShortcuts({ '$mod+Enter': () => canPublish && setReviewing(true) });
  // While there is a mistake, the flow shows the text as it last was right.
  const lastRight = useRef(before.playbook);
  if (checked) lastRight.current = checked.playbook as PlaybookContent;
  return (
    <>
      <EditorFrame
        editing={editing}
        label={t('editor.label')}
        warnings={checked?.warnings ?? []}
        actions={
          <>
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
          </>
        }
        note={t('editor.comments')}
        result={{ title: t('flow.title'), children: <Flow playbook={lastRight.current} /> }}
      />
      {reviewing && (
        <Suspense>
          <Publish
            before={isNew ? null : before}
            playbookId={lastRight.current.playbookId}
            yaml={text}
            onPublished={editing.published}
            onClose={() => setReviewing(false)}
          />
        </Suspense>
      )}
    </>
  );
}
