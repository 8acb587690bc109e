import { Button, Group, Paper, TextInput, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { Effect } from './Effect.tsx';
import { usePlaybookWords } from './words.ts';

/** The API takes no more cases at once. */
const atOnce = 200;

/** Has the open cases that still go by an older version go on by the newest. */
export function Apply({ playbookId, version }: { playbookId: string; version: number }) {
  const t = usePlaybookWords();
  const app = useAppWords();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [pending, setPending] = useState(false);
  const effect = useQuery({
    queryKey: ['playbook-effect', playbookId, version],
    queryFn: async () => {
      const { data, error } = await http.POST('/api/v1/playbooks/{playbookId}/preview', {
        params: { path: { playbookId } },
        body: { version },
      });
      if (!data) throw error as unknown;
      return data;
    },
  });
  if (effect.error) {
    return <ProblemAlert error={effect.error} onAgain={() => void effect.refetch()} />;
  }
  if (!effect.data || effect.data.cases.length === 0) return null;
  const caseIds = effect.data.cases.map(({ caseId }) => caseId);
  const apply = async () => {
    setPending(true);
    for (let from = 0; from < caseIds.length; from += atOnce) {
      const { error } = await http.POST('/api/v1/playbooks/{playbookId}/apply', {
        params: { path: { playbookId }, header: idempotencyKey() },
        body: { version, caseIds: caseIds.slice(from, from + atOnce), reason },
      });
      if (error) {
        setPending(false);
        return tellProblem(error, app('problem.no-answer'));
      }
    }
    setPending(false);
    setReason('');
    tell(t('apply.done', { count: caseIds.length }));
    await queries.invalidateQueries({ queryKey: ['playbook-effect', playbookId] });
  };
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="apply-title">
      <Title order={2} size="h4" id="apply-title" mb={4}>
        {t('apply.title')}
      </Title>
      <Effect {...effect.data} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        <Group align="end" mt="xs">
          <TextInput
            label={t('apply.reason')}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            required
            maxLength={1_000}
            flex="1 1 240px"
          />
          <Button type="submit" loading={pending}>
            {t('apply.act', { version, count: caseIds.length })}
          </Button>
        </Group>
      </form>
    </Paper>
  );
}
