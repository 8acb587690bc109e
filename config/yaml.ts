import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseAllDocuments, visit, type Alias, type Document } from 'yaml';
import type { z } from 'zod';
import { DomainError, type FieldError } from '../domain/errors.ts';
import { fieldErrors } from './validate.ts';

/** What stands in YAML documents, and by which field one is told from another. */
type Kind<Content> = {
  name: string;
  schema: z.ZodType<Content>;
  id: keyof Content & string;
};

/**
 * Reads a YAML text, each document by itself.
 * @param what names the text in the message: `playbooks/dormancy.yaml`
 * @throws DomainError `invalid` that names every broken field, its rule and its line
 */
export function parseYaml<Content>(
  yaml: string,
  { what, name, schema, id }: Kind<Content> & { what: string },
): Content[] {
  const lines = new LineCounter();
  const documents = [parseAllDocuments(yaml, { lineCounter: lines })].flat() as Document[];
  const errors: FieldError[] = [];
  const lineOf = (offset: number) => lines.linePos(offset).line;
  const found = documents.flatMap((document) => {
    for (const { message, pos } of document.errors) {
      const [sentence] = message.split(' at line ');
      errors.push({ field: '', rule: `line ${lineOf(pos[0])}: ${sentence}` });
    }
    if (document.errors.length > 0) return [];
    const broken = brokenAlias(document);
    if (broken) {
      errors.push({ field: '', rule: `line ${lineOf(broken.at)}: ${broken.rule}` });
      return [];
    }
    const read = schema.safeParse(document.toJS());
    if (read.success) return [read.data];
    for (const { field, rule } of read.error.issues.flatMap(fieldErrors)) {
      errors.push({ field, rule: `${rule} (line ${lineOf(placeOf(document, field))})` });
    }
    return [];
  });
  if (documents.length === 0) errors.push({ field: '', rule: `holds no ${name}` });
  for (const twice of repeatedIn(found.map((one) => one[id]))) {
    errors.push({ field: id, rule: `must be unique: ${String(twice)}` });
  }
  if (errors.length === 0) return found;
  const rules = errors.map(({ field, rule }) => (field ? `${field} ${rule}` : rule));
  throw new DomainError('invalid', `${what}: ${rules.join('; ')}`, errors);
}

/** Everything in a folder of YAML files. */
export async function loadYaml<Content>(folder: string, kind: Kind<Content>): Promise<Content[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const read = files.map(async (file) =>
    parseYaml(await readFile(join(folder, file), 'utf8'), { what: file, ...kind }),
  );
  const all = (await Promise.all(read)).flat();
  const [twice] = repeatedIn(all.map((one) => one[kind.id]));
  if (twice === undefined) return all;
  const message = `${folder}: the ${kind.name} ${String(twice)} stands there twice`;
  throw new DomainError('invalid', message);
}

function repeatedIn<Id>(ids: Id[]): Id[] {
  return ids.filter((id, i) => ids.indexOf(id) < i);
}

/** An alias that names nothing, and so is perhaps a text that begins with a star; or the last of too many. */
function brokenAlias(document: Document): { at: number; rule: string } | undefined {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) });
  const unknown = aliases.find((alias) => !alias.resolve(document));
  if (unknown) {
    const rule = `*${unknown.source} names nothing above it; a text that begins with * needs quotes`;
    return { at: unknown.range![0], rule };
  }
  try {
    document.toJS();
    return undefined;
  } catch (error) {
    // The package's own limit, which keeps a few lines from growing to gigabytes.
    if (!(error instanceof ReferenceError)) throw error;
    return { at: aliases.at(-1)!.range![0], rule: 'has too many aliases' };
  }
}

/** Where a field stands in the text; of one that is missing, where it should. */
function placeOf(document: Document, field: string): number {
  const path = field.split('.').filter((part) => part !== '');
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: number[] } | undefined;
    if (node?.range) return node.range[0]!;
  }
  return 0;
}
