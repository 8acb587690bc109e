import { Alert, Text } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useUser } from '../../app/session.ts';
import type { Task } from '../inbox/tasks.ts';
import { nothing, wordsIn, type Draft } from './draft.ts';
import { useCallWords } from './words.ts';

type Props = {
  task: Task;
  draft: Draft;
  setDraft: (draft: Draft) => void;
  setNote: (change: (text: string) => string) => void;
};

/** What somebody was still writing when the task closed without them: it goes on as a note of the case, if there is one. */
export function Left({ task, draft, setDraft, setNote }: Props) {
  const t = useCallWords();
  const user = useUser();
  const [moved, setMoved] = useState(false);
  const { type, caseId, status, keptResult, completedBy } = task;
  const isClosed = status !== 'open' || keptResult !== null;
  const isMine = (keptResult?.by ?? completedBy) === user.userId;
  const words = isClosed && !isMine ? wordsIn(type, draft) : '';
  const counts = status === 'done' && isMine;
  useEffect(() => {
    if (counts) setDraft(nothing);
    if (words === '' || caseId === null) return;
    setNote((text) => [text, words].filter((part) => part !== '').join('\n'));
    setDraft(nothing);
    setMoved(true);
  }, [counts, words, caseId, setDraft, setNote]);
  if (!moved && words === '') return null;
  return (
    <Alert color="orange" icon={<IconPencil />} role="status">
      {t(caseId === null ? 'state.leftHere' : 'state.left')}
      {caseId === null && (
        <Text size="sm" className="written">
          {words}
        </Text>
      )}
    </Alert>
  );
}
