import { Alert, Anchor, Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { PageTitle } from '../../parts/PageTitle.tsx';
import { usePathPart } from '../../app/address.ts';
import { IconAlertCircle, IconArrowLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { api } from '../../api/client.ts';
import type { components } from '../../api/schema.d.ts';
import { isManager, useUser } from '../../app/session.ts';
import { Complaints } from '../../parts/Complaints.tsx';
import { ListLoading } from '../../parts/Paged.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import './customers.css';
import { Facts, Section } from './Facts.tsx';
import { Orders } from './Orders.tsx';
import { Permissions } from './Permissions.tsx';
import { RhythmStrip } from './RhythmStrip.tsx';
import { useCustomerWords } from './words.ts';

const OpenCase = lazy(() => import('./OpenCase.tsx'));

type Customer = components['schemas']['Customer'];

/** Everything that is known of one customer. */
export default function CustomerPage() {
  const t = useCustomerWords();
  const customerId = usePathPart('customerId');
  const params = { params: { path: { customerId } } };
  const customer = api.useQuery('get', '/api/v1/customers/{customerId}', params);
  const rhythm = api.useQuery('get', '/api/v1/customers/{customerId}/rhythm', params);
  const error = customer.error ?? rhythm.error;
  const { data } = customer;
  return (
    <Stack gap="lg" maw={1080}>
      <Anchor component={Link} to="/customers" size="sm" w="fit-content">
        <Group gap={4}>
          <IconArrowLeft size={16} />
          {t('back')}
        </Group>
      </Anchor>
      {data ? <Head customer={data} /> : <PageTitle>{customerId}</PageTitle>}
      {error ? (
        <ProblemAlert error={error} onAgain={() => void customer.refetch()} />
      ) : !data || !rhythm.data ? (
        <ListLoading rows={4} height={110} />
      ) : (
        <>
          <Value customer={data} />
          <Section title={t('rhythm.title')}>
            <RhythmStrip rhythm={rhythm.data} />
            {data.rhythm.purchaseDays > 0 && <Orders customerId={customerId} />}
          </Section>
          <Permissions customerId={customerId} />
          <Episodes customer={data} />
        </>
      )}
    </Stack>
  );
}

function Head({ customer }: { customer: Customer }) {
  const t = useCustomerWords();
  const formats = useFormats();
  const names = useNames();
  const user = useUser();
  const [opening, setOpening] = useState(false);
  const { customerId, name, kind, email, phone, country, preventiveTask } = customer;
  const open = customer.episodes.find(({ status }) => status === 'open');
  const warnings = [
    customer.deceasedAt && t('person.deceased', { day: formats.day(customer.deceasedAt) }),
    customer.objectedAt && t('person.objected', { day: formats.day(customer.objectedAt) }),
    customer.cancelledAt && t('person.cancelled', { day: formats.day(customer.cancelledAt) }),
    customer.stub && t('person.stub'),
  ].filter((one) => typeof one === 'string');
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <PageTitle>{name ?? customerId}</PageTitle>
        {open?.visible ? (
          <Button component={Link} to={`/cases/${open.caseId}`} variant="default">
            {t('open.running')}
          </Button>
        ) : open ? (
          <Text c="dimmed">{t('open.others')}</Text>
        ) : (
          isManager(user) && (
            <Button variant="default" onClick={() => setOpening(true)} title={t('open.title')}>
              {t('open.button')}
            </Button>
          )
        )}
      </Group>
      {warnings.map((warning) => (
        <Alert key={warning} color="orange" icon={<IconAlertCircle />}>
          {warning}
        </Alert>
      ))}
      {preventiveTask && (
        <Alert color="orange" icon={<IconAlertCircle />} title={t('sign.title')}>
          <Text size="sm">
            {preventiveTask.sign && `${names.earlySigns[preventiveTask.sign]}. `}
            {t('sign.due', { at: formats.moment(preventiveTask.dueAt) })}.{' '}
            {preventiveTask.visible && (
              <Anchor
                component={Link}
                to={`/tasks/${preventiveTask.taskId}`}
                size="sm"
                underline="always"
              >
                {t('sign.open')}
              </Anchor>
            )}
          </Text>
        </Alert>
      )}
      <Complaints complaints={customer.complaints} />
      <Facts
        facts={[
          [t('person.number'), customerId],
          [t('person.kind'), kind && t(`person.kinds.${kind}`)],
          [t('person.mail'), email],
          [t('person.phone'), phone],
          [t('person.country'), country && formats.country(country)],
        ]}
      />
      <Suspense>
        {opening && <OpenCase customerId={customerId} onClose={() => setOpening(false)} />}
      </Suspense>
    </Stack>
  );
}

function Value({ customer: { value, phase, targetGroup } }: { customer: Customer }) {
  const t = useCustomerWords();
  const names = useNames();
  const formats = useFormats();
  return (
    <Section title={t('value.title')}>
      <Facts
        facts={[
          [t('value.phase'), names.phases[phase]],
          [t('value.group'), names.targetGroups[targetGroup]],
          [t('value.tier'), value.tier],
          [t('value.purchases'), formats.number(value.purchases)],
          [t('value.revenue'), formats.money(value.revenue)],
          [t('value.second'), formats.money(value.secondLifetimeValue)],
        ]}
      />
    </Section>
  );
}

function Episodes({ customer: { episodes } }: { customer: Customer }) {
  const t = useCustomerWords();
  const names = useNames();
  const formats = useFormats();
  return (
    <Section title={t('episodes.title')}>
      {episodes.length === 0 && <Text c="dimmed">{t('episodes.none')}</Text>}
      {episodes.map(({ caseId, episode, trigger, outcome, openedAt, regainedAt, visible }) => (
        <Card key={caseId} withBorder padding="sm">
          <Group justify="space-between">
            <Text>
              {visible ? (
                <Anchor component={Link} to={`/cases/${caseId}`} underline="always">
                  {t('episodes.episode', { count: episode })}
                </Anchor>
              ) : (
                t('episodes.episode', { count: episode })
              )}{' '}
              · {names.triggers[trigger]} · {t('episodes.since', { day: formats.day(openedAt) })}
              {regainedAt && ` · ${t('episodes.regained', { day: formats.day(regainedAt) })}`}
            </Text>
            <Badge variant="outline" color="gray">
              {outcome ? names.outcomes[outcome] : t('episodes.open')}
            </Badge>
          </Group>
        </Card>
      ))}
    </Section>
  );
}
