import { Alert, Button, CopyButton, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { api } from '../../api/client.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useSettingsWords } from './words.ts';

type Asked = {
  title: string;
  /** on the button that does it */
  label: string;
  children: ReactNode;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
};

/** Says what will happen before it does. */
export function Confirm({ title, label, children, pending, error, onConfirm, onClose }: Asked) {
  const t = useSettingsWords();
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        {children}
        {Boolean(error) && <ProblemAlert error={error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button color="red.9" loading={pending} onClick={onConfirm}>
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What nobody can read again. */
export function ShownOnce({
  title,
  label,
  secret,
  hint,
  onClose,
}: {
  title: string;
  label: string;
  secret: string;
  hint: string;
  onClose: () => void;
}) {
  const t = useSettingsWords();
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={false} size="lg">
      <Stack>
        <Text size="sm">{hint}</Text>
        <Group align="end" wrap="nowrap">
          <TextInput
            flex={1}
            label={label}
            value={secret}
            readOnly
            onFocus={({ currentTarget }) => currentTarget.select()}
            data-autofocus
          />
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button
                variant={copied ? 'light' : 'filled'}
                leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
                onClick={copy}
              >
                {t(copied ? 'copied' : 'copy')}
              </Button>
            )}
          </CopyButton>
        </Group>
        <Alert color="orange">{t('once')}</Alert>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('done')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const most = 200;

/** How much work goes back to the queue when somebody goes. */
export function TasksGoBack({ keyId }: { keyId: string }) {
  const t = useSettingsWords();
  const { data } = api.useQuery('get', '/api/v1/tasks', {
    params: { query: { assignee: keyId, status: 'open', limit: most } },
  });
  if (!data) return null;
  const count = data.items.length;
  const many = data.nextCursor !== null;
  return (
    <Text size="sm" fw={600}>
      {count === 0 ? t('tasksNone') : t(many ? 'tasksMany' : 'tasks', { count })}
    </Text>
  );
}
