import { and, count, desc, eq, gt, isNull, lte, ne, notExists, or, sql } from 'drizzle-orm';
import { nextWorkingMoment } from '../domain/calendar.ts';
import type { Policy } from '../domain/policy.ts';
import type { TaskType } from '../domain/tasks.ts';
import { assigneeAmong, canDo, mayDo, type Candidate, type Demand } from '../domain/teams.ts';
import { prepared, type Db } from './connection.ts';
import { absences, apiKeys, customers, tasks, teamMembers, teams } from './schema.ts';

const customerId = sql.placeholder('customerId');
const keyId = sql.placeholder('keyId');
const at = sql.placeholder('at');

const isAbsentAt = and(
  lte(absences.fromAt, at),
  or(isNull(absences.untilAt), gt(absences.untilAt, at)),
);

/** What the sales system gives as the field `product` of its customer. */
export const productOfCustomer = sql<
  string | null
>`cast(${customers.extra} ->> '$.product' as text)`;

const statements = prepared((db) => ({
  someTeamAssigns: db
    .select({ teamId: teams.teamId })
    .from(teams)
    .where(ne(teams.assignment, 'on-demand'))
    .limit(1)
    .prepare(),
  team: db
    .select()
    .from(teams)
    .where(eq(teams.teamId, sql.placeholder('teamId')))
    .prepare(),
  members: db
    .select({
      keyId: teamMembers.keyId,
      role: apiKeys.role,
      skills: teamMembers.skills,
      hours: teamMembers.hours,
    })
    .from(teamMembers)
    .innerJoin(apiKeys, eq(apiKeys.keyId, teamMembers.keyId))
    .where(and(eq(teamMembers.teamId, sql.placeholder('teamId')), isNull(apiKeys.revokedAt)))
    .prepare(),
  anyMember: db
    .select({ keyId: teamMembers.keyId })
    .from(teamMembers)
    .where(eq(teamMembers.teamId, sql.placeholder('teamId')))
    .limit(1)
    .prepare(),
  anyPresent: db
    .select({ keyId: teamMembers.keyId })
    .from(teamMembers)
    .where(
      and(
        eq(teamMembers.teamId, sql.placeholder('teamId')),
        notExists(
          db
            .select({ one: sql`1` })
            .from(absences)
            .where(and(eq(absences.keyId, teamMembers.keyId), isAbsentAt)),
        ),
      ),
    )
    .limit(1)
    .prepare(),
  role: db
    .select({ role: apiKeys.role })
    .from(apiKeys)
    .where(and(eq(apiKeys.keyId, keyId), isNull(apiKeys.revokedAt)))
    .prepare(),
  absent: db
    .select({ untilAt: absences.untilAt })
    .from(absences)
    .where(and(eq(absences.keyId, keyId), isAbsentAt))
    .prepare(),
  load: db
    .select({ tasks: count() })
    .from(tasks)
    .where(and(eq(tasks.status, 'open'), eq(tasks.assignee, keyId)))
    .prepare(),
  lastWorker: db
    .select({ keyId: tasks.completedBy })
    .from(tasks)
    // Written out, so that SQLite recognises the partial index.
    .where(and(eq(tasks.customerId, customerId), sql`${tasks.completedBy} is not null`))
    .orderBy(desc(tasks.closedAt))
    .limit(1)
    .prepare(),
  customer: db
    .select({ language: customers.language, product: productOfCustomer })
    .from(customers)
    .where(eq(customers.customerId, customerId))
    .prepare(),
}));

/** Whether anybody is in the team of a queue, be they absent just now. */
export function isServed(tx: Db, queue: string): boolean {
  return statements(tx).anyMember.get({ teamId: queue }) !== undefined;
}

/** Whether anybody is in the team of a queue who is not absent at a time. */
export function isAttended(tx: Db, { queue, at }: { queue: string; at: string }): boolean {
  return statements(tx).anyPresent.get({ teamId: queue, at }) !== undefined;
}

/** The team that does what waits in a queue: its own, or the recovery team where there is none or nobody is in it. */
export function teamFor(tx: Db, queue: string | null, recoveryTeam: string): string {
  return queue !== null && isServed(tx, queue) ? queue : recoveryTeam;
}

type NewTask = Pick<Demand, 'type' | 'tier'> & {
  customerId: string;
  queue: string | null;
  dueAt: string;
};

/**
 * Whose a new task is from the beginning, by the rule of its team; null: it waits in the queue.
 * @param policyOf asked for only where a team wants it: reading a policy costs more than all the rest
 */
export function assigneeOfNew(
  tx: Db,
  task: NewTask,
  policyOf: () => Pick<Policy, 'team' | 'timeZone' | 'contact'>,
): string | null {
  if (!statements(tx).someTeamAssigns.get()) return null;
  const policy = policyOf();
  const team = statements(tx).team.get({ teamId: teamFor(tx, task.queue, policy.team.id) });
  if (!team) return null;
  const { customerId } = task;
  const lastWorker = lastWorkerOf(tx, customerId);
  const candidates = candidatesFor(tx, { ...task, teamId: team.teamId }, policy);
  return assigneeAmong(candidates, { assignment: team.assignment, lastWorker });
}

/** Who has done the last work for a customer. */
export function lastWorkerOf(tx: Db, customerId: string): string | null {
  return statements(tx).lastWorker.get({ customerId })?.keyId ?? null;
}

/** Whoever is named for a task, if it can be theirs when it is due. */
export function namedIfThere(
  tx: Db,
  { keyId, type, dueAt }: { keyId: string | null; type: TaskType; dueAt: string },
): string | null {
  const role = keyId === null ? undefined : statements(tx).role.get({ keyId })?.role;
  if (keyId === null || role === undefined || !mayDo(role, type)) return null;
  return isAbsent(tx, { keyId, at: dueAt }) ? null : keyId;
}

/** Who of the team has the skills and works when the task is due. */
function candidatesFor(
  tx: Db,
  { teamId, customerId, type, tier, dueAt }: NewTask & { teamId: string },
  { timeZone, contact }: Pick<Policy, 'timeZone' | 'contact'>,
): Candidate[] {
  const { members, customer, load } = statements(tx);
  const { language = null, product = null } = customer.get({ customerId }) ?? {};
  return members
    .all({ teamId })
    .filter(
      ({ keyId, role, skills, hours }) =>
        canDo(role, skills, { type, tier, language, product }) &&
        nextWorkingMoment(dueAt, { timeZone, hours: hours ?? contact.hours }) === dueAt &&
        !isAbsent(tx, { keyId, at: dueAt }),
    )
    .map(({ keyId }) => ({ keyId, load: load.get({ keyId })!.tasks }));
}

function isAbsent(tx: Db, moment: { keyId: string; at: string }): boolean {
  return absenceOf(tx, moment) !== undefined;
}

/** The absence that somebody has at a time. */
export function absenceOf(
  tx: Db,
  moment: { keyId: string; at: string },
): { untilAt: string | null } | undefined {
  return statements(tx).absent.get(moment);
}
