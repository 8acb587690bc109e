import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useKeys } from '../../api/keys.ts';
import { tell } from '../../app/tell.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useCustomerWords } from './words.ts';

type Props = { customerId: string; onClose: () => void };

/** A manager thinks that somebody is lost whom nothing else has found; the case then says what is made of it. */
export default function OpenCase({ customerId, onClose }: Props) {
  const t = useCustomerWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const keys = useKeys();
  const open = api.useMutation('post', '/api/v1/cases', {
    onSuccess: ({ caseId }) => {
      tell(t('open.opened'));
      void queries.invalidateQueries();
      void navigate({ to: '/cases/$caseId', params: { caseId } });
    },
  });
  const go = () => {
    const why = reason.trim();
    const body = { customerId, trigger: 'manual', ...(why && { reason: why }) } as const;
    open.mutate({ params: { header: keys.of(body) }, body });
  };
  return (
    <Modal opened onClose={onClose} title={t('open.title')}>
      <Stack>
        <Textarea
          data-autofocus
          label={t('open.reason')}
          autosize
          minRows={2}
          value={reason}
          onChange={({ currentTarget: { value } }) => setReason(value)}
        />
        {open.error && <ProblemAlert error={open.error} />}
        <Group justify="flex-end">
          <Button loading={open.isPending} onClick={go}>
            {t('open.go')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
