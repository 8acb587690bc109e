import { Button, Modal, Select, TextInput } from '@mantine/core';
import type { Language } from '../../../../domain/causes.ts';
import { userRoles, type UserRole } from '../../../../domain/users.ts';
import { api } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { useUser } from '../../../app/session.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useAct } from '../act.ts';
import { Form } from '../frames.tsx';
import { languageNames } from '../languages.ts';
import { useRoleNames } from '../roles.ts';
import type { Invited } from './users.ts';
import { usePeopleWords } from './words.ts';

export function InviteUser({
  onClose,
  onInvited,
}: {
  onClose: () => void;
  onInvited: (user: Invited) => void;
}) {
  const t = usePeopleWords();
  const roleNames = useRoleNames();
  const me = useUser();
  const act = useAct();
  const invite = api.useMutation('post', '/api/v1/users', {
    onSuccess: (user) => {
      act.done();
      onInvited(user);
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('users.invite')}>
      <Form
        onSubmit={({ name = '', email = '', role, language }) =>
          invite.mutate({
            params: { header: idempotencyKey() },
            body: { name, email, role: role as UserRole, language: language as Language },
          })
        }
      >
        {invite.error && <ProblemAlert error={invite.error} />}
        <TextInput name="name" label={t('users.name')} maxLength={100} required data-autofocus />
        <TextInput name="email" type="email" label={t('users.email')} required />
        <Select
          name="role"
          label={t('users.role')}
          description={t('users.roleHint')}
          data={userRoles.map((value) => ({ value, label: roleNames[value] }))}
          defaultValue={'agent' satisfies UserRole}
          allowDeselect={false}
        />
        <Select
          name="language"
          label={t('users.language')}
          data={languageNames}
          defaultValue={me.language}
          allowDeselect={false}
        />
        <Button type="submit" loading={invite.isPending}>
          {t('users.go')}
        </Button>
      </Form>
    </Modal>
  );
}
