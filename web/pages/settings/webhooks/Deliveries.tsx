import { Badge, Button, Code, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useFilters } from '../../../app/address.ts';
import { useState } from 'react';
import { deliveryStatuses, type DeliveryStatus } from '../../../../domain/webhooks.ts';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { Facts, Listing, Panel, Row } from '../frames.tsx';
import { useWebhookWords } from './words.ts';

/** Attempts are made by themselves, and no event tells of them. */
export const attemptsChangeMs = 3_000;

type Delivery = components['schemas']['WebhookDelivery'];

const colours: Record<DeliveryStatus, string> = {
  held: 'gray',
  pending: 'yellow',
  delivered: 'brand',
  failed: 'red.9',
};

/** What a webhook was told, and is still to be told. @param failed how many were given up */
export function Deliveries({ webhookId, failed }: { webhookId: string; failed: number }) {
  const t = useWebhookWords();
  const act = useAct();
  const navigate = useNavigate();
  const search = useFilters();
  const status = deliveryStatuses.find((one) => one === search.status);
  const [opened, setOpened] = useState<Delivery | null>(null);
  const path = { webhookId };
  const list = usePages(
    ['deliveries', webhookId, status],
    (cursor) =>
      http.GET('/api/v1/webhooks/{webhookId}/deliveries', {
        params: { path, query: { ...(status && { status }), ...cursor } },
      }),
    { refetchInterval: attemptsChangeMs },
  );
  const replayAll = api.useMutation('post', '/api/v1/webhooks/{webhookId}/replay', {
    onSuccess: ({ replayed }) => act.done(t('deliveries.replayedAll', { count: replayed })),
    onError: act.failed,
  });
  return (
    <Panel title={t('deliveries.title')}>
      <Group>
        <Select
          aria-label={t('deliveries.filter')}
          placeholder={t('deliveries.any')}
          clearable
          data={deliveryStatuses.map((value) => ({ value, label: t(`deliveries.${value}`) }))}
          value={status ?? null}
          onChange={(to) =>
            void navigate({
              to: '/settings/webhooks',
              search: { webhook: webhookId, ...(to !== null && { status: to }) },
              replace: true,
            })
          }
        />
        {failed > 0 && (
          <Button
            variant="default"
            loading={replayAll.isPending}
            onClick={() =>
              replayAll.mutate({ params: { path, header: idempotencyKey() }, body: {} })
            }
          >
            {t('deliveries.replayAll')}
          </Button>
        )}
      </Group>
      <Listing
        list={list}
        keyOf={({ deliveryId }) => deliveryId}
        label={t('deliveries.title')}
        empty={{ title: t('deliveries.none'), hint: t('deliveries.noneHint') }}
      >
        {(one) => <DeliveryRow delivery={one} onOpen={() => setOpened(one)} />}
      </Listing>
      {opened && <Details delivery={opened} onClose={() => setOpened(null)} />}
    </Panel>
  );
}

function DeliveryRow({ delivery, onOpen }: { delivery: Delivery; onOpen: () => void }) {
  const t = useWebhookWords();
  const formats = useFormats();
  const act = useAct();
  const { webhookId, deliveryId, type, status, occurredAt, attempts, nextAttemptAt } = delivery;
  const replay = api.useMutation(
    'post',
    '/api/v1/webhooks/{webhookId}/deliveries/{deliveryId}/replay',
    { onSuccess: () => act.done(t('deliveries.replayed')), onError: act.failed },
  );
  const at = formats.moment(occurredAt);
  const what = `${type}, ${at}`;
  return (
    <Row
      title={type}
      badges={<Badge color={colours[status]}>{t(`deliveries.${status}`)}</Badge>}
      facts={[
        at,
        attempts > 0 && t('deliveries.attempts', { count: attempts }),
        delivery.responseStatus !== null &&
          t('deliveries.answered', { status: delivery.responseStatus }),
        delivery.responseStatus === null && delivery.lastError,
        status === 'pending' &&
          nextAttemptAt !== null &&
          t('deliveries.next', { at: formats.relative(nextAttemptAt) }),
      ]}
      actions={
        <>
          <Button
            size="xs"
            variant="subtle"
            aria-label={`${t('deliveries.details')}: ${what}`}
            onClick={onOpen}
          >
            {t('deliveries.details')}
          </Button>
          {status !== 'held' && (
            <Button
              size="xs"
              variant="default"
              aria-label={`${t('deliveries.replay')}: ${what}`}
              onClick={() =>
                replay.mutate({
                  params: { path: { webhookId, deliveryId }, header: idempotencyKey() },
                })
              }
            >
              {t('deliveries.replay')}
            </Button>
          )}
        </>
      }
    />
  );
}

function Details({ delivery, onClose }: { delivery: Delivery; onClose: () => void }) {
  const t = useWebhookWords();
  const { deliveryId, type, message, responseStatus, responseBody, lastError } = delivery;
  const answer = [responseStatus, lastError, responseBody].filter(Boolean).join('\n');
  return (
    <Modal opened onClose={onClose} title={type} size="lg">
      <Stack>
        <Facts facts={[[t('deliveries.id'), deliveryId]]} />
        <Text size="sm" fw={600}>
          {t('deliveries.message')}
        </Text>
        <Code block tabIndex={0}>
          {JSON.stringify(message, null, 2)}
        </Code>
        {answer && (
          <>
            <Text size="sm" fw={600}>
              {t('deliveries.answer')}
            </Text>
            <Code block tabIndex={0}>
              {answer}
            </Code>
          </>
        )}
      </Stack>
    </Modal>
  );
}
