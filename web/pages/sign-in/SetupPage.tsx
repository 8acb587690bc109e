import { Alert, Anchor, Button, Text, TextInput } from '@mantine/core';
import { NewPassword } from '../../parts/NewPassword.tsx';
import { api } from '../../api/client.ts';
import { sessionIs } from '../../app/session.ts';
import { browserLanguage } from '../../words/i18n.ts';
import { Outside } from './Outside.tsx';
import { useSignInWords } from './words.ts';

export default function SetupPage() {
  const t = useSignInWords();
  const { data: session } = api.useQuery('get', '/api/v1/session');
  const setUp = api.useMutation('post', '/api/v1/setup', {
    onSuccess: (signedIn) => {
      sessionIs(signedIn);
      location.assign('/start');
    },
  });
  if (session && !session.setUp && !setUp.isSuccess) {
    return (
      <Outside title={t('setup.title')}>
        <Alert>{t('setup.done')}</Alert>
        <Anchor href="/sign-in">{t('signIn.go')}</Anchor>
      </Outside>
    );
  }
  return (
    <Outside
      title={t('setup.title')}
      error={setUp.error}
      onSubmit={({ code = '', name = '', email = '', password = '' }) =>
        setUp.mutate({
          body: { code: code.trim(), name, email, password, language: browserLanguage() },
        })
      }
    >
      <Text size="sm">{t('setup.intro')}</Text>
      <TextInput
        name="code"
        label={t('setup.code')}
        autoComplete="one-time-code"
        required
        autoFocus
      />
      <TextInput name="name" label={t('setup.name')} autoComplete="name" required />
      <TextInput
        name="email"
        type="email"
        label={t('signIn.email')}
        autoComplete="username"
        required
      />
      <NewPassword label={t('signIn.password')} description={t('password.rule')} />
      <Button type="submit" loading={setUp.isPending}>
        {t('setup.go')}
      </Button>
    </Outside>
  );
}
