import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readCsv } from './csv.ts';
import type { BadLine } from './files.ts';

const shownAtMost = 20;

/** Writes bad lines to a CSV file, made at the first one, and keeps the first few to show. */
export function badLineList(path: string) {
  const shown: BadLine[] = [];
  let count = 0;
  let file: number | undefined;
  return {
    add: (bad: BadLine): void => {
      if (file === undefined) {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        file = openSync(path, 'w', 0o600);
        writeSync(file, 'file,line,field,reason,value\n');
      }
      const rest = [bad.field, bad.reason, bad.value ?? ''].map(quoted).join(',');
      writeSync(file, `${quoted(bad.file)},${bad.line},${rest}\n`);
      count += 1;
      if (shown.length < shownAtMost) shown.push(bad);
    },
    print: (to: NodeJS.WritableStream): void => {
      if (count === 0) return;
      for (const { file, line, field, reason, value } of shown) {
        const what = value === undefined ? field : `${field} "${value}"`;
        to.write(`${file}, line ${line}: ${what ? `${what} ` : ''}${reason}\n`);
      }
      if (count > shown.length) to.write(`and ${count - shown.length} more\n`);
      to.write(`All bad lines: ${path}\n`);
    },
    close: (): void => {
      if (file !== undefined) closeSync(file);
    },
  };
}

/** The first bad lines of a list that was written so. */
export async function firstBadLines(path: string): Promise<Omit<BadLine, 'file'>[]> {
  const columns = ['line', 'field', 'reason', 'value'].map((name, i) => ({ name, at: i + 1 }));
  const layout = { path, encoding: 'utf-8', separator: ',', fields: 5, columns } as const;
  for await (const { records } of readCsv({ ...layout, columns }, () => false)) {
    return records.slice(0, shownAtMost).flatMap((record) => {
      if (!('values' in record)) return [];
      const { line = '', field = '', reason = '', value = '' } = record.values;
      return [{ line: Number(line), field, reason, ...(value && { value }) }];
    });
  }
  return [];
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
