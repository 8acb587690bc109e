import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import type { components } from '../../api/schema.d.ts';
import { useUser } from '../../app/session.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { useStartWords } from './words.ts';

type Props = { lastEvent: components['schemas']['Start']['lastEvent'] };

/** A key for the sales system, a first event to send with it, and whether one has come. */
export function Connect({ lastEvent }: Props) {
  const t = useStartWords();
  const formats = useFormats();
  const user = useUser();
  const make = api.useMutation('post', '/api/v1/keys');
  const key = make.data?.secret ?? null;
  const makeKey = () =>
    make.mutate({
      params: { header: idempotencyKey() },
      body: { name: 'Sales system', role: 'sales-system' },
    });
  return (
    <Stack gap="sm">
      {user.role !== 'admin' ? (
        <Text size="sm">{t('connect.admins')}</Text>
      ) : (
        key === null && (
          <Button variant="default" w="fit-content" loading={make.isPending} onClick={makeKey}>
            {t('connect.make')}
          </Button>
        )
      )}
      {make.error && <ProblemAlert error={make.error} />}
      {key && (
        <>
          <Alert color="orange">{t('connect.shown')}</Alert>
          <Copied text={key} />
          <Text size="sm">{t('connect.try')}</Text>
          <Copied text={firstEvent(key)} />
        </>
      )}
      <Text size="sm" role="status">
        {lastEvent
          ? t('connect.received', { ...lastEvent, at: formats.relative(lastEvent.at) })
          : t('connect.waiting')}
      </Text>
    </Stack>
  );
}

function firstEvent(key: string): string {
  const event = {
    specversion: '1.0',
    id: 'first-event',
    source: 'my-shop',
    type: 'customer.updated',
    subject: 'C-1',
    data: { name: 'Erika Mustermann', kind: 'consumer' },
  };
  return [
    `curl ${location.origin}/api/v1/events`,
    `-H 'Authorization: Bearer ${key}'`,
    `-H 'Content-Type: application/json'`,
    `-d '${JSON.stringify(event)}'`,
  ].join(' \\\n  ');
}

function Copied({ text }: { text: string }) {
  const t = useStartWords();
  return (
    <Group align="flex-start" gap="xs" wrap="nowrap">
      <Code block flex={1} miw={0} tabIndex={0}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" onClick={copy}>
            {t(copied ? 'connect.copied' : 'connect.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
