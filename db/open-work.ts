import { count, eq, sql, type SQL } from 'drizzle-orm';
import type { Db } from './connection.ts';
import { apiKeys, tasks, teams } from './schema.ts';

/** Tasks that wait for people just now. */
export type OpenWork = {
  /** ID of the team or key; null: of nobody yet */
  group: string | null;
  label: string | null;
  openTasks: number;
  overdueTasks: number;
};

/**
 * How many tasks are open, and overdue, by team or by who is to do them.
 * @param asked.recoveryTeam the team whose tasks have no queue
 * @param asked.overdueBefore whatever was due before it is overdue, unless its case is paused
 */
export async function openWork(
  db: Db,
  by: 'team' | 'agent',
  asked: { recoveryTeam: string; overdueBefore: string },
): Promise<OpenWork[]> {
  const { recoveryTeam, overdueBefore } = asked;
  const group: SQL<string | null> =
    by === 'team' ? sql`coalesce(${tasks.queue}, ${recoveryTeam})` : sql`${tasks.assignee}`;
  const name =
    by === 'team'
      ? sql<string | null>`(select name from ${teams} where ${teams.teamId} = ${group})`
      : sql<string | null>`(select name from ${apiKeys} where ${apiKeys.keyId} = ${group})`;
  const isOverdue = sql`${tasks.dueAt} < ${overdueBefore} and ${tasks.pausedUntil} is null`;
  return db
    .select({
      group: group.as('group_id'),
      label: name,
      openTasks: count(),
      overdueTasks: sql<number>`sum(${isOverdue})`,
    })
    .from(tasks)
    .where(eq(tasks.status, 'open'))
    .groupBy(sql`group_id`)
    .all();
}
