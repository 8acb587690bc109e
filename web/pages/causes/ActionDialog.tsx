import { Alert, Button, Group, Modal, NumberInput, Select, Skeleton, Stack, Text, Textarea, TextInput } from '@mantine/core'; // prettier-ignore
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { nextStatuses, type Topic } from '../../../domain/prevention.ts';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useStaff } from '../../app/staff.ts';
import { tell } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import { Effect } from './Effect.tsx';
import { History } from './History.tsx';
import { useTopicNames, type Action } from './topics.ts';
import { useCausesWords } from './words.ts';

type Props = { onClose: () => void } & (
  | { action: Action; /** what it is to become with it */ status?: 'accepted' | undefined }
  | { topic: Topic }
);

/** An action as a form, with its effect and its history; or a new one about a topic. */
export function ActionDialog({ onClose, ...of }: Props) {
  const t = useCausesWords();
  const app = useAppWords();
  const { nameOf, titleOf } = useTopicNames();
  const topic = 'topic' in of ? of.topic : of.action;
  const title = 'action' in of ? titleOf(of.action) : t('action.new');
  const actionId = 'action' in of ? of.action.actionId : '';
  const full = api.useQuery(
    'get',
    '/api/v1/prevention/actions/{actionId}',
    { params: { path: { actionId } } },
    { enabled: actionId !== '', meta: { still: true }, staleTime: 0 },
  );
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={false} size="lg" title={title}>
      <Stack gap="sm">
        {title !== nameOf(topic) && (
          <Text size="sm" c="dimmed">
            {nameOf(topic)}
          </Text>
        )}
        {'topic' in of ? (
          <Form topic={of.topic} onDone={onClose} />
        ) : full.error ? (
          <ProblemAlert error={full.error} onAgain={() => void full.refetch()} />
        ) : !full.data ? (
          <Skeleton height={280} role="status" aria-label={app('loading')} />
        ) : (
          <>
            {nextStatuses[full.data.status].length > 0 ? (
              <Form action={full.data} status={of.status} onDone={onClose} />
            ) : (
              <Alert color="gray">{t('action.over')}</Alert>
            )}
            {full.data.effect && (
              <div>
                <Text fw={600} size="sm">
                  {t('effect.title')}
                </Text>
                <Effect of={full.data.effect} />
              </div>
            )}
            <History of={full.data.changes} />
          </>
        )}
      </Stack>
    </Modal>
  );
}

type FormProps = { onDone: () => void; topic?: Topic; action?: Action; status?: 'accepted' | undefined }; // prettier-ignore

function Form({ onDone, topic, action, status }: FormProps) {
  const t = useCausesWords();
  const names = useNames();
  const queries = useQueryClient();
  const { everybody } = useStaff();
  const { nameOf, titleOf } = useTopicNames();
  const [title, setTitle] = useState(action ? titleOf(action) : topic ? nameOf(topic) : '');
  const [description, setDescription] = useState(action?.description ?? '');
  const [owner, setOwner] = useState(action?.owner ?? null);
  const [due, setDue] = useState(action?.dueAt?.slice(0, 10) ?? '');
  const [expected, setExpected] = useState<number | string>(action?.expectedFewerPercent ?? '');
  const saved = {
    onSuccess: (now: Pick<Action, 'title' | 'status'>) => {
      tell(t('board.moved', { title: now.title, status: names.preventionStatuses[now.status] }));
      void queries.invalidateQueries();
      onDone();
    },
  };
  const create = api.useMutation('post', '/api/v1/prevention/actions', saved);
  const change = api.useMutation('patch', '/api/v1/prevention/actions/{actionId}', saved);
  const plan = {
    title,
    description: description.trim() === '' ? null : description,
    owner,
    // The end of the day, by the reader's clock.
    dueAt: due === '' ? null : new Date(`${due}T23:59:59`).toISOString(),
    expectedFewerPercent: typeof expected === 'number' ? expected : null,
  };
  const send = () => {
    if (topic) create.mutate({ params: { header: idempotencyKey() }, body: { ...topic, ...plan } });
    if (!action) return;
    const { actionId, revision } = action;
    change.mutate({ params: { path: { actionId } }, body: { revision, ...plan, status } });
  };
  const error = create.error ?? change.error;
  const label = status ? t('action.saveAs', { status: names.preventionStatuses[status] }) : t(topic ? 'action.create' : 'action.save'); // prettier-ignore
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap="sm">
        {status && <Text size="sm">{t('action.needed')}</Text>}
        <TextInput
          label={t('action.title')}
          required
          maxLength={200}
          value={title}
          onChange={({ currentTarget: { value } }) => setTitle(value)}
        />
        <Textarea
          label={t('action.description')}
          autosize
          minRows={2}
          maxLength={4_000}
          value={description}
          onChange={({ currentTarget: { value } }) => setDescription(value)}
        />
        <Group grow align="end">
          <Select
            label={t('action.owner')}
            searchable
            clearable
            required={status !== undefined}
            data={everybody.map(({ keyId, name }) => ({ value: keyId, label: name }))}
            value={owner}
            onChange={setOwner}
            data-autofocus={status ? true : undefined}
          />
          <TextInput
            type="date"
            label={t('action.dueAt')}
            required={status !== undefined}
            value={due}
            onChange={({ currentTarget: { value } }) => setDue(value)}
          />
        </Group>
        <NumberInput
          label={t('action.expected')}
          required={status !== undefined}
          min={0}
          max={100}
          allowDecimal={false}
          suffix=" %"
          w={{ base: '100%', sm: '50%' }}
          value={expected}
          onChange={setExpected}
        />
        {error && <ProblemAlert error={error} />}
        <Button type="submit" w="fit-content" loading={create.isPending || change.isPending}>
          {label}
        </Button>
      </Stack>
    </form>
  );
}
