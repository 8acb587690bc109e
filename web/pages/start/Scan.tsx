import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { useStartWords } from './words.ts';

/** Looks for the lost now, and tells how many there are. */
export function Scan({ customers }: { customers: number }) {
  const t = useStartWords();
  const formats = useFormats();
  const scans = api.useQuery(
    'get',
    '/api/v1/scans',
    { params: { query: { limit: 1 } } },
    { refetchInterval: ({ state }) => (state.data?.items[0]?.status === 'running' ? 500 : false) },
  );
  const start = api.useMutation('post', '/api/v1/scans', {
    onSuccess: () => void scans.refetch(),
  });
  const scan = scans.data?.items[0];
  if (customers === 0) return <Text size="sm">{t('scan.none')}</Text>;
  const isRunning = scan?.status === 'running';
  return (
    <Stack gap="sm">
      <Button
        w="fit-content"
        loading={start.isPending}
        disabled={isRunning}
        onClick={() => start.mutate({ params: { header: idempotencyKey() } })}
      >
        {t('scan.go')}
      </Button>
      {start.error && <ProblemAlert error={start.error} />}
      {isRunning && (
        <Stack gap="xs" role="status">
          <Text size="sm">{t('scan.running')}</Text>
          <Progress value={scan.progress * 100} aria-label={t('scan.running')} />
        </Stack>
      )}
      {scan?.status === 'failed' && <Text size="sm">{t('scan.failed')}</Text>}
      {scan?.status === 'completed' && (
        <>
          <Text size="sm" role="status">
            {t('scan.done', {
              lost: formats.number(scan.dormant),
              opened: formats.number(scan.opened),
              waiting: formats.number(scan.waiting),
            })}
          </Text>
          <Group>
            <Link to="/customers" search={{ view: 'waiting' }}>
              {t('scan.waiting')}
            </Link>
            <Link to="/" search={{ view: 'team' }}>
              {t('scan.inbox')}
            </Link>
          </Group>
        </>
      )}
    </Stack>
  );
}
