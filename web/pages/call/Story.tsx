import { Badge, Blockquote, Group, Text } from '@mantine/core';
import { causeLayers } from '../../../domain/causes.ts';
import { api } from '../../api/client.ts';
import { useStaff } from '../../app/staff.ts';
import { Complaints } from '../../parts/Complaints.tsx';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Task } from '../inbox/tasks.ts';
import { Card } from './Card.tsx';
import type { Case, Customer } from './Who.tsx';
import { useCallWords } from './words.ts';

/** What happened, why they probably left, and what was tried so far. */
export function Story({
  task,
  theCase,
  customer,
}: {
  task: Task;
  theCase: Case | undefined;
  customer: Customer | undefined;
}) {
  const t = useCallWords();
  const names = useNames();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const caseId = theCase?.caseId;
  const before = api.useQuery(
    'get',
    '/api/v1/tasks',
    { params: { query: { caseId: caseId!, status: 'done', limit: 50 } } },
    { enabled: caseId !== undefined },
  );
  const known = causeLayers.flatMap((layer) => {
    const one = theCase?.causes[layer];
    return one ? [{ layer, ...one }] : [];
  });
  const suggested = theCase?.causeSuggestions.filter(
    ({ cause }) => !known.some((one) => one.cause === cause),
  );
  return (
    <Card
      title={t('story.title')}
      beside={
        task.customer.trigger &&
        theCase && (
          <Text size="xs" c="dimmed" className="figures">
            {t('story.opened', {
              trigger: names.triggers[task.customer.trigger],
              at: formats.day(theCase.openedAt),
            })}
          </Text>
        )
      }
    >
      {theCase?.effectiveAt && (
        <Text size="sm" fw={600}>
          {t('story.effective', { at: formats.soon(theCase.effectiveAt) })}
        </Text>
      )}
      {task.why && (
        <Text size="sm">
          {t('story.sign')}: {task.why}
        </Text>
      )}
      {customer && <Complaints complaints={customer.complaints} />}
      {theCase?.statedReason && (
        <Blockquote px="sm" py={6}>
          <Text size="sm" className="written">
            <Text span size="xs" c="dimmed">
              {t('story.said')}:
            </Text>{' '}
            {theCase.statedReason}
          </Text>
        </Blockquote>
      )}
      {theCase && (
        <>
          <Text size="sm" fw={600} component="h3">
            {t('story.likely')}
          </Text>
          <Group gap="xs">
            {known.map(({ layer, cause, note }) => (
              <Group gap={6} key={layer}>
                <Badge color="gray" variant="outline" tt="none">
                  {names.causes[cause]}
                </Badge>
                <Text size="xs" c="dimmed">
                  {t(`story.known.${layer}`)}
                  {note && `: ${note}`}
                </Text>
              </Group>
            ))}
            {suggested?.slice(0, 2).map(({ cause, code }) => (
              <Group gap={6} key={code}>
                <Badge color="gray" variant="outline" tt="none">
                  {names.causes[cause]}
                </Badge>
                <Text size="xs" c="dimmed">
                  {t('story.suggested')}
                </Text>
              </Group>
            ))}
            {known.length === 0 && suggested?.length === 0 && (
              <Text size="sm">{t('story.unknown')}</Text>
            )}
          </Group>
          {before.data?.items.length === 0 && <Text size="sm">{t('story.none')}</Text>}
          {before.data && before.data.items.length > 0 && (
            <>
              <Text size="sm" fw={600} component="h3">
                {t('story.before')}
              </Text>
              <ul className="plain">
                {before.data.items.map((one) => (
                  <li key={one.taskId}>
                    <span className="figures">{formats.moment(one.closedAt!)}</span>:{' '}
                    {names.taskTypes[one.type]} –{' '}
                    <b>{names.taskOutcomes[one.result!['outcome']]}</b>
                    {one.completedBy && `, ${nameOf(one.completedBy)}`}
                    {typeof one.result!['note'] === 'string' && (
                      <Text size="sm" c="dimmed">
                        {one.result!['note']}
                      </Text>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </Card>
  );
}
