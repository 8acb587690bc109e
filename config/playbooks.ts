import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounter, parseAllDocuments, stringify, type Document } from 'yaml';
import { z } from 'zod';
import { DomainError, type FieldError } from '../domain/errors.ts';
import { measureIdOf } from '../domain/measure-plan.ts';
import {
  measureKinds,
  measureResults,
  type Measure,
  type Playbook,
  type PlaybookContent,
} from '../domain/playbooks.ts';
import { triggerDetails } from '../domain/silent-loss.ts';
import { causes, customerKinds, decisions, tiers, triggers } from '../domain/words.ts';
import { code, group, list, money, oneOf, text, wholeNumber } from './fields.ts';
import { fieldErrors } from './validate.ts';

/*
 * What a playbook may say. The same rules hold for the files in `playbooks/` and for the API; in a file an error names
 * its line.
 */

const days = wholeNumber(0, 365);
const doing = {
  kind: oneOf(measureKinds),
  queue: code.optional(),
  windowDays: wholeNumber(1, 365).optional(),
  attempts: wholeNumber(1, 20).optional(),
  retryAfterDays: list(days, { least: 1, most: 20 }).optional(),
  concession: code.optional(),
  cost: money.optional(),
  content: text(4_000).optional(),
};

const doingSchema = group(doing);
type Doing = z.output<typeof doingSchema>;

/** What goes only with some kinds. */
function checkDoing(given: Doing, context: z.core.$RefinementCtx, path: string[] = []): void {
  const { kind } = given;
  const broken = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [...path, field], message, input: given });
  const isCall = kind === 'call' || kind === 'offer';
  for (const field of ['attempts', 'retryAfterDays'] as const) {
    if (given[field] !== undefined && !isCall) broken(field, 'is only for kind call or offer');
  }
  for (const field of ['concession', 'cost'] as const) {
    const isGiven = given[field] !== undefined;
    if (isGiven && kind !== 'offer') broken(field, 'is only for kind offer');
    if (!isGiven && kind === 'offer') broken(field, 'is required with kind offer');
  }
}

export const measureSchema = group({
  id: code.optional(),
  ...doing,
  afterDays: days,
  on: z.record(z.string(), code).optional(),
  instead: doingSchema.optional(),
})
  .superRefine((measure, context) => {
    checkDoing(measure, context);
    if (measure.instead) checkDoing(measure.instead, context, ['instead']);
    const results: readonly string[] = measureResults[measure.kind];
    for (const result of Object.keys(measure.on ?? {})) {
      if (results.includes(result)) continue;
      const message = `is no result of kind ${measure.kind}: ${results.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['on', result], message, input: measure });
    }
  })
  .transform((measure) => measure as Measure);

/** A playbook without its version. */
export const playbookSchema = group({
  playbookId: code,
  title: text(200),
  triggers: list(oneOf(triggers)).default([]),
  triggerDetails: list(oneOf(triggerDetails)).optional(),
  decisions: list(oneOf(decisions)).default([]),
  causes: list(oneOf(causes)).default([]),
  tiers: list(oneOf(tiers)).default([]),
  customerKinds: list(oneOf(customerKinds)).optional(),
  measures: list(measureSchema, { least: 1, most: 30 }),
})
  .superRefine(({ measures }, context) => {
    const ids = measures.map(measureIdOf);
    const broken = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: ['measures', ...path], message, input: measures });
    measures.forEach(({ on = {} }, place) => {
      if (ids.indexOf(ids[place]!) < place) broken([place, 'id'], 'must be unique in the playbook');
      for (const [result, leadsTo] of Object.entries(on)) {
        if (leadsTo === 'next' || leadsTo === 'end' || ids.indexOf(leadsTo) > place) continue;
        broken([place, 'on', result], 'must be next, end or the id of a later measure');
      }
    });
  })
  .transform((playbook) => playbook as PlaybookContent);
/**
 * Reads the playbooks of a YAML text, one in each document.
 * @param what names the text in the message: `playbooks/dormancy.yaml`
 * @throws DomainError `invalid` that names every broken field, its rule and its line
 */
export function parsePlaybooks(yaml: string, what: string): PlaybookContent[] {
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
    const read = playbookSchema.safeParse(document.toJS());
    if (read.success) return [read.data];
    for (const { field, rule } of read.error.issues.flatMap(fieldErrors)) {
      errors.push({ field, rule: `${rule} (line ${lineOf(placeOf(document, field))})` });
    }
    return [];
  });
  if (documents.length === 0) errors.push({ field: '', rule: 'holds no playbook' });
  const ids = found.map(({ playbookId }) => playbookId);
  for (const id of ids.filter((id, i) => ids.indexOf(id) < i)) {
    errors.push({ field: 'playbookId', rule: `must be unique: ${id}` });
  }
  if (errors.length === 0) return found;
  const rules = errors.map(({ field, rule }) => (field ? `${field} ${rule}` : rule));
  throw new DomainError('invalid', `${what}: ${rules.join('; ')}`, errors);
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

/** Every playbook of a folder of YAML files. */
export async function loadPlaybooks(folder: string): Promise<PlaybookContent[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const read = files.map(async (name) =>
    parsePlaybooks(await readFile(join(folder, name), 'utf8'), name),
  );
  const all = (await Promise.all(read)).flat();
  const ids = all.map(({ playbookId }) => playbookId);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice)
    throw new DomainError('invalid', `${folder}: the playbook ${twice} stands there twice`);
  return all;
}

/** The playbook as a file would have it. */
export function playbookYaml({ version: _, ...content }: Playbook): string {
  return stringify(content, { lineWidth: 100 });
}
