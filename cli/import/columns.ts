import { DomainError } from '../../domain/errors.ts';
import { separators, splitLine, type CsvLayout } from './csv.ts';
import { encodingOf, linesOf, maxLineLength } from './lines.ts';

export type Column = {
  /** further names, besides that of the column itself, in the spelling of `plainName` */
  names: string[];
  required?: true;
  holds?: 'number' | 'time';
  /** values that are no personal data, so that a report may repeat them */
  shown?: RegExp;
};

export type Columns = Record<string, Column>;

/** A header's name without what people write differently: capitals, punctuation, umlauts. */
function plainName(name: string): string {
  const letters: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => letters[letter]!)
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/**
 * Finds the encoding and the separator of a file and, by the names in its first line, the columns we want.
 * @throws DomainError `invalid` when that line is no header, lacks a required column or names one twice
 */
export async function readLayout(
  path: string,
  columns: Columns,
): Promise<CsvLayout & { ignored: string[] }> {
  const fail = (rule: string) => new DomainError('invalid', `${path} ${rule}. ${needed(columns)}`);
  const encoding = await encodingOf(path);
  const reading = linesOf(path, encoding);
  const first = await reading.next();
  await reading.return(undefined);
  const [line] = first.done || first.value.lines.length === 0 ? [''] : first.value.lines;
  if (line === undefined)
    throw fail(`has a first line that is longer than ${maxLineLength} characters`);
  if (!line.trim()) throw fail('begins with an empty line or is empty');
  if (/[\0\uFFFD]/.test(line)) throw fail('is not a text');

  const known = new Map<string, string>();
  for (const [column, { names }] of Object.entries(columns)) {
    for (const name of [plainName(column), ...names]) known.set(name, column);
  }
  const readings = separators.flatMap((separator) => {
    const header = splitLine(line, separator);
    if (!Array.isArray(header)) return [];
    const meant = header.map((name) => known.get(plainName(name)));
    return [{ separator, header, meant, found: meant.filter(Boolean).length }];
  });
  const [best] = readings.toSorted(
    (a, b) => b.found - a.found || b.header.length - a.header.length,
  );
  if (!best)
    throw fail('has a first line with a quote that is not closed or stands in the wrong place');

  const { separator, header, meant } = best;
  const quoted = (names: string[]) => names.map((name) => `"${name}"`).join(', ');
  for (const column of Object.keys(columns)) {
    const twice = header.filter((_, at) => meant[at] === column);
    if (twice.length > 1) throw fail(`names ${column} more than once: ${quoted(twice)}`);
  }
  const missing = Object.keys(columns).filter((c) => columns[c]!.required && !meant.includes(c));
  if (missing.length > 0) throw fail(`lacks ${quoted(missing)}; it names ${quoted(header)}`);
  return {
    path,
    encoding,
    separator,
    fields: header.length,
    columns: meant.flatMap((name, at) => (name === undefined ? [] : [{ name, at }])),
    ignored: header.filter((_, at) => meant[at] === undefined),
  };
}

function needed(columns: Columns): string {
  const names = Object.keys(columns);
  const required = names.filter((name) => columns[name]!.required);
  const optional = names.filter((name) => !columns[name]!.required);
  return `Its first line must name the columns ${required.join(', ')}${optional.length > 0 ? ` and may name ${optional.join(', ')}` : ''}, in any order.`;
}
