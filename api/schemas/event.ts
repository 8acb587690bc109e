import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import { mostMinorUnits } from '../../domain/money.ts';
import { countryPattern, languagePattern, longest } from '../../domain/profile.ts';
import type { SalesEvent } from '../../domain/records.ts';
import { mailAddress } from '../../config/fields.ts';
import { isTimeZone } from '../../config/policy.ts';
import {
  channels,
  customerKinds,
  legalBases,
  purposes,
  type EventType,
} from '../../domain/words.ts';
import { invalid, ruleOf } from '../validation.ts';
import { currency, customerId, reference, text, time } from './common.ts';

/** What is compared to the letter. */
const name = (maxLength: number) => z.string().min(1, 'must not be empty').max(maxLength);

/** What `data` must hold for the types that we know; more fields are welcome and kept. */
const dataSchemas = {
  'customer.updated': z.looseObject({
    name: text(longest.name),
    kind: z.enum(customerKinds),
    email: mailAddress.optional(),
    phone: text(longest.phone).optional(),
    country: z
      .string()
      .regex(countryPattern, 'must be two capital letters of ISO 3166, like DE')
      .optional(),
    language: z
      .string()
      .regex(languagePattern, 'must be a language tag, like de or de-AT')
      .optional(),
    timeZone: z
      .string()
      .refine(isTimeZone, 'must be a known IANA time zone like Europe/Berlin')
      .optional()
      .meta({ description: 'where the customer is; else that of the country, if it has one' }),
    region: text(longest.region)
      .optional()
      .meta({ description: 'as you divide your market; else the country', example: 'DE-BY' }),
  }),
  'purchase.recorded': z.looseObject({
    orderId: name(200),
    amount: z
      .int('must be a whole number of minor units, 0 or more')
      .min(0)
      .max(mostMinorUnits)
      .meta({ description: 'in minor units', example: 4_990 }),
    currency,
    product: text(longest.product)
      .optional()
      .meta({ description: 'what was bought, or most of it', example: 'coffee-box' }),
  }),
  'cancellation.received': z.looseObject({
    reason: text(2_000)
      .optional()
      .meta({ description: 'one of our causes, or what the customer said' }),
    competitor: text(200).optional().meta({
      description: 'to whom the customer goes; kept with a reason that is one of our causes',
    }),
    effectiveAt: time.optional(),
  }),
  'cancellation.withdrawn': z.looseObject({}),
  'permission.changed': z.looseObject({
    channel: z.enum(channels),
    purpose: z.enum(purposes).optional().meta({ description: 'left out: every purpose' }),
    granted: z.boolean(),
    legalBasis: text(200)
      .optional()
      .meta({
        description: `one of ${legalBases.slice(0, -1).join(', ')}; left out: the express consent of the customer`,
        example: 'express-consent',
      }),
    proof: text(2_000).optional().meta({ description: 'where and when it was given' }),
  }),
  'customer.objected': z.looseObject({}),
  'customer.deceased': z.looseObject({}),
  'complaint.recorded': z.looseObject({
    complaintId: name(200)
      .optional()
      .meta({ description: 'so that its answer finds it', example: 'T-311' }),
    answeredAt: time
      .optional()
      .meta({ description: 'this complaint was answered: sent again, or at once' }),
  }),
  'order.delivered': z.looseObject({
    orderId: name(200).optional().meta({
      description: 'what is delivered twice counts once; left out: each event counts',
    }),
  }),
  'satisfaction.answered': z.looseObject({
    score: z.int('must be a whole number from 0 to 10').min(0).max(10),
  }),
  'order.returned': z.looseObject({
    orderId: name(200),
    amount: z
      .int('must be a whole number of minor units, 1 or more')
      .min(1)
      .max(mostMinorUnits)
      .meta({
        description: 'what the goods had cost, in minor units of the order',
        example: 1_990,
      }),
    returnId: name(200).optional().meta({
      description: 'what is reported twice under one ID counts once; left out: each event counts',
    }),
  }),
  'cancellation.considered': z.looseObject({}),
  'offer.redeemed': z.looseObject({
    code: name(50).meta({ description: 'of a granted offer', example: 'WB-7KQ4-M2XP' }),
    orderId: name(200).optional(),
  }),
  'mail.bounced': z.looseObject({
    email: mailAddress.meta({
      description: 'the address that does not take mails; winback sends none to it any more',
    }),
  }),
} satisfies Record<EventType, z.ZodType>;

