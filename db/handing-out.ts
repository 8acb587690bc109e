import { randomUUID } from 'node:crypto';
import { and, asc, desc, eq, gt, inArray, isNull, lte, sql } from 'drizzle-orm';
import { DomainError } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import type { Actor, TaskRecord } from '../domain/records.ts';
import { taskTypeNames } from '../domain/tasks.ts';
import { canDo, goesBefore, mayDo, type Skills } from '../domain/teams.ts';
import { absenceOf, isAttended, productOfCustomer } from './assignment.ts';
import { insertCommand, keptCompletion } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { contactTimes } from './contact-plan.ts';
import { cases, customers, tasks, teamMembers } from './schema.ts';

/* The work of a team, handed out one by one to whoever asks for the next. */

const at = sql.placeholder('at');
const queue = sql.placeholder('queue');
// Written out, so that SQLite recognises the partial index.
const isFree = sql`${tasks.status} = 'open' and ${tasks.assignee} is null`;
const lookedAtOnce = 100;

const statements = prepared((db) => {
  const waiting = () =>
    db
      .select({
        taskId: tasks.taskId,
        caseId: tasks.caseId,
        customerId: tasks.customerId,
        type: tasks.type,
        agreed: tasks.agreed,
        expectedGain: tasks.expectedGain,
        dueAt: tasks.dueAt,
        tier: cases.tier,
        language: customers.language,
        product: productOfCustomer,
      })
      .from(tasks)
      .leftJoin(cases, eq(cases.caseId, tasks.caseId))
      .leftJoin(customers, eq(customers.customerId, tasks.customerId))
      .$dynamic();
  const inQueue = and(isFree, sql`${tasks.queue} is ${queue}`, isNull(tasks.pausedUntil));
  const offset = sql.placeholder('offset');
  return {
    memberships: db
      .select({ teamId: teamMembers.teamId, skills: teamMembers.skills })
      .from(teamMembers)
      .where(eq(teamMembers.keyId, sql.placeholder('keyId')))
      .prepare(),
    queueAfter: db
      .select({ queue: sql<string | null>`min(${tasks.queue})` })
      // SQLite would read all free tasks: it rather takes an index with two known columns than one in the right order.
      .from(sql`${tasks} indexed by tasks_queue`)
      .where(and(isFree, sql`${tasks.queue} > ${queue}`))
      .prepare(),
    due: waiting()
      .where(and(inQueue, lte(tasks.dueAt, at)))
      .orderBy(desc(tasks.agreed), desc(tasks.expectedGain), asc(tasks.dueAt), asc(tasks.taskId))
      .limit(lookedAtOnce)
      .offset(offset)
      .prepare(),
    later: waiting()
      .where(and(inQueue, gt(tasks.dueAt, at)))
      .orderBy(asc(tasks.dueAt), asc(tasks.taskId))
      .limit(lookedAtOnce)
      .offset(offset)
      .prepare(),
    take: db
      .update(tasks)
      .set({ assignee: sql`${sql.placeholder('assignee')}` })
      .where(and(eq(tasks.taskId, sql.placeholder('taskId')), isFree))
      .returning()
      .prepare(),
  };
});

type Asking = {
  actor: Actor;
  /** only the work of this team; null: of all the teams that the caller is in */
  teamId: string | null;
  /** its team has the tasks without a queue, and those whose team has nobody there; who is in no team works for it */
  policy: Pick<Policy, 'team' | 'timeZone' | 'contact'>;
  at: string;
  idempotencyKey: string | null;
};

/** Why somebody gets no task. */
export const reasonsForNone = ['absent', 'none-due'] as const;

export type HandedOut = {
  task: TaskRecord | null;
  because: (typeof reasonsForNone)[number] | null;
  /** without a task: when there will be one, or when the absence ends; null: nobody knows */
  nextDueAt: string | null;
};

/**
 * Gives the caller the next due task that is theirs, or else takes for them the next of their teams' queues that they
 * can do: what was agreed with the customer to the minute first, then by expected gain, then what has been due longest.
 * Nobody else gets the same one. What has a result already that is only kept is over for people. A contact that may not be made in this moment is passed over and stays where it is.
 * Who is absent gets nothing.
 * @throws DomainError `forbidden` for a team that the caller is not in
 */
