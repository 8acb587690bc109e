import {
  categoryPattern,
  categoryRule,
  causeCodePattern,
  causeCodeRule,
  longestCode,
  mostFurtherCauses,
  surenesses,
} from './causes.ts';
import type { Duration } from './duration.ts';
import type { FieldError } from './errors.ts';
import { mailFates } from './mails.ts';
import type { MeasureKind } from './playbooks.ts';
import { causes, decisions, type Channel, type Step } from './words.ts';

/**
 * One field of a task's result. `when` names the outcomes that require it, or allow it if it is `optional`; with others
 * it is not allowed.
 */
type Field = { when?: readonly string[]; optional?: true } & (
  | { kind: 'one-of'; values: readonly string[] }
  | { kind: 'time' }
  | { kind: 'score' }
  /** how long the work took */
  | { kind: 'minutes' }
  /** codes of causes and of the company's own categories; workflows go by the main cause alone */
  | { kind: 'category' }
  | { kind: 'cause-codes'; atMost: number }
  /** free text: personal data, so it stays in the database and never reaches a workflow */
  | { kind: 'text'; maxLength: number }
);

const staysInDatabase: readonly Field['kind'][] = ['category', 'cause-codes', 'minutes', 'text'];

export type ResultFields = { outcome: Field & { kind: 'one-of' } } & Record<string, Field>;

const note: Field = { kind: 'text', maxLength: 4_000 };
const minutes: Field = { kind: 'minutes' };
/** A day: more is a slip of somebody's pen. */
export const mostMinutes = 1_440;
const callbackAt: Field = { kind: 'time', when: ['callback'] };
const recontactAt: Field = { kind: 'time', when: ['not-now'] };

function contact<Answer extends string>(...answers: Answer[]) {
  return {
    outcome: {
      kind: 'one-of',
      values: [
        ...answers,
        'no-answer',
        'callback',
        'not-now',
        'refused',
        'wrong-number',
        'do-not-contact',
      ],
    },
    callbackAt,
    recontactAt,
    minutes,
    note,
  } as const;
}

function work<Outcome extends string>(...outcomes: readonly Outcome[]) {
  return { outcome: { kind: 'one-of', values: outcomes }, minutes, note } as const;
}

/**
 * Every type of task with what its result may be, written once: the workflow's guard, the API's zod schemas and
 * the OpenAPI document come from here.
 */
