import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { and, eq, gt, lte, sql } from 'drizzle-orm';
import { DomainError, refused } from '../domain/errors.ts';
import type { Actor, CommandRecord } from '../domain/records.ts';
import type { TimelineEntry } from '../domain/timeline.ts';
import { nextSeq, writeTimeline } from './case-timeline.ts';
import { placeholders } from './columns.ts';
import { prepared, writing, writingTogether, type Db } from './connection.ts';
import { noteContact } from './contacts.ts';
import { bookCase } from './ledger.ts';
import { enqueue, releaseCommandMessage, settleCommandMessage } from './outbox.ts';
import { policyOf } from './policies.ts';
import { cases, commands, tasks } from './schema.ts';

const statements = prepared((db) => ({
  insert: db
    .insert(commands)
    .values(placeholders(commands, ['error']))
    .returning()
    .prepare(),
  finish: db
    .update(commands)
    .set({
      status: sql`${sql.placeholder('status')}`,
      // As text: the column's own encoder would make the text `null` of a missing error.
      error: sql`${sql.placeholder('errorText')}`,
      finishedAt: sql`${sql.placeholder('at')}`,
    })
    .where(
      and(eq(commands.commandId, sql.placeholder('commandId')), eq(commands.status, 'pending')),
    )
    .returning({ caseId: commands.caseId })
    .prepare(),
  find: db
    .select()
    .from(commands)
    .where(eq(commands.commandId, sql.placeholder('commandId')))
    .prepare(),
  byIdempotencyKey: db
    .select()
    .from(commands)
    .where(
      and(
        eq(commands.actor, sql.placeholder('actorId')),
        eq(commands.idempotencyKey, sql.placeholder('key')),
      ),
    )
    .prepare(),
  pendingCompletion: db
    .select()
    .from(commands)
    .where(
      and(
        eq(commands.target, sql.placeholder('target')),
        // Written out, so that SQLite recognises the index of pending completions.
        sql`${commands.action} = 'task.complete' and ${commands.status} = 'pending'`,
      ),
    )
    .prepare(),
  take: db
    .update(commands)
    .set({ undoUntil: null })
    .where(
      and(
        eq(commands.commandId, sql.placeholder('commandId')),
        eq(commands.status, 'pending'),
        lte(commands.undoUntil, sql.placeholder('at')),
      ),
    )
    .returning()
    .prepare(),
  undo: db
    .update(commands)
    .set({ status: 'undone', finishedAt: sql`${sql.placeholder('at')}` })
    .where(
      and(
        eq(commands.commandId, sql.placeholder('commandId')),
        eq(commands.status, 'pending'),
        gt(commands.undoUntil, sql.placeholder('at')),
      ),
    )
    .returning()
    .prepare(),
  task: db
    .select({ taskId: tasks.taskId, customerId: tasks.customerId, type: tasks.type })
    .from(tasks)
    .where(eq(tasks.taskId, sql.placeholder('taskId')))
    .prepare(),
  case: db
    .select({ customerId: cases.customerId, policyVersion: cases.policyVersion })
    .from(cases)
    .where(eq(cases.caseId, sql.placeholder('caseId')))
    .prepare(),
}));

export type NewCommand = Pick<
  CommandRecord,
  'commandId' | 'action' | 'target' | 'caseId' | 'request' | 'idempotencyKey' | 'at'
> & { actor: Actor };

/** Who asked for what, as it is kept beside what came of it. */
export type Asked = Pick<NewCommand, 'actor' | 'request' | 'idempotencyKey'>;

export type Begun = { command: CommandRecord; repeated: boolean };

/**
 * Keeps a command before Temporal hears of it, so that it outlives this process: if no verdict is in by the end of
 * the lease, the relay delivers it. The same actor's idempotency key makes a repeated request the same command.
 * @param command.lease with `undo` nobody delivers it before the end of the lease, and until then it can be undone
 * @throws DomainError `idempotency-key-reused` for another request under the same key, `conflict` while another
 * completion of the task has no verdict, `not-found` without such a case
 */
