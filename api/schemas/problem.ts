import * as z from 'zod';
import { refusals, type Refusal } from '../../domain/errors.ts';
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
      .meta({
        description: 'rules in German where `Accept-Language` prefers it',
        example: [{ field: 'result.callbackAt', rule: 'is required' }],
      }),
    why: z
      .enum(Object.keys(refusals) as [Refusal, ...Refusal[]])
      .optional()
      .meta({ description: 'with `conflict`: what stands against it, where it can be named' }),
    retryAt: z.iso
      .datetime()
      .optional()
      .meta({ description: 'with `too-many-requests` for signing in: not before then' }),
    possibleAt: z.iso.datetime().nullable().optional().meta({
      description:
        'with `refused`, of a task that was to be due when the customer may not be disturbed: the next moment that is possible; null: none is',
    }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
