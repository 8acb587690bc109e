import { Button, Group, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { http } from '../../api/client.ts';
import { useKeys } from '../../api/keys.ts';
import { tell } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { Diff } from '../../parts/Diff.tsx';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { Effect } from './Effect.tsx';
import type { PlaybookVersion } from './playbook.ts';
import { usePlaybookWords } from './words.ts';

type Props = {
  /** the version that was edited; null: it is a new playbook */
  before: PlaybookVersion | null;
  playbookId: string;
  yaml: string;
  onPublished: () => void;
  onClose: () => void;
};

/** What a new version changes, in the text and in open cases, before it is published. */
export default function Publish({ before, playbookId, yaml, onPublished, onClose }: Props) {
  const t = usePlaybookWords();
  const app = useAppWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const keys = useKeys();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  // Another ID makes another playbook of it, by which no case goes yet.
  const isNew = before?.playbookId !== playbookId;
  const effect = useQuery({
    queryKey: ['playbook-effect', playbookId, yaml],
    queryFn: async () => {
      const { data, error } = await http.POST('/api/v1/playbooks/{playbookId}/preview', {
        params: { path: { playbookId } },
        body: { yaml },
      });
      if (!data) throw error as unknown;
      return data;
    },
  });
  const publish = async () => {
    setPending(true);
    const body = { yaml, basedOn: isNew ? 0 : before.version };
    const params = { header: keys.of(body) };
    const { data, error } = await http.POST('/api/v1/playbooks', { params, body });
    setPending(false);
    if (!data) return setProblem(error);
    onPublished();
    await queries.invalidateQueries({ queryKey: ['playbooks'] });
    tell(t('publish.done', { version: data.version }));
    await navigate({ to: '/playbooks/$playbookId', params: { playbookId } });
  };
  return (
    <Modal opened onClose={onClose} size="xl" withCloseButton={false}>
      <Stack gap="sm">
        <Modal.Title fw={600}>
          {t(isNew ? 'publish.new' : 'publish.title', { id: playbookId })}
        </Modal.Title>
        {!isNew && (
          <>
            <Title order={3} size="h5">
              {t('publish.changes', { version: before.version })}
            </Title>
            <Diff before={before.yaml} after={yaml} label={t('versions.difference')} />
          </>
        )}
        <Title order={3} size="h5">
          {t('effect.title')}
        </Title>
        {effect.error ? (
          <ProblemAlert error={effect.error} onAgain={() => void effect.refetch()} />
        ) : effect.data ? (
          <Effect {...effect.data} />
        ) : (
          <Skeleton height={48} role="status" aria-label={app('loading')} />
        )}
        <Text size="sm" c="dimmed">
          {t('publish.means')}
        </Text>
        {problem !== null && <ProblemAlert error={problem} />}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button loading={pending} onClick={() => void publish()} data-autofocus>
            {t('publish.act')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