export const taskTypes = {
  'decide-pursuit': {
    step: 'identification',
    title: 'Decide whether to win this customer back',
    role: 'manager',
    result: work(...decisions),
  },
  'cause-call': {
    step: 'cause-analysis',
    title: 'Ask why the customer left',
    role: 'agent',
    result: {
      ...contact('answered'),
      /** the main one; the rest tells more of it (`CauseStatement`) */
      cause: { kind: 'one-of', values: causes, when: ['answered'] },
      category: { kind: 'category', when: ['answered'], optional: true },
      furtherCauses: {
        kind: 'cause-codes',
        atMost: mostFurtherCauses,
        when: ['answered'],
        optional: true,
      },
      sureness: { kind: 'one-of', values: surenesses, when: ['answered'], optional: true },
      competitor: { kind: 'text', maxLength: 200, when: ['answered'], optional: true },
    },
  },
  'recovery-call': {
    step: 'measures',
    title: 'Ask the customer to come back',
    role: 'agent',
    result: contact('accepted'),
  },
  'offer-call': {
    step: 'measures',
    title: 'Call with an offer',
    role: 'agent',
    result: contact('accepted'),
  },
  'approve-offer': {
    step: 'measures',
    title: 'Approve an offer, or refuse it',
    role: 'manager',
    result: work('approved', 'refused'),
  },
  'check-mail': {
    step: 'measures',
    title: 'Find out about a mail that failed, or may not have arrived',
    role: 'manager',
    result: work(...mailFates),
  },
  letter: {
    step: 'measures',
    title: 'Send a letter',
    role: 'agent',
    result: work('sent', 'not-sent'),
  },
  visit: {
    step: 'measures',
    title: 'Visit the customer',
    role: 'agent',
    result: work('accepted', 'refused', 'not-met', 'do-not-contact'),
  },
  remedy: {
    step: 'measures',
    title: 'Fix the problem that drove the customer off',
    role: 'agent',
    result: work('fixed', 'not-fixable'),
  },
  'welcome-call': {
    step: 'second-loyalty',
    title: 'Welcome the customer back',
    role: 'agent',
    result: contact('reached'),
  },
  'aftercare-call': {
    step: 'second-loyalty',
    title: 'Ask whether all is well, and the old cause really gone',
    role: 'agent',
    result: {
      ...contact('reached'),
      /** what drove the customer off the first time */
      oldCause: {
        kind: 'one-of',
        values: ['gone', 'still-there'],
        when: ['reached'],
        optional: true,
      },
    },
  },
  'satisfaction-call': {
    step: 'second-loyalty',
    title: 'Ask how satisfied the customer is, 0 to 10',
    role: 'agent',
    result: { ...contact('answered'), score: { kind: 'score', when: ['answered'] } },
  },
  'make-up': {
    step: 'second-loyalty',
    title: 'Find out what is wrong with a customer who is back, and put it right',
    role: 'agent',
    result: work('settled', 'not-settled', 'do-not-contact'),
  },
  'referral-call': {
    step: 'second-loyalty',
    title: 'Ask for a referral',
    role: 'agent',
    result: contact('accepted'),
  },
  'prevention-call': {
    step: 'second-loyalty',
    title: 'Ask what is wrong before the customer leaves',
    role: 'agent',
    result: {
      outcome: {
        kind: 'one-of',
        values: [
          'reached',
          'no-answer',
          'callback',
          'not-now',
          'refused',
          'wrong-number',
          'do-not-contact',
        ],
      },
      /** what is wrong, in the words of the causes it would become */
      finding: { kind: 'one-of', values: causes },
      callbackAt,
      minutes,
      note,
    },
  },
  'prevention-letter': {
    step: 'second-loyalty',
    title: 'Write to the customer before they leave',
    role: 'agent',
    result: work('sent', 'not-sent'),
  },
} as const satisfies Record<
  string,
  { step: Step; title: string; role: 'agent' | 'manager'; result: ResultFields }
>;

/** What an agent does for a measure of each kind; null: nobody, the engine does it. */
export const taskTypeOfMeasure = {
  call: 'recovery-call',
  offer: 'offer-call',
  email: null,
  letter: 'letter',
  visit: 'visit',
  remedy: 'remedy',
} as const satisfies Record<MeasureKind, keyof typeof taskTypes | null>;

export type TaskType = keyof typeof taskTypes;
/** What can come of a task of any type. */
export type TaskOutcome = (typeof taskTypes)[TaskType]['result']['outcome']['values'][number];
export const taskTypeNames = Object.keys(taskTypes) as [TaskType, ...TaskType[]];

/** A result as workflows see it: codes, times and scores, no free text. */
export type TaskResult = {
  outcome: string;
  callbackAt?: string;
  recontactAt?: string;
  cause?: string;
  score?: number;
  oldCause?: string;
};

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

function isTime(text: string): boolean {
  if (!isoTime.test(text) || Number.isNaN(Date.parse(text))) return false;
  const day = text.slice(0, 10);
  return (
    // `Date` turns the 31st of February into the 3rd of March.
    new Date(`${day}T00:00:00Z`).toISOString().startsWith(day) &&
    // Times are compared as text, which a year of more than four digits would break.
    /^\d{4}-/.test(new Date(text).toISOString())
  );
}

function isCode(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && value.length <= longestCode && pattern.test(value);
}

