import * as z from 'zod';
import { keptCompletion } from '../db/commands.ts';
import { relianceOfTask } from '../db/contacts.ts';
import { companyHours } from '../db/holidays.ts';
import { withContent } from '../db/playbooks.ts';
import { withCustomers } from '../db/task-customers.ts';
import { withOffers } from '../db/task-offers.ts';
import { getTask } from '../db/tasks.ts';
import { workingTimeBefore } from '../domain/calendar.ts';
import { DomainError } from '../domain/errors.ts';
import type { TaskRecord } from '../domain/records.ts';
import { taskTypes } from '../domain/tasks.ts';
import { mayView } from '../domain/teams.ts';
import { sightOfCaller } from './sight.ts';
import { type Call } from './route.ts';
import { taskId } from './schemas/common.ts';
import { taskJson } from './schemas/task.ts';

export const taskParams = z.strictObject({ taskId });
export type TaskCall = Call<{ taskId: string }>;

/** The task, if the caller sees it. */
export async function theTask(call: TaskCall): Promise<TaskRecord> {
  const record = await getTask(call.db, call.params.taskId);
  const sight = record && sightOfCaller(call);
  if (!record || (sight && !mayView(sight, record))) {
    throw new DomainError('not-found', 'There is no such task.');
  }
  return record;
}

/** The task, if the caller's role may work on it: some decisions are a manager's. */
export async function ownKindOfTask(call: TaskCall): Promise<TaskRecord> {
  const record = await theTask(call);
  if (taskTypes[record.type].role === 'manager' && call.actor.role === 'agent') {
    throw new DomainError('forbidden', `A task of type ${record.type} is for a manager.`);
  }
  return record;
}

export async function allShown(call: Pick<Call, 'db' | 'policy' | 'at'>, tasks: TaskRecord[]) {
  const { db, policy, at } = call;
  const as = {
    policy,
    overdueBefore: workingTimeBefore(at, policy.overdueAfter, companyHours(db, policy)),
  };
  const full = await withCustomers(db, await withOffers(db, await withContent(db, tasks)));
  const shown = full.map(async (task) =>
    taskJson(
      task,
      {
        permission: await relianceOfTask(db, task, { policy, at }),
        kept: task.status === 'open' ? keptCompletion(db, task.taskId) : undefined,
      },
      as,
    ),
  );
  return Promise.all(shown);
}

export async function shown(call: Pick<Call, 'db' | 'policy' | 'at'>, task: TaskRecord) {
  return (await allShown(call, [task]))[0]!;
}
