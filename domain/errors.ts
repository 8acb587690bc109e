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

/** What is told of a command that came after what it is about was over. */
export function lateError({ action }: { action: string }): { code: ErrorCode; message: string } {
  return action.startsWith('task.')
    ? {
        code: 'task-not-open',
        message: 'The task had closed before; a result is kept as a late one.',
      }
    : {
        code: 'conflict',
        message: 'The measures of the case have gone on: its plan cannot be changed so.',
      };
}

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
