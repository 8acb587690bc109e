import type { z } from 'zod';
import { DomainError, type FieldError } from '../domain/errors.ts';

/**
 * `value` as `schema` reads it.
 * @param what names the source in the message: `policy file shop.json`
 * @throws DomainError `invalid` that names every broken field and its rule
 */
export function validated<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.flatMap(fieldErrors);
  const rules = fields.map(({ field, rule }) => (field ? `${field} ${rule}` : rule));
  throw new DomainError('invalid', `${what}: ${rules.join('; ')}`, fields);
}

export function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      rule: 'is not known here',
    }));
  }
  return [{ field: issue.path.join('.'), rule: issue.message }];
}
