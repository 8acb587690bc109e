import { Alert, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { PageTitle } from './PageTitle.tsx';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery, type QueryKey } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useId, useRef, useState, type ComponentProps, type ReactNode } from 'react';
import type { components } from '../api/schema.d.ts';
import { useAppWords } from '../app/words.ts';
import { ProblemAlert } from './PageStates.tsx';
import { TextEditor } from './TextEditor.tsx';

type Broken = components['schemas']['BrokenText'];

function isBroken(answer: object | undefined): answer is Broken {
  return answer !== undefined && 'errors' in answer;
}

type Options<Checked> = {
  /** what is checked */
  key: QueryKey;
  check: (yaml: string) => Promise<{ data?: Checked | Broken; error?: unknown }>;
  /** asked of who leaves with something unpublished */
  leave: string;
};

/** A text that is checked while somebody types, and not lost by mistake. */
export function useEditing<Checked extends object>(
  begun: string,
  { key, check, leave }: Options<Checked>,
) {
  const [text, setText] = useState(begun);
  const [yaml] = useDebouncedValue(text, 300);
  const isPublished = useRef(false);
  const query = useQuery({
    queryKey: [...key, yaml],
    meta: { still: true },
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const { data, error } = await check(yaml);
      return isBroken(data)
        ? { problem: { code: 'invalid', detail: '', ...data } }
        : { data, problem: error ?? null };
    },
  });
  const isChanged = text !== begun;
  const isAtRisk = () => isChanged && !isPublished.current;
  useBlocker({
    shouldBlockFn: () => isAtRisk() && !window.confirm(leave),
    enableBeforeUnload: isAtRisk,
  });
  return {
    text,
    setText,
    isChanged,
    isChecking: text !== yaml || query.isFetching,
    /** what the API has against the text, or null */
    problem: query.error ?? query.data?.problem ?? null,
    /** undefined: there are mistakes */
    checked: query.data?.data,
    published: () => void (isPublished.current = true),
  };
}

type FrameProps = Pick<ComponentProps<typeof TextEditor>, 'label' | 'parts'> & {
  editing: Omit<ReturnType<typeof useEditing>, 'checked'>;
  warnings?: { field: string; warning: string }[];
  actions: ReactNode;
  note?: string;
  /** what the text makes, beside it */
  result: { title: string; tools?: ReactNode; children: ReactNode };
};

export function EditorFrame({ editing, warnings = [], actions, note, result, ...of }: FrameProps) {
  const titleId = useId();
  const { text, setText, problem, isChecking } = editing;
  return (
    <div className="editor-halves">
      <Stack gap="sm">
        <TextEditor
          {...of}
          value={text}
          onChange={setText}
          problem={problem}
          checking={isChecking}
        />
        {warnings.map(({ field, warning }) => (
          <Alert color="yellow" key={field} title={field}>
            {warning}
          </Alert>
        ))}
        <Group>{actions}</Group>
        {note && (
          <Text size="sm" c="dimmed">
            {note}
          </Text>
        )}
      </Stack>
      <section aria-labelledby={titleId}>
        <Group justify="space-between" mb="xs">
          <Title order={2} size="h4" id={titleId}>
            {result.title}
          </Title>
          {result.tools}
        </Group>
        {result.children}
      </section>
    </div>
  );
}

type PageProps = {
  title: string;
  /** what is edited */
  read: { error: unknown; refetch: () => unknown };
  /** null or undefined: it is not there yet */
  children: ReactNode;
};

/** A page on which managers edit something. */
export function EditPage({ title, read, children }: PageProps) {
  const app = useAppWords();
  return (
    <Stack gap="md">
      <PageTitle>{title}</PageTitle>
      {read.error ? (
        <ProblemAlert error={read.error} onAgain={() => void read.refetch()} />
      ) : (
        (children ?? <Skeleton height={480} role="status" aria-label={app('loading')} />)
      )}
    </Stack>
  );
}
