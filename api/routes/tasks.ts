import * as z from 'zod';
import { contactTimes } from '../../db/contact-plan.ts';
import { companyHours } from '../../db/holidays.ts';
import {
  completeMailTask,
  completePreventiveTask,
  rescheduleTaskWithoutCase,
} from '../../db/prevention.ts';
import { listTasks } from '../../db/tasks.ts';
import { workingTimeBefore } from '../../domain/calendar.ts';
import { after, earliest } from '../../domain/duration.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { taskTypeNames } from '../../domain/tasks.ts';
import { earlySigns, taskStatuses } from '../../domain/words.ts';
import { sightOfCaller } from '../sight.ts';
import { assigneeOf } from '../assignee.ts';
import { carryOut, type Order } from '../commands.ts';
import { HttpProblem } from '../errors.ts';
import { repeated } from '../idempotency.ts';
import { route, staff, type Answer, type Call } from '../route.ts';
import { keptSchema } from '../schemas/case.ts';
import { mustBeOffered } from '../schemas/cause.ts';
import { caseId, list, page, text, time } from '../schemas/common.ts';
import { anyResult, validResult } from '../schemas/results.ts';
import { taskSchema } from '../schemas/task.ts';
import { invalid } from '../validation.ts';
import { allShown, ownKindOfTask, shown, taskParams, theTask, type TaskCall } from '../tasks.ts';

function mustBeOpen({ status, closeReason }: TaskRecord): void {
  if (status === 'open') return;
  const why = closeReason ? ` (${closeReason})` : '';
  throw new DomainError('task-not-open', `The task is ${status}${why}.`);
}

/**
 * Brings an order to the task's case, whose workflow acts on it. Of a preventive task, and one about a mail, there is
 * none: the database alone does the same by `here`.
 */
async function ordered(
  call: TaskCall,
  task: TaskRecord,
  { fits, ...order }: Pick<Order, 'action' | 'request' | 'undoMs'> & { fits?: () => Promise<void> },
  here: () => Promise<void>,
): Promise<Answer> {
  const { taskId, caseId, customerId, type } = task;
  const { action, request } = order;
  const fresh = async () => shown(call, await theTask(call));
  const check = async () => {
    mustBeOpen(task);
    await fits?.();
  };
  if (caseId !== null) {
    const about = { target: taskId, caseId, customerId, taskType: type };
    return carryOut(call, { ...order, ...about, check }, fresh);
  }
  if (!(await repeated(call, { action, target: taskId, request }))) {
    await check();
    await here();
  }
  return { status: 200, body: await fresh() };
}

/** What was agreed with the customer. */
function mustLieAhead(result: Record<string, unknown>, at: string): void {
  for (const field of ['callbackAt', 'recontactAt']) {
    const agreed = result[field];
    if (typeof agreed === 'string' && Date.parse(agreed) <= Date.parse(at)) {
      throw invalid([{ field: `result.${field}`, rule: 'must be in the future' }]);
    }
  }
}

/** Nobody is disturbed outside the hours, or above the limits, but by a time of their own choice, which comes as a result. */
function mustBeWithinHours({ db, policy }: Call, task: TaskRecord, dueAt: string): void {
  const possible = contactTimes(db, { policy, at: dueAt })({ ...task, agreed: false });
  if (possible === dueAt) return;
  const rule =
    possible === null
      ? 'The customer may not be contacted then.'
      : `dueAt must lie within the hours and limits of contacts: the next such moment is ${possible}`;
  throw new HttpProblem('refused', rule, [], { possibleAt: possible });
}

const commandAnswers = {
  200: { description: 'Done: the task as it stands now', schema: taskSchema },
  202: {
    description: 'Kept: the engine does not answer just now, or the result can still be undone',
    schema: keptSchema,
  },
};

