import * as z from 'zod';
import { problems, type ProblemCode } from '../errors.ts';

export const problemSchema = z
  .strictObject({
    type: z.string().meta({ example: 'urn:winback:problem:task-not-open' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'ID of this request, as in our log' }),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    errors: z
      .array(z.strictObject({ field: z.string(), rule: z.string() }))
      .optional()
      .meta({ example: [{ field: 'result.callbackAt', rule: 'is required' }] }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
