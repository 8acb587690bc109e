import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { tell } from '../../app/tell.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useCaseWords } from './words.ts';

type Props = {
  title: string;
  /** what the button says */
  go: string;
  send: (reason: string) => Promise<{ data?: unknown; error?: unknown }>;
  /** said when it is done */
  done?: string;
  /** what is written is a note, and may be left out */
  isNote?: boolean;
  disabled?: boolean;
  danger?: boolean;
  children?: ReactNode;
  onClose: () => void;
};

/** Something that a person tells a case to do, with its reason; what the API refuses is shown here. */
export function Order(props: Props) {
  const { title, go, send, done, isNote, disabled, danger, children, onClose } = props;
  const t = useCaseWords();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const order = useMutation({
    mutationFn: async () => {
      const { data, error } = await send(reason.trim());
      if (!data) throw error;
      return data;
    },
    onSuccess: (answer: { status?: string }) => {
      tell(answer.status === 'kept' ? t('act.kept') : (done ?? t('act.done')));
      void queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={reason === ''} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          order.mutate();
        }}
      >
        <Stack>
          {children}
          <Textarea
            label={t(isNote ? 'act.note' : 'act.reason')}
            required={!isNote}
            data-autofocus
            autosize
            minRows={2}
            maxLength={1_000}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
          {order.error && <ProblemAlert error={order.error} />}
          <Group justify="end">
            <Button
              type="submit"
              color={danger ? 'red' : undefined}
              disabled={disabled || (!isNote && reason.trim() === '')}
              loading={order.isPending}
            >
              {go}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
