import { Badge, Button, Modal, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { useShortcuts } from '../../../app/shortcuts.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { Confirm, ShownOnce } from '../dialogs.tsx';
import { Form, Heading, Listing, Row } from '../frames.tsx';
import { useSettingsWords } from '../words.ts';
import { useAccessWords } from './words.ts';

type Secret = components['schemas']['SigningSecret'];
type NewSecret = components['schemas']['NewSigningSecret'];

/** With what sales systems sign their events. */
export default function SigningSecretsSection() {
  const t = useAccessWords();
  const settings = useSettingsWords();
  const formats = useFormats();
  const act = useAct();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewSecret | null>(null);
  const [revoked, setRevoked] = useState<Secret | null>(null);
  const list = usePages(['signing-secrets'], (cursor) =>
    http.GET('/api/v1/signing-secrets', { params: { query: cursor } }),
  );
  const make = api.useMutation('post', '/api/v1/signing-secrets', {
    onSuccess: (secret) => {
      setMaking(false);
      setMade(secret);
      act.done();
    },
  });
  const revoke = api.useMutation('delete', '/api/v1/signing-secrets/{secretId}', {
    onSuccess: () => {
      setRevoked(null);
      act.done(t('revoked'));
    },
  });
  useShortcuts({ n: () => setMaking(true) });
  return (
    <>
      <Heading
        title={settings('section.signing-secrets')}
        intro={t('secrets.intro')}
        action={
          <Button
            leftSection={<IconPlus size={16} />}
            title={`${t('secrets.new')} (n)`}
            onClick={() => setMaking(true)}
          >
            {t('secrets.new')}
          </Button>
        }
      />
      <Listing
        list={list}
        keyOf={({ secretId }) => secretId}
        label={settings('section.signing-secrets')}
        empty={{ title: t('secrets.none'), hint: t('secrets.noneHint') }}
      >
        {(one) => (
          <Row
            title={one.name}
            badges={
              one.revokedAt !== null && (
                <Badge variant="outline" color="gray">
                  {t('isRevoked')}
                </Badge>
              )
            }
            facts={[
              one.lastUsedAt ? t('used', { at: formats.relative(one.lastUsedAt) }) : t('unused'),
              t('made', { at: formats.day(one.createdAt) }),
            ]}
            actions={
              one.revokedAt === null && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`${t('revoke')}: ${one.name}`}
                  onClick={() => setRevoked(one)}
                >
                  {t('revoke')}
                </Button>
              )
            }
          />
        )}
      </Listing>
      {making && (
        <Modal opened onClose={() => setMaking(false)} title={t('secrets.new')}>
          <Form
            onSubmit={({ name = '' }) =>
              make.mutate({ params: { header: idempotencyKey() }, body: { name } })
            }
          >
            {make.error && <ProblemAlert error={make.error} />}
            <TextInput
              name="name"
              label={t('name')}
              description={t('secrets.nameHint')}
              maxLength={200}
              required
              data-autofocus
            />
            <Button type="submit" loading={make.isPending}>
              {t('secrets.make')}
            </Button>
          </Form>
        </Modal>
      )}
      {made?.secret && (
        <ShownOnce
          title={t('secrets.title', { name: made.name })}
          label={t('secrets.secret')}
          secret={made.secret}
          hint={t('secrets.hint')}
          onClose={() => setMade(null)}
        />
      )}
      {revoked && (
        <Confirm
          title={t('secrets.revokeTitle', { name: revoked.name })}
          label={t('revoke')}
          pending={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate({ params: { path: { secretId: revoked.secretId } } })}
          onClose={() => setRevoked(null)}
        >
          <Text size="sm">{t('secrets.revokeText')}</Text>
        </Confirm>
      )}
    </>
  );
}
