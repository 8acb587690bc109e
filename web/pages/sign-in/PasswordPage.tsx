import { Anchor, Button, Text } from '@mantine/core';
import { NewPassword, PasswordOf } from '../../parts/NewPassword.tsx';

import { usePathPart } from '../../app/address.ts';
import { api, problemOf } from '../../api/client.ts';
import { sessionIs } from '../../app/session.ts';
import { PageLoading } from '../../parts/PageStates.tsx';
import { Outside } from './Outside.tsx';
import { useSignInWords } from './words.ts';

/** Where the link in an invitation leads, and the one for a forgotten password. */
export default function PasswordPage() {
  const t = useSignInWords();
  const token = usePathPart('token');
  const params = { path: { token } };
  const link = api.useQuery('get', '/api/v1/password-links/{token}', { params });
  const save = api.useMutation('post', '/api/v1/password-links/{token}', {
    onSuccess: (signedIn) => {
      sessionIs(signedIn);
      location.assign('/');
    },
  });
  if (link.isPending) return <PageLoading />;
  if (problemOf(link.error).code === 'not-found') {
    return (
      <Outside title={t('password.gone')}>
        <Text size="sm">{t('password.goneHint')}</Text>
        <Anchor href="/forgotten">{t('forgotten.go')}</Anchor>
      </Outside>
    );
  }
  if (!link.data) return <Outside title={t('password.gone')} error={link.error} children={null} />;
  const { kind, name, email } = link.data;
  return (
    <Outside
      title={t(`password.${kind}`, { name })}
      error={save.error}
      onSubmit={({ password = '' }) => save.mutate({ params, body: { password } })}
    >
      <PasswordOf email={email} />
      <NewPassword label={t('password.new')} description={t('password.rule')} autoFocus />
      <Button type="submit" loading={save.isPending}>
        {t('password.go')}
      </Button>
    </Outside>
  );
}
