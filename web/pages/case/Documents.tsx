import { Anchor, Button, FileButton, Group, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { api } from '../../api/client.ts';
import { isManager, useUser } from '../../app/session.ts';
import { useStaff } from '../../app/staff.ts';
import { tell } from '../../app/tell.ts';
import { useAppWords } from '../../app/words.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useFormats } from '../../words/format.ts';
import { useKept } from '../call/kept.ts';
import { useAddNote, useAttach } from '../call/note.ts';
import { useCaseWords } from './words.ts';

type OfCase = { caseId: string };

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
  const app = useAppWords();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const [text, setText] = useKept(`note ${caseId}`, '');
  const path = { params: { path: { caseId } } };
  const notes = api.useQuery('get', '/api/v1/cases/{caseId}/notes', path);
  const add = useAddNote(caseId, text, setText);
  if (notes.error) return <ProblemAlert error={notes.error} onAgain={() => void notes.refetch()} />;
  if (!notes.data) return <Skeleton height={80} role="status" aria-label={app('loading')} />;
  return (
    <section aria-labelledby="notes">
      <Text component="h2" id="notes" fw={700} size="sm">
        {t('documents.notes')}
      </Text>
      {notes.data.items.length === 0 && <Text c="dimmed">{t('documents.noNotes')}</Text>}
      <ul className="case-list">
        {notes.data.items.map(({ noteId, text: written, createdBy, createdAt }) => (
          <li key={noteId}>
            <Text size="sm">{written}</Text>
            <Text size="xs" c="dimmed">
              {nameOf(createdBy)}, {formats.moment(createdAt)}
            </Text>
          </li>
        ))}
      </ul>
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
  const app = useAppWords();
  const formats = useFormats();
  const { nameOf } = useStaff();
  const files = api.useQuery('get', '/api/v1/cases/{caseId}/attachments', {
    params: { path: { caseId } },
  });
  const attach = useAttach(caseId, () => tell(t('documents.added')));
  if (files.error) return <ProblemAlert error={files.error} onAgain={() => void files.refetch()} />;
  if (!files.data) return <Skeleton height={80} role="status" aria-label={app('loading')} />;
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
      {files.data.items.length === 0 && <Text c="dimmed">{t('documents.noFiles')}</Text>}
      <ul className="case-list">
        {files.data.items.map(({ attachmentId, name, createdBy, createdAt, deletedAt }) => (
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
        ))}
      </ul>
    </section>
  );
}

function Mails({ caseId }: OfCase) {
  const t = useCaseWords();
  const app = useAppWords();
  const formats = useFormats();
  const mails = api.useQuery('get', '/api/v1/mails', { params: { query: { caseId } } });
  if (mails.error) return <ProblemAlert error={mails.error} onAgain={() => void mails.refetch()} />;
  if (!mails.data) return <Skeleton height={80} role="status" aria-label={app('loading')} />;
  return (
    <section aria-labelledby="mails">
      <Text component="h2" id="mails" fw={700} size="sm">
        {t('documents.mails')}
      </Text>
      {mails.data.items.length === 0 && <Text c="dimmed">{t('documents.noMails')}</Text>}
      <ul className="case-list">
        {mails.data.items.map(({ mailId, subject, templateId, status, createdAt, body }) => (
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
        ))}
      </ul>
    </section>
  );
}
