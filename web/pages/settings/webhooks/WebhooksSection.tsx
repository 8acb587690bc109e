import { Anchor, Badge, Button, Checkbox, Modal, SimpleGrid, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useFilters } from '../../../app/address.ts';
import { useState } from 'react';
import { webhookTypes, type WebhookType } from '../../../../domain/webhooks.ts';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { useShortcuts } from '../../../app/shortcuts.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { ShownOnce } from '../dialogs.tsx';
import { Form, Heading, Listing, Row } from '../frames.tsx';
import { useSettingsWords } from '../words.ts';
import { OneWebhook } from './OneWebhook.tsx';
import { useWebhookWords } from './words.ts';

type Webhook = components['schemas']['Webhook'];

/** Which systems are told what happens; `?webhook=` shows one with its messages. */
export default function WebhooksSection() {
  const { webhook } = useFilters();
  return webhook === undefined ? <Webhooks /> : <OneWebhook webhookId={webhook} />;
}

function Webhooks() {
  const t = useWebhookWords();
  const settings = useSettingsWords();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const list = usePages(['webhooks'], (cursor) =>
    http.GET('/api/v1/webhooks', { params: { query: cursor } }),
  );
  useShortcuts({ n: () => setMaking(true) });
  return (
    <>
      <Heading
        title={settings('section.webhooks')}
        intro={t('intro')}
        action={
          <Button
            leftSection={<IconPlus size={16} />}
            title={`${t('new')} (n)`}
            onClick={() => setMaking(true)}
          >
            {t('new')}
          </Button>
        }
      />
      <Listing
        list={list}
        keyOf={({ webhookId }) => webhookId}
        label={settings('section.webhooks')}
        empty={{ title: t('none'), hint: t('noneHint') }}
      >
        {(one) => <WebhookRow webhook={one} />}
      </Listing>
      {making && (
        <MakeWebhook
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
          }}
        />
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
    </>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const t = useWebhookWords();
  const formats = useFormats();
  const { webhookId, url, description, status, failingSince, lastSuccessAt } = webhook;
  return (
    <Row
      title={
        <Anchor
          renderRoot={(props) => (
            <Link {...props} to="/settings/webhooks" search={{ webhook: webhookId }} />
          )}
        >
          {url}
        </Anchor>
      }
      badges={
        <>
          <Badge variant="light" color={status === 'enabled' ? 'brand' : 'gray'}>
            {t(`status.${status}`)}
          </Badge>
          {failingSince !== null && (
            <Badge color="red.9">{t('failing', { at: formats.soon(failingSince) })}</Badge>
          )}
        </>
      }
      facts={[
        description,
        lastSuccessAt ? t('success', { at: formats.relative(lastSuccessAt) }) : t('noSuccess'),
      ]}
    />
  );
}

function MakeWebhook({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (secret: string | null) => void;
}) {
  const t = useWebhookWords();
  const act = useAct();
  const [types, setTypes] = useState<WebhookType[]>([...webhookTypes]);
  const make = api.useMutation('post', '/api/v1/webhooks', {
    onSuccess: ({ secret }) => {
      act.done();
      onMade(secret);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('new')}>
      <Form
        onSubmit={({ url = '', description }) =>
          make.mutate({
            params: { header: idempotencyKey() },
            body: { url, types, ...(description && { description }) },
          })
        }
      >
        {make.error && <ProblemAlert error={make.error} />}
        <TextInput
          name="url"
          type="url"
          label={t('url')}
          description={t('urlHint')}
          placeholder="https://crm.example/winback"
          required
          data-autofocus
        />
        <TextInput name="description" label={t('description')} maxLength={500} />
        <Checkbox.Group label={t('types')} value={types} onChange={(chosen) => setTypes(chosen)}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt={4}>
            {webhookTypes.map((type) => (
              <Checkbox key={type} value={type} label={type} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <Button type="submit" loading={make.isPending} disabled={types.length === 0}>
          {t('make')}
        </Button>
      </Form>
    </Modal>
  );
}
