import { Alert, Anchor, Button, Text, TextInput } from '@mantine/core';
import { api } from '../../api/client.ts';
import { Outside } from './Outside.tsx';
import { useSignInWords } from './words.ts';

export default function ForgottenPage() {
  const t = useSignInWords();
  const { data: session } = api.useQuery('get', '/api/v1/session');
  const byFile = session?.mailsLeave === false;
  const reset = api.useMutation('post', '/api/v1/password-resets');
  return (
    <Outside
      title={t('forgotten.title')}
      error={reset.error}
      onSubmit={({ email = '' }) => reset.mutate({ body: { email } })}
    >
      {reset.isSuccess ? (
        <Alert role="status">{t(byFile ? 'forgotten.written' : 'forgotten.sent')}</Alert>
      ) : (
        <>
          <Text size="sm">{t(byFile ? 'forgotten.noMails' : 'forgotten.intro')}</Text>
          <TextInput
            name="email"
            type="email"
            label={t('signIn.email')}
            autoComplete="username"
            required
            autoFocus
          />
          <Button type="submit" loading={reset.isPending}>
            {t(byFile ? 'forgotten.write' : 'forgotten.go')}
          </Button>
        </>
      )}
      <Anchor href="/sign-in" size="sm">
        {t('forgotten.back')}
      </Anchor>
    </Outside>
  );
}
