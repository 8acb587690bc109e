import { linesOf, maxLineLength, type Encoding } from './lines.ts';

export const separators = [',', ';', '\t'] as const;
export type Separator = (typeof separators)[number];

/** The first line of a file: its separator, and the columns that we want by their place in it. */
export type CsvLayout = {
  path: string;
  encoding: Encoding;
  separator: Separator;
  fields: number;
  columns: { name: string; at: number }[];
};

/** A record's wanted columns; or what is wrong with it as a whole. `line` is where it begins, the header's is 1. */
export type CsvRecord =
  { line: number; values: Record<string, string> } | { line: number; problem: string };

export type CsvBatch = {
  records: CsvRecord[];
  /** of the file, so far */
  bytesRead: number;
};

/** A quoted field may reach over so many lines; then its quote counts as broken. */
const maxRecordLines = 100;

const brokenQuote = 'has a quote that is not closed or stands in the wrong place';
const tooLong = `is longer than ${maxLineLength} characters`;

/**
 * Reads the records below the header of a CSV file (RFC 4180) in batches, in memory that does not depend on the
 * file's size. A quoted field may hold line breaks, yet a broken quote spoils no line that is good by itself: a field
 * never reaches over a whole line that `isGood`; then, and when it closes nowhere or gives the wrong number of
 * fields, only the line with the quote is bad.
 */
export async function* readCsv(
  layout: CsvLayout,
  isGood: (values: Record<string, string>) => boolean,
): AsyncGenerator<CsvBatch> {
  let lines: (string | undefined)[] = [];
  let firstLine = 1;
  for await (const batch of linesOf(layout.path, layout.encoding)) {
    lines = lines.concat(batch.lines);
    const until = batch.last ? lines.length : lines.length - maxRecordLines;
    const records: CsvRecord[] = [];
    // The header is no record.
    let next = firstLine === 1 && until > 0 ? 1 : 0;
    while (next < until) {
      const line = firstLine + next;
      const { split, taken } = recordAt(lines, next, layout, isGood);
      if (split) records.push(recordOf(line, split, layout));
      next += taken;
    }
    lines = lines.slice(next);
    firstLine += next;
    yield { records, bytesRead: batch.bytesRead };
  }
}

function recordOf(line: number, split: Split, layout: CsvLayout): CsvRecord {
  if (split === 'open' || split === 'broken') return { line, problem: brokenQuote };
  if (split === 'too-long') return { line, problem: tooLong };
  if (split.length !== layout.fields) {
    return { line, problem: `has ${split.length} fields instead of ${layout.fields}` };
  }
  return { line, values: valuesOf(split, layout) };
}

function valuesOf(fields: string[], { columns }: CsvLayout): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, at } of columns) values[name] = fields[at]!;
  return values;
}

/** The record that begins at a line, and how many lines it takes; no record where the line is blank. */
function recordAt(
  lines: (string | undefined)[],
  from: number,
  layout: CsvLayout,
  isGood: (values: Record<string, string>) => boolean,
): { split?: Split; taken: number } {
  const first = lines[from];
  if (first?.trim() === '') return { taken: 1 };
  const alone = splitLine(first, layout.separator);
  if (alone !== 'open') return { split: alone, taken: 1 };

  let text = first!;
  for (let taken = 2; taken <= maxRecordLines; taken += 1) {
    const line = lines[from + taken - 1];
    if (line === undefined || text.length + line.length > maxLineLength) break;
    const itself = splitLine(line, layout.separator);
    if (
      Array.isArray(itself) &&
      itself.length === layout.fields &&
      isGood(valuesOf(itself, layout))
    )
      break;
    text += `\n${line}`;
    if (!line.includes('"')) continue;
    const split = splitLine(text, layout.separator);
    if (split === 'open') continue;
    if (Array.isArray(split) && split.length === layout.fields) return { split, taken };
    break;
  }
  return { split: alone, taken: 1 };
}

/** Its fields, trimmed; `open` when it ends inside quotes, `broken` when a quote stands in the wrong place. */
type Split = string[] | 'open' | 'broken' | 'too-long';

export function splitLine(text: string | undefined, separator: Separator): Split {
  if (text === undefined) return 'too-long';
  if (!text.includes('"')) return text.split(separator).map((field) => field.trim());
  const fields: string[] = [];
  for (let at = 0; ; at += 1) {
    while (text[at] === ' ') at += 1;
    const quoted = text[at] === '"';
    const from = quoted ? at + 1 : at;
    if (quoted) {
      at = closingQuote(text, from);
      if (at < 0) return 'open';
      fields.push(text.slice(from, at).replaceAll('""', '"').trim());
      for (at += 1; text[at] === ' '; at += 1);
    } else {
      at = text.indexOf(separator, from);
      if (at < 0) at = text.length;
      const field = text.slice(from, at);
      if (field.includes('"')) return 'broken';
      fields.push(field.trim());
    }
    if (at >= text.length) return fields;
    if (text[at] !== separator) return 'broken';
  }
}

/** Where the quoted field ends that begins at `from`; a doubled quote is one of its characters. */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}
