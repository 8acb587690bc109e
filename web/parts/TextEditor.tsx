import { Anchor, List, Select, Stack, Text } from '@mantine/core';
import { useId, useRef } from 'react';
import { problemOf } from '../api/client.ts';
import './text.css';
import { useTextWords } from './text-words.ts';

type Props = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** what the API has against the text, or null */
  problem: unknown;
  checking: boolean;
  /** of a long text: where its parts begin, by the first words of their lines */
  parts?: { label: string; beginsWith: string }[];
};

/** As `text.css` has it. */
const linePixels = 20;

/** The line that the API names in a rule, and the rule without it. */
function placed({ field, rule }: { field: string; rule: string }) {
  const [named, after, before] =
    / \((?:line|Zeile) (\d+)\)$|^(?:line|Zeile) (\d+): /.exec(rule) ?? [];
  const line = after ?? before;
  const text = named === undefined ? rule : rule.replace(named, '');
  return { line: line === undefined ? null : Number(line), field, text };
}

/** A text with numbered lines, and under it what is wrong in which line. A plain field: what screen readers and telephones know. */
export function TextEditor({ label, value, onChange, problem, checking, parts = [] }: Props) {
  const t = useTextWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const saysId = useId();
  const lines = value.split('\n');
  const { errors, detail } = problemOf(problem);
  const mistakes =
    problem === null ? [] : (errors ?? [{ field: '', rule: detail }]).map((one) => placed(one));
  const goTo = (line: number) => {
    const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    field.current?.focus();
    field.current?.setSelectionRange(from, from + lines[line - 1]!.length);
    field.current?.parentElement?.scrollTo({ top: (line - 5) * linePixels });
  };
  return (
    <Stack gap="xs">
      {parts.length > 0 && (
        <Select
          aria-label={t('goTo')}
          placeholder={t('goTo')}
          data={parts.map(({ label, beginsWith }) => ({ label, value: beginsWith }))}
          value={null}
          searchable
          onChange={(part) => {
            const at = lines.findIndex((line) => line.startsWith(part ?? ''));
            // The list of choices takes the focus back first.
            if (at >= 0) setTimeout(() => goTo(at + 1));
          }}
        />
      )}
      <div className="text-box editor">
        <ol aria-hidden className="editor-lines figures">
          {lines.map((_, at) => (
            <li key={at} data-wrong={mistakes.some(({ line }) => line === at + 1) || undefined}>
              {at + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={field}
          aria-label={label}
          aria-describedby={saysId}
          aria-invalid={mistakes.length > 0}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          rows={lines.length + 1}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
        />
      </div>
      <div id={saysId} aria-live="polite" className="editor-says">
        {checking ? (
          <Text size="sm" c="dimmed">
            {t('checking')}
          </Text>
        ) : mistakes.length === 0 ? (
          <Text size="sm">{t('fine')}</Text>
        ) : (
          <>
            <Text size="sm" fw={600} c="var(--mantine-color-error)">
              {t('mistakes', { count: mistakes.length })}
            </Text>
            <List size="sm">
              {mistakes.map(({ line, field, text }) => (
                <List.Item key={`${line} ${field} ${text}`}>
                  {line !== null && (
                    <>
                      <Anchor component="button" type="button" size="sm" onClick={() => goTo(line)}>
                        {t('line', { line })}
                      </Anchor>
                      {': '}
                    </>
                  )}
                  {field} {text}
                </List.Item>
              ))}
            </List>
          </>
        )}
      </div>
    </Stack>
  );
}
