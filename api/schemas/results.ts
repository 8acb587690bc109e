import * as z from 'zod';
import {
  mostMinutes,
  resultErrors,
  taskTypeNames,
  taskTypes,
  type TaskType,
} from '../../domain/tasks.ts';
import { fieldErrors, invalid } from '../validation.ts';
import { categoryCode, causeCode, reference } from './common.ts';

type Field = {
  kind: string;
  values?: readonly string[];
  when?: readonly string[];
  optional?: true;
  atMost?: number;
  maxLength?: number;
};

function schemaOf(field: Field): z.ZodType {
  switch (field.kind) {
    case 'one-of':
      return z.enum(field.values as [string, ...string[]]);
    case 'time':
      return z.string().meta({ format: 'date-time', example: '2026-03-24T16:30:00Z' });
    case 'score':
      return z.int().min(0).max(10);
    case 'minutes':
      return z.int().min(0).max(mostMinutes).meta({ description: 'how long the work took' });
    case 'category':
      return categoryCode;
    case 'cause-codes':
      return z.array(causeCode).max(field.atMost!);
    default:
      return z
        .string()
        .max(field.maxLength!)
        .meta({ description: 'Free text; it stays in the database' });
  }
}

/** Outcomes that require and allow the same fields make one alternative. */
function alternatives(fields: Record<string, Field>) {
  const groups = new Map<string, string[]>();
  for (const outcome of fields['outcome']!.values!) {
    const names = Object.keys(fields).filter((name) => fields[name]!.when?.includes(outcome));
    groups.set(names.join(), [...(groups.get(names.join()) ?? []), outcome]);
  }
  return [...groups.values()].map((outcomes) => {
    const shape: Record<string, z.ZodType> = {};
    for (const [name, field] of Object.entries(fields)) {
      if (name === 'outcome') shape[name] = z.enum(outcomes);
      else if (!field.when) shape[name] = schemaOf(field).optional();
      else if (field.when.some((outcome) => outcomes.includes(outcome)))
        shape[name] = field.optional ? schemaOf(field).optional() : schemaOf(field);
    }
    return z.strictObject(shape);
  });
}

/** Name of a type's result in the OpenAPI document: `CauseCallResult`. */
export function resultName(type: TaskType): string {
  return `${type.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}Result`;
}

function resultSchema(type: TaskType): z.ZodType {
  const [first, ...others] = alternatives(taskTypes[type].result);
  const schema = others.length === 0 ? first! : z.union([first!, ...others]);
  return schema.meta({
    description: `Result of a task of type ${type}: ${taskTypes[type].title.toLowerCase()}`,
    unusedIO: 'input',
  });
}

/** The published schema of every task type's result, made from `taskTypes`. */
export const resultSchemas = Object.fromEntries(
  taskTypeNames.map((type) => [type, resultSchema(type)]),
) as Record<TaskType, z.ZodType>;

export const anyResult = z
  .record(z.string(), z.unknown())
  .meta({ override: { anyOf: taskTypeNames.map((type) => reference(resultName(type))) } });

/**
 * The result, if it is one that this type of task can have. The domain words what is wrong with it, since that reads
 * better than what a union of schemas has to say.
 * @throws DomainError `invalid`
 */
export function validResult(
  type: TaskType,
  result: Record<string, unknown>,
): Record<string, unknown> {
  const errors = resultErrors(type, result);
  if (errors.length > 0) throw invalid(errors);
  const outcome = z.object({ result: resultSchemas[type] }).safeParse({ result });
  if (!outcome.success) throw invalid(fieldErrors(outcome.error.issues, 'body'));
  return result;
}
