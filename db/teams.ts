import { randomUUID } from 'node:crypto';
import { and, asc, count, desc, eq, gt, inArray, isNull, lte, or } from 'drizzle-orm';
import { refused } from '../domain/errors.ts';
import type { Actor } from '../domain/records.ts';
import type { AbsenceRecord, MemberRecord, TeamRecord } from '../domain/teams.ts';
import type { Member, Team } from '../domain/teams.ts';
import { isServed } from './assignment.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { returnWork } from './returned-work.ts';
import { absences, apiKeys, tasks, teamMembers, teams } from './schema.ts';

/** Everything but when it was acted on. */
const shownAbsence = {
  absenceId: absences.absenceId,
  keyId: absences.keyId,
  fromAt: absences.fromAt,
  untilAt: absences.untilAt,
  createdBy: absences.createdBy,
  createdAt: absences.createdAt,
};

export async function listTeams(db: Db): Promise<TeamRecord[]> {
  return db.select().from(teams).orderBy(asc(teams.teamId)).all();
}

export async function getTeam(db: Db, teamId: string): Promise<TeamRecord | undefined> {
  return db.select().from(teams).where(eq(teams.teamId, teamId)).get();
}

/** Those of the queues whose work the recovery team does, since there is no such team or nobody is in it. */
export async function queuesOfNobody(db: Db, queues: string[]): Promise<string[]> {
  return queues.filter((queue) => !isServed(db, queue));
}

/** @throws DomainError `conflict` when there is a team of that ID */
export async function createTeam(
  db: Db,
  team: Team,
  { asked, at }: { asked: Asked; at: string },
): Promise<TeamRecord> {
  const { teamId } = team;
  return writing(db, (tx) => {
    const made = tx
      .insert(teams)
      .values({ ...team, createdAt: at })
      .onConflictDoNothing()
      .returning()
      .get() as TeamRecord | undefined;
    if (!made) throw refused('team-exists', `There is a team ${teamId} already.`);
    insertDone(tx, asked, { action: 'team.create', target: teamId, caseId: null, at });
    return made;
  });
}

/** Undefined when there is no such team. */
export async function changeTeam(
  db: Db,
  teamId: string,
  change: { [Field in 'name' | 'assignment']?: Team[Field] | undefined },
): Promise<TeamRecord | undefined> {
  if (Object.keys(change).length === 0) return getTeam(db, teamId);
  return db.update(teams).set(change).where(eq(teams.teamId, teamId)).returning().get();
}

/** With how much each has to do and whether they are there, by their names. */
export async function listMembers(db: Db, teamId: string, at: string): Promise<MemberRecord[]> {
  const members = db
    .select({
      teamId: teamMembers.teamId,
      keyId: teamMembers.keyId,
      name: apiKeys.name,
      role: apiKeys.role,
      skills: teamMembers.skills,
      hours: teamMembers.hours,
    })
    .from(teamMembers)
    .innerJoin(apiKeys, eq(apiKeys.keyId, teamMembers.keyId))
    .where(eq(teamMembers.teamId, teamId))
    .orderBy(asc(apiKeys.name), asc(apiKeys.keyId))
    .all();
  const keyIds = members.map(({ keyId }) => keyId);
  const loads = db
    .select({ keyId: tasks.assignee, openTasks: count() })
    .from(tasks)
    .where(and(eq(tasks.status, 'open'), inArray(tasks.assignee, keyIds)))
    .groupBy(tasks.assignee)
    .all();
  const absent = db
    .select({ keyId: absences.keyId })
    .from(absences)
    .where(and(inArray(absences.keyId, keyIds), isOn(at)))
    .all();
  return members.map((member) => ({
    ...member,
    openTasks: loads.find(({ keyId }) => keyId === member.keyId)?.openTasks ?? 0,
    absent: absent.some(({ keyId }) => keyId === member.keyId),
  }));
}

/** @throws DomainError `conflict` when they are in the team already */
export async function addMember(db: Db, member: Member, at: string): Promise<void> {
  const { changes } = db
    .insert(teamMembers)
    .values({ ...member, createdAt: at })
    .onConflictDoNothing()
    .run();
  if (changes === 0) throw refused('already-member');
}

