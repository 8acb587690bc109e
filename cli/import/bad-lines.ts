import { closeSync, openSync, writeSync } from 'node:fs';
import type { BadLine } from './files.ts';

const shownAtMost = 20;

/**
 * Writes bad lines to a CSV file, made at the first one, and keeps the first few to show. Neither holds a value of
 * the line, which may be personal data.
 */
export function badLineList(path: string) {
  const shown: BadLine[] = [];
  let count = 0;
  let file: number | undefined;
  return {
    add: (bad: BadLine): void => {
      if (file === undefined) {
        file = openSync(path, 'w', 0o600);
        writeSync(file, 'line,field,reason,file\n');
      }
      writeSync(file, `${bad.line},${[bad.field, bad.reason, bad.file].map(quoted).join(',')}\n`);
      count += 1;
      if (shown.length < shownAtMost) shown.push(bad);
    },
    print: (to: NodeJS.WritableStream): void => {
      if (count === 0) return;
      for (const { file, line, field, reason } of shown) {
        to.write(`${file}, line ${line}: ${field ? `${field} ` : ''}${reason}\n`);
      }
      if (count > shown.length) to.write(`and ${count - shown.length} more\n`);
      to.write(`All bad lines: ${path}\n`);
    },
    close: (): void => {
      if (file !== undefined) closeSync(file);
    },
  };
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
