import * as z from 'zod';
import { keyOfStaffRule } from '../../config/playbooks.ts';
import { absenceOf } from '../../db/assignment.ts';
import { relianceOfTask } from '../../db/contacts.ts';
import { contactTimes } from '../../db/contact-plan.ts';
import { handedOut, nextTask, reasonsForNone } from '../../db/handing-out.ts';
import { companyHours } from '../../db/holidays.ts';
import { validKey } from '../../db/keys.ts';
import {
  completeMailTask,
  completePreventiveTask,
  rescheduleTaskWithoutCase,
} from '../../db/prevention.ts';
import { withContent } from '../../db/playbooks.ts';
import { withOffers } from '../../db/task-offers.ts';
import { assignTask, claimTask, getTask, listTasks, reassignTasks } from '../../db/tasks.ts';
import { workingTimeBefore } from '../../domain/calendar.ts';
import { after, earliest, latest } from '../../domain/duration.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { taskTypeNames, taskTypes } from '../../domain/tasks.ts';
import { earlySigns, taskStatuses } from '../../domain/words.ts';
import { assigneeOf } from '../assignee.ts';
import { carryOut, type Order } from '../commands.ts';
import { HttpProblem } from '../errors.ts';
import { remember, repeated } from '../idempotency.ts';
import { mustBePermitted } from '../permission.ts';
import { managers, route, staff, type Answer, type Call } from '../route.ts';
import { keptSchema } from '../schemas/case.ts';
import { mustBeOffered } from '../schemas/cause.ts';
import { caseId, list, page, taskId, teamId, text, time, timestamp } from '../schemas/common.ts';
import { anyResult, validResult } from '../schemas/results.ts';
import { taskJson, taskSchema } from '../schemas/task.ts';
import { invalid } from '../validation.ts';

const params = z.strictObject({ taskId });
type TaskCall = Call<{ taskId: string }>;

async function theTask({ db, params }: TaskCall): Promise<TaskRecord> {
  const record = await getTask(db, params.taskId);
  if (!record) throw new DomainError('not-found', 'There is no such task.');
  return record;
}

/** The task, if the caller's role may work on it: some decisions are a manager's. */
async function ownKindOfTask(call: TaskCall): Promise<TaskRecord> {
  const record = await theTask(call);
  if (taskTypes[record.type].role === 'manager' && call.actor.role === 'agent') {
    throw new DomainError('forbidden', `A task of type ${record.type} is for a manager.`);
  }
  return record;
}

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
  { action, request, fits }: Pick<Order, 'action' | 'request'> & { fits?: () => Promise<void> },
  here: () => Promise<void>,
): Promise<Answer> {
  const { taskId, caseId, customerId, type } = task;
  const fresh = async () => shown(call, await theTask(call));
  const check = async () => {
    mustBeOpen(task);
    await fits?.();
  };
  if (caseId !== null) {
    const about = { action, target: taskId, caseId, customerId, taskType: type };
    return carryOut(call, { ...about, request, check }, fresh);
  }
  if (!(await repeated(call, { action, target: taskId, request }))) {
    await check();
    await here();
  }
  return { status: 200, body: await fresh() };
}

async function allShown(call: Pick<Call, 'db' | 'policy' | 'at'>, tasks: TaskRecord[]) {
  const { db, policy, at } = call;
  const as = {
    policy,
    overdueBefore: workingTimeBefore(at, policy.overdueAfter, companyHours(db, policy)),
  };
  const shown = (await withOffers(db, await withContent(db, tasks))).map(async (task) =>
    taskJson(task, await relianceOfTask(db, task, { policy, at }), as),
  );
  return Promise.all(shown);
}

async function shown(call: Pick<Call, 'db' | 'policy' | 'at'>, task: TaskRecord) {
  return (await allShown(call, [task]))[0]!;
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
  throw new HttpProblem('refused', rule);
}

/** The audit row is written with the change; ours remembers the idempotency key. */
async function once(
  call: TaskCall,
  asked: { action: string; target: string; request: Record<string, unknown> },
  change: () => Promise<TaskRecord>,
): Promise<Answer> {
  const record = (await repeated(call, asked)) ? await theTask(call) : await change();
  return { status: 200, body: await shown(call, record) };
}

const nextSchema = z
  .strictObject({
    task: taskSchema.nullable(),
    because: z.enum(reasonsForNone).nullable().meta({
      description:
        'why there is no task; none-due: none that you can do is due, and may be done at this moment',
    }),
    nextDueAt: timestamp.nullable().meta({
      description:
        'without a task: when to ask again, or when your absence ends, where it is known',
    }),
  })
  .meta({ id: 'NextTask' });

