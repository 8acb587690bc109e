import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { decisions } from '../../../domain/words.ts';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { useNames } from '../../words/domain.ts';
import { useFormats } from '../../words/format.ts';
import type { Card } from './board.ts';
import { useBoardWords } from './words.ts';

/** A manager's decision, made where it is seen: one click says what, the second that it is meant. */
export function Approval({ task }: { task: Card['tasks'][number] }) {
  const t = useBoardWords();
  const app = useAppWords();
  const names = useNames();
  const formats = useFormats();
  const [chosen, setChosen] = useState<string | null>(null);
  const outcomes = task.type === 'decide-pursuit' ? decisions : (['approved', 'refused'] as const);
  const wordOf = (outcome: (typeof outcomes)[number]) =>
    outcome === 'approved' || outcome === 'refused'
      ? t(`approve.${outcome}`)
      : names.decisions[outcome];
  const decide = api.useMutation('post', '/api/v1/tasks/{taskId}/complete', {
    onSuccess: (answer) => {
      const choice = outcomes.find((one) => one === chosen);
      const done = choice ? t('approve.done', { choice: wordOf(choice) }) : '';
      tell(answer.status === 'kept' ? t('approve.kept') : done);
    },
    onError: (error) => tellProblem(error, app('problem.no-answer')),
    onSettled: () => setChosen(null),
  });
  const { taskId, offer } = task;
  return (
    <>
      {offer && (
        <Text size="xs" fw={600}>
          {t('approve.offer', { title: offer.title, money: formats.money(offer.cost) })}
        </Text>
      )}
      <Group gap={4} mt={4}>
        {outcomes.map((outcome) =>
          chosen === null ? (
            <Button
              key={outcome}
              size="compact-xs"
              variant="light"
              onClick={() => setChosen(outcome)}
            >
              {wordOf(outcome)}
            </Button>
          ) : (
            chosen === outcome && (
              <Button
                key={outcome}
                size="compact-xs"
                data-autofocus
                loading={decide.isPending}
                onClick={() =>
                  decide.mutate({
                    params: { path: { taskId }, header: idempotencyKey() },
                    body: { result: { outcome } },
                  })
                }
              >
                {t('approve.sure', { choice: wordOf(outcome) })}
              </Button>
            )
          ),
        )}
        {chosen !== null && (
          <Button size="compact-xs" variant="default" onClick={() => setChosen(null)}>
            {t('approve.cancel')}
          </Button>
        )}
      </Group>
    </>
  );
}
