import * as z from 'zod';
import type { AuditAction } from '../../domain/audit.ts';
import { keyOfStaffRule } from '../../config/playbooks.ts';
import { absenceOf } from '../../db/assignment.ts';
import { contactTimes } from '../../db/contact-plan.ts';
import { handedOut, nextTask, reasonsForNone } from '../../db/handing-out.ts';
import { validKey } from '../../db/keys.ts';
import { assignTask, claimTask, getTask, reassignTasks } from '../../db/tasks.ts';
import { latest } from '../../domain/duration.ts';
import type { TaskRecord } from '../../domain/records.ts';
import { remember, repeated } from '../idempotency.ts';
import { mustBePermitted } from '../permission.ts';
import { managers, route, staff, type Answer, type Call } from '../route.ts';
import { taskId, teamId, text, timestamp } from '../schemas/common.ts';
import { taskSchema } from '../schemas/task.ts';
import { invalid } from '../validation.ts';
import { ownKindOfTask, shown, taskParams, theTask, type TaskCall } from '../tasks.ts';

/** The audit row is written with the change; ours remembers the idempotency key. */
async function once(
  call: TaskCall,
  asked: { action: AuditAction; target: string; request: Record<string, unknown> },
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

export const assignmentRoutes = [
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
      const asked = { action: 'tasks.reassign' as const, request: body };
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
    params: taskParams,
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
      const asked = {
        action: 'task.claim' as const,
        target: taskId,
        request: { assignee: actor.actorId },
      };
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
    params: taskParams,
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
      const asked = { action: 'task.assign' as const, target: taskId, request: body };
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
