import { Badge, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { http } from '../../../api/client.ts';
import { usePages } from '../../../api/pages.ts';
import { useUser } from '../../../app/session.ts';
import { useShortcuts } from '../../../app/shortcuts.ts';
import { tell } from '../../../app/tell.ts';
import { useFormats } from '../../../words/format.ts';
import { ShownOnce } from '../dialogs.tsx';
import { Heading, Listing, Row } from '../frames.tsx';
import { useRoleNames } from '../roles.ts';
import { useSettingsWords } from '../words.ts';
import { InviteUser } from './InviteUser.tsx';
import { UserMenu } from './UserMenu.tsx';
import type { Invited, User } from './users.ts';
import { usePeopleWords } from './words.ts';

/** Who can sign in. */
export default function UsersSection() {
  const t = usePeopleWords();
  const settings = useSettingsWords();
  const [inviting, setInviting] = useState(false);
  const [invited, setInvited] = useState<Invited | null>(null);
  const list = usePages(['users'], (cursor) =>
    http.GET('/api/v1/users', { params: { query: cursor } }),
  );
  useShortcuts({ n: () => setInviting(true) });
  const isInvited = (user: Invited) => {
    setInviting(false);
    if (user.link === null) tell(t('users.mailed', { email: user.email }));
    else setInvited(user);
  };
  return (
    <>
      <Heading
        title={settings('section.users')}
        intro={t('users.intro')}
        action={
          <Button
            leftSection={<IconPlus size={16} />}
            title={`${t('users.invite')} (n)`}
            onClick={() => setInviting(true)}
          >
            {t('users.invite')}
          </Button>
        }
      />
      <Listing
        list={list}
        keyOf={({ userId }) => userId}
        label={settings('section.users')}
        empty={{ title: t('users.none'), hint: t('users.noneHint') }}
      >
        {(user) => <UserRow user={user} onInvited={isInvited} />}
      </Listing>
      {inviting && <InviteUser onClose={() => setInviting(false)} onInvited={isInvited} />}
      {invited?.link && (
        <ShownOnce
          title={t('users.linkTitle', { name: invited.name })}
          label={t('users.link')}
          secret={invited.link}
          hint={t('users.linkHint', { name: invited.name })}
          onClose={() => setInvited(null)}
        />
      )}
    </>
  );
}

function UserRow({ user, onInvited }: { user: User; onInvited: (user: Invited) => void }) {
  const t = usePeopleWords();
  const formats = useFormats();
  const roleNames = useRoleNames();
  const me = useUser();
  const { userId, name, email, role, active, invited, lastUsedAt } = user;
  return (
    <Row
      title={name}
      badges={
        <>
          <Badge variant="light" color={active ? 'brand' : 'gray'}>
            {roleNames[role]}
          </Badge>
          {userId === me.userId && <Badge variant="outline">{t('users.you')}</Badge>}
          {active && invited && (
            <Badge variant="outline" color="gray">
              {t('users.invited')}
            </Badge>
          )}
          {!active && (
            <Badge variant="outline" color="gray">
              {t('users.inactive')}
            </Badge>
          )}
        </>
      }
      facts={[
        email,
        lastUsedAt ? t('users.used', { at: formats.relative(lastUsedAt) }) : t('users.unused'),
      ]}
      actions={userId !== me.userId && <UserMenu user={user} onInvited={onInvited} />}
    />
  );
}
