import { Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { languages } from '../../../domain/mails.ts';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { TextEditor } from '../../parts/TextEditor.tsx';
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
  const { templateId, version } = begun;
  const isPublished = useRef(false);
  const [text, setText] = useState(begun.yaml);
  const [language, setLanguage] = useState<Language>('de');
  const [pending, setPending] = useState(false);
  const [header] = useState(idempotencyKey);
  const [yaml] = useDebouncedValue(text, 300);
  const preview = useQuery({
    queryKey: ['template-preview', templateId, yaml, language],
    meta: { still: true },
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { data, error } = await http.POST('/api/v1/templates/{templateId}/preview', {
        params: { path: { templateId } },
        body: { yaml, language },
      });
      return { problem: error ?? null, data };
    },
  });
  const isChanged = text !== begun.yaml;
  const isChecking = text !== yaml || preview.isFetching;
  useBlocker({
    shouldBlockFn: () => isChanged && !isPublished.current && !window.confirm(t('leave')),
    enableBeforeUnload: () => isChanged && !isPublished.current,
  });
  const publish = async () => {
    setPending(true);
    const { data, error } = await http
      .POST('/api/v1/templates', { params: { header }, body: { yaml: text, basedOn: version } })
      .catch((error: unknown) => ({ error, data: undefined }));
    setPending(false);
    if (!data) return tellProblem(error, app('problem.no-answer'));
    tell(t('published', { version: data.version }));
    await queries.invalidateQueries({ queryKey: ['templates'] });
    isPublished.current = true;
    await onPublished(data.templateId);
  };
  const shown = preview.data?.data;
  return (
    <div className="playbook-halves">
      <Stack gap="sm">
        <TextEditor
          label={t('label')}
          value={text}
          onChange={setText}
          problem={preview.error ?? preview.data?.problem ?? null}
          checking={isChecking}
        />
        <Group>
          <Button
            disabled={!isChanged || isChecking || !shown}
            loading={pending}
            onClick={() => void publish()}
          >
            {t('publish')}
          </Button>
          <Button variant="default" disabled={!isChanged} onClick={() => setText(begun.yaml)}>
            {t('undo')}
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {t('means')}
        </Text>
      </Stack>
      <section aria-labelledby="preview-title">
        <Group justify="space-between" mb="xs">
          <Title order={2} size="h4" id="preview-title">
            {t('preview')}
          </Title>
          <SegmentedControl
            size="xs"
            aria-label={t('languageOf')}
            value={language}
            onChange={(value) => setLanguage(value)}
            data={languages.map((value) => ({ value, label: t(`language.${value}`) }))}
          />
        </Group>
        {shown && (
          <div lang={shown.language}>
            <Text fw={600}>{shown.subject}</Text>
            <Text className="flow-content">{shown.text}</Text>
          </div>
        )}
      </section>
    </div>
  );
}