export async function beginCommand(
  db: Db,
  {
    lease,
    undo = false,
    ...command
  }: NewCommand & { caseId: string; lease: string; undo?: boolean },
): Promise<Begun> {
  return writingTogether(db, (tx) => {
    const repeated = repeatedCommand(tx, command);
    if (repeated) return repeated;
    refuseSecondCompletion(tx, command);
    const { commandId, at } = command;
    const { customerId: orderKey, policyVersion } = theCase(tx, command.caseId);
    enqueue(tx, { orderKey, kind: 'command', payload: { commandId }, at, notBefore: lease });
    if (!undo) noteContactTold(tx, command, policyVersion);
    const undoUntil = undo ? lease : null;
    return { command: insertCommand(tx, command, 'pending', undoUntil), repeated: false };
  });
}

/**
 * Takes a command for delivery whose time to be undone is over: from then on it cannot be.
 * @returns undefined when it was undone, or still can be
 */
export async function takeCommand(
  db: Db,
  { commandId, at }: { commandId: string; at: string },
): Promise<CommandRecord | undefined> {
  return writing(db, (tx) => {
    const taken = statements(tx).take.get({ commandId, at });
    if (taken) noteContactTold(tx, taken, theCase(tx, taken.caseId!).policyVersion);
    return taken;
  });
}

/**
 * Undoes a command that nobody has delivered yet, as if it had never been given; once is as good as twice.
 * @param undo.clock asked when nobody else can take the command any more
 * @throws DomainError `conflict` when it is too late
 */
export async function undoCommand(
  db: Db,
  { commandId, clock }: { commandId: string; clock: () => string },
): Promise<CommandRecord> {
  return writing(db, (tx) => {
    const at = clock();
    const undone = statements(tx).undo.get({ commandId, at });
    if (undone) {
      settleCommandMessage(tx, { commandId, caseId: undone.caseId! }, at);
      return undone;
    }
    const known = statements(tx).find.get({ commandId });
    if (known?.status === 'undone') return known;
    throw refused('too-late-to-undo');
  });
}

/** The result of a task that is kept, and on which its case has not yet acted. */
export function keptCompletion(db: Db, taskId: string): CommandRecord | undefined {
  return statements(db).pendingCompletion.get({ target: taskId });
}

/**
 * Keeps a command that the database alone carries out.
 * @param act carries it out in the same transaction, unless it is a repeated request; what it throws undoes everything
 */
export async function recordCommand(
  db: Db,
  command: NewCommand,
  act?: (tx: Db) => void,
): Promise<Begun> {
  return writing(db, (tx) => {
    const repeated = repeatedCommand(tx, command);
    if (repeated) return repeated;
    act?.(tx);
    return { command: insertCommand(tx, command, 'done'), repeated: false };
  });
}

/**
 * Notes the verdict, once: a command that has one keeps it.
 * @param verdict.tells what the timeline of its case, whose workflow has ended, tells of it
 */
export async function finishCommand(
  db: Db,
  verdict: {
    commandId: string;
    status: 'done' | 'rejected';
    error?: { code: NonNullable<CommandRecord['error']>['code']; message: string } | undefined;
    tells?: Omit<TimelineEntry, 'at'> | undefined;
    at: string;
  },
): Promise<void> {
  const { commandId, status, error, tells, at } = verdict;
  await writingTogether(db, (tx) => {
    const errorText = error ? JSON.stringify({ code: error.code, message: error.message }) : null;
    const finished = statements(tx).finish.get({ commandId, status, errorText, at });
    if (!finished?.caseId) return;
    const { caseId } = finished;
    settleCommandMessage(tx, { commandId, caseId }, at);
    if (tells) {
      writeTimeline(tx, caseId, { firstSeq: nextSeq(tx, caseId), entries: [{ ...tells, at }] });
    }
  });
}

