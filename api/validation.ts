import type * as z from 'zod';
import { DomainError, type FieldError } from '../domain/errors.ts';

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

function sized(issue: { origin: string }, count: number | bigint): string {
  if (issue.origin === 'string') return `${count} characters`;
  return issue.origin === 'array' ? `${count} entries` : String(count);
}

/** What is allowed, as a sentence, for everything whose schema does not say it better itself. */
export function ruleOf(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return 'is required';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_big':
      return `must be at most ${sized(issue, issue.maximum)}`;
    case 'too_small':
      return `must be at least ${sized(issue, issue.minimum)}`;
    default:
      return 'is not valid';
  }
}

export function pathOf(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** More than these help nobody; a batch of events could bring thousands. */
const shownErrors = 100;

/** Each broken rule with its field's path, like `[3].data.amount`. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], part: Part): FieldError[] {
  return issues
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            field: pathOf([...issue.path, key]),
            rule: part === 'body' ? 'is not a known field' : 'is not a known parameter',
          }))
        : [{ field: pathOf(issue.path), rule: issue.message }],
    )
    .slice(0, shownErrors);
}

type Part = 'body' | 'query' | 'path' | 'header';

/** @throws DomainError `invalid` that names each field which breaks a rule */
export function parsed<S extends z.ZodType>(schema: S, value: unknown, part: Part): z.output<S> {
  const outcome = schema.safeParse(value, { error: ruleOf });
  if (outcome.success) return outcome.data;
  throw invalid(fieldErrors(outcome.error.issues, part));
}

export function invalid(fields: FieldError[]): DomainError {
  const [first] = fields;
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : '';
  const where = first?.field ? `${first.field} ` : 'The body ';
  return new DomainError('invalid', `${where}${first?.rule}${more}.`, fields);
}
