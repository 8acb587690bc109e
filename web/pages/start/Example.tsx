import { Alert, Button, Progress, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useUser } from '../../app/session.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useStartWords } from './words.ts';

type Props = { isEmpty: boolean; isLoaded: boolean; onLoaded: () => void };

/** Fills an empty installation with the example, and shows how far it is. */
export function Example({ isEmpty, isLoaded, onLoaded }: Props) {
  const t = useStartWords();
  const user = useUser();
  const load = api.useMutation('post', '/api/v1/example-data');
  const importId = load.data?.importId ?? '';
  const { data: now } = api.useQuery(
    'get',
    '/api/v1/imports/{importId}',
    { params: { path: { importId } } },
    {
      enabled: importId !== '',
      refetchInterval: ({ state }) => (state.data?.finishedAt ? false : 300),
    },
  );
  const status = now?.status ?? load.data?.status;
  useEffect(() => {
    if (status === 'completed') onLoaded();
  }, [status]);
  if (status === 'running') {
    return (
      <Stack gap="xs" role="status">
        <Text size="sm">{t('example.running')}</Text>
        <Progress value={(now?.progress ?? 0) * 100} aria-label={t('example.running')} />
      </Stack>
    );
  }
  if (status === 'failed' || status === 'interrupted') {
    return <Alert color="red">{t('example.failed')}</Alert>;
  }
  if (isLoaded) return <Text size="sm">{t('example.loaded')}</Text>;
  if (user.role !== 'admin') return <Text size="sm">{t('example.admins')}</Text>;
  return (
    <Stack gap="xs">
      <Button
        variant="default"
        w="fit-content"
        disabled={!isEmpty}
        loading={load.isPending}
        onClick={() => load.mutate({ params: { header: idempotencyKey() } })}
      >
        {t('example.go')}
      </Button>
      {load.error && <ProblemAlert error={load.error} />}
    </Stack>
  );
}
