import { Button, Group, Modal, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Policy } from '../../../domain/policy.ts';
import { http, problemOf } from '../../api/client.ts';
import { useKeys } from '../../api/keys.ts';
import { tell } from '../../app/tell.ts';
import { Diff } from '../../parts/Diff.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { Changes } from './Changes.tsx';
import { Effect, type Planned } from './Effect.tsx';
import type { PolicyVersion } from './policy.ts';
import { usePolicyWords } from './words.ts';

type Props = {
  /** in force, as far as the publisher has seen */
  inForce: PolicyVersion;
  planned: Planned;
  policy: Policy;
  yaml: string;
  onPublished?: () => void;
  /** another one was put in force meanwhile, and the publisher wants to see it */
  onOutdated?: () => void;
  onClose: () => void;
};

/** What another policy changes, in words, in the text and in what a scan finds, before it is put in force. */
export default function Publish({ inForce, planned, policy, yaml, ...on }: Props) {
  const t = usePolicyWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const keys = useKeys();
  const [reason, setReason] = useState('');
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const again = 'version' in planned;
  const isOutdated = problem !== null && problemOf(problem).code === 'conflict';
  const publish = async () => {
    setPending(true);
    const body = {
      ...planned,
      basedOn: inForce.version,
      ...(reason.trim() !== '' && { reason: reason.trim() }),
    };
    const params = { header: keys.of(body) };
    const { data, error } = await http.POST('/api/v1/policies', { params, body });
    setPending(false);
    if (!data) return setProblem(error);
    on.onPublished?.();
    await queries.invalidateQueries();
    tell(t('publish.done', { version: data.version }));
    on.onClose();
    await navigate({ to: '/policy' });
  };
  const compareAnew = async () => {
    await queries.invalidateQueries({ queryKey: ['policies'] });
    on.onOutdated?.();
    setProblem(null);
  };
  return (
    <Modal opened onClose={on.onClose} size="xl" withCloseButton={false}>
      <Stack gap="sm">
        <Modal.Title fw={600}>
          {again ? t('publish.again', { version: planned.version }) : t('publish.title')}
        </Modal.Title>
        <Title order={3} size="h5">
          {t('publish.changes', { version: inForce.version })}
        </Title>
        <Changes before={inForce.policy} after={policy} />
        <Diff before={inForce.yaml} after={yaml} label={t('versions.difference')} />
        <Title order={3} size="h5">
          {t('effect.title')}
        </Title>
        <Effect planned={planned} />
        <Text size="sm" c="dimmed">
          {t('publish.means')}
        </Text>
        <TextInput
          label={t('publish.reason')}
          description={t('publish.reasonMeans')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={1_000}
          data-autofocus
        />
        {problem !== null && <ProblemAlert error={problem} />}
        <Group justify="end">
          <Button variant="default" onClick={on.onClose}>
            {t('cancel')}
          </Button>
          {isOutdated ? (
            <Button onClick={() => void compareAnew()}>{t('publish.compareAnew')}</Button>
          ) : (
            <Button loading={pending} onClick={() => void publish()}>
              {t('publish.act')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