/** False when they are not in the team. */
export async function changeMember(
  db: Db,
  {
    teamId,
    keyId,
    ...change
  }: Pick<Member, 'teamId' | 'keyId'> & {
    [Field in 'skills' | 'hours']?: Member[Field] | undefined;
  },
): Promise<boolean> {
  const one = and(eq(teamMembers.teamId, teamId), eq(teamMembers.keyId, keyId));
  if (Object.keys(change).length === 0) {
    return db.select().from(teamMembers).where(one).get() !== undefined;
  }
  return db.update(teamMembers).set(change).where(one).run().changes > 0;
}

/**
 * Takes somebody out of a team; their open tasks of it go back to its queue.
 * @returns false when they are not in it
 */
export async function removeMember(
  db: Db,
  leaving: Pick<Member, 'teamId' | 'keyId'> & { recoveryTeam: string; actor: Actor; at: string },
): Promise<boolean> {
  const { teamId, keyId, recoveryTeam, actor, at } = leaving;
  return writing(db, (tx) => {
    const one = and(eq(teamMembers.teamId, teamId), eq(teamMembers.keyId, keyId));
    if (tx.delete(teamMembers).where(one).run().changes === 0) return false;
    returnWork(tx, { keyId, of: { teamId, recoveryTeam }, reason: 'left-team', actor, at });
    return true;
  });
}

/** The latest beginning first; of one key, or of all. */
export async function listAbsences(db: Db, keyId?: string): Promise<AbsenceRecord[]> {
  return db
    .select(shownAbsence)
    .from(absences)
    .where(keyId === undefined ? undefined : eq(absences.keyId, keyId))
    .orderBy(desc(absences.fromAt), asc(absences.absenceId))
    .all();
}

export async function getAbsence(db: Db, absenceId: string): Promise<AbsenceRecord | undefined> {
  return db.select(shownAbsence).from(absences).where(eq(absences.absenceId, absenceId)).get();
}

/** Notes an absence. When it has begun, their open tasks that are due before its end go back to the queue at once. */
export async function addAbsence(
  db: Db,
  absence: { keyId: string; fromAt: string; untilAt: string | null; actor: Actor; at: string },
): Promise<AbsenceRecord> {
  const { keyId, fromAt, untilAt, actor, at } = absence;
  return writing(db, (tx) => {
    const record = tx
      .insert(absences)
      .values({
        absenceId: randomUUID(),
        keyId,
        fromAt,
        untilAt,
        createdBy: actor.actorId,
        createdAt: at,
      })
      .returning(shownAbsence)
      .get();
    if (fromAt <= at) begin(tx, record, { actor, at });
    return record;
  });
}

/** Ends an absence now; one that has not begun was a mistake and is forgotten. */
export async function endAbsence(db: Db, { absenceId, at }: { absenceId: string; at: string }) {
  const one = eq(absences.absenceId, absenceId);
  writing(db, (tx) => {
    if (
      tx
        .delete(absences)
        .where(and(one, gt(absences.fromAt, at)))
        .run().changes > 0
    )
      return;
    const notOver = or(isNull(absences.untilAt), gt(absences.untilAt, at));
    tx.update(absences).set({ untilAt: at }).where(and(one, notOver)).run();
  });
}

/**
 * Returns the work of those whose absence has begun meanwhile, once for each absence.
 * @returns how many tasks went back
 */
export async function beginAbsences(db: Db, at: string): Promise<number> {
  const begun = and(isNull(absences.returnedAt), lte(absences.fromAt, at));
  if (!db.select().from(absences).where(begun).limit(1).get()) return 0;
  return writing(db, (tx) => {
    let returned = 0;
    for (const absence of tx.select().from(absences).where(begun).all()) {
      // In the name of whoever noted the absence.
      const known = tx.select().from(apiKeys).where(eq(apiKeys.keyId, absence.createdBy)).get();
      const actor = { actorId: absence.createdBy, role: known?.role ?? 'manager' };
      returned += begin(tx, absence, { actor, at });
    }
    return returned;
  });
}

function begin(
  tx: Db,
  { absenceId, keyId, untilAt }: AbsenceRecord,
  { actor, at }: { actor: Actor; at: string },
): number {
  tx.update(absences).set({ returnedAt: at }).where(eq(absences.absenceId, absenceId)).run();
  if (untilAt !== null && untilAt <= at) return 0;
  return returnWork(tx, { keyId, of: { dueBefore: untilAt }, reason: 'absent', actor, at });
}

function isOn(at: string) {
  return and(lte(absences.fromAt, at), or(isNull(absences.untilAt), gt(absences.untilAt, at)));
}
