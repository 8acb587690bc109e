import type { Response } from 'express';
import { DomainError, type ErrorCode, type FieldError } from '../domain/errors.ts';
import { rulesFor } from './rules-in-german.ts';

/** What only HTTP can get wrong, beside the domain's codes. */
type ProtocolCode =
  | 'malformed'
  | 'method-not-allowed'
  | 'too-large'
  | 'unsupported-media-type'
  | 'refused'
  | 'sign-in-failed'
  | 'wrong-code'
  | 'cross-site'
  | 'too-many-requests'
  | 'internal';
export type ProblemCode = ErrorCode | ProtocolCode;

/** The one error map: every code that an answer can carry, with its HTTP status. */
export const problems: Record<ProblemCode, { status: number; title: string }> = {
  invalid: { status: 400, title: 'The request breaks a rule' },
  malformed: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'A valid key or session is needed' },
  'sign-in-failed': { status: 401, title: 'Mail address and password do not fit' },
  forbidden: { status: 403, title: 'The role of this caller does not allow it' },
  'cross-site': { status: 403, title: 'The request comes from another site' },
  'wrong-code': { status: 403, title: 'The code is not the one in the terminal' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The path has no such method' },
  conflict: { status: 409, title: 'Somebody else was first' },
  'task-not-open': { status: 409, title: 'The task is not open' },
  'case-not-open': { status: 409, title: 'The case is closed' },
  'contact-not-permitted': { status: 409, title: 'The customer may not be contacted' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has a type that is not understood here',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key belongs to another request',
  },
  refused: { status: 422, title: 'The case refuses the command' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something is wrong on our side' },
  unavailable: { status: 503, title: 'Not available just now' },
};

/** A problem that the API itself finds, not the domain. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly fields: FieldError[];
  /** further members of the answer */
  readonly more: Record<string, unknown>;

  constructor(
    code: ProblemCode,
    detail: string,
    fields: FieldError[] = [],
    more: Record<string, unknown> = {},
  ) {
    super(detail);
    this.code = code;
    this.fields = fields;
    this.more = more;
  }
}

/** Nothing of another error's own text is shown: it may quote the request, or our insides. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof DomainError) {
    const { code, message, fields, why } = error;
    return new HttpProblem(code, message, fields, why && { why });
  }
  if (isBusy(error)) {
    return new HttpProblem('unavailable', 'The database is busy: try again in a moment.');
  }
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (status === 413) return new HttpProblem('too-large', 'The body is longer than allowed here.');
  if (status === 415) {
    return new HttpProblem('unsupported-media-type', 'Send the body as JSON in UTF-8.');
  }
  if (type === 'entity.parse.failed') return new HttpProblem('malformed', 'The body is not JSON.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HttpProblem('malformed', 'The request cannot be read.');
  }
  return new HttpProblem('internal', 'The error is logged under the ID in "instance".');
}

/** Whether somebody else has held the database's write lock for longer than we wait. */
function isBusy(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return String(code).startsWith('SQLITE_BUSY') || (cause instanceof Error && isBusy(cause));
}

/** Answers with RFC 9457 problem details; rules in German to who prefers that (`Accept-Language`). */
export function sendProblem(
  res: Response,
  { code, message, fields, more }: HttpProblem,
  requestId: string,
): void {
  const { status, title } = problems[code];
  const told = rulesFor(res.req);
  const errors = fields.map(({ field, rule }) => ({ field, rule: told(rule) }));
  if (fields.length > 0) res.vary('Accept-Language');
  if (typeof more['retryAt'] === 'string') {
    res.set('Retry-After', new Date(more['retryAt']).toUTCString());
  }
  res
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:winback:problem:${code}`,
        title,
        status,
        detail: message,
        instance: `urn:uuid:${requestId}`,
        code,
        ...(fields.length > 0 && { errors }),
        ...more,
      }),
    );
}

/**
 * What may be logged of an unexpected error. Drizzle repeats a query's parameters in its message, and they can be
 * personal data.
 */
export function loggable(error: unknown): Record<string, unknown> {
  const { name, message, stack = '', cause } = error as Error;
  const withoutParameters = (text: string) => text.replace(/\nparams: .*(\n(?! {4}at ).*)*/, '');
  return {
    name,
    message: withoutParameters(String(message)),
    stack: withoutParameters(stack),
    ...(cause !== undefined && { cause: loggable(cause) }),
  };
}