export async function nextTask(db: Db, asking: Asking): Promise<HandedOut> {
  return writing(db, (tx) => {
    const queues = queuesOf(tx, asking);
    const { actor, policy, at, idempotencyKey } = asking;
    const absence = absenceOf(tx, { keyId: actor.actorId, at });
    if (absence) return { task: null, because: 'absent', nextDueAt: absence.untilAt };
    const timeOf = contactTimes(tx, { policy, at });
    const later: string[] = [];
    const mayBeNow = (task: Waiting) => {
      if (keptCompletion(tx, task.taskId)) return false;
      const time = task.dueAt > at ? task.dueAt : timeOf(task);
      if (time !== at && time !== null) later.push(time);
      return time === at;
    };
    const mine = ownTasks(tx, asking).toSorted(goesBefore).find(mayBeNow);
    if (mine) return handedOut(mine);
    const found = firstOf(tx, 'due', queues, asking, mayBeNow).toSorted(goesBefore)[0];
    if (!found) {
      later.push(...firstOf(tx, 'later', queues, asking).map(({ dueAt }) => dueAt));
      return { task: null, because: 'none-due', nextDueAt: later.sort()[0] ?? null };
    }
    const { taskId } = found;
    const task = statements(tx).take.get({ taskId, assignee: actor.actorId });
    const { caseId } = task;
    insertCommand(
      tx,
      {
        commandId: randomUUID(),
        actor,
        action: 'task.next',
        target: taskId,
        caseId,
        request: { teamId: asking.teamId },
        idempotencyKey,
        at,
      },
      'done',
    );
    return handedOut(task);
  });
}

/** That somebody has it now. */
export function handedOut(task: TaskRecord): HandedOut {
  return { task, because: null, nextDueAt: null };
}

type Queue = { queue: string | null; skills: Skills };

function queuesOf(tx: Db, { actor, teamId, policy, at }: Asking): Queue[] {
  const recoveryTeam = policy.team.id;
  const found = statements(tx).memberships.all({ keyId: actor.actorId });
  const anything: Skills = { languages: [], tiers: [], products: [] };
  const all = found.length > 0 ? found : [{ teamId: recoveryTeam, skills: anything }];
  const asked = all.filter((one) => teamId === null || one.teamId === teamId);
  if (asked.length === 0) throw new DomainError('forbidden', `You are not in team ${teamId}.`);
  return asked.flatMap(({ teamId: queue, skills }) => [
    { queue, skills },
    ...(queue === recoveryTeam
      ? [null, ...queuesOfNobody(tx, { recoveryTeam, at })].map((one) => ({ queue: one, skills }))
      : []),
  ]);
}

/** Those that free tasks wait in, but nobody's team works on, or only who is absent. */
function queuesOfNobody(
  tx: Db,
  { recoveryTeam, at }: { recoveryTeam: string; at: string },
): string[] {
  const found: string[] = [];
  const after = (queue: string) => statements(tx).queueAfter.get({ queue })!.queue;
  for (let queue = after(''); queue !== null; queue = after(queue)) {
    if (queue !== recoveryTeam && !isAttended(tx, { queue, at })) found.push(queue);
  }
  return found;
}

/** What the caller has already, of whatever team unless they ask for one. */
function ownTasks(tx: Db, { actor, teamId, policy, at }: Asking): TaskRecord[] {
  const types = taskTypeNames.filter((type) => mayDo(actor.role, type));
  return tx
    .select()
    .from(tasks)
    .where(
      and(
        eq(tasks.status, 'open'),
        eq(tasks.assignee, actor.actorId),
        inArray(tasks.type, types),
        isNull(tasks.pausedUntil),
      ),
    )
    .all()
    .filter(
      ({ queue }) =>
        teamId === null ||
        queue === teamId ||
        (teamId === policy.team.id && (queue === null || !isAttended(tx, { queue, at }))),
    );
}

type Waiting = Pick<TaskRecord, 'taskId' | 'caseId' | 'customerId' | 'type' | 'agreed' | 'dueAt'>;

/** The first task of each queue that the caller can do, and that `suits`. */
function firstOf(
  tx: Db,
  which: 'due' | 'later',
  queues: Queue[],
  { actor, at }: Asking,
  suits: (task: Waiting) => boolean = () => true,
) {
  return queues.flatMap(({ queue, skills }) => {
    for (let offset = 0; ; offset += lookedAtOnce) {
      const some = statements(tx)[which].all({ queue, at, offset });
      const first = some.find((task) => canDo(actor.role, skills, task) && suits(task));
      if (first) return [first];
      if (some.length < lookedAtOnce) return [];
    }
  });
}