function brokenRule(field: Field, value: unknown): string | undefined {
  switch (field.kind) {
    case 'one-of':
      return field.values.includes(value as string)
        ? undefined
        : `must be one of: ${field.values.join(', ')}`;
    case 'time':
      return typeof value === 'string' && isTime(value)
        ? undefined
        : 'must be an ISO 8601 time with its zone, like 2026-03-24T16:30:00Z';
    case 'score':
      return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 10
        ? undefined
        : 'must be a whole number from 0 to 10';
    case 'minutes':
      return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= mostMinutes
        ? undefined
        : `must be a whole number of minutes from 0 to ${mostMinutes}`;
    case 'category':
      return isCode(categoryPattern, value) ? undefined : categoryRule;
    case 'cause-codes':
      return Array.isArray(value) &&
        value.length <= field.atMost &&
        value.every((code) => isCode(causeCodePattern, code))
        ? undefined
        : `must be a list of at most ${field.atMost}, of which each ${causeCodeRule}`;
    case 'text':
      return typeof value === 'string' && value.length <= field.maxLength
        ? undefined
        : `must be text of at most ${field.maxLength} characters`;
  }
}

/**
 * The rules that a result breaks, one per field, or an empty list.
 * @param result what the caller sent as `result`, of any shape
 */
export function resultErrors(type: TaskType, result: unknown): FieldError[] {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return [{ field: 'result', rule: 'must be an object' }];
  }
  const fields: Record<string, Field> = taskTypes[type].result;
  const values = result as Record<string, unknown>;
  const errors: FieldError[] = [];
  const outcome = values['outcome'] as string;
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(fields, name)) {
      errors.push({ field: `result.${name}`, rule: `is not a field of ${type}` });
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    const { when, optional } = field;
    const at = `result.${name}`;
    if (value === undefined) {
      if (name === 'outcome' || (!optional && when?.includes(outcome))) {
        const rule = brokenRule(field, value)!;
        errors.push({
          field: at,
          rule: when ? `is required with outcome ${outcome}: ${rule}` : rule,
        });
      }
      continue;
    }
    if (when && !when.includes(outcome)) {
      errors.push({ field: at, rule: `is allowed only with outcome ${when.join(', ')}` });
      continue;
    }
    const rule = brokenRule(field, value);
    if (rule) errors.push({ field: at, rule });
  }
  return errors;
}

/** The part of a valid result that a workflow may carry, times in UTC. */
export function codedResult(type: TaskType, result: Record<string, unknown>): TaskResult {
  const fields: Record<string, Field> = taskTypes[type].result;
  const coded = Object.entries(result)
    .filter(
      ([name]) => Object.hasOwn(fields, name) && !staysInDatabase.includes(fields[name]!.kind),
    )
    .map(([name, value]) => [
      name,
      fields[name]?.kind === 'time' ? new Date(value as string).toISOString() : value,
    ]);
  return Object.fromEntries(coded) as TaskResult;
}

/** What was agreed is about that time: missed by more than that, it is a contact like any other. */
export const agreedFor: Duration = '1h';

/** Whether the task is done on the phone, so that it needs the permission to call. */
export function isCall(type: TaskType): boolean {
  return type.endsWith('-call');
}

/** How such a task reaches the customer; null for work that does not. */
export function channelOf(type: TaskType): Channel | null {
  if (isCall(type)) return 'phone';
  if (type === 'prevention-letter') return 'letter';
  return type === 'letter' || type === 'visit' ? type : null;
}

/** How a measure reaches the customer; null for work that does not. */
export function channelOfMeasure(kind: MeasureKind): Channel | null {
  const type = taskTypeOfMeasure[kind];
  return type === null ? 'email' : channelOf(type);
}

/** Whether such a result means that the customer has heard from us. */
export function speaksWithCustomer(type: TaskType, outcome: string): boolean {
  if (channelOf(type) === null) return false;
  return !['no-answer', 'wrong-number', 'not-sent', 'not-met'].includes(outcome);
}

/** Whether somebody of ours has spoken with the customer, on the phone or at a visit. */
export function isSpokenTo(type: TaskType, outcome: string): boolean {
  return (isCall(type) || type === 'visit') && speaksWithCustomer(type, outcome);
}

/** Whether such a result tells of a contact, answered or not, that has reached for the customer. */
export function isContact(type: TaskType, outcome: string): boolean {
  return channelOf(type) !== null && outcome !== 'wrong-number' && outcome !== 'not-sent';
}
