/** What can be wrong with a request, in the domain's words. `api/errors.ts` alone knows their HTTP status. */
export const errorCodes = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'task-not-open',
  'case-not-open',
  'contact-not-permitted',
  'idempotency-key-reused',
  'unavailable',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** A broken rule of one field: `field` is its path (`result.callbackAt`), `rule` a sentence about what is allowed. */
export type FieldError = { field: string; rule: string };

export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: FieldError[];

  constructor(code: ErrorCode, message: string, fields: FieldError[] = []) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.fields = fields;
  }
}
