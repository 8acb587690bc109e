import { importKinds, type ImportKind } from '../domain/imports.ts';
import { guessColumns, readHeader } from './columns.ts';
import { readCsv } from './csv.ts';
import { columnsOf } from './formats.ts';

/** What may be in a column of ours, and where it seems to stand. */
export type OfferedColumn = { name: string; required: boolean; at: number | null };

const everyFormat = importKinds.map((kind) => columnsOf[kind]);

/**
 * The names in a file's first line.
 * @throws DomainError `invalid` when it is none
 */
export async function headerOf(path: string): Promise<string[]> {
  return (await readHeader(path, ...everyFormat)).names;
}

/** For each kind of file its columns, each with the first place whose name says it. */
export function offeredColumns(header: string[]): Record<ImportKind, OfferedColumn[]> {
  const offered = importKinds.map((kind) => {
    const meant = guessColumns(header, columnsOf[kind]);
    const columns = Object.entries(columnsOf[kind]).map(([name, { required = false }]) => {
      const at = meant.indexOf(name);
      return { name, required, at: at < 0 ? null : at };
    });
    return [kind, columns] as const;
  });
  return Object.fromEntries(offered) as Record<ImportKind, OfferedColumn[]>;
}

/** What a file most likely holds: the kind whose required columns are there, and most of the others. */
export function likelyKind(header: string[]): ImportKind {
  const offered = offeredColumns(header);
  const share = (kind: ImportKind) => {
    const found = (some: OfferedColumn[]) => some.filter(({ at }) => at !== null).length;
    const required = offered[kind].filter((column) => column.required);
    return (found(required) / required.length) * 1_000 + found(offered[kind]);
  };
  return importKinds.toSorted((a, b) => share(b) - share(a))[0]!;
}

/** The first records as they stand there, broken ones left out. */
export async function firstRows(path: string, atMost: number): Promise<string[][]> {
  const { names, ...written } = await readHeader(path, ...everyFormat);
  const columns = names.map((_, at) => ({ name: String(at), at }));
  const layout = { path, ...written, fields: names.length, columns };
  for await (const { records } of readCsv(layout, () => true)) {
    const good = records.flatMap((record) => ('values' in record ? [record.values] : []));
    return good.slice(0, atMost).map((values) => columns.map(({ name }) => values[name]!));
  }
  return [];
}
