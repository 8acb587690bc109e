import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useAppWords } from '../app/words.ts';
import { ProblemAlert } from './PageStates.tsx';
import { usePartWords } from './words.ts';

type Asking = { error: unknown; isPending: boolean; refetch: () => unknown };

/** Until a report is there, and when it is not coming. */
export function Reported({
  by,
  height = 240,
  children,
}: {
  by: Asking;
  height?: number;
  children: () => ReactNode;
}) {
  // prettier-ignore
  const app = useAppWords();
  if (by.error) return <ProblemAlert error={by.error} onAgain={() => void by.refetch()} />;
  if (by.isPending)
    return (
      <div role="status" aria-label={app('loading')}>
        <Skeleton height={height} />
      </div>
    );
  return children();
}

type SectionProps = { title: ReactNode; about?: ReactNode; aside?: ReactNode; children: ReactNode };

/** One part of a page of figures. */
export function Section({ title, about, aside, children }: SectionProps) {
  return (
    <Paper component="section" withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" align="start">
          <div>
            <Title order={2} size="h4">
              {title}
            </Title>
            {about && (
              <Text size="sm" c="dimmed" maw={720}>
                {about}
              </Text>
            )}
          </div>
          {aside}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}

/** A report as a table for a spreadsheet. */
export function CsvLink({ href, name }: { href: string; name: string }) {
  const t = usePartWords();
  return (
    <Anchor href={href} download={`${name}.csv`} size="sm">
      <Group gap={4} wrap="nowrap">
        <IconDownload size={16} aria-hidden />
        {t('export')}
      </Group>
    </Anchor>
  );
}
