import { Alert, Anchor, Button, Divider, PasswordInput, TextInput } from '@mantine/core';

import { useFilters, within } from '../../app/address.ts';
import { api, problemOf } from '../../api/client.ts';
import { sessionIs } from '../../app/session.ts';
import { Outside } from './Outside.tsx';
import { useSignInWords } from './words.ts';

const noted: Record<string, 'wrong' | 'tooMany'> = {
  'sign-in-failed': 'wrong',
  'too-many-requests': 'tooMany',
};

/** Why somebody was sent here. */
const told = ['unknown-person', 'ended'] as const;

export default function SignInPage() {
  const t = useSignInWords();
  const { to, problem } = useFilters();
  const { data: session } = api.useQuery('get', '/api/v1/session');
  const signIn = api.useMutation('post', '/api/v1/session', {
    onSuccess: (signedIn) => {
      sessionIs(signedIn);
      location.assign(within(to));
    },
  });
  const word = noted[problemOf(signIn.error).code];
  const came =
    problem === undefined ? null : (told.find((one) => one === problem) ?? ('failed' as const));
  const openId = session?.ways.openIdConnect;
  return (
    <Outside
      title={t('signIn.title')}
      error={word ? null : signIn.error}
      onSubmit={({ email = '', password = '' }) => signIn.mutate({ body: { email, password } })}
    >
      {word && (
        <Alert color="red" role="alert">
          {t(`signIn.${word}`)}
        </Alert>
      )}
      {came && !word && (
        <Alert color="orange" role="alert">
          {t(`signIn.${came}`)}
        </Alert>
      )}
      <TextInput
        name="email"
        type="email"
        label={t('signIn.email')}
        autoComplete="username"
        required
        autoFocus
      />
      <PasswordInput
        name="password"
        label={t('signIn.password')}
        autoComplete="current-password"
        required
      />
      <Button type="submit" loading={signIn.isPending}>
        {t('signIn.go')}
      </Button>
      <Anchor href="/forgotten" size="sm">
        {t('signIn.forgotten')}
      </Anchor>
      {openId && (
        <>
          <Divider label={t('signIn.or')} />
          <Button
            component="a"
            variant="default"
            href={`/api/v1/openid?returnTo=${encodeURIComponent(within(to))}`}
          >
            {t('signIn.with', { name: openId.name })}
          </Button>
        </>
      )}
    </Outside>
  );
}
