import { Anchor, Badge, Button, Group, List, Text } from '@mantine/core';
import { IconFileTypePdf } from '@tabler/icons-react';
import type { Cause } from '../../../domain/words.ts';
import { api } from '../../api/client.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Task } from '../inbox/tasks.ts';
import { Card } from './Card.tsx';
import { useCallWords } from './words.ts';

/** What the task rests on and what it is done with: permission, offer, what to say, letter or mail. */
export function Help({ task, onCause }: { task: Task; onCause: (cause: Cause) => void }) {
  const t = useCallWords();
  const { content, permission, offer, guide, mailId, caseId, type, taskId, status } = task;
  return (
    <>
      {permission && <Permission permission={permission} />}
      {offer && <Offer task={task} offer={offer} />}
      {content && (
        <Card title={t('say')}>
          <Text size="sm" className="written">
            {content}
          </Text>
        </Card>
      )}
      {guide && caseId && <Guide caseId={caseId} onCause={onCause} />}
      {type.endsWith('letter') && status !== 'cancelled' && (
        <Card title={t('letter.title')}>
          <Anchor
            href={`/api/v1/tasks/${encodeURIComponent(taskId)}/letter.pdf`}
            target="_blank"
            rel="noreferrer"
          >
            <Group gap={6}>
              <IconFileTypePdf size={18} aria-hidden />
              {t('letter.open')}
            </Group>
          </Anchor>
        </Card>
      )}
      {mailId && <Mail mailId={mailId} />}
    </>
  );
}

function Permission({ permission }: { permission: NonNullable<Task['permission']> }) {
  const t = useCallWords();
  const names = useNames();
  const { permitted, reason, basis, rule, proof } = permission;
  return (
    <Card title={t('permission.title')}>
      <Group gap="xs">
        <Badge color={permitted ? 'teal.9' : 'red.9'} variant="filled" tt="none">
          {t(permitted ? 'permission.yes' : 'permission.no')}
        </Badge>
        <Text size="sm">{names.permissionReasons[reason]}</Text>
      </Group>
      <dl className="facts">
        {basis && (
          <>
            <dt>{t('permission.basis')}</dt>
            <dd>{names.legalBases[basis]}</dd>
          </>
        )}
        {proof && (
          <>
            <dt>{t('permission.proof')}</dt>
            <dd>{proof}</dd>
          </>
        )}
        {rule && (
          <>
            <dt>{t('permission.rule')}</dt>
            <dd>{rule}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function Offer({ task, offer }: { task: Task; offer: NonNullable<Task['offer']> }) {
  const t = useCallWords();
  const formats = useFormats();
  const worth = task.customer.secondLifetimeValue;
  const share = worth && worth.amount > 0 ? offer.cost.amount / worth.amount : null;
  return (
    <Card title={t('offer.title')}>
      <Text fw={600}>{offer.title}</Text>
      <Text size="sm" className="figures">
        {t('offer.cost', { money: formats.money(offer.cost) })}
        {share !== null && ` · ${t('offer.share', { percent: formats.percent(share) })}`}
      </Text>
      {task.type === 'approve-offer' && <Text size="sm">{t('offer.ask')}</Text>}
      {offer.hasCode && <Text size="sm">{t('offer.code')}</Text>}
    </Card>
  );
}

/** In the language of the customer, with whom it is spoken. */
function Guide({ caseId, onCause }: { caseId: string; onCause: (cause: Cause) => void }) {
  const t = useCallWords();
  const names = useNames();
  const { data } = api.useQuery(
    'get',
    '/api/v1/cases/{caseId}/interview-guide',
    { params: { path: { caseId } } },
    { staleTime: 600_000, meta: { still: true } },
  );
  if (!data) return null;
  return (
    <Card title={t('guide.title')}>
      <div lang={data.language} className="guide">
        <Text size="sm">{data.opening}</Text>
        <List type="ordered" size="sm" spacing="xs">
          {data.questions.map(({ question, listenFor }) => (
            <List.Item key={question}>
              {question}
              <Group gap={6} mt={4}>
                {listenFor.map(({ hint, cause }) => (
                  <Button
                    key={hint}
                    size="compact-xs"
                    variant="default"
                    className="hint"
                    title={t('guide.pick', { cause: names.causes[cause] })}
                    onClick={() => onCause(cause)}
                  >
                    {hint}
                  </Button>
                ))}
              </Group>
            </List.Item>
          ))}
        </List>
        <Text size="sm">{data.closing}</Text>
      </div>
    </Card>
  );
}

/** That a manager is to find out about. */
function Mail({ mailId }: { mailId: string }) {
  const t = useCallWords();
  const formats = useFormats();
  const { data } = api.useQuery('get', '/api/v1/mails/{mailId}', {
    params: { path: { mailId } },
  });
  if (!data) return null;
  return (
    <Card title={t('mail.title')}>
      <Text fw={600}>{data.subject ?? data.templateId}</Text>
      <Text size="sm" c="dimmed">
        {data.recipient && `${t('mail.to', { to: data.recipient })} · `}
        {t('mail.tries', { count: data.attempts })}
        {data.lastAttemptAt && ` · ${formats.moment(data.lastAttemptAt)}`}
      </Text>
      {data.lastError && <Text size="sm">{data.lastError}</Text>}
      {data.body && (
        <Text size="sm" className="written" c="dimmed">
          {data.body}
        </Text>
      )}
    </Card>
  );
}
