import * as z from 'zod';
import { endReasons } from '../../domain/case.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import { messageTypes, type MessageType } from '../../domain/webhooks.ts';
import { causes, outcomes, steps, triggers } from '../../domain/words.ts';
import { caseId, customerId, taskId, timestamp } from './common.ts';

const ofCase = { caseId, customerId, episode: z.int().min(1) };
const ofTask = { taskId, caseId, customerId };

const at = '2026-03-24T16:30:00.000Z';
const aCase = { caseId: 'C-1042-e1', customerId: 'C-1042', episode: 1 };
const aTask = { taskId: 'C-1042-e1-cause-call-1', caseId: 'C-1042-e1', customerId: 'C-1042' };

/** What each type tells, and when: IDs, codes and times, nothing personal. */
const contents = {
  'case.opened': {
    when: 'A case was opened.',
    data: { ...ofCase, trigger: z.enum(triggers), step: z.enum(steps), openedAt: timestamp },
    example: { ...aCase, trigger: 'cancellation', step: 'identification', openedAt: at },
  },
  'case.step-changed': {
    when: 'A case has entered its next step.',
    data: { ...ofCase, step: z.enum(steps) },
    example: { ...aCase, step: 'cause-analysis' },
  },
  'case.closed': {
    when: 'A case has ended.',
    data: {
      ...ofCase,
      outcome: z.enum(outcomes),
      reason: z.enum(endReasons).meta({ description: 'why it ended with this outcome' }),
      closedAt: timestamp,
    },
    example: { ...aCase, outcome: 'loyal-again', reason: 'bought-again', closedAt: at },
  },
  'task.created': {
    when: 'Somebody has something to do.',
    data: {
      ...ofTask,
      type: z.enum(taskTypeNames),
      step: z.enum(steps),
      attempt: z.int().min(1),
      dueAt: timestamp,
      deadlineAt: timestamp.meta({ description: 'when silence gets its meaning' }),
    },
    example: {
      ...{ ...aTask, type: 'cause-call', step: 'cause-analysis', attempt: 1 },
      ...{ dueAt: '2026-03-25T09:00:00.000Z', deadlineAt: '2026-03-28T09:00:00.000Z' },
    },
  },
  'task.completed': {
    when: 'A task was done.',
    data: {
      ...ofTask,
      type: z.enum(taskTypeNames).nullable(),
      outcome: z.string().nullable().meta({ description: 'as the result of its type names it' }),
    },
    example: { ...aTask, type: 'cause-call', outcome: 'answered' },
  },
  'customer.regained': {
    when: 'A customer has come back: bought again, or withdrawn the cancellation.',
    data: { ...ofCase, by: z.enum(['purchase', 'cancellation-withdrawn']) },
    example: { ...aCase, by: 'purchase' },
  },
  'losses.risen': {
    when: 'A cause drives off more customers than chance explains.',
    data: {
      riseId: z.string(),
      cause: z.enum(causes),
      category: z.string().nullable().meta({ description: 'null: whichever' }),
      product: z.string().nullable(),
      region: z.string().nullable(),
      from: timestamp,
      to: timestamp,
      cases: z.int().min(1),
      expected: z.number().min(0).meta({ description: 'as many as one would expect' }),
      basis: z.enum(['season', 'recent']).meta({
        description: 'expected by the same time of earlier years, or by the time before',
      }),
    },
    example: {
      ...{ riseId: '3f0c2a1e-7b1d-4a53-9d0b-2f6f0c1f8a11', cause: 'disappointed-service' },
      ...{ category: 'disappointed-service.delivery', product: null, region: 'DE-BY' },
      ...{ from: '2026-02-22T16:30:00.000Z', to: at, cases: 21, expected: 8.3, basis: 'season' },
    },
  },
  'webhook.test': {
    when: 'An admin has asked for it, whatever the types of the webhook.',
    data: { webhookId: z.string() },
    example: { webhookId: '6f0c2a1e-7b1d-4a53-9d0b-2f6f0c1f8a11' },
  },
} satisfies Record<MessageType, { when: string; data: z.ZodRawShape; example: object }>;

/** A message as receivers get it; they must not mind further fields. */
function messageSchema(type: MessageType) {
  return z.object({
    type: z.literal(type),
    timestamp: timestamp.meta({ description: 'when it happened' }),
    data: z.object(contents[type].data as z.ZodRawShape),
  });
}

/** What we send to webhooks, by its type. */
export const webhookMessages = messageTypes.map((type) => ({
  type,
  when: contents[type].when,
  schema: messageSchema(type).meta({ id: componentName(type) }),
  example: { type, timestamp: at, data: contents[type].example },
}));

function componentName(type: MessageType): string {
  return `${type.replace(/(^|[.-])([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}Message`;
}
