import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell } from '../../app/tell.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import type { Task } from './tasks.ts';
import { useInboxWords } from './words.ts';

/** Moves a task to later; the API knows which moments the customer may be disturbed at, and says the next. */
export default function Snooze({ task, onClose }: { task: Task; onClose: () => void }) {
  const t = useInboxWords();
  const formats = useFormats();
  const [own, setOwn] = useState<string | null>(null);
  const move = api.useMutation('post', '/api/v1/tasks/{taskId}/reschedule', {
    onSuccess: (answer) => {
      tell(
        'dueAt' in answer ? t('act.snoozed', { at: formats.soon(answer.dueAt) }) : t('act.kept'),
      );
      onClose();
    },
  });
  const until = (at: Date) =>
    move.mutate({
      params: { path: { taskId: task.taskId }, header: idempotencyKey() },
      body: { dueAt: at.toISOString() },
    });
  const possibleAt = move.error?.possibleAt;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('act.snoozeOne', { name: task.customer.name ?? task.customerId })}
    >
      <Stack>
        <Group>
          <Button variant="default" data-autofocus onClick={() => until(inHours(1))}>
            {t('act.hour')}
          </Button>
          <Button variant="default" onClick={() => until(inDays(1, 9))}>
            {t('act.tomorrow')}
          </Button>
          <Button variant="default" onClick={() => until(inDays(7, 9))}>
            {t('act.week')}
          </Button>
        </Group>
        <Group align="end">
          <DateTimePicker
            flex={1}
            label={t('act.snoozeUntil')}
            minDate={new Date()}
            value={own}
            onChange={setOwn}
          />
          <Button
            disabled={own === null}
            loading={move.isPending}
            onClick={() => until(new Date(own!))}
          >
            {t('act.snooze')}
          </Button>
        </Group>
        {possibleAt !== undefined ? (
          <Alert color="orange" role="alert">
            <Stack gap="xs" align="flex-start">
              <Text size="sm">{t(possibleAt === null ? 'act.never' : 'act.notThen')}</Text>
              {possibleAt !== null && (
                <Button size="xs" variant="default" onClick={() => until(new Date(possibleAt))}>
                  {t('act.then', { at: formats.soon(possibleAt) })}
                </Button>
              )}
            </Stack>
          </Alert>
        ) : (
          move.error && <ProblemAlert error={move.error} />
        )}
      </Stack>
    </Modal>
  );
}

function inHours(hours: number): Date {
  return new Date(Date.now() + hours * 3_600_000);
}

function inDays(days: number, hour: number): Date {
  const at = new Date();
  at.setDate(at.getDate() + days);
  at.setHours(hour, 0, 0, 0);
  return at;
}
