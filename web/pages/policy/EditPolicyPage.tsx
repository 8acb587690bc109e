import { Button, Text } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useRef, useState } from 'react';
import type { Policy } from '../../../domain/policy.ts';
import { http } from '../../api/client.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { EditorFrame, EditPage, useEditing } from '../../parts/EditorFrame.tsx';
import { Changes } from './Changes.tsx';
import { usePolicies, type PolicyVersion } from './policy.ts';
import { useSections } from './sections.ts';
import { usePolicyWords } from './words.ts';

const Publish = lazy(() => import('./Publish.tsx'));

/** The policy's text, checked while somebody types, with what changes in plain words beside it. */
export default function EditPolicyPage() {
  const t = usePolicyWords();
  const search: { version?: string } = useSearch({ strict: false });
  const list = usePolicies();
  const inForce = list.versions.find((one) => one.inForce);
  const from = list.versions.find(({ version }) => version === search.version) ?? inForce;
  return (
    <EditPage title={t('editor.title')} read={list}>
      {inForce && from && <Editor key={search.version} from={from} inForce={inForce} />}
    </EditPage>
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
  const [reviewing, setReviewing] = useState(false);
  const editing = useEditing(begun.yaml, {
    key: ['policy-check'],
    check: (yaml) => http.POST('/api/v1/policies/check', { body: { yaml } }),
    leave: t('editor.leave'),
  });
  const { checked, isChanged, isChecking, text } = editing;
  const parts = useSections()(base.policy)
    .filter(({ name }) => name !== 'general')
    .map(({ name, title }) => ({ label: title, beginsWith: `${name}:` }));
  const isOther = isChanged || from.version !== base.version;
  const canPublish = isOther && !isChecking && checked !== undefined;
  useShortcuts({ '$mod+Enter': () => canPublish && setReviewing(true) });
  // While there is a mistake, the text as it last was right.
  const lastRight = useRef(begun.policy);
  if (checked) lastRight.current = checked.policy as Policy;
  return (
    <>
      <EditorFrame
        editing={editing}
        label={t('editor.label')}
        parts={parts}
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
            <Button component={Link} to="/policy" variant="default">
              {t('cancel')}
            </Button>
          </>
        }
        result={{
          title: t('publish.changes', { version: base.version }),
          children: (
            <>
              <Changes before={base.policy} after={lastRight.current} />
              <Text size="sm" c="dimmed" mt="sm">
                {t('editor.units')}
              </Text>
            </>
          ),
        }}
      />
      {reviewing && (
        <Suspense>
          <Publish
            inForce={base}
            planned={{ yaml: text }}
            policy={lastRight.current}
            yaml={text}
            onPublished={editing.published}
            onOutdated={() => setSeen(null)}
            onClose={() => setReviewing(false)}
          />
        </Suspense>
      )}
    </>
  );
}
