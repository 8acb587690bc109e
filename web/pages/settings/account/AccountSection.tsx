import { Button, Group, PasswordInput, Select, TextInput } from '@mantine/core';
import { NewPassword, PasswordOf } from '../../../parts/NewPassword.tsx';
import { api } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { sessionIs, useUser } from '../../../app/session.ts';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { speak } from '../../../words/i18n.ts';
import type { Language } from '../../../../domain/causes.ts';
import { useAct } from '../act.ts';
import { Form, Heading, Panel } from '../frames.tsx';
import { languageNames } from '../languages.ts';
import { useSettingsWords } from '../words.ts';
import { useAccountWords } from './words.ts';

/** Who somebody is here, and how they sign in. */
export default function AccountSection() {
  const settings = useSettingsWords();
  return (
    <>
      <Heading title={settings('section.account')} />
      <Profile />
      <Password />
    </>
  );
}

function Profile() {
  const t = useAccountWords();
  const settings = useSettingsWords();
  const user = useUser();
  const act = useAct();
  const save = api.useMutation('patch', '/api/v1/session/user', {
    onSuccess: (session) => {
      sessionIs(session);
      if (session.user) speak(session.user.language);
      act.done(settings('saved'));
    },
  });
  return (
    <Panel title={t('who')}>
      <Form
        key={user.language}
        onSubmit={({ name = '', language }) =>
          save.mutate({ body: { name, language: language as Language } })
        }
      >
        {save.error && <ProblemAlert error={save.error} />}
        <TextInput name="name" label={t('name')} defaultValue={user.name} required />
        <TextInput label={t('email')} description={t('emailHint')} value={user.email} readOnly />
        <Select
          name="language"
          label={t('language')}
          data={languageNames}
          defaultValue={user.language}
          allowDeselect={false}
        />
        <Group>
          <Button type="submit" loading={save.isPending}>
            {settings('save')}
          </Button>
        </Group>
      </Form>
    </Panel>
  );
}

function Password() {
  const t = useAccountWords();
  const { email } = useUser();
  const act = useAct();
  const change = api.useMutation('post', '/api/v1/session/password', {
    onSuccess: () => act.done(t('passwordChanged')),
  });
  return (
    <Panel title={t('password')}>
      <Form
        onSubmit={({ current = '', password = '' }, form) =>
          change.mutate(
            { params: { header: idempotencyKey() }, body: { current, password } },
            { onSuccess: () => form.reset() },
          )
        }
      >
        {change.error && <ProblemAlert error={change.error} />}
        <PasswordOf email={email} />
        <PasswordInput
          name="current"
          label={t('current')}
          autoComplete="current-password"
          required
        />
        <NewPassword label={t('new')} description={t('rule')} />
        <Group>
          <Button type="submit" variant="default" loading={change.isPending}>
            {t('changePassword')}
          </Button>
        </Group>
      </Form>
    </Panel>
  );
}
