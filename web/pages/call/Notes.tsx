import { Anchor, Button, FileButton, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useStaff } from '../../app/staff.ts';
import { useFormats } from '../../words/format.ts';
import { Card } from './Card.tsx';
import { useAddNote, useAttach } from './note.ts';
import { useCallWords } from './words.ts';

type Props = {
  caseId: string;
  /** what is being written */
  text: string;
  setText: (change: (text: string) => string) => void;
};

/** Notes of the case, with who is mentioned, and its files. */
export function Notes({ caseId, text, setText }: Props) {
  const t = useCallWords();
  const formats = useFormats();
  const { nameOf, everybody } = useStaff();
  const path = { caseId };
  const notes = usePages(['notes', caseId], (cursor) =>
    http.GET('/api/v1/cases/{caseId}/notes', { params: { path, query: cursor } }),
  );
  const files = usePages(['attachments', caseId], (cursor) =>
    http.GET('/api/v1/cases/{caseId}/attachments', { params: { path, query: cursor } }),
  );
  const add = useAddNote(caseId, text, setText);
  const attach = useAttach(caseId);
  return (
    <Card title={t('notes.title')}>
      {notes.items.length === 0 && !notes.isPending && (
        <Text size="sm" c="dimmed">
          {t('notes.none')}
        </Text>
      )}
      <ul className="plain">
        {notes.items.map(({ noteId, text: said, createdBy, createdAt }) => (
          <li key={noteId}>
            <Text size="xs" c="dimmed">
              {nameOf(createdBy)}, {formats.moment(createdAt)}
            </Text>
            <Text size="sm" className="written">
              {said}
            </Text>
          </li>
        ))}
        {files.items
          .filter(({ deletedAt }) => deletedAt === null)
          .map(({ attachmentId, name, size }) => (
            <li key={attachmentId}>
              <Anchor href={`/api/v1/attachments/${attachmentId}`} size="sm" download>
                {t('notes.file', { name, kb: Math.ceil(size / 1_000) })}
              </Anchor>
            </li>
          ))}
      </ul>
      {[notes, files].map(
        (list, i) =>
          list.hasNextPage && (
            <Button
              key={i}
              size="compact-sm"
              variant="default"
              w="fit-content"
              onClick={() => void list.fetchNextPage()}
            >
              {t('notes.more')}
            </Button>
          ),
      )}
      <Stack gap="xs">
        <Textarea
          aria-label={t('notes.write')}
          placeholder={t('notes.write')}
          autosize
          minRows={2}
          maxLength={4_000}
          value={text}
          onChange={({ currentTarget: { value } }) => setText(() => value)}
        />
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            disabled={text.trim() === ''}
            loading={add.isPending}
            onClick={add.send}
          >
            {t('notes.add')}
          </Button>
          <Select
            size="xs"
            w={180}
            aria-label={t('notes.mention')}
            placeholder={t('notes.mention')}
            searchable
            value={null}
            data={[...new Set(everybody.map(({ name }) => name))]}
            onChange={(name) => name && setText((before) => `${before} @${name} `.trimStart())}
          />
          <FileButton onChange={attach.send}>
            {(props) => (
              <Button
                {...props}
                size="compact-sm"
                variant="default"
                loading={attach.isPending}
                leftSection={<IconPaperclip size={16} />}
              >
                {t('notes.attach')}
              </Button>
            )}
          </FileButton>
        </Group>
      </Stack>
    </Card>
  );
}