/** Why what was claimed may not be done at this moment; completing it is not prevented. */
const claimedSchema = z
  .strictObject({
    ...taskSchema.shape,
    because: z.enum(['not-now', 'no-moment', 'paused']).nullable().meta({
      description:
        'why the contact may not be made at this moment; paused: so is the case; not-now: outside the hours, or above the limits of the day or week; no-moment: not permitted any more, or the case has had its contacts; null: it may',
    }),
    contactFrom: timestamp.nullable().meta({
      description: 'from when on it may be made; with `paused`: when the pause ends',
    }),
  })
  .meta({ id: 'ClaimedTask' });

function contactNow({ db, policy, at }: Call, task: TaskRecord) {
  const { pausedUntil } = task;
  if (task.status === 'open' && pausedUntil !== null && pausedUntil > at) {
    return { because: 'paused', contactFrom: pausedUntil };
  }
  const time = contactTimes(db, { policy, at })(task);
  if (task.status !== 'open' || time === at) return { because: null, contactFrom: null };
  return time === null
    ? { because: 'no-moment', contactFrom: null }
    : { because: 'not-now', contactFrom: time };
}

/** What a manager should know who gives a task to somebody; it is theirs all the same. */
const assignedSchema = z
  .strictObject({
    ...taskSchema.shape,
    because: z
      .enum(['absent'])
      .nullable()
      .meta({ description: 'absent: who has it now is so when it is due' }),
    absentUntil: timestamp
      .nullable()
      .meta({ description: 'with `absent`: until when, where it is known' }),
  })
  .meta({ id: 'AssignedTask' });

/** The absence that an assignee has when a task is due: now, if it was before. */
function absenceAt({ db, at }: Pick<Call, 'db' | 'at'>, { assignee, dueAt }: TaskRecord) {
  return assignee === null ? undefined : absenceOf(db, { keyId: assignee, at: latest(dueAt, at) });
}

const reassignedSchema = z
  .strictObject({
    reassigned: z.array(taskId),
    left: z
      .array(
        z.strictObject({
          taskId,
          because: z
            .enum(['not-found', 'task-not-open', 'conflict'])
            .meta({ description: 'conflict: it is not a task of `from`' }),
        }),
      )
      .meta({ description: 'of `taskIds`' }),
    absent: z
      .array(z.strictObject({ taskId, until: timestamp.nullable() }))
      .meta({ description: 'of `reassigned`: those of which `to` is absent when they are due' }),
  })
  .meta({ id: 'Reassigned' });

const commandAnswers = {
  200: { description: 'Done: the task as it stands now', schema: taskSchema },
  202: { description: 'Kept: the engine does not answer just now', schema: keptSchema },
};

