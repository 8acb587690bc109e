import { Alert, Anchor, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { PageTitle } from './PageTitle.tsx';
import { IconAlertCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { problemWords } from '../app/tell.ts';
import { useAppWords } from '../app/words.ts';

export function PageLoading() {
  const t = useAppWords();
  return (
    <Center mih={240} role="status" aria-label={t('loading')}>
      <Loader type="dots" />
    </Center>
  );
}

export function ProblemAlert({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const t = useAppWords();
  const { first, more } = problemWords(error);
  return (
    <Alert color="red" icon={<IconAlertCircle />} title={t('problem.title')} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{first}</Text>
        {more.map((line) => (
          <Text size="xs" c="dimmed" key={line}>
            {line}
          </Text>
        ))}
        {onAgain && (
          <Button size="xs" variant="default" onClick={onAgain}>
            {t('problem.again')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** What a page shows when it cannot be shown. */
export function PageError({ error }: { error: unknown }) {
  const t = useAppWords();
  const isOurs = !(typeof error === 'object' && error !== null && 'detail' in error);
  return (
    <Stack p="md" maw={640}>
      {isOurs ? (
        <Alert color="red" icon={<IconAlertCircle />} title={t('problem.title')} role="alert">
          {t('problem.page')}
        </Alert>
      ) : (
        <ProblemAlert error={error} />
      )}
      <Button variant="default" w="fit-content" onClick={() => location.reload()}>
        {t('problem.reload')}
      </Button>
    </Stack>
  );
}

export function PageNotFound() {
  const t = useAppWords();
  return (
    <Stack p="md" component="main">
      <PageTitle>{t('notFound.title')}</PageTitle>
      <Anchor href="/">{t('notFound.back')}</Anchor>
    </Stack>
  );
}

export function ForManagers() {
  const t = useAppWords();
  return (
    <Stack>
      <PageTitle>{t('forManagers.title')}</PageTitle>
      <Text>{t('forManagers.text')}</Text>
      <Anchor href="/">{t('notFound.back')}</Anchor>
    </Stack>
  );
}

/** Says what an empty list means and what to do about it. */
export function Nothing({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" py={64} gap="xs">
      <Text fw={600}>{title}</Text>
      <Text c="dimmed" ta="center" maw={420}>
        {children}
      </Text>
    </Stack>
  );
}
