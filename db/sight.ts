import { and, eq, exists, isNull, notExists, notInArray, or, sql, type SQL } from 'drizzle-orm';
import type { Actor } from '../domain/records.ts';
import { mayView, type Sight } from '../domain/teams.ts';
import { isAttended } from './assignment.ts';
import { prepared, type Db } from './connection.ts';
import { cases, mentions, notes, tasks, teamMembers } from './schema.ts';

/* What agents see: the work of their teams, and what is theirs. */

const statements = prepared((db) => ({
  teamsOf: db
    .select({ teamId: teamMembers.teamId })
    .from(teamMembers)
    .where(eq(teamMembers.keyId, sql.placeholder('keyId')))
    .prepare(),
  teams: db.selectDistinct({ teamId: teamMembers.teamId }).from(teamMembers).prepare(),
}));

/**
 * What somebody sees; null: everything. Who is in no team works for the recovery team, which sees all that no other
 * team has somebody there for (`nextTask`).
 */
export function sightOf(
  db: Db,
  { actor, recoveryTeam, at }: { actor: Actor; recoveryTeam: string; at: string },
): Sight | null {
  if (actor.role !== 'agent') return null;
  const { actorId: keyId } = actor;
  const own = statements(db)
    .teamsOf.all({ keyId })
    .map(({ teamId }) => teamId);
  if (own.length > 0 && !own.includes(recoveryTeam)) return { keyId, only: own };
  const others = statements(db)
    .teams.all()
    .map(({ teamId }) => teamId)
    .filter((one) => one !== recoveryTeam && !own.includes(one))
    .filter((queue) => isAttended(db, { queue, at }));
  return others.length === 0 ? null : { keyId, allBut: others };
}

/**
 * The conditions whose tasks make up what somebody sees, each task by one of them: an index holds the order of one
 * queue alone.
 */
export function scopesOf(sight: Sight): SQL[] {
  if ('allBut' in sight) return [isVisible(sight)];
  const { keyId, only } = sight;
  const elsewhere = or(isNull(tasks.queue), notInArray(tasks.queue, only));
  const mine = and(eq(tasks.assignee, keyId), elsewhere)!;
  return [...only.map((queue) => eq(tasks.queue, queue)), mine];
}

/** The same as a condition on tasks that are found by something else: the plus keeps it from choosing the index. */
export function isVisible(sight: Sight): SQL {
  const queue = sql`+${tasks.queue}`;
  const isMine = sql`+${tasks.assignee} = ${sight.keyId}`;
  const isTheirs =
    'only' in sight
      ? sql`${queue} in ${sight.only}`
      : sql`(${queue} is null or ${queue} not in ${sight.allBut})`;
  return sql`(${isTheirs} or ${isMine})`;
}

/** Cases that have or had a task which somebody sees, or had none yet. */
export function isVisibleCase(db: Db, sight: Sight): SQL {
  const ofCase = eq(tasks.caseId, cases.caseId);
  const some = db.select({ one: sql`1` }).from(tasks);
  return or(exists(some.where(and(ofCase, isVisible(sight)))), notExists(anyTaskOf(db)))!;
}

function anyTaskOf(db: Db) {
  return db
    .select({ one: sql`1` })
    .from(tasks)
    .where(eq(tasks.caseId, cases.caseId));
}

/** The same for one case; also where a note names them, who then can read it. */
export function seesCase(db: Db, caseId: string, sight: Sight): boolean {
  const ofCase = db
    .select({ queue: tasks.queue, assignee: tasks.assignee })
    .from(tasks)
    .where(eq(tasks.caseId, caseId))
    .all();
  if (ofCase.length === 0 || ofCase.some((task) => mayView(sight, task))) return true;
  const named = db
    .select({ one: sql`1` })
    .from(notes)
    .innerJoin(mentions, eq(mentions.noteSeq, notes.noteSeq))
    .where(and(eq(notes.caseId, caseId), eq(mentions.keyId, sight.keyId)))
    .limit(1)
    .get();
  return named !== undefined;
}
