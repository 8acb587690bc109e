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

/**
 * What stands against a thing that was asked for in itself, in the API's words: whoever shows it in another language knows
 * it by its name.
 */
export const refusals = {
  'already-decided': 'It is decided already.',
  'already-member': 'They are in the team already.',
  'action-over': 'The action is over: it is not changed any more.',
  'action-not-so': 'The action cannot become that from what it is.',
  'admin-exists': 'There is an admin already: sign in.',
  'category-exists': 'There is such a category already.',
  'close-case-first': 'Close the open case of the one who has appeared first.',
  'customers-exist': 'There are customers already: the example is for an empty installation.',
  'earlier-period-first': 'An earlier period has points to pay: close it first.',
  'email-taken': 'There is a user with this mail address already.',
  'import-done': 'This file has been imported already.',
  'import-running': 'A file is being imported just now: wait for its end.',
  'last-admin': 'This is the last admin: make somebody else one before.',
  'letter-over': 'The letter is not to be sent any more.',
  'mail-over': 'Nothing is to be decided about the mail any more.',
  'never-sent': 'It has never been sent: what it tells is not final yet.',
  'no-address': 'No postal address of the customer is known.',
  'no-mail-leaves': 'No mail leaves here: set WINBACK_SMTP_URL.',
  'no-measures-now': 'The case carries out no measures just now.',
  'no-room-in-plan': 'The plan of the case leaves no room for that.',
  'no-template': 'The template of the letter does not exist.',
  'nobody-to-try-again': 'No closed case of these causes waits for another try.',
  'not-permitted': 'The customer may not be written to.',
  'one-person-already': 'They are one person already.',
  'own-key': 'A key cannot revoke itself: use another admin key.',
  'own-rights': 'You cannot take your own rights: another admin can.',
  'period-closed': 'The period is closed.',
  'period-not-over': 'The period is not over.',
  'somebody-else-already': 'They are somebody else already.',
  'team-exists': 'There is such a team already.',
  'too-late-to-undo': 'It is too late: this cannot be undone any more.',
  'too-many-secrets': 'There are too many valid secrets: revoke one first.',
  'too-many-views': 'There are too many views: delete one first.',
  'too-many-webhooks': 'There are too many webhooks: delete one first.',
  'topic-taken': 'The topic has an action already.',
  undone: 'This was undone. Send it under another key.',
  'user-not-active': 'The user is not active.',
  'webhook-disabled': 'Nothing is sent to this webhook: enable it first.',
} as const;
export type Refusal = keyof typeof refusals;

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
  readonly why: Refusal | undefined;

  constructor(code: ErrorCode, message: string, fields: FieldError[] = [], why?: Refusal) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.fields = fields;
    this.why = why;
  }
}

/** @param message where there is more to say than that */
export function refused(
  why: Refusal,
  message: string = refusals[why],
  fields: FieldError[] = [],
): DomainError {
  return new DomainError('conflict', message, fields, why);
}
