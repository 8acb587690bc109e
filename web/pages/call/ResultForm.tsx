import {
  Button,
  Group,
  Kbd,
  NumberInput,
  Paper,
  Stack,
  Text,
  Textarea,
  Title,
} from '@mantine/core';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { taskTypes, type TaskOutcome } from '../../../domain/tasks.ts';
import { causes } from '../../../domain/words.ts';
import { api, problemOf } from '../../api/client.ts';
import { useKeys } from '../../api/keys.ts';
import { useShortcuts } from '../../app/shortcuts.ts';
import { ProblemAlert } from '../../parts/PageStates.tsx';
import { useNames } from '../../words/domain.ts';
import type { Task } from '../inbox/tasks.ts';
import { useConsequenceWords } from './consequences.ts';
import {
  faultOf,
  fieldsOf,
  forgetDraft,
  ahead,
  resultOf,
  textIn,
  useTimer,
  type Draft,
} from './draft.ts';
import { ResultField } from './ResultField.tsx';
import { undoForSeconds } from './undo.tsx';
import { useCallWords } from './words.ts';

export type Completed = { commandId: string; undoUntil: string } | 'done';

type Props = {
  task: Task;
  draft: Draft;
  setDraft: (change: (draft: Draft) => Draft) => void;
  likely: string[];
  onCompleted: (completed: Completed, outcome: TaskOutcome) => void;
  /** somebody was quicker, or the case has gone on */
  onLate: () => Promise<void>;
};