function dataName(type: string): string {
  return `${type.replace(/(^|\.)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}Data`;
}

/** For the OpenAPI document. */
export const eventDataSchemas = Object.fromEntries(
  Object.entries(dataSchemas).map(([type, schema]) => [
    dataName(type),
    schema.meta({ description: `\`data\` of ${type}`, unusedIO: 'input' }),
  ]),
);

/** Clocks differ; what is said to happen later than that has not happened. */
const aheadAtMostMs = 300_000;

const eventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  id: name(200).meta({ example: 'A-77' }),
  source: name(300).meta({ example: 'https://shop.example' }),
  type: name(200).meta({
    description: `One of ${Object.keys(dataSchemas).join(', ')}; others are kept and change nothing`,
    example: 'purchase.recorded',
  }),
  subject: customerId,
  time: time
    .refine(
      (at) => !(Date.parse(at) > Date.now() + aheadAtMostMs),
      'must not be more than 5 minutes in the future',
    )
    .optional()
    .meta({ description: 'when it happened; now, if left out' }),
  datacontenttype: z
    .string()
    .regex(/^application\/json\b/i, 'must be application/json')
    .optional(),
  data_base64: z.never('is not understood here: send JSON in data').optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** For the OpenAPI document: what an event of a type that we know must be, beside what every event must be. */
export const knownEventSchema = eventSchema.meta({
  description: 'A CloudEvent of a type that is known here',
  unusedIO: 'input',
  override: { allOf: Object.entries(dataSchemas).map(dataRule) },
});

/** Any CloudEvent 1.0 in JSON: of a type that we do not know we cannot say what it is about, or what its data is. */
export const cloudEventSchema = eventSchema
  .extend({
    subject: z
      .string()
      .nullish()
      .meta({ description: 'of a known type: ID of the customer in the sales system' }),
    datacontenttype: z.string().nullish(),
    data_base64: z.string().optional(),
    data: z.unknown().optional(),
  })
  .meta({
    description: 'A CloudEvent 1.0 in JSON',
    unusedIO: 'input',
    override: {
      if: { properties: { type: { enum: Object.keys(dataSchemas) } } },
      then: reference('KnownCloudEvent'),
    },
  });

/** JSON Schema for: an event of this type has such data. */
function dataRule([type, schema]: [string, z.ZodType]) {
  const required = schema.safeParse({}).success ? [] : ['data'];
  return {
    if: { properties: { type: { const: type } } },
    then: { properties: { data: reference(dataName(type)) }, required },
  };
}

function isKnown(type: string): type is EventType {
  return Object.hasOwn(dataSchemas, type);
}

type CloudEvent = z.output<typeof cloudEventSchema>;
type Issue = { path: PropertyKey[]; message: string };

function read(event: unknown): { event?: CloudEvent; issues: Issue[] } {
  const type = (event as { type?: unknown } | null)?.type;
  const isUnknown = typeof type === 'string' && !isKnown(type);
  const schema = isUnknown ? cloudEventSchema : eventSchema;
  const envelope = schema.safeParse(event, { error: ruleOf });
  if (!envelope.success) return { issues: envelope.error.issues };
  if (isUnknown) return { event: envelope.data, issues: [] };
  const { type: known, data = {} } = envelope.data;
  const content = dataSchemas[known as EventType].safeParse(data, { error: ruleOf });
  return content.success
    ? { event: { ...envelope.data, data: content.data }, issues: [] }
    : { issues: content.error.issues.map((i) => ({ ...i, path: ['data', ...i.path] })) };
}

/** An event in binary mode, put together from headers and body. */
class BinaryEvent {
  readonly event: Record<string, unknown>;

  constructor(event: Record<string, unknown>) {
    this.event = event;
  }
}

const prefix = 'ce-';
const marks = ['ce-specversion', 'ce-id', 'ce-source', 'ce-type'];

