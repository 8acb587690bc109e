import { Anchor, Badge, Button, Group, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import type { components } from '../../../api/schema.d.ts';
import { ListLoading } from '../../../parts/Paged.tsx';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { Confirm, ShownOnce } from '../dialogs.tsx';
import { Facts, Heading, Panel } from '../frames.tsx';
import { attemptsChangeMs, Deliveries } from './Deliveries.tsx';
import { useWebhookWords } from './words.ts';

type Webhook = components['schemas']['WebhookWithCounts'];

/** One webhook: how it does, and what it was told. */
export function OneWebhook({ webhookId }: { webhookId: string }) {
  const t = useWebhookWords();
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/webhooks/{webhookId}',
    { params: { path: { webhookId } } },
    { refetchInterval: attemptsChangeMs },
  );
  return (
    <>
      <Anchor component={Link} to="/settings/webhooks" size="sm">
        ← {t('back')}
      </Anchor>
      {error ? (
        <ProblemAlert error={error} onAgain={() => void refetch()} />
      ) : data ? (
        <>
          <Heading title={data.url} action={<Actions webhook={data} />} />
          <State webhook={data} />
          <Deliveries webhookId={webhookId} failed={data.deliveries.failed} />
        </>
      ) : (
        <ListLoading />
      )}
    </>
  );
}

function State({ webhook }: { webhook: Webhook }) {
  const t = useWebhookWords();
  const formats = useFormats();
  const { description, status, types, failingSince, lastSuccessAt, lastError, deliveries } =
    webhook;
  const counts = (['failed', 'pending', 'held', 'delivered'] as const)
    .filter((one) => deliveries[one] > 0)
    .map((one) => `${formats.number(deliveries[one])} ${t(`deliveries.${one}`)}`);
  return (
    <Panel title={t('facts')}>
      <Group gap="xs">
        <Badge variant="light" color={status === 'enabled' ? 'brand' : 'gray'}>
          {t(`status.${status}`)}
        </Badge>
        {failingSince !== null && (
          <Badge color="red.9">{t('failing', { at: formats.soon(failingSince) })}</Badge>
        )}
        <Text size="sm" c="dimmed">
          {lastSuccessAt ? t('success', { at: formats.relative(lastSuccessAt) }) : t('noSuccess')}
        </Text>
      </Group>
      <Facts
        facts={[
          ...(description ? [[t('description'), description] as [string, string]] : []),
          [t('types'), types.join(', ')],
          [t('deliveries.title'), counts.join(', ') || t('deliveries.none')],
          ...(failingSince !== null && lastError
            ? [[t('lastError'), lastError] as [string, string]]
            : []),
        ]}
      />
    </Panel>
  );
}

function Actions({ webhook }: { webhook: Webhook }) {
  const t = useWebhookWords();
  const act = useAct();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<'rotate' | 'delete' | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const { webhookId, url, status, deliveries } = webhook;
  const params = { path: { webhookId } };
  const test = api.useMutation('post', '/api/v1/webhooks/{webhookId}/test', {
    onSuccess: () => act.done(t('tested')),
    onError: act.failed,
  });
  const change = api.useMutation('patch', '/api/v1/webhooks/{webhookId}', {
    onSuccess: (now) => act.done(t(now.status === 'enabled' ? 'enabled' : 'disabled')),
    onError: act.failed,
  });
  const rotate = api.useMutation('post', '/api/v1/webhooks/{webhookId}/rotate-secret', {
    onSuccess: (now) => {
      setAsked(null);
      setSecret(now.secret);
      act.done();
    },
  });
  const remove = api.useMutation('delete', '/api/v1/webhooks/{webhookId}', {
    onSuccess: async () => {
      await navigate({ to: '/settings/webhooks' });
      act.done(t('deleted'));
    },
  });
  const isOn = status === 'enabled';
  const waiting = deliveries.held + deliveries.pending;
  return (
    <Group gap="xs">
      <Button
        size="xs"
        disabled={!isOn}
        loading={test.isPending}
        onClick={() => test.mutate({ params: { ...params, header: idempotencyKey() } })}
      >
        {t('test')}
      </Button>
      <Button
        size="xs"
        variant="default"
        loading={change.isPending}
        onClick={() => change.mutate({ params, body: { status: isOn ? 'disabled' : 'enabled' } })}
      >
        {t(isOn ? 'disable' : 'enable')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setAsked('rotate')}>
        {t('rotate')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setAsked('delete')}>
        {t('delete')}
      </Button>
      {asked === 'rotate' && (
        <Confirm
          title={t('rotateTitle')}
          label={t('rotate')}
          pending={rotate.isPending}
          error={rotate.error}
          onConfirm={() => rotate.mutate({ params: { ...params, header: idempotencyKey() } })}
          onClose={() => setAsked(null)}
        >
          <Text size="sm">{t('rotateText')}</Text>
        </Confirm>
      )}
      {asked === 'delete' && (
        <Confirm
          title={t('deleteTitle', { url })}
          label={t('delete')}
          pending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params })}
          onClose={() => setAsked(null)}
        >
          <Text size="sm">{t('deleteText')}</Text>
          {waiting > 0 && (
            <Text size="sm" fw={600}>
              {t('deleteWaiting', { count: waiting })}
            </Text>
          )}
        </Confirm>
      )}
      {secret && (
        <ShownOnce
          title={t('secretTitle')}
          label={t('secret')}
          secret={secret}
          hint={t('secretHint')}
          onClose={() => setSecret(null)}
        />
      )}
    </Group>
  );
}
