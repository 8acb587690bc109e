import { randomUUID } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import type { Actor } from '../domain/records.ts';
import { teamFor } from './assignment.ts';
import { insertCommand } from './commands.ts';
import type { Db } from './connection.ts';
import { tasks } from './schema.ts';

/**
 * Puts the open tasks of somebody who is gone back into their queues, each with its audit row.
 * @param leaving.of the tasks that go back: those of a team, those due before a time; left out: all
 */
export function returnWork(
  tx: Db,
  leaving: {
    keyId: string;
    of?: { teamId?: string; recoveryTeam?: string; dueBefore?: string | null };
    reason: 'key-revoked' | 'left-team' | 'absent' | 'role-changed';
    actor: Actor;
    at: string;
  },
): number {
  const { keyId, of = {}, reason, actor, at } = leaving;
  const { teamId, recoveryTeam, dueBefore } = of;
  const theirs = tx
    .select({ taskId: tasks.taskId, caseId: tasks.caseId, queue: tasks.queue })
    .from(tasks)
    .where(
      and(
        eq(tasks.status, 'open'),
        eq(tasks.assignee, keyId),
        dueBefore ? lt(tasks.dueAt, dueBefore) : undefined,
      ),
    )
    .all()
    .filter(
      ({ queue }) =>
        teamId === undefined ||
        queue === teamId ||
        (recoveryTeam !== undefined && teamFor(tx, queue, recoveryTeam) === teamId),
    );
  for (const { taskId, caseId } of theirs) {
    tx.update(tasks).set({ assignee: null }).where(eq(tasks.taskId, taskId)).run();
    const request = { assignee: null, from: keyId, reason };
    const audit = { actor, action: 'task.assign', target: taskId, caseId, request, at };
    insertCommand(tx, { ...audit, commandId: randomUUID(), idempotencyKey: null }, 'done');
  }
  return theirs.length;
}