/** What came of it: one key for each outcome, what it leads to said before, and Enter. */
export function ResultForm({ task, draft, setDraft, likely, onCompleted, onLate }: Props) {
  const t = useCallWords();
  const names = useNames();
  const say = useConsequenceWords();
  const { taskId, type } = task;
  const outcomes = taskTypes[type].result.outcome.values as readonly TaskOutcome[];
  const { outcome, values } = draft;
  const fields = fieldsOf(type, outcome);
  const form = useRef<HTMLFormElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const seconds = useTimer(taskId, true);
  const [choices, setChoices] = useState(0);
  /** attempts to save what the API would not take */
  const [tries, setTries] = useState(0);
  const own = values['minutes'];
  const measured = Math.min(1_440, Math.ceil(Math.max(1, seconds) / 60));
  const minutes = typeof own === 'number' ? own : measured;
  const setValue = (name: string, value: unknown) =>
    setDraft((before) => ({ ...before, values: { ...before.values, [name]: value } }));

  const said = {
    callbackAt: outcome === 'callback' ? ahead(values['callbackAt']) : undefined,
    recontactAt: outcome === 'not-now' ? ahead(values['recontactAt']) : undefined,
    cause: causes.find((one) => one === values['cause']),
  };
  const consequences = api.useQuery(
    'get',
    '/api/v1/tasks/{taskId}/consequences',
    {
      params: {
        path: { taskId },
        query: {
          ...(said.callbackAt && { callbackAt: said.callbackAt }),
          ...(said.recontactAt && { recontactAt: said.recontactAt }),
          ...(said.cause && { cause: said.cause }),
        },
      },
    },
    { placeholderData: (before) => before },
  );
  const thenOf = (one: string) => {
    const found = consequences.data?.items.find((item) => item.outcome === one);
    return found ? say(found) : [];
  };

  const keys = useKeys();
  const complete = api.useMutation('post', '/api/v1/tasks/{taskId}/complete', {
    onSuccess: (answer) => {
      const kept = 'commandId' in answer && answer.undoUntil !== null;
      const { commandId, undoUntil } = answer as { commandId: string; undoUntil: string };
      if (!kept) forgetDraft(taskId);
      onCompleted(kept ? { commandId, undoUntil } : 'done', outcome as TaskOutcome);
    },
    onError: (error) => {
      if (['conflict', 'task-not-open'].includes(problemOf(error).code)) void onLate();
    },
  });
  const problem = complete.error ? problemOf(complete.error) : null;
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (outcome === null || complete.isPending) return;
    if (fields.some((field) => faultOf(field, values))) return setTries((before) => before + 1);
    const result = resultOf(type, draft, minutes);
    complete.mutate({
      // While nobody answers, the minutes go on.
      params: { path: { taskId }, header: keys.of({ ...result, minutes: undefined }) },
      body: { result: result, undoForSeconds },
    });
  };
  const choose = (chosen: string) => {
    setDraft((before) => ({ ...before, outcome: chosen }));
    setChoices((before) => before + 1);
    setTries(0);
    complete.reset();
  };
  // What must be said comes first; otherwise Enter saves.
  useEffect(() => {
    if (choices === 0) return;
    const needed = form.current?.querySelector<HTMLElement>('[data-fields] input[required]');
    (needed ?? form.current?.querySelector<HTMLElement>('button[type=submit]'))?.focus();
  }, [choices]);
  useEffect(() => {
    if (tries === 0) return;
    form.current?.querySelector<HTMLElement>('[data-fields] [aria-invalid=true]')?.focus();
  }, [tries]);
  const errorOf = (field: (typeof fields)[number]) => {
    const fault = faultOf(field, values);
    if (fault === undefined || (fault === 'needed' && tries === 0)) return undefined;
    return t(`result.${fault}`);
  };
  useShortcuts({
    ...Object.fromEntries(outcomes.map((one, i) => [String(i + 1), () => choose(one)])),
    n: () => note.current?.focus(),
  });

  return (
    <Paper withBorder px="sm" py="xs" component="section" aria-labelledby="result-title">
      <form
        ref={form}
        onSubmit={save}
        noValidate
        onKeyDown={({ key, ctrlKey, metaKey }) => {
          if (key === 'Enter' && (ctrlKey || metaKey)) form.current?.requestSubmit();
          if (key === 'Escape') (document.activeElement as HTMLElement | null)?.blur();
        }}
      >
        <Stack gap="xs">
          <Title order={2} size="h5" id="result-title">
            {t('result.title')}
          </Title>
          <div className="outcomes" role="radiogroup" aria-labelledby="result-title">
            {outcomes.map((one, i) => (
              <button
                key={one}
                type="button"
                role="radio"
                aria-checked={outcome === one}
                className="outcome"
                title={t('result.key', { key: i + 1 })}
                onClick={() => choose(one)}
              >
                <Kbd size="sm">{i + 1}</Kbd>
                <span className="outcome-words">
                  <Text span fw={600} size="sm">
                    {names.taskOutcomes[one]}
                  </Text>
                  {thenOf(one).map((line) => (
                    <Text span size="xs" c="dimmed" key={line}>
                      {line}
                    </Text>
                  ))}
                </span>
              </button>
            ))}
          </div>
          {fields.length > 0 && (
            <Stack gap="xs" data-fields>
              {fields.map((field) => (
                <ResultField
                  key={field.name}
                  field={field}
                  values={values}
                  likely={likely}
                  error={errorOf(field)}
                  onChange={(value) => setValue(field.name, value)}
                />
              ))}
            </Stack>
          )}
          <Textarea
            ref={note}
            label={t('result.note')}
            placeholder={t('result.noteHint')}
            title="n"
            autosize
            minRows={2}
            maxRows={8}
            maxLength={4_000}
            value={textIn(values['note'])}
            onChange={({ currentTarget: { value } }) => setValue('note', value)}
          />
          <Stack gap="xs" className="result-foot">
            {problem && <ProblemAlert error={complete.error} />}
            <Group align="end" justify="space-between">
              <NumberInput
                w={150}
                label={t('result.minutes')}
                description={t('result.timer', { time: clock(seconds) })}
                min={0}
                max={1_440}
                allowDecimal={false}
                className="figures"
                value={minutes}
                onChange={(value) => setValue('minutes', value === '' ? null : Number(value))}
              />
              <Button
                type="submit"
                disabled={outcome === null}
                loading={complete.isPending}
                rightSection={<Kbd size="xs">{t('result.saveKeys')}</Kbd>}
              >
                {t('result.save')}
              </Button>
            </Group>
          </Stack>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            {t('result.keys')}
          </Text>
        </Stack>
      </form>
    </Paper>
  );
}

/** `3:07` */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