export const taskRoutes = [
  route({
    method: 'get',
    path: '/api/v1/tasks',
    name: 'listTasks',
    summary: 'The inbox: tasks, the earliest due first',
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
    params,
    answers: { 200: { description: 'The task', schema: taskSchema } },
    problems: ['not-found'],
    handle: async (call) => ({ status: 200, body: await shown(call, await theTask(call)) }),
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/next',
    name: 'nextTask',
    summary: 'Get the task to do now; nobody else gets it',
    description:
      'Your own due tasks come first, then those that wait in the queues of your teams and that you can do: callbacks agreed with the customer, then by the expected gain of their case, then the longest due. Who is in no team works for the recovery team, which also has what waits in a queue whose team has nobody, or only who is absent. Who is absent gets none. What may not be done at this moment is passed over: without the customer’s permission, outside the hours, or above the limits of contacts.',
    roles: staff,
    body: z.strictObject({ teamId: teamId.optional() }).default({}),
    example: { teamId: 'service' },
    answers: { 200: { description: 'The task, or when one will be due', schema: nextSchema } },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, policy, actor, at, idempotencyKey } = call;
      const { teamId = null } = call.body;
      const before = await repeated(call, { action: 'task.next', request: { teamId } });
      const { task, ...none } = before
        ? handedOut((await getTask(db, before.target))!)
        : await nextTask(db, { teamId, policy, actor, at, idempotencyKey });
      return { status: 200, body: { task: task && (await shown(call, task)), ...none } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/reassign',
    name: 'reassignTasks',
    summary: 'Give many open tasks to somebody, or back to their queues',
    roles: managers,
    body: z
      .strictObject({
        from: text(100).optional().meta({ description: 'whose: ID of a key' }),
        taskIds: z.array(taskId).min(1).max(200).optional(),
        to: text(100).nullable().meta({ description: 'ID of a key; null: the team queue' }),
        reason: text(1_000),
      })
      .refine(({ from, taskIds }) => from !== undefined || taskIds !== undefined, {
        path: ['from'],
        error: 'must be given where taskIds is not',
      }),
    example: { from: '0f2c6b1e-6a52-4b7e-9a43-0d7c1f6c2a11', to: null, reason: 'On holiday.' },
    answers: { 200: { description: 'What was reassigned and what not', schema: reassignedSchema } },
    problems: ['idempotency-key-reused'],
    handle: async (call) => {
      const { db, actor, at, body } = call;
      const asked = { action: 'tasks.reassign', request: body };
      const before = await repeated(call, asked);
      if (before) return { status: 200, body: before.request['answer'] };
      await mustWorkOnTasks(call, body.to, 'to');
      const moved = await reassignTasks(db, { ...body, actor, at });
      const tasks = await Promise.all(moved.reassigned.map((id) => getTask(db, id)));
      const absent = tasks.flatMap((task) => {
        const absence = absenceAt(call, task!);
        return absence ? [{ taskId: task!.taskId, until: absence.untilAt }] : [];
      });
      const answer = { ...moved, absent };
      await remember(call, { ...asked, target: body.to ?? 'queue', answer });
      return { status: 200, body: answer };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/{taskId}/claim',
    name: 'claimTask',
    summary: 'Take a task from the team queue',
    roles: staff,
    params,
    description:
      'Also outside the hours in which the contact may be made, or above its limits: the answer says so, and completing it is not prevented.',
    answers: { 200: { description: 'The task is yours', schema: claimedSchema } },
    problems: [
      'not-found',
      'conflict',
      'task-not-open',
      'contact-not-permitted',
      'idempotency-key-reused',
    ],
    handle: async (call) => {
      const task = await ownKindOfTask(call);
      const { taskId } = task;
      const { actor, at, idempotencyKey } = call;
      const asked = { action: 'task.claim', target: taskId, request: { assignee: actor.actorId } };
      const { body } = await once(call, asked, async () => {
        await mustBePermitted(call, task);
        return claimTask(call.db, { taskId, actor, at, idempotencyKey });
      });
      return { status: 200, body: { ...(body as object), ...contactNow(call, task) } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/{taskId}/assign',
    name: 'assignTask',
    summary: 'Give a task to somebody, or back to the team queue',
    roles: managers,
    params,
    body: z.strictObject({
      assignee: text(100).nullable().meta({ description: 'ID of a key; null: the team queue' }),
    }),
    example: { assignee: null },
    answers: { 200: { description: 'The task with its new assignee', schema: assignedSchema } },
    problems: ['not-found', 'task-not-open', 'idempotency-key-reused'],
    handle: async (call) => {
      const { taskId } = await theTask(call);
      const { actor, at, body, idempotencyKey } = call;
      await mustWorkOnTasks(call, body.assignee);
      const asked = { action: 'task.assign', target: taskId, request: body };
      const { assignee } = body;
      const { body: task } = await once(call, asked, () =>
        assignTask(call.db, { taskId, assignee, actor, at, idempotencyKey }),
      );
      const absence = absenceAt(call, await theTask(call));
      const because = absence ? 'absent' : null;
      const absentUntil = absence?.untilAt ?? null;
      return { status: 200, body: { ...(task as object), because, absentUntil } };
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tasks/{taskId}/reschedule',
    name: 'rescheduleTask',
    summary: 'Move the due time of a task',
    roles: staff,
    params,
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
          const rule = `dueAt must be in the future and at most ${atMost} away`;
          throw new HttpProblem('refused', rule);
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
    params,
    body: z.strictObject({ result: anyResult }),
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
      return ordered(call, task, { action: 'task.complete', request: { result }, fits }, () => {
        const told = { taskId, actor, at, idempotencyKey };
        if (task.mailId === null) return completePreventiveTask(db, { ...told, result, policy });
        const found = result as Parameters<typeof completeMailTask>[1]['result'];
        return completeMailTask(db, { ...told, mailId: task.mailId, result: found });
      });
    },
  }),
];

async function mustWorkOnTasks(
  { db }: Call,
  assignee: string | null,
  field = 'assignee',
): Promise<void> {
  if (assignee === null) return;
  const key = await validKey(db, assignee);
  if (key && key.role !== 'sales-system') return;
  throw invalid([{ field, rule: keyOfStaffRule }]);
}