export const taskRoutes = [
  route({
    method: 'get',
    path: '/api/v1/tasks',
    name: 'listTasks',
    summary: 'The inbox: tasks, the earliest due first',
    description:
      'Agents see the work of their teams and what is theirs; who is in no team works for the recovery team, which also has what no other team has anybody there for.',
    roles: staff,
    query: z.strictObject({
      status: z.enum(taskStatuses).optional(),
      assignee: text(100).optional().meta({
        description: '`me`: the key that asks; `none`: the team queue; or the ID of a key',
      }),
      type: z.enum(taskTypeNames).optional(),
      caseId: caseId.optional(),
      sign: z.enum(earlySigns).optional().meta({ description: 'of preventive tasks' }),
      agreed: z.enum(['true', 'false']).optional().meta({
        description:
          'callbacks agreed with the customer to the minute: what is due of them comes first',
      }),
      dueBefore: time.optional(),
      overdue: z.literal('true').optional().meta({
        description: 'open ones that wait for longer than the policy allows, in working time',
      }),
      escalated: z.literal('true').optional().meta({
        description: 'those that have become a manager’s business',
      }),
      ...page,
    }),
    answers: { 200: { description: 'A page of tasks', schema: list(taskSchema) } },
    handle: async (call) => {
      const { db, policy, actor, at, query } = call;
      const { limit, cursor, assignee, overdue, escalated, agreed, dueBefore, ...filter } = query;
      const overdueBefore = workingTimeBefore(at, policy.overdueAfter, companyHours(db, policy));
      const { items, nextCursor } = await listTasks(
        db,
        {
          ...filter,
          dueBefore,
          ...(overdue && { status: 'open', dueBefore: earliest(dueBefore ?? at, overdueBefore) }),
          assignee: assigneeOf(assignee, actor),
          sight: sightOfCaller(call),
          escalated: escalated && true,
          agreed: agreed === undefined ? undefined : agreed === 'true',
        },
        { limit, cursor },
      );
      return { status: 200, body: { items: await allShown(call, items), nextCursor } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/tasks/{taskId}',
    name: 'getTask',
    summary: 'A task',
    roles: staff,
    params: taskParams,
    answers: { 200: { description: 'The task', schema: taskSchema } },
    problems: ['not-found'],
    handle: async (call) => ({ status: 200, body: await shown(call, await theTask(call)) }),
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/{taskId}/reschedule',
    name: 'rescheduleTask',
    summary: 'Move the due time of a task',
    roles: staff,
    params: taskParams,
    body: z.strictObject({ dueAt: time, reason: text(1_000).optional() }),
    answers: commandAnswers,
    problems: ['not-found', 'task-not-open', 'refused', 'idempotency-key-reused'],
    handle: async (call) => {
      const task = await ownKindOfTask(call);
      const { db, actor, at, policy, idempotencyKey, body: request } = call;
      const { taskId } = task;
      const { dueAt } = request;
      const fits = async () => mustBeWithinHours(call, task, dueAt);
      return ordered(call, task, { action: 'task.reschedule', request, fits }, async () => {
        const atMost = policy.rescheduleAtMost;
        if (!(dueAt > at && dueAt <= after(at, atMost))) {
          const rule = `must be in the future and at most ${atMost} away`;
          throw new HttpProblem('refused', `dueAt ${rule}`, [{ field: 'dueAt', rule }]);
        }
        await rescheduleTaskWithoutCase(db, { taskId, request, actor, at, idempotencyKey });
      });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/{taskId}/complete',
    name: 'completeTask',
    summary: 'Record the result of a task; it drives the next step by itself',
    description: 'The result must fit the type of the task: see the schemas named `…Result`.',
    roles: staff,
    params: taskParams,
    body: z.strictObject({
      result: anyResult,
      undoForSeconds: z.int().min(1).max(30).optional().meta({
        description:
          'so long the result is kept (202) and can be undone by `/commands/{commandId}/undo`; then the case hears of it. Of a task without a case it is ignored: its result counts at once.',
      }),
    }),
    example: { result: { outcome: 'callback', callbackAt: '2026-03-24T16:30:00Z' } },
    answers: commandAnswers,
    problems: ['not-found', 'task-not-open', 'conflict', 'refused', 'idempotency-key-reused'],
    handle: async (call) => {
      const task = await ownKindOfTask(call);
      const result = validResult(task.type, call.body.result);
      const { db, actor, at, policy, idempotencyKey } = call;
      const { taskId } = task;
      const fits = async () => {
        mustLieAhead(result, at);
        if (task.type !== 'cause-call' || result['cause'] === undefined) return;
        await mustBeOffered(db, result as Parameters<typeof mustBeOffered>[1], 'result.');
      };
      const { undoForSeconds } = call.body;
      const order = {
        ...{ action: 'task.complete' as const, request: { result }, fits },
        ...(undoForSeconds !== undefined && { undoMs: undoForSeconds * 1_000 }),
      };
      return ordered(call, task, order, () => {
        const told = { taskId, actor, at, idempotencyKey };
        if (task.mailId === null) return completePreventiveTask(db, { ...told, result, policy });
        const found = result as Parameters<typeof completeMailTask>[1]['result'];
        return completeMailTask(db, { ...told, mailId: task.mailId, result: found });
      });
    },
  }),
];
