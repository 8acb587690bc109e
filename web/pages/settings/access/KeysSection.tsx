import { Badge, Button, Modal, Select, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { roles, type Role } from '../../../../domain/words.ts';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { useShortcuts } from '../../../app/shortcuts.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { endOfDay } from '../days.ts';
import { Confirm, ShownOnce, TasksGoBack } from '../dialogs.tsx';
import { Form, Heading, Listing, Row } from '../frames.tsx';
import { useRoleNames } from '../roles.ts';
import { useSettingsWords } from '../words.ts';
import { useAccessWords } from './words.ts';

type Key = components['schemas']['Key'];
type NewKey = components['schemas']['NewKey'];

/** With what programs call the API. */
export default function KeysSection() {
  const t = useAccessWords();
  const settings = useSettingsWords();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  const [revoked, setRevoked] = useState<Key | null>(null);
  const list = usePages(['keys'], (cursor) =>
    http.GET('/api/v1/keys', { params: { query: cursor } }),
  );
  useShortcuts({ n: () => setMaking(true) });
  return (
    <>
      <Heading
        title={settings('section.keys')}
        intro={t('keys.intro')}
        action={
          <Button
            leftSection={<IconPlus size={16} />}
            title={`${t('keys.new')} (n)`}
            onClick={() => setMaking(true)}
          >
            {t('keys.new')}
          </Button>
        }
      />
      <Listing
        list={list}
        keyOf={({ keyId }) => keyId}
        label={settings('section.keys')}
        empty={{ title: t('keys.none'), hint: t('keys.noneHint') }}
      >
        {(key) => <KeyRow one={key} onRevoke={() => setRevoked(key)} />}
      </Listing>
      {making && (
        <MakeKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
          }}
        />
      )}
      {made?.secret && (
        <ShownOnce
          title={t('keys.title', { name: made.name })}
          label={t('keys.secret')}
          secret={made.secret}
          hint={t('keys.hint')}
          onClose={() => setMade(null)}
        />
      )}
      {revoked && <RevokeKey one={revoked} onClose={() => setRevoked(null)} />}
    </>
  );
}

function KeyRow({ one, onRevoke }: { one: Key; onRevoke: () => void }) {
  const t = useAccessWords();
  const formats = useFormats();
  const roleNames = useRoleNames();
  const { name, role, createdAt, expiresAt, revokedAt, lastUsedAt } = one;
  const expired = expiresAt !== null && expiresAt <= new Date().toISOString();
  const gone = revokedAt !== null || expired;
  return (
    <Row
      title={name}
      badges={
        <>
          <Badge variant="light" color={gone ? 'gray' : 'brand'}>
            {roleNames[role]}
          </Badge>
          {gone && (
            <Badge variant="outline" color="gray">
              {t(expired ? 'keys.expired' : 'isRevoked')}
            </Badge>
          )}
        </>
      }
      facts={[
        lastUsedAt ? t('used', { at: formats.relative(lastUsedAt) }) : t('unused'),
        expiresAt !== null && !expired && t('keys.expiresAt', { at: formats.moment(expiresAt) }),
        t('made', { at: formats.day(createdAt) }),
      ]}
      actions={
        !gone && (
          <Button
            size="xs"
            variant="default"
            aria-label={`${t('revoke')}: ${name}`}
            onClick={onRevoke}
          >
            {t('revoke')}
          </Button>
        )
      }
    />
  );
}

function MakeKey({ onClose, onMade }: { onClose: () => void; onMade: (key: NewKey) => void }) {
  const t = useAccessWords();
  const roleNames = useRoleNames();
  const act = useAct();
  const make = api.useMutation('post', '/api/v1/keys', {
    onSuccess: (key) => {
      act.done();
      onMade(key);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('keys.new')}>
      <Form
        onSubmit={({ name = '', role, expires }) =>
          make.mutate({
            params: { header: idempotencyKey() },
            body: { name, role: role as Role, expiresAt: expires ? endOfDay(expires) : null },
          })
        }
      >
        {make.error && <ProblemAlert error={make.error} />}
        <TextInput
          name="name"
          label={t('name')}
          description={t('keys.nameHint')}
          maxLength={200}
          required
          data-autofocus
        />
        <Select
          name="role"
          label={t('keys.role')}
          data={roles.map((value) => ({ value, label: roleNames[value] }))}
          defaultValue={'sales-system' satisfies Role}
          allowDeselect={false}
        />
        <TextInput
          name="expires"
          type="date"
          label={t('keys.expires')}
          description={t('keys.expiresHint')}
        />
        <Button type="submit" loading={make.isPending}>
          {t('keys.make')}
        </Button>
      </Form>
    </Modal>
  );
}

function RevokeKey({ one, onClose }: { one: Key; onClose: () => void }) {
  const t = useAccessWords();
  const act = useAct();
  const revoke = api.useMutation('delete', '/api/v1/keys/{keyId}', {
    onSuccess: () => {
      act.done(t('revoked'));
      onClose();
    },
  });
  const { keyId, name, role } = one;
  return (
    <Confirm
      title={t('keys.revokeTitle', { name })}
      label={t('revoke')}
      pending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ params: { path: { keyId } } })}
      onClose={onClose}
    >
      <Text size="sm">{t('keys.revokeText')}</Text>
      {role !== 'sales-system' && <TasksGoBack keyId={keyId} />}
    </Confirm>
  );
}
