import { z } from 'zod';
import { longest } from '../domain/profile.ts';

/* What policies and playbooks are made of; each says its whole rule when it is broken. */

export function wholeNumber(least: number, most: number) {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.int(rule).min(least, rule).max(most, rule);
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, `must be one of: ${values.join(', ')}`);
}

export function list<Item extends z.ZodType>(item: Item, { least = 0, most = 50 } = {}) {
  const rule = `must be a list of ${least} to ${most} entries`;
  return z.array(item, rule).min(least, rule).max(most, rule);
}

export function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    // Unknown keys keep zod's own issue, which lists them.
    error: (issue) => (issue.code === 'invalid_type' ? 'must be an object' : undefined),
  });
}

export function distinct(values: unknown[]): boolean {
  return new Set(values).size === values.length;
}

export const money = wholeNumber(0, 1_000_000_000_000);

export const code = z
  .string('must be a text')
  .regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'must be 1 to 50 small letters, digits or hyphens');

/** What a mail address is, wherever one comes in. */
export const mailAddress = z
  .email('must be a mail address')
  .max(longest.email, `must have at most ${longest.email} characters`);

export function text(maxLength: number) {
  const rule = `must be a text of 1 to ${maxLength} characters`;
  return z.string(rule).trim().min(1, rule).max(maxLength, rule);
}
