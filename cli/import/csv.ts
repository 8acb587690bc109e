import { createReadStream } from 'node:fs';
import { parse, type Options } from 'csv-parse/sync';
import { DomainError } from '../../domain/errors.ts';

/** One line of a CSV file by its columns; or what is wrong with the whole line. */
export type CsvLine =
  { line: number; values: Record<string, string> } | { line: number; problem: string };

export type CsvBatch = {
  lines: CsvLine[];
  /** of the file, so far */
  bytesRead: number;
};

const batchSize = 1_000;
const maxLineLength = 65_536;

/**
 * Reads a CSV file (UTF-8, commas, the first line names the columns in any order) in batches, in memory that does
 * not depend on the file's size. A field holds no line break, so that a broken quote spoils its own line alone.
 * @throws DomainError `invalid` when the first line does not name exactly `columns`, before the first batch
 */
export async function* readCsv(path: string, columns: string[]): AsyncGenerator<CsvBatch> {
  let order: string[] | undefined;
  for await (const { texts, firstLine, bytesRead } of textsOf(path)) {
    const lines = splitAll(texts).map((split, i) => ({ line: firstLine + i, split }));
    order ??= headerOf(path, lines.shift()?.split, columns);
    yield { lines: lines.flatMap((line) => byColumns(line, order!)), bytesRead };
  }
  if (!order) headerOf(path, null, columns);
}

/** Only the check of the first line. */
export async function checkHeader(path: string, columns: string[]): Promise<void> {
  const reading = readCsv(path, columns);
  await reading.next();
  await reading.return(undefined);
}

type Split = string[] | { problem: string };

function byColumns(
  { line, split }: { line: number; split: Split | null },
  order: string[],
): CsvLine[] {
  if (!split) return [];
  if ('problem' in split) return [{ line, problem: split.problem }];
  if (split.length !== order.length) {
    return [{ line, problem: `has ${split.length} fields instead of ${order.length}` }];
  }
  return [{ line, values: Object.fromEntries(order.map((column, i) => [column, split[i]!])) }];
}

/** The names in the first line, which must be those of `columns`. */
function headerOf(path: string, header: Split | null | undefined, columns: string[]): string[] {
  const fail = (rule: string) => {
    const expected = `The first line must name the columns ${columns.join(',')} in any order.`;
    return new DomainError('invalid', `${path} ${rule}. ${expected}`);
  };
  if (!header) throw fail('begins with an empty line or is empty');
  if ('problem' in header) throw fail(`cannot be read: its first line ${header.problem}`);
  if (header.some((name) => /[\0\uFFFD]/.test(name))) throw fail('is not a text in UTF-8');
  if (header.length === 1 && /[;\t]/.test(header[0]!)) throw fail('is not separated by commas');
  const named = (names: string[]) => names.map((name) => `"${name}"`).join(', ');
  const unknown = header.filter((name) => !columns.includes(name));
  const missing = columns.filter((name) => !header.includes(name));
  if (unknown.length + missing.length > 0) {
    const rules = [
      missing.length > 0 ? `lacks ${named(missing)}` : '',
      unknown.length > 0 ? `has the unknown ${named(unknown)}` : '',
    ];
    throw fail(rules.filter(Boolean).join(' and '));
  }
  if (header.length > columns.length) throw fail('names a column twice');
  return header;
}

const options: Options = { record_delimiter: '\n', relax_column_count: true, trim: true };

/** Every text as its fields, blank ones as null. */
function splitAll(texts: (string | undefined)[]): (Split | null)[] {
  const filled = texts.filter((text) => text?.trim());
  const splits = splitTogether(filled as string[]).values();
  return texts.map((text) => {
    if (text === undefined) return { problem: `is longer than ${maxLineLength} characters` };
    return text.trim() ? splits.next().value! : null;
  });
}

function splitTogether(texts: string[]): Split[] {
  try {
    const records = parse(texts.join('\n'), options);
    if (records.length === texts.length) return records;
  } catch {
    // At least one line is broken: see below which.
  }
  return texts.map((text) => {
    try {
      return parse(text, options)[0]!;
    } catch {
      return { problem: 'has a quote that is not closed or stands in the wrong place' };
    }
  });
}

/** The file's lines in batches; undefined stands for a line that is too long to be kept. */
async function* textsOf(
  path: string,
): AsyncGenerator<{ texts: (string | undefined)[]; firstLine: number; bytesRead: number }> {
  const decoder = new TextDecoder();
  let texts: (string | undefined)[] = [];
  let firstLine = 1;
  let bytesRead = 0;
  let rest = '';
  let tooLong = false;
  const add = (text: string) => {
    texts.push(tooLong || text.length > maxLineLength ? undefined : text);
    tooLong = false;
  };
  const batch = () => {
    const full = { texts, firstLine, bytesRead };
    firstLine += texts.length;
    texts = [];
    return full;
  };
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    bytesRead += chunk.length;
    const [first, ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    rest += first!;
    for (const other of others) {
      add(rest);
      rest = other;
      if (texts.length >= batchSize) yield batch();
    }
    if (rest.length > maxLineLength) {
      tooLong = true;
      rest = '';
    }
  }
  rest += decoder.decode();
  if (rest || tooLong) add(rest);
  if (texts.length > 0) yield batch();
}