/** Where a field of the event stands in a request in binary mode. */
function inHeaders([first, ...rest]: PropertyKey[]): PropertyKey[] {
  if (first === 'data') return ['data', ...rest];
  return [first === 'datacontenttype' ? 'content-type' : `${prefix}${String(first)}`, ...rest];
}

/**
 * The events of a request. Headers in `ce-` make it one event in binary mode, unless the media type says that the
 * body itself is events (CloudEvents 1.0.2, HTTP protocol binding, 3.1 to 3.3).
 * @throws DomainError `invalid` that names a header which is not percent-encoded UTF-8
 */
export function eventsIn(request: { headers: IncomingHttpHeaders; body: unknown }): unknown {
  const { headers, body } = request;
  const type = headers['content-type'];
  const isEvents = /^application\/cloudevents(-batch)?\+json\b/i.test(type ?? '');
  if (isEvents || !marks.some((mark) => headers[mark] !== undefined)) return body;
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), decoded(name, String(value))] as const);
  return new BinaryEvent({
    ...Object.fromEntries<unknown>(attributes),
    ...(type !== undefined && { datacontenttype: type }),
    ...(Buffer.isBuffer(body)
      ? body.length > 0 && { data_base64: body.toString('base64') }
      : body !== undefined && { data: body }),
  });
}

/**
 * Whether a request brings, in binary mode, an event of a type that we do not know: its body may be anything.
 * @throws as eventsIn
 */
export function isOfUnknownType(headers: IncomingHttpHeaders): boolean {
  const type = headers['ce-type'];
  if (type === undefined || /^application\/cloudevents\b/i.test(headers['content-type'] ?? '')) {
    return false;
  }
  return !isKnown(decoded('ce-type', String(type)));
}

/** A quoted value is unquoted first, then percent-decoded once (ibid., 3.1.3.2). */
function decoded(name: string, value: string): string {
  const quoted = /^"(.*)"$/.exec(value)?.[1];
  const plain = quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1');
  try {
    return decodeURIComponent(plain);
  } catch {
    throw invalid([{ field: name, rule: 'must be UTF-8, percent-encoded' }]);
  }
}

/** For the OpenAPI document: the headers of binary mode. */
export const binaryHeaders = z.object(
  Object.fromEntries(
    [...marks, 'ce-subject', 'ce-time'].map((name) => [
      name,
      z.string().optional().meta({ description: 'in binary mode: the attribute, percent-encoded' }),
    ]),
  ),
);

const batchLimit = 1_000;

/** One event or a batch; a batch with a single broken event is refused as a whole. */
export const eventsBody = z
  .unknown()
  .transform((body, context): CloudEvent[] => {
    const isBinary = body instanceof BinaryEvent;
    const sent: unknown[] = isBinary ? [body.event] : Array.isArray(body) ? body : [body];
    if (sent.length > batchLimit) {
      context.addIssue(`must hold at most ${batchLimit} events`);
      return [];
    }
    return sent.flatMap((one, index) => {
      const { event, issues } = read(one);
      for (const { path, message } of issues) {
        const prefix = Array.isArray(body) ? [index] : [];
        const inRequest = isBinary ? inHeaders(path) : [...prefix, ...path];
        context.addIssue({ code: 'custom', path: inRequest, message });
      }
      return event ? [event] : [];
    });
  })
  .meta({
    override: {
      oneOf: [
        reference('CloudEvent'),
        { type: 'array', maxItems: batchLimit, items: reference('CloudEvent') },
      ],
    },
  });

/**
 * What we keep of a CloudEvent; `at` is its time if the sender gave none. One of an unknown type need not be about a
 * customer, and its data need not be an object.
 */
export function salesEvent(event: CloudEvent, at: string): SalesEvent {
  return {
    source: event.source,
    eventId: event.id,
    type: event.type,
    customerId: event.subject ?? '',
    time: event.time ?? at,
    data: dataOf(event),
  };
}

function dataOf({ data, data_base64 }: CloudEvent): Record<string, unknown> {
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  if (isObject && data_base64 === undefined) return data as Record<string, unknown>;
  return { ...(data !== undefined && { data }), ...(data_base64 !== undefined && { data_base64 }) };
}
