import { Anchor, Button, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TemplateContent } from '../../../domain/mails.ts';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { isManager, useUser } from '../../app/session.ts';
import { Paged } from '../../parts/Paged.tsx';
import { Nothing } from '../../parts/PageStates.tsx';
import { useTemplateWords } from './words.ts';

export function TemplateList() {
  const t = useTemplateWords();
  const manages = isManager(useUser());
  const list = usePages(['templates'], (cursor) =>
    http.GET('/api/v1/templates', { params: { query: { limit: 200, ...cursor } } }),
  );
  return (
    <Stack gap="sm">
      {manages && (
        <Button component={Link} to="/new-template" w="fit-content">
          {t('add')}
        </Button>
      )}
      <Paged list={list} empty={<Nothing title={t('empty')}>{t('emptyMeans')}</Nothing>}>
        {(items) => (
          <ul className="playbook-list">
            {items.map(({ templateId, title, version, texts }) => (
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
        )}
      </Paged>
    </Stack>
  );
}
