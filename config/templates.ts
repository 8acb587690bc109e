import { stringify } from 'yaml';
import { z } from 'zod';
import { languages, type Template, type TemplateContent } from '../domain/mails.ts';
import { templateError } from '../mail/text.ts';
import { code, group, text } from './fields.ts';
import { loadYaml, parseYaml } from './yaml.ts';

function written(maxLength: number) {
  return text(maxLength).superRefine((given, context) => {
    const message = templateError(given);
    if (message) context.addIssue({ code: 'custom', message, input: given });
  });
}

const textSchema = group({ subject: written(200), body: written(20_000) });

/** A template without its version. */
export const templateSchema = group({
  templateId: code,
  title: text(200),
  texts: z
    .partialRecord(z.enum(languages), textSchema)
    .refine((texts) => Object.keys(texts).length > 0, 'must hold a text in de or en'),
});

const templates = { name: 'template', schema: templateSchema, id: 'templateId' } as const;

/**
 * Reads the templates of a YAML text, one in each document.
 * @throws DomainError `invalid` that names every broken field, its rule and its line
 */
export function parseTemplates(yaml: string, what: string): TemplateContent[] {
  return parseYaml(yaml, { what, ...templates });
}

/** Every template of a folder of YAML files. */
export async function loadTemplates(folder: string): Promise<TemplateContent[]> {
  return loadYaml(folder, templates);
}

/** The template as a file would have it. */
export function templateYaml({ version: _, ...content }: Template): string {
  return stringify(content, { lineWidth: 0, blockQuote: 'literal' });
}
