import * as z from 'zod';
import { DomainError } from '../domain/errors.ts';
import type { Answer, Call } from './route.ts';

/* A text that somebody is writing: what is wrong with it so far is what they ask for, and no failure. */

const brokenTextSchema = z
  .strictObject({
    errors: z.array(z.strictObject({ field: z.string(), rule: z.string() })).min(1),
  })
  .meta({ id: 'BrokenText', description: 'what the text breaks, with the line of each' });

export const orBroken = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([schema, brokenTextSchema]);

/** What is wrong with a text is the answer, too. */
export async function told(
  { toldRule }: Pick<Call, 'toldRule'>,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'invalid') throw error;
    const { fields, message } = error;
    const broken = fields.length > 0 ? fields : [{ field: '', rule: message }];
    const errors = broken.map(({ field, rule }) => ({ field, rule: toldRule(rule) }));
    return { status: 200, body: { errors } };
  }
}
