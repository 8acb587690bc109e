import { Anchor, Badge, Button, Group, List, Text } from '@mantine/core';
import { IconFileTypePdf } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../../domain/causes.ts';
import { nameOfOffer } from '../../../domain/offers.ts';
import type { Cause } from '../../../domain/words.ts';
import { api } from '../../api/client.ts';
import { flowing } from '../../words/flowing.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import { useRelianceWords } from '../../words/reliance.ts';
import type { Task } from '../inbox/tasks.ts';
import { Card } from './Card.tsx';
import { useCallWords } from './words.ts';

/** Whether the customer may be contacted, and what may be offered. */
export function Limits({ task, cause }: { task: Task; cause: Cause | undefined }) {
  const { permission, offer, guide, caseId } = task;
  return (
    <>
      {permission && <Permission permission={permission} />}
      {offer && <Offer task={task} offer={offer} />}
      {guide && caseId && <AllowedOffers caseId={caseId} cause={cause} />}
    </>
  );
}

/** What the task is done with: what to ask or say, letter or mail. */
export function Help({ task, onCause }: { task: Task; onCause: (cause: Cause) => void }) {
  const t = useCallWords();
  const { content, guide, mailId, caseId, type, taskId, status } = task;
  return (
    <>
      {content && (
        <Card title={t('say')}>
          <Text size="sm" className="written">
            {flowing(content)}
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
  const inWords = useRelianceWords();
  const { permitted, reason, basis, rule, proof } = permission;
  const facts = [
    ['proof', proof && inWords.proof(proof)],
    ['rule', rule && inWords.rule(rule)],
  ] as const;
  return (
    <Card
      title={t('permission.title')}
      beside={
        <Badge color={permitted ? 'teal.9' : 'red.9'} variant="filled" tt="none">
          {t(permitted ? 'permission.yes' : 'permission.no')}
        </Badge>
      }
    >
      <Text size="sm">
        {names.permissionReasons[reason]}
        {basis && ` (${names.legalBases[basis]})`}
      </Text>
      <dl className="facts">
        {facts.map(
          ([name, said]) =>
            said && (
              <Fragment key={name}>
                <dt>{t(`permission.${name}`)}</dt>
                <dd>{said}</dd>
              </Fragment>
            ),
        )}
      </dl>
    </Card>
  );
}

/** So many offers leave room for the rest of a call; the first fit best. */
const shownAtFirst = 2;

/** Before anybody has asked: what could be promised, by the cause as far as it is known. */
function AllowedOffers({ caseId, cause }: { caseId: string; cause: Cause | undefined }) {
  const t = useCallWords();
  const names = useNames();
  const formats = useFormats();
  const { i18n } = useTranslation();
  const { data } = api.useQuery(
    'get',
    '/api/v1/cases/{caseId}/allowed-offers',
    { params: { path: { caseId }, query: { limit: 200, ...(cause && { cause }) } } },
    { placeholderData: keepPreviousData },
  );
  const [allShown, setAllShown] = useState(false);
  if (!data) return null;
  const { items } = data;
  return (
    <Card
      title={t('allowed.title')}
      beside={
        items.length > shownAtFirst && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            aria-expanded={allShown}
            onClick={() => setAllShown(!allShown)}
          >
            {allShown ? t('allowed.fewer') : t('allowed.all', { count: items.length })}
          </Anchor>
        )
      }
    >
      <Text size="xs" c="dimmed">
        {cause ? t('allowed.for', { cause: names.causes[cause] }) : t('allowed.unknown')}
      </Text>
      {items.length === 0 && <Text size="sm">{t('allowed.none')}</Text>}
      <ul className="plain">
        {items
          .slice(0, allShown ? undefined : shownAtFirst)
          .map(({ offerId, cost, approval, ...offer }) => (
            <li key={offerId}>
              {nameOfOffer(offer, i18n.language as Language)}{' '}
              <Text span size="xs" c="dimmed" className="figures">
                {formats.money(cost)}
                {approval && ` · ${t('allowed.approval')}`}
              </Text>
            </li>
          ))}
      </ul>
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
        <List type="ordered" size="sm" spacing={6}>
          {data.questions.map(({ question, listenFor }) => (
            <List.Item key={question}>
              {question}
              <Group gap={4} mt={2}>
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
