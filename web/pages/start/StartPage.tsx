import { Anchor, Button, Card, Code, Stack, Text, Title } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { isManager, useUser } from '../../app/session.ts';
import { useStart } from '../../app/start.ts';
import { ListLoading } from '../../parts/Paged.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { Connect } from './Connect.tsx';
import { Example } from './Example.tsx';
import { Scan } from './Scan.tsx';
import { useStartWords } from './words.ts';

/** From an empty installation to the first cases. */
export default function StartPage() {
  const t = useStartWords();
  const formats = useFormats();
  const user = useUser();
  const { data, error, refetch } = useStart(2_000);
  return (
    <Stack gap="md" maw={820}>
      <PageTitle>{t('title')}</PageTitle>
      <Text c="dimmed">{t('intro')}</Text>
      {error ? (
        <ProblemAlert error={error} onAgain={() => void refetch()} />
      ) : !data ? (
        <ListLoading rows={3} height={140} />
      ) : (
        <>
          {data.customers > 0 && (
            <Text fw={600} role="status">
              {t('filled', { number: formats.number(data.customers) })}
            </Text>
          )}
          <Step title={t('import.title')} text={t('import.text')}>
            {isManager(user) ? (
              <Button component={Link} to="/import" w="fit-content">
                {t('import.go')}
              </Button>
            ) : (
              <Text size="sm">{t('import.managers')}</Text>
            )}
          </Step>
          <Step title={t('connect.title')} text={t('connect.text')}>
            <Connect lastEvent={data.lastEvent} />
          </Step>
          <Step title={t('example.title')} text={t('example.text')}>
            <Example
              isEmpty={data.customers === 0}
              isLoaded={data.exampleSince !== null}
              onLoaded={() => void refetch()}
            />
          </Step>
          {isManager(user) && (
            <Step title={t('scan.title')} text={t('scan.text')}>
              <Scan customers={data.customers} />
            </Step>
          )}
          <Step title={t('demo.title')} text={t('demo.text')}>
            <Code block>npm run demo</Code>
          </Step>
          <Anchor href="/api/docs" size="sm">
            {t('connect.docs')}
          </Anchor>
        </>
      )}
    </Stack>
  );
}

function Step({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text size="sm">{text}</Text>
        {children}
      </Stack>
    </Card>
  );
}
