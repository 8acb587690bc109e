import { Button, SegmentedControl, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { languages } from '../../../domain/mails.ts';
import { api, http } from '../../api/client.ts';
import { useKeys } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { EditorFrame, useEditing } from '../../parts/EditorFrame.tsx';
import '../playbooks/playbooks.css';
import { useTemplateWords } from './words.ts';

type Language = (typeof languages)[number];

type Props = {
  /** what the writing begins with; version 0: it is a new template */
  begun: { templateId: string; version: number; yaml: string };
  onPublished: (templateId: string) => Promise<void>;
};

/** A template's text, checked while somebody types, with the finished mail beside it. */
export function TemplateEditor({ begun, onPublished }: Props) {
  const t = useTemplateWords();
  const app = useAppWords();
  const queries = useQueryClient();
  const keys = useKeys();
  const { templateId, version } = begun;
  const [language, setLanguage] = useState<Language>('de');
  const editing = useEditing(begun.yaml, {
    key: ['template-preview', templateId, language],
    check: (yaml) =>
      http.POST('/api/v1/templates/{templateId}/preview', {
        params: { path: { templateId } },
        body: { yaml, language },
      }),
    leave: t('leave'),
  });
  const { checked: shown, isChanged, isChecking, text, setText } = editing;
  const publish = api.useMutation('post', '/api/v1/templates', {
    onSuccess: async (published) => {
      tell(t('published', { version: published.version }));
      await queries.invalidateQueries({ queryKey: ['templates'] });
      editing.published();
      await onPublished(published.templateId);
    },
    onError: (error) => tellProblem(error, app('problem.no-answer')),
  });
  const send = () => {
    const body = { yaml: text, basedOn: version };
    publish.mutate({ params: { header: keys.of(body) }, body });
  };
  return (
    <EditorFrame
      editing={editing}
      label={t('label')}
      actions={
        <>
          <Button
            disabled={!isChanged || isChecking || !shown}
            loading={publish.isPending}
            onClick={send}
          >
            {t('publish')}
          </Button>
          <Button variant="default" disabled={!isChanged} onClick={() => setText(begun.yaml)}>
            {t('undo')}
          </Button>
        </>
      }
      note={t('means')}
      result={{
        title: t('preview'),
        tools: (
          <SegmentedControl
            size="xs"
            aria-label={t('languageOf')}
            value={language}
            onChange={setLanguage}
            data={languages.map((value) => ({ value, label: t(`language.${value}`) }))}
          />
        ),
        children: shown && (
          <div lang={shown.language}>
            <Text fw={600}>{shown.subject}</Text>
            <Text className="flow-content">{shown.text}</Text>
          </div>
        ),
      }}
    />
  );
}
