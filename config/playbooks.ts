import { stringify } from 'yaml';
import { z } from 'zod';
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
import { loadYaml, parseYaml } from './yaml.ts';

/*
 * What a playbook may say. The same rules hold for the files in `playbooks/` and for the API; in a file an error names
 * its line.
 */

const days = wholeNumber(0, 365);
const doing = {
  kind: oneOf(measureKinds),
  queue: code.optional(),
  assignee: text(100).optional(),
  windowDays: wholeNumber(1, 365).optional(),
  attempts: wholeNumber(1, 20).optional(),
  retryAfterDays: list(days, { least: 1, most: 20 }).optional(),
  concession: code.optional(),
  cost: money.optional(),
  template: code.optional(),
  content: text(4_000).optional(),
};

const doingSchema = group(doing);
type Doing = z.output<typeof doingSchema>;

/** What goes only with some kinds. */
function checkDoing(given: Doing, context: z.core.$RefinementCtx, path: string[] = []): void {
  const { kind } = given;
  const broken = (field: string, message: string) =>
    context.addIssue({ code: 'custom', path: [...path, field], message, input: given });
  if (given.template !== undefined && kind !== 'email' && kind !== 'letter') {
    broken('template', 'is only for kind email or letter');
  }
  if (kind === 'email') {
    if (given.template === undefined) broken('template', 'is required with kind email');
    for (const field of ['queue', 'assignee', 'windowDays', 'content'] as const) {
      if (given[field] !== undefined) broken(field, 'is not for kind email, which nobody does');
    }
  }
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
  alternatives: list(code, { least: 1, most: 10 }).optional(),
  on: z.record(z.string(), code).optional(),
  instead: doingSchema.optional(),
})
  .superRefine((measure, context) => {
    checkDoing(measure, context);
    if (measure.instead) checkDoing(measure.instead, context, ['instead']);
    const { kind, concession, alternatives = [] } = measure;
    const broken = (message: string) =>
      context.addIssue({ code: 'custom', path: ['alternatives'], message, input: measure });
    if (alternatives.length > 0 && kind !== 'offer') broken('is only for kind offer');
    if (new Set([concession, ...alternatives]).size <= alternatives.length) {
      broken('must be other offers than the concession, each once');
    }
    const kinds = [kind, ...(measure.instead ? [measure.instead.kind] : [])];
    const results: string[] = [...new Set(kinds.flatMap((kind) => [...measureResults[kind]]))];
    for (const result of Object.keys(measure.on ?? {})) {
      if (results.includes(result)) continue;
      const message = `is no result of kind ${kinds.join(' or ')}: ${results.join(', ')}`;
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

/** What there is that measures can name. */
export type Known = {
  templates: string[];
  offers: string[];
  /** IDs of keys of those who do tasks */
  people: string[];
};

/** Of whoever can be given tasks. */
export const keyOfStaffRule = 'must be the ID of a valid key of an agent, manager or admin';

const ofOffer = 'must be the ID of an offer';

/** What a measure names that does not exist, by its place in the measure. */
export function unknownIn(measure: Measure, known: Known): { path: string[]; message: string }[] {
  const doings = [
    { at: [], doing: measure },
    ...(measure.instead ? [{ at: ['instead'], doing: measure.instead }] : []),
  ];
  const named = [
    { field: 'template', all: known.templates, message: 'must be the ID of a template' },
    { field: 'concession', all: known.offers, message: ofOffer },
    { field: 'assignee', all: known.people, message: keyOfStaffRule },
  ] as const;
  const alternatives = (measure.alternatives ?? []).flatMap((name, place) =>
    known.offers.includes(name)
      ? []
      : [{ path: ['alternatives', String(place)], message: ofOffer }],
  );
  const others = doings.flatMap(({ at, doing }) =>
    named.flatMap(({ field, all, message }) => {
      const name = doing[field];
      return name === undefined || all.includes(name) ? [] : [{ path: [...at, field], message }];
    }),
  );
  return [...others, ...alternatives];
}

/**
 * Reads the playbooks of a YAML text, one in each document.
 * @param what names the text in the message: `playbooks/dormancy.yaml`
 * @param known what its measures may name; left out: anything
 * @throws DomainError `invalid` that names every broken field, its rule and its line
 */
export function parsePlaybooks(yaml: string, what: string, known?: Known): PlaybookContent[] {
  const schema = known ? naming(known) : playbookSchema;
  return parseYaml(yaml, { what, ...playbooks, schema });
}

function naming(known: Known): z.ZodType<PlaybookContent> {
  return playbookSchema.superRefine(({ measures }, context) => {
    measures.forEach((measure, place) => {
      for (const { path, message } of unknownIn(measure, known)) {
        const at = ['measures', place, ...path];
        context.addIssue({ code: 'custom', path: at, message, input: measure });
      }
    });
  });
}

/** Every playbook of a folder of YAML files. */
export async function loadPlaybooks(folder: string): Promise<PlaybookContent[]> {
  return loadYaml(folder, playbooks);
}

const playbooks = { name: 'playbook', schema: playbookSchema, id: 'playbookId' } as const;

/** The playbook as a file would have it. */
export function playbookYaml({ version: _, ...content }: Playbook): string {
  return stringify(content, { lineWidth: 0, blockQuote: 'literal' });
}
