import * as z from 'zod';
import { code } from '../../config/fields.ts';
import {
  categoryPattern,
  categoryRule,
  causeCodePattern,
  causeCodeRule,
  longestCode,
} from '../../domain/causes.ts';
import { latestTime } from '../../domain/duration.ts';
import { customerIdPattern, customerIdRule } from '../../domain/ids.ts';
import { currencyPattern } from '../../domain/money.ts';

const isoTimes = [
  z.regexes.datetime({ offset: true }),
  z.regexes.datetime({ offset: true, precision: -1 }),
];
const timeRule =
  'must be an ISO 8601 time with its zone, like 2026-03-24T16:30:00Z, in the years 1900 to 2199';
const [earliest, latest] = [Date.UTC(1900), Date.parse(latestTime)];
const inRange = (text: string) => {
  const at = Date.parse(text);
  return at >= earliest && at <= latest;
};
/** As `toISOString` writes it. */
const inUtc = /T\d\d:\d\d:\d\d\.\d{3}Z$/;

export const count = z.int().min(0);

/** A time that a caller gives, in any zone; we go on with UTC. */
export const time = z
  .string()
  .refine((text) => isoTimes.some((format) => format.test(text)) && inRange(text), timeRule)
  .overwrite((text) =>
    inUtc.test(text) || Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString(),
  )
  .meta({ format: 'date-time', example: '2026-03-24T16:30:00Z' });

/** A time that we give. */
export const timestamp = z.iso.datetime().meta({ example: '2026-03-24T16:30:00.000Z' });

/** A day means its beginning in UTC. */
export const dayOrTime = z
  .string()
  .overwrite((text) => (z.iso.date().safeParse(text).success ? `${text}T00:00:00Z` : text))
  .pipe(time)
  .meta({ override: { type: 'string', example: '2026-03-01' } });

export const customerId = z.string().regex(customerIdPattern, customerIdRule).meta({
  description: 'ID of the customer in the sales system; no mail address',
  example: 'C-1042',
});

export const caseId = z.string().meta({ example: 'C-1042-e1' });
export const taskId = z.string().meta({ example: 'C-1042-e1-cause-call-1' });

export const categoryCode = z.string().max(longestCode).regex(categoryPattern, categoryRule).meta({
  description: "one of the company's own categories",
  example: 'disappointed-service.delivery',
});
export const causeCode = z
  .string()
  .max(longestCode)
  .regex(causeCodePattern, causeCodeRule)
  .meta({ description: 'a cause, or a category below one', example: 'disappointed-service' });
export const teamId = code.meta({
  description: 'ID of a team, which is the queue of its tasks',
  example: 'service',
});

/** Free text that somebody must have written. */
export function text(maxLength: number) {
  return z.string().trim().min(1, 'must not be empty').max(maxLength);
}

export const currency = z
  .string()
  .regex(currencyPattern, 'must be three capital letters of ISO 4217, like EUR')
  .meta({ example: 'EUR' });

/** Written out at every use: a description beside a reference to a component comes out wrong. */
export function money(description: string) {
  return z
    .strictObject({
      amount: z.int().meta({ description: 'in minor units', example: 4_990 }),
      currency,
    })
    .meta({ description });
}

export const basedOn = z.coerce
  .number()
  .int()
  .min(0)
  .meta({ description: 'the version that was edited; 0: there is none yet' });

/** What every list takes. */
export const page = {
  limit: z.coerce
    .number('must be a whole number from 1 to 200')
    .int('must be a whole number from 1 to 200')
    .min(1)
    .max(200)
    .default(50),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .meta({ description: '`nextCursor` of the page before' }),
};

export function list<S extends z.ZodType>(item: S) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'null: this is the last page' }),
  });
}

/** A reference in the OpenAPI document to a component by its name. */
export function reference(name: string) {
  return { $ref: `#/components/schemas/${name}` };
}

export const fileName = z
  .string()
  .trim()
  .regex(/^[^\p{C}/\\]{1,200}$/u, 'must be 1 to 200 characters without slashes')
  .meta({ description: 'of the file; its ending says what it is', example: 'letter.pdf' });

/** A body that is a file. */
export const bytes = z
  .custom<Buffer>((body) => Buffer.isBuffer(body) && body.length > 0, 'must be the file')
  .meta({ override: { type: 'string', format: 'binary' } });
