import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { languages, type TemplateContent } from '../../../domain/mails.ts';
import { api } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import '../playbooks/playbooks.css';
import { TemplateEditor } from './TemplateEditor.tsx';
import { useTemplateWords } from './words.ts';

/** What a mail or letter is written from; managers write it with the finished text beside it. */
export default function TemplatePage() {
  const app = useAppWords();
  const t = useTemplateWords();
  const formats = useFormats();
  const manages = isManager(useUser());
  const { templateId = '' }: { templateId?: string } = useParams({ strict: false });
  const template = api.useQuery(
    'get',
    '/api/v1/templates/{templateId}',
    { params: { path: { templateId } } },
    // What somebody edits must not change under their hands.
    { meta: { still: true }, staleTime: Infinity, gcTime: 0 },
  );
  const navigate = useNavigate();
  const { data } = template;
  return (
    <Stack gap="md">
      <Group justify="space-between" align="start">
        <div>
          <PageTitle>{data?.title ?? templateId}</PageTitle>
          {data && (
            <Text size="sm" c="dimmed">
              {templateId} · {t('version', { version: data.version })} ·{' '}
              {formats.moment(data.createdAt)}
            </Text>
          )}
        </div>
        {manages && (
          <Button component={Link} to={`/new-template?from=${templateId}`} variant="default">
            {t('copy')}
          </Button>
        )}
      </Group>
      {template.error ? (
        <ProblemAlert error={template.error} onAgain={() => void template.refetch()} />
      ) : !data ? (
        <Skeleton height={320} role="status" aria-label={app('loading')} />
      ) : manages ? (
        <TemplateEditor
          key={data.version}
          begun={data}
          onPublished={async (published) => {
            if (published === templateId) await template.refetch();
            else await navigate({ to: `/templates/${published}` });
          }}
        />
      ) : (
        <Texts texts={data.texts as TemplateContent['texts']} />
      )}
    </Stack>
  );
}

function Texts({ texts }: { texts: TemplateContent['texts'] }) {
  const t = useTemplateWords();
  return languages.map((language) => {
    const text = texts[language];
    return (
      text && (
        <section key={language} lang={language} aria-label={t(`language.${language}`)}>
          <Title order={2} size="h4">
            {text.subject}
          </Title>
          <Text className="flow-content">{text.body}</Text>
        </section>
      )
    );
  });
}
