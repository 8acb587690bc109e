import { Text, VisuallyHidden } from '@mantine/core';
import { inShort, lineDiff } from './line-diff.ts';
import './text.css';
import { useTextWords } from './text-words.ts';

/** What changed from one text to another, line by line. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const t = useTextWords();
  const lines = lineDiff(before, after);
  if (lines.every(({ change }) => change === 'same')) return <Text size="sm">{t('same')}</Text>;
  return (
    <div className="text-box" role="region" aria-label={label} tabIndex={0}>
      <ul className="diff">
        {inShort(lines).map((line, at) =>
          line === null ? (
            <li key={at} className="diff-gap">
              <span aria-hidden>⋯</span>
              <VisuallyHidden>{t('leftOut')}</VisuallyHidden>
            </li>
          ) : (
            <li key={at} data-change={line.change}>
              <span aria-hidden className="diff-sign">
                {{ same: ' ', added: '+', removed: '−' }[line.change]}
              </span>
              {line.change !== 'same' && <VisuallyHidden>{t(line.change)}: </VisuallyHidden>}
              {line.text}
            </li>
          ),
        )}
      </ul>
    </div>
  );
}
