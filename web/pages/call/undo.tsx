import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { http } from '../../api/client.ts';
import { idempotencyKey } from '../../api/keys.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { tell, tellProblem } from '../../app/tell.ts';
import { forgetDraft } from './draft.ts';
import { useCallWords } from './words.ts';

/** So long a result waits on the server, where a closed tab loses nothing. */
export const undoForSeconds = 5;
/** After that the engine mostly has it within a moment. */
const patienceMs = 4_000;
const lookAgainMs = 1_000;

export type Saved = {
  commandId: string;
  taskId: string;
  /** whose task it was, and what was told */
  name: string;
  outcome: string;
  undoUntil: string;
  /** back to the task, with what was entered */
  onUndone: () => void;
};

type Words = ReturnType<typeof useCallWords>;

/** Tells that a result is saved, offers to undo it, and says so if it does not come to count. */
export function offerUndo(saved: Saved, t: Words): void {
  const leftMs = Math.max(0, Date.parse(saved.undoUntil) - Date.now());
  notifications.show({
    id: saved.commandId,
    message: <Undo saved={saved} />,
    color: 'teal',
    autoClose: leftMs,
    withCloseButton: false,
  });
  setTimeout(() => void follow(saved, t, Date.now() + patienceMs), leftMs + lookAgainMs);
}

function Undo({ saved }: { saved: Saved }) {
  const t = useCallWords();
  const { commandId, name, outcome, onUndone } = saved;
  const undo = async () => {
    notifications.hide(commandId);
    const { error } = await http.POST('/api/v1/commands/{commandId}/undo', {
      params: { path: { commandId }, header: idempotencyKey() },
    });
    if (error) return tellProblem(error, t('undo.late'));
    tell(t('undo.undone'));
    onUndone();
  };
  useShortcuts({ u: () => void undo() });
  return (
    <Group justify="space-between" wrap="nowrap">
      <Text size="sm">{t('undo.saved', { name, outcome })}</Text>
      <Button
        size="compact-sm"
        variant="default"
        style={{ flexShrink: 0 }}
        onClick={() => void undo()}
        title="u"
      >
        {t('undo.undo')}
      </Button>
    </Group>
  );
}

/** Until there is a verdict: once it takes too long the person hears that it is kept, and in the end if it was refused. */
async function follow(saved: Saved, t: Words, patientUntil: number | null): Promise<void> {
  const { commandId, taskId, name, outcome } = saved;
  const { data } = await http.GET('/api/v1/commands/{commandId}', {
    params: { path: { commandId } },
  });
  if (data && data.status !== 'pending') {
    if (data.status === 'done') forgetDraft(taskId);
    if (data.status !== 'rejected') return;
    const detail = t('undo.refused', { name, why: data.error!.message });
    return tellProblem({ code: data.error!.code, detail }, detail);
  }
  const isLate = patientUntil !== null && Date.now() > patientUntil;
  if (isLate) {
    const message = t('undo.kept', { name, outcome });
    notifications.show({ message, color: 'orange', autoClose: 10_000 });
  }
  setTimeout(() => void follow(saved, t, isLate ? null : patientUntil), lookAgainMs);
}
