import { Anchor, Button, FileButton, Group, Stack, Text, Textarea } from '@mantine/core';
import type { ComponentProps, ReactNode } from 'react';
import { http } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useStaff } from '../../app/staff.ts';
import { tell } from '../../app/tell.ts';
import { ListLoading, Paged } from '../../parts/Paged.tsx';
import { useFormats } from '../../words/format.ts';
import { useKept } from '../call/kept.ts';
import { useAddNote, useAttach } from '../call/note.ts';
import { useCaseWords } from './words.ts';

type OfCase = { caseId: string };

type ListedProps<Item> = {
  list: ComponentProps<typeof Paged<Item>>['list'];
  none: string;
  children: (item: Item) => ReactNode;
};

function Listed<Item>({ list, none, children }: ListedProps<Item>) {
  return (
    <Paged
      list={list}
      loading={<ListLoading rows={1} height={80} />}
      empty={<Text c="dimmed">{none}</Text>}
    >
      {(items) => <ul className="case-list">{items.map(children)}</ul>}
    </Paged>
  );
}

/** What was written about the case and sent to the customer. */
export function Documents({ caseId }: OfCase) {
  const manages = isManager(useUser());
  return (
    <Stack gap="lg">
      <Notes key={caseId} caseId={caseId} />
      <Attachments caseId={caseId} />
      {manages && <Mails caseId={caseId} />}
    </Stack>
  );
}

function Notes({ caseId }: OfCase) {
  const t = useCaseWords();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const [text, setText] = useKept(`note ${caseId}`, '');
  const notes = usePages(['notes', caseId], (query) =>
    http.GET('/api/v1/cases/{caseId}/notes', { params: { path: { caseId }, query } }),
  );
  const add = useAddNote(caseId, text, setText);
  return (
    <section aria-labelledby="notes">
      <Text component="h2" id="notes" fw={700} size="sm">
        {t('documents.notes')}
      </Text>
      <Listed list={notes} none={t('documents.noNotes')}>
        {({ noteId, text: written, createdBy, createdAt }) => (
          <li key={noteId}>
            <Text size="sm">{written}</Text>
            <Text size="xs" c="dimmed">
              {nameOf(createdBy)}, {formats.moment(createdAt)}
            </Text>
          </li>
        )}
      </Listed>
      <Group align="end" mt="xs">
        <Textarea
          flex={1}
          autosize
          label={t('documents.note')}
          value={text}
          maxLength={4_000}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={text.trim() === ''}
          loading={add.isPending}
          onClick={add.send}
        >
          {t('documents.keep')}
        </Button>
      </Group>
    </section>
  );
}

function Attachments({ caseId }: OfCase) {
  const t = useCaseWords();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const files = usePages(['attachments', caseId], (query) =>
    http.GET('/api/v1/cases/{caseId}/attachments', { params: { path: { caseId }, query } }),
  );
  const attach = useAttach(caseId, () => tell(t('documents.added')));
  return (
    <section aria-labelledby="files">
      <Group justify="space-between">
        <Text component="h2" id="files" fw={700} size="sm">
          {t('documents.files')}
        </Text>
        <FileButton onChange={attach.send} inputProps={{ 'aria-hidden': true }}>
          {(props) => (
            <Button {...props} size="xs" variant="default" loading={attach.isPending}>
              {t('documents.upload')}
            </Button>
          )}
        </FileButton>
      </Group>
      <Listed list={files} none={t('documents.noFiles')}>
        {({ attachmentId, name, createdBy, createdAt, deletedAt }) => (
          <li key={attachmentId}>
            {deletedAt ? (
              <Text size="sm" td="line-through">
                {name} ({t('documents.deleted')})
              </Text>
            ) : (
              <Anchor
                size="sm"
                href={`/api/v1/attachments/${encodeURIComponent(attachmentId)}`}
                download
              >
                {name}
              </Anchor>
            )}
            <Text size="xs" c="dimmed">
              {nameOf(createdBy)}, {formats.moment(createdAt)}
            </Text>
          </li>
        )}
      </Listed>
    </section>
  );
}

function Mails({ caseId }: OfCase) {
  const t = useCaseWords();
  const formats = useFormats();
  const mails = usePages(['mails', caseId], (after) =>
    http.GET('/api/v1/mails', { params: { query: { caseId, ...after } } }),
  );
  return (
    <section aria-labelledby="mails">
      <Text component="h2" id="mails" fw={700} size="sm">
        {t('documents.mails')}
      </Text>
      <Listed list={mails} none={t('documents.noMails')}>
        {({ mailId, subject, templateId, status, createdAt, body }) => (
          <li key={mailId}>
            <details>
              <summary>
                {subject ?? templateId} · {t(`documents.mail.${status}`)} ·{' '}
                {formats.moment(createdAt)}
              </summary>
              <Text size="sm" className="case-mail">
                {body}
              </Text>
            </details>
          </li>
        )}
      </Listed>
    </section>
  );
}
