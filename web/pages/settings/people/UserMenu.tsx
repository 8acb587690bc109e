import { ActionIcon, Button, Menu, Modal, Select, Text, TextInput } from '@mantine/core';
import {
  IconDots,
  IconMailForward,
  IconPencil,
  IconUserCheck,
  IconUserOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { userRoles, type UserRole } from '../../../../domain/users.ts';
import { api } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useAct } from '../act.ts';
import { Confirm, TasksGoBack } from '../dialogs.tsx';
import { Form } from '../frames.tsx';
import { useRoleNames } from '../roles.ts';
import { useSettingsWords } from '../words.ts';
import type { Invited, User } from './users.ts';
import { usePeopleWords } from './words.ts';

/** What an admin does with somebody. */
export function UserMenu({ user, onInvited }: { user: User; onInvited: (user: Invited) => void }) {
  const t = usePeopleWords();
  const settings = useSettingsWords();
  const act = useAct();
  const [asked, setAsked] = useState<'change' | 'deactivate' | null>(null);
  const { userId, name, active, invited } = user;
  const params = { path: { userId } };
  const change = api.useMutation('patch', '/api/v1/users/{userId}', {
    onSuccess: (now) => {
      setAsked(null);
      const word = now.active === active ? null : now.active ? 'activated' : 'deactivated';
      act.done(word ? t(`users.${word}`, { name }) : settings('saved'));
    },
  });
  const invite = api.useMutation('post', '/api/v1/users/{userId}/invitation', {
    onSuccess: onInvited,
    onError: act.failed,
  });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" aria-label={settings('actions', { name })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setAsked('change')}>
            {settings('change')}
          </Menu.Item>
          {active && invited && (
            <Menu.Item
              leftSection={<IconMailForward size={16} />}
              onClick={() => invite.mutate({ params: { ...params, header: idempotencyKey() } })}
            >
              {t('users.again')}
            </Menu.Item>
          )}
          {active ? (
            <Menu.Item
              leftSection={<IconUserOff size={16} />}
              onClick={() => setAsked('deactivate')}
            >
              {t('users.deactivate')}
            </Menu.Item>
          ) : (
            <Menu.Item
              leftSection={<IconUserCheck size={16} />}
              onClick={() =>
                change.mutate({ params, body: { active: true } }, { onError: act.failed })
              }
            >
              {t('users.activate')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asked === 'change' && (
        <ChangeUser
          user={user}
          pending={change.isPending}
          error={change.error}
          onSave={(body) => change.mutate({ params, body })}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === 'deactivate' && (
        <Confirm
          title={t('users.deactivateTitle', { name })}
          label={t('users.deactivate')}
          pending={change.isPending}
          error={change.error}
          onConfirm={() => change.mutate({ params, body: { active: false } })}
          onClose={() => setAsked(null)}
        >
          <Text size="sm">{t('users.deactivateText', { name })}</Text>
          <TasksGoBack keyId={userId} />
        </Confirm>
      )}
    </>
  );
}

function ChangeUser({
  user,
  pending,
  error,
  onSave,
  onClose,
}: {
  user: User;
  pending: boolean;
  error: unknown;
  onSave: (change: { name: string; role: UserRole }) => void;
  onClose: () => void;
}) {
  const t = usePeopleWords();
  const settings = useSettingsWords();
  const roleNames = useRoleNames();
  return (
    <Modal opened onClose={onClose} title={settings('changeNamed', { name: user.name })}>
      <Form onSubmit={({ name = '', role }) => onSave({ name, role: role as UserRole })}>
        {Boolean(error) && <ProblemAlert error={error} />}
        <TextInput
          name="name"
          label={t('users.name')}
          defaultValue={user.name}
          maxLength={100}
          required
          data-autofocus
        />
        <Select
          name="role"
          label={t('users.role')}
          description={t('users.roleHint')}
          data={userRoles.map((value) => ({ value, label: roleNames[value] }))}
          defaultValue={user.role}
          allowDeselect={false}
        />
        <Button type="submit" loading={pending}>
          {settings('save')}
        </Button>
      </Form>
    </Modal>
  );
}
