import { ActionIcon, Group, Popover, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../domain/causes.ts';
import { usePartWords } from './words.ts';

/** What a figure means, as the API says it beside its figures. */
export type Definition = Partial<Record<Language, string>> | undefined;

/** The name of a figure; what it means stands behind the button. */
export function Explained({
  name,
  by,
  children,
}: {
  name: string;
  by: Definition;
  children?: ReactNode;
}) {
  // prettier-ignore
  const t = usePartWords();
  const { i18n } = useTranslation();
  const meaning = by?.[i18n.language as Language];
  return (
    <Group gap={4} wrap="nowrap" display="inline-flex" align="center">
      {children ?? <span>{name}</span>}
      {meaning && (
        <Popover width={320} position="bottom-start" shadow="md" withArrow>
          <Popover.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={24}
              aria-label={t('explain', { name })}
              title={t('explain', { name })}
            >
              <IconInfoCircle size={16} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <Text size="sm" fw={400} ta="left">
              {meaning}
            </Text>
          </Popover.Dropdown>
        </Popover>
      )}
    </Group>
  );
}
