import { Alert, Anchor, Button, Group, Select, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useFilters } from '../../../app/address.ts';
import { useUser } from '../../../app/session.ts';
import { mailStatuses, type MailStatus } from '../../../../domain/mails.ts';
import { api, http } from '../../../api/client.ts';
import { idempotencyKey } from '../../../api/keys.ts';
import { usePages } from '../../../api/pages.ts';
import type { components } from '../../../api/schema.d.ts';
import { ListLoading } from '../../../parts/Paged.tsx';
import { ProblemAlert } from '../../../parts/PageStates.tsx';
import { useFormats } from '../../../words/format.ts';
import { useAct } from '../act.ts';
import { Facts, Heading, Listing, Panel, Row } from '../frames.tsx';
import { useSettingsWords } from '../words.ts';
import { useCompanyWords } from './words.ts';

type Mail = components['schemas']['Mail'];
type TestMail = components['schemas']['TestMail'];

/** How mails leave, and those that somebody must look at. */
export default function MailSection() {
  const t = useCompanyWords();
  const settings = useSettingsWords();
  return (
    <>
      <Heading title={settings('section.mail')} intro={t('mail.intro')} />
      <InForce />
      <Mails />
    </>
  );
}

function InForce() {
  const t = useCompanyWords();
  const { role } = useUser();
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/installation',
    {},
    { staleTime: 60_000, meta: { still: true } },
  );
  if (error) return <ProblemAlert error={error} onAgain={() => void refetch()} />;
  if (!data) return <ListLoading rows={2} />;
  const { leaves, from, company, address, signature } = data.mail;
  return (
    <Panel title={t('mail.settings')}>
      <Facts
        facts={[
          [t('mail.way'), t(leaves ? 'mail.smtp' : 'mail.files')],
          [t('mail.from'), from],
          [t('mail.company'), [company, ...address].join(', ')],
          [t('mail.signature'), signature],
          [t('mail.url'), data.publicUrl],
        ]}
      />
      {role === 'admin' && <Test />}
    </Panel>
  );
}

/** To whoever asks for it; what the mail server says of it is told as it says it. */
function Test() {
  const t = useCompanyWords();
  const [said, setSaid] = useState<TestMail | null>(null);
  const act = useAct();
  const send = api.useMutation('post', '/api/v1/test-mails', {
    onMutate: () => setSaid(null),
    onSuccess: setSaid,
    onError: act.failed,
  });
  return (
    <>
      <Button
        variant="default"
        w="fit-content"
        loading={send.isPending}
        onClick={() => send.mutate({ params: { header: idempotencyKey() } })}
      >
        {t('mail.test')}
      </Button>
      {said && (
        <Alert color={said.kind === 'accepted' ? 'teal' : 'orange'} role="status">
          {t(`mail.tested.${said.kind}`, { email: said.recipient })}
          {said.error !== null && <Text size="sm">{t('mail.said', { words: said.error })}</Text>}
        </Alert>
      )}
    </>
  );
}

function Mails() {
  const t = useCompanyWords();
  const navigate = useNavigate();
  const search = useFilters();
  const status = mailStatuses.find((one) => one === search.status) ?? 'failed';
  const list = usePages(['mails', status], (cursor) =>
    http.GET('/api/v1/mails', { params: { query: { status, ...cursor } } }),
  );
  return (
    <Panel title={t('mail.queue')}>
      <Group align="center">
        <Select
          aria-label={t('mail.statusFilter')}
          allowDeselect={false}
          data={mailStatuses.map((value) => ({ value, label: t(`mail.status.${value}`) }))}
          value={status}
          onChange={(to) =>
            void navigate({
              to: '/settings/mail',
              search: { status: to as MailStatus },
              replace: true,
            })
          }
        />
        <Text size="sm" c="dimmed" flex="1 1 240px">
          {t(`mail.means.${status}`)}
        </Text>
      </Group>
      <Listing
        list={list}
        keyOf={({ mailId }) => mailId}
        label={t(`mail.status.${status}`)}
        empty={{ title: t('mail.empty'), hint: t('mail.emptyHint') }}
      >
        {(mail) => <MailRow mail={mail} />}
      </Listing>
    </Panel>
  );
}

function MailRow({ mail }: { mail: Mail }) {
  const t = useCompanyWords();
  const formats = useFormats();
  const act = useAct();
  const resend = api.useMutation('post', '/api/v1/mails/{mailId}/resend', {
    onSuccess: () => act.done(t('mail.resent')),
    onError: act.failed,
  });
  const { mailId, caseId, customerId, subject, recipient, status, attempts, lastError } = mail;
  const name = recipient ?? customerId;
  return (
    <Row
      title={
        <Anchor component={Link} to={`/cases/${caseId}`}>
          {subject ?? t('mail.untitled')}
        </Anchor>
      }
      facts={[
        name,
        formats.moment(mail.lastAttemptAt ?? mail.createdAt),
        attempts > 0 && t('mail.tries', { count: attempts }),
        lastError !== null && t('mail.said', { words: lastError }),
      ]}
      actions={
        (status === 'failed' || status === 'unclear') && (
          <Button
            size="xs"
            variant="default"
            aria-label={`${t('mail.resend')}: ${name}`}
            loading={resend.isPending}
            onClick={() =>
              resend.mutate({ params: { path: { mailId }, header: idempotencyKey() } })
            }
          >
            {t('mail.resend')}
          </Button>
        )
      }
    />
  );
}
