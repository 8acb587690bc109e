import { Box, Group, Paper, Stack, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import type { ReactNode, SubmitEvent } from 'react';
import { ProblemAlert } from '../../parts/PageStates.tsx';

/** A form in front of the door, with what went wrong in it. */
export function Outside({
  title,
  error,
  onSubmit,
  children,
}: {
  title: string;
  error?: unknown;
  onSubmit?: (form: Record<string, string>) => void;
  children: ReactNode;
}) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit?.(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
  };
  return (
    <Box component="main" p="md" pt={{ base: 40, sm: '14vh' }}>
      <Stack maw={400} mx="auto">
        <Group gap="xs">
          <img src="/icon.svg" alt="" width={28} height={28} />
          <Text fw={700} size="lg">
            winback
          </Text>
        </Group>
        <Paper withBorder p="lg">
          <form onSubmit={submit}>
            <Stack>
              <PageTitle size="h3">{title}</PageTitle>
              {error !== undefined && error !== null && <ProblemAlert error={error} />}
              {children}
            </Stack>
          </form>
        </Paper>
      </Stack>
    </Box>
  );
}
