import { Alert, Button, FileInput, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { useFilters } from '../../app/address.ts';
import { IconFileImport } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { ListLoading } from '../../parts/Paged.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { Mapping } from './Mapping.tsx';
import { Outcome } from './Outcome.tsx';
import { useImportWords } from './words.ts';

/** As the API takes them. */
const largestBytes = 64 * 1_024 * 1_024;

/** From a file on somebody's desk to customers: upload, mapping, trial, import. The address names the import. */
export default function ImportPage() {
  const t = useImportWords();
  const { id } = useFilters();
  return (
    <Stack gap="lg" maw={900}>
      <Group justify="space-between">
        <PageTitle>{t('title')}</PageTitle>
        {id && (
          <Button component={Link} to="/import" variant="default">
            {t('another')}
          </Button>
        )}
      </Group>
      {id ? <OneImport key={id} importId={id} /> : <Upload />}
    </Stack>
  );
}

function Upload() {
  const t = useImportWords();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const upload = async (file: File | null) => {
    if (!file) return;
    setProblem(null);
    setTooLarge(file.size > largestBytes);
    if (file.size > largestBytes) return;
    setBusy(true);
    const { data, error } = await http.POST('/api/v1/imports', {
      params: { query: { name: file.name }, header: idempotencyKey() },
      body: file as never,
      bodySerializer: (body: unknown) => body as File,
      headers: { 'Content-Type': 'application/octet-stream' },
    });
    setBusy(false);
    if (data) void navigate({ to: '/import', search: { id: data.importId } });
    else setProblem(error);
  };
  return (
    <Stack gap="md">
      <Text c="dimmed">{t('intro')}</Text>
      <Title order={2} size="h4">
        {t('step.file')}
      </Title>
      <FileInput
        label={t('choose')}
        description={t('choosePlaceholder')}
        accept=".csv,.txt,.tsv,text/csv"
        leftSection={busy ? <Loader size={16} /> : <IconFileImport size={18} />}
        disabled={busy}
        maw={420}
        onChange={(file) => void upload(file)}
      />
      {busy && <Text role="status">{t('uploading')}</Text>}
      {tooLarge && (
        <Alert color="red" role="alert">
          {t('tooLarge')}
        </Alert>
      )}
      {problem !== null && <ProblemAlert error={problem} />}
      <Earlier />
    </Stack>
  );
}

function Earlier() {
  const t = useImportWords();
  const formats = useFormats();
  const { data } = api.useQuery('get', '/api/v1/imports', { params: { query: { limit: 10 } } });
  if (!data || data.items.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {t('earlier')}
      </Title>
      {data.items.map(({ importId, fileName, uploadedAt, status, done }) => (
        <Text key={importId} size="sm">
          <Link to="/import" search={{ id: importId }}>
            {fileName}
          </Link>{' '}
          · <span className="figures">{formats.moment(uploadedAt)}</span> ·{' '}
          {t(`status.${done ? 'done' : status}`)}
        </Text>
      ))}
    </Stack>
  );
}

function OneImport({ importId }: { importId: string }) {
  const t = useImportWords();
  const formats = useFormats();
  const path = { params: { path: { importId } } };
  const one = api.useQuery('get', '/api/v1/imports/{importId}', path, {
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 500 : false),
  });
  const { data } = one;
  const preview = api.useQuery('get', '/api/v1/imports/{importId}/preview', path, {
    enabled: data?.done === false && data.header.length > 0,
    meta: { still: true },
    staleTime: Infinity,
  });
  const error = one.error ?? (data?.done ? null : preview.error);
  if (error) return <ProblemAlert error={error} onAgain={() => void one.refetch()} />;
  if (!data) return <ListLoading />;
  return (
    <Stack gap="lg">
      <Text c="dimmed">{t('file', { name: data.fileName, size: formats.bytes(data.bytes) })}</Text>
      {!data.done && preview.data && (
        <Mapping one={data} preview={preview.data} onStarted={() => void one.refetch()} />
      )}
      {!data.done && !preview.data && data.header.length > 0 && <ListLoading />}
      <Outcome one={data} />
    </Stack>
  );
}
