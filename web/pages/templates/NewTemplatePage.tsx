import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/mails.ts';
import { api } from '../../api/client.ts';
import { EditPage } from '../../parts/EditorFrame.tsx';
import { skeletons } from './skeleton.ts';
import { TemplateEditor } from './TemplateEditor.tsx';
import { useTemplateWords } from './words.ts';

/** A template that is not there yet, after another one or from the beginning. */
export default function NewTemplatePage() {
  const t = useTemplateWords();
  const { i18n } = useTranslation();
  const navigate = useNavigate();
  const { from }: { from?: string } = useSearch({ strict: false });
  const model = api.useQuery(
    'get',
    '/api/v1/templates/{templateId}',
    { params: { path: { templateId: from ?? '' } } },
    { enabled: from !== undefined, meta: { still: true }, staleTime: Infinity, gcTime: 0 },
  );
  const begun =
    from === undefined
      ? skeletons[i18n.language as Language]
      : model.data?.yaml.replace(/^templateId: .*$/m, `templateId: ${from}-2`);
  return (
    <EditPage title={t('new.title')} read={model}>
      {begun === undefined ? null : (
        <TemplateEditor
          key={from}
          begun={{ templateId: 'new', version: 0, yaml: begun }}
          onPublished={async (templateId) => navigate({ to: `/templates/${templateId}` })}
        />
      )}
    </EditPage>
  );
}
