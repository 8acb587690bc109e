import { Anchor, Button, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TemplateContent } from '../../../domain/mails.ts';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useAppWords } from '../../app/words.ts';
import { Nothing, ProblemAlert } from '../../parts/PageStates.tsx';
import { useTemplateWords } from './words.ts';

export function TemplateList() {
  const t = useTemplateWords();
  const app = useAppWords();
  const manages = isManager(useUser());
  const list = usePages(['templates'], (cursor) =>
    http.GET('/api/v1/templates', { params: { query: { limit: 200, ...cursor } } }),
  );
  if (list.error) return <ProblemAlert error={list.error} onAgain={() => void list.refetch()} />;
  if (list.isPending) return <Skeleton height={240} role="status" aria-label={app('loading')} />;
  return (
    <Stack gap="sm">
      {manages && (
        <Button component={Link} to="/new-template" w="fit-content">
          {t('add')}
        </Button>
      )}
      {list.items.length === 0 && <Nothing title={t('empty')}>{t('emptyMeans')}</Nothing>}
      <ul className="playbook-list">
        {list.items.map(({ templateId, title, version, texts }) => (
          <li key={templateId}>
            <Anchor component={Link} to={`/templates/${templateId}`} fw={600}>
              {title}
            </Anchor>
            <Text size="sm" c="dimmed">
              {templateId} · {t('version', { version })} ·{' '}
              {(Object.keys(texts as object) as (keyof TemplateContent['texts'])[])
                .map((language) => t(`language.${language}`))
                .join(', ')}
            </Text>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