/** Leaves a pending command to the relay, which would otherwise wait for the lease of whoever began it. */
export async function releaseCommand(
  db: Db,
  { commandId, caseId, at }: { commandId: string; caseId: string; at: string },
): Promise<void> {
  writing(db, (tx) => releaseCommandMessage(tx, { commandId, caseId }, at));
}

export async function getCommand(db: Db, commandId: string): Promise<CommandRecord | undefined> {
  return statements(db).find.get({ commandId });
}

export async function findByIdempotencyKey(
  db: Db,
  actorId: string,
  key: string,
): Promise<CommandRecord | undefined> {
  return byIdempotencyKey(db, actorId, key);
}

/** For whoever carries out in the database alone what was asked: call it inside that transaction. */
export function insertDone(
  tx: Db,
  { actor, request, idempotencyKey }: Asked,
  done: Pick<NewCommand, 'action' | 'target' | 'caseId' | 'at'>,
): void {
  const commandId = randomUUID();
  insertCommand(tx, { ...done, commandId, actor, request, idempotencyKey }, 'done');
}

/** The audit of what was carried out elsewhere; doing it twice must be harmless. */
export async function recordDone(
  db: Db,
  asked: Asked,
  done: Pick<NewCommand, 'action' | 'target' | 'caseId' | 'at'>,
): Promise<void> {
  writing(db, (tx) => insertDone(tx, asked, done));
}

export function insertCommand(
  tx: Db,
  { actor, ...command }: NewCommand,
  status: 'pending' | 'done',
  undoUntil: string | null = null,
): CommandRecord {
  const finishedAt = status === 'done' ? command.at : null;
  const about = { ...command, actor: actor.actorId, role: actor.role };
  return statements(tx).insert.get({ ...about, status, finishedAt, undoUntil });
}

function byIdempotencyKey(db: Db, actorId: string, key: string): CommandRecord | undefined {
  return statements(db).byIdempotencyKey.get({ actorId, key });
}

function repeatedCommand(tx: Db, command: NewCommand): Begun | undefined {
  if (command.idempotencyKey === null) return undefined;
  const stored = byIdempotencyKey(tx, command.actor.actorId, command.idempotencyKey);
  if (!stored) return undefined;
  const { action, target, request } = stored;
  const asked = {
    action: command.action,
    target: command.target,
    request: JSON.parse(JSON.stringify(command.request)) as unknown,
  };
  if (!isDeepStrictEqual({ action, target, request }, asked)) {
    throw new DomainError(
      'idempotency-key-reused',
      'This idempotency key was already used for another request',
    );
  }
  return { command: stored, repeated: true };
}

/** One completion at a time: while the first has no verdict, nobody can say whether a second one comes too late. */
function refuseSecondCompletion(tx: Db, { action, target }: NewCommand): void {
  if (action !== 'task.complete') return;
  if (statements(tx).pendingCompletion.get({ target })) {
    throw new DomainError('conflict', 'Another result for this task is being recorded');
  }
}

function theCase(tx: Db, caseId: string): { customerId: string; policyVersion: string } {
  const record = statements(tx).case.get({ caseId });
  if (!record) throw new DomainError('not-found', `There is no case ${caseId}`);
  return record;
}

/** The contact that a completed task tells of, by the policy that the case carries. */
function noteContactTold(
  tx: Db,
  { commandId, action, target, caseId, request, at }: Omit<NewCommand, 'actor'>,
  policyVersion: string,
): void {
  if (action !== 'task.complete') return;
  const task = statements(tx).task.get({ taskId: target });
  const policy = task && policyOf(tx, policyVersion);
  if (!policy) return;
  const { outcome } = request['result'] as { outcome: string };
  noteContact(tx, { ...task, caseId }, { commandId, outcome, at }, policy);
  if (caseId !== null) bookCase(tx, caseId, at);
}
