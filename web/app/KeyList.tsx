import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { useMenu } from './menu.ts';
import { useAppWords } from './words.ts';

/** The keys that work on every page; a page's own keys stand on its buttons. */
export default function KeyList({ onClose }: { onClose: () => void }) {
  const t = useAppWords();
  const rows = [
    ...useMenu().map(({ key, name }) => ({
      keys: ['g', key],
      what: t('keys.goTo', { page: t(`nav.${name}`) }),
    })),
    { keys: ['/'], what: t('keys.search') },
    { keys: ['?'], what: t('keys.help') },
  ];
  return (
    <Modal opened onClose={onClose} title={t('keys.title')}>
      <Stack gap="xs">
        {rows.map(({ keys, what }) => (
          <Group key={what} justify="space-between">
            <Text size="sm">{what}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
