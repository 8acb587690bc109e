import { DomainError } from '../domain/errors.ts';
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

/** The first line of a file, and how the file is written. */
export type Header = Pick<CsvLayout, 'encoding' | 'separator'> & { names: string[] };

/** Which of our columns each name of a header means, as far as that can be told. */
export function guessColumns(names: string[], columns: Columns): (string | undefined)[] {
  const known = new Map<string, string>();
  for (const [column, { names }] of Object.entries(columns)) {
    for (const name of [plainName(column), ...names]) known.set(name, column);
  }
  return names.map((name) => known.get(plainName(name)));
}

/**
 * Finds the encoding and the separator of a file.
 * @param kinds what the file may hold; the separator is the one by which the first line says most of it
 * @throws DomainError `invalid` when that line is no header
 */
export async function readHeader(path: string, ...kinds: Columns[]): Promise<Header> {
  const [only, ...others] = kinds;
  const advice = only && others.length === 0 ? ` ${needed(only)}` : '';
  const fail = (rule: string) => new DomainError('invalid', `${path} ${rule}.${advice}`);
  const encoding = await encodingOf(path);
  const reading = linesOf(path, encoding);
  const first = await reading.next();
  await reading.return(undefined);
  const [line] = first.done || first.value.lines.length === 0 ? [''] : first.value.lines;
  if (line === undefined)
    throw fail(`has a first line that is longer than ${maxLineLength} characters`);
  if (!line.trim()) throw fail('begins with an empty line or is empty');
  if (/[\0\uFFFD]/.test(line)) throw fail('is not a text');

  const found = (names: string[]) =>
    Math.max(...kinds.map((columns) => guessColumns(names, columns).filter(Boolean).length));
  const [best] = separators
    .flatMap((separator) => {
      const names = splitLine(line, separator);
      return Array.isArray(names) ? [{ separator, names, found: found(names) }] : [];
    })
    .toSorted((a, b) => b.found - a.found || b.names.length - a.names.length);
  if (!best)
    throw fail('has a first line with a quote that is not closed or stands in the wrong place');
  return { encoding, separator: best.separator, names: best.names };
}

/** Where each of our columns stands in a file, by its name; the first one is 0. */
export type Mapping = Record<string, number>;

/**
 * Finds the columns we want, by the names in a file's first line unless somebody has said where they are.
 * @throws DomainError `invalid` when that line is no header, or a required column is missing or named twice
 */
export async function readLayout(
  path: string,
  columns: Columns,
  mapping?: Mapping,
): Promise<CsvLayout & { ignored: string[] }> {
  const { encoding, separator, names } = await readHeader(path, columns);
  const fail = (rule: string) => new DomainError('invalid', `${path} ${rule}. ${needed(columns)}`);
  const quoted = (some: string[]) => some.map((name) => `"${name}"`).join(', ');
  const wanted = mapping ? placesOf(mapping) : guessed();
  const missing = Object.keys(columns).filter(
    (column) => columns[column]!.required && !wanted.some(({ name }) => name === column),
  );
  if (missing.length > 0) throw fail(`lacks ${quoted(missing)}; it names ${quoted(names)}`);
  return {
    path,
    encoding,
    separator,
    fields: names.length,
    columns: wanted,
    ignored: names.filter((_, place) => !wanted.some(({ at }) => at === place)),
  };

  function guessed() {
    const meant = guessColumns(names, columns);
    for (const column of Object.keys(columns)) {
      const twice = names.filter((_, at) => meant[at] === column);
      if (twice.length > 1) throw fail(`names ${column} more than once: ${quoted(twice)}`);
    }
    return meant.flatMap((name, at) => (name === undefined ? [] : [{ name, at }]));
  }

  function placesOf(given: Mapping) {
    return Object.entries(given).map(([name, at]) => {
      if (columns[name] && at < names.length) return { name, at };
      throw fail(`has no column ${at + 1} for ${name}`);
    });
  }
}

function needed(columns: Columns): string {
  const names = Object.keys(columns);
  const required = names.filter((name) => columns[name]!.required);
  const optional = names.filter((name) => !columns[name]!.required);
  return `Its first line must name the columns ${required.join(', ')}${optional.length > 0 ? ` and may name ${optional.join(', ')}` : ''}, in any order.`;
}
