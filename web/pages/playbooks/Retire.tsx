import { Button, Group, Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { usePlaybookWords } from './words.ts';

export function Retire({ playbookId, onClose }: { playbookId: string; onClose: () => void }) {
  const t = usePlaybookWords();
  const app = useAppWords();
  const queries = useQueryClient();
  const [header] = useState(idempotencyKey);
  const [pending, setPending] = useState(false);
  const retire = async () => {
    setPending(true);
    const { error } = await http.POST('/api/v1/playbooks/{playbookId}/retire', {
      params: { path: { playbookId }, header },
    });
    setPending(false);
    if (error) return tellProblem(error, app('problem.no-answer'));
    await queries.invalidateQueries({ queryKey: ['playbooks'] });
    tell(t('retire.done'));
    onClose();
  };
  return (
    <Modal opened onClose={onClose} withCloseButton={false}>
      <Modal.Title fw={600} mb="xs">
        {t('retire.title')}
      </Modal.Title>
      <Text mb="md">{t('retire.means')}</Text>
      <Group justify="end">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button loading={pending} onClick={() => void retire()}>
          {t('retire.act')}
        </Button>
      </Group>
    </Modal>
  );
}
