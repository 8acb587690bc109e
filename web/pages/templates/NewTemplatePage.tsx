import { Alert, Anchor, Skeleton, Stack, Title } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/mails.ts';
import { api } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { skeletons } from './skeleton.ts';
import { TemplateEditor } from './TemplateEditor.tsx';
import { useTemplateWords } from './words.ts';

/** A template that is not there yet, after another one or from the beginning. */
export default function NewTemplatePage() {
  const t = useTemplateWords();
  const { i18n } = useTranslation();
  const app = useAppWords();
  const navigate = useNavigate();
  const manages = isManager(useUser());
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
    <Stack gap="md">
      <Title order={1} size="h2">
        {t('new.title')}
      </Title>
      {!manages ? (
        <Alert color="gray" title={t('new.managersOnly')}>
          <Anchor component={Link} to="/playbooks?tab=templates">
            {t('new.back')}
          </Anchor>
        </Alert>
      ) : model.error ? (
        <ProblemAlert error={model.error} onAgain={() => void model.refetch()} />
      ) : begun === undefined ? (
        <Skeleton height={320} role="status" aria-label={app('loading')} />
      ) : (
        <TemplateEditor
          key={from}
          begun={{ templateId: 'new', version: 0, yaml: begun }}
          onPublished={async (templateId) => navigate({ to: `/templates/${templateId}` })}
        />
      )}
    </Stack>
  );
}
