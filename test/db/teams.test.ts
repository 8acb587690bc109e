import { describe, expect, it } from '@jest/globals';
import { assigneeOfNew } from '../../db/assignment.ts';
import { createFeed, listFeeds } from '../../db/calendar-feeds.ts';
import { finishCommand, beginCommand } from '../../db/commands.ts';
import { projectCase } from '../../db/cases.ts';
import { createKey, revokeKey } from '../../db/keys.ts';
import type { Db } from '../../db/open.ts';
import { commands } from '../../db/schema.ts';
import { assignTask, claimTask, getTask, listTasks } from '../../db/tasks.ts';
import {
  addAbsence,
  addMember,
  beginAbsences,
  changeMember,
  createTeam,
  endAbsence,
  listAbsences,
  listMembers,
  listTeams,
  removeMember,
} from '../../db/teams.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { PlannedMeasure } from '../../domain/measure-plan.ts';
import type { Assignment } from '../../domain/teams.ts';
import { withDatabase } from '../support/database.ts';
import { anOpenCase, boss, minute, ordered, projection, task } from './given.ts';

const anything = { languages: [], tiers: [], products: [] };

/** The recovery team with its people, by whose names their keys are known. */
async function recovery(db: Db, assignment: Assignment, ...names: string[]) {
  await createTeam(db, { teamId: 'recovery', name: 'Recovery', assignment }, ordered);
  const people: Record<string, string> = {};
  for (const name of names) {
    const { record } = await createKey(db, { name, role: 'agent', at: minute(0) });
    const { keyId } = record;
    await addMember(db, { teamId: 'recovery', keyId, skills: anything, hours: null }, minute(0));
    people[name] = keyId;
  }
  return people as Record<'anna' | 'bert', string>;
}

async function mine(db: Db, keyId: string): Promise<string[]> {
  const { items } = await listTasks(db, { status: 'open', assignee: keyId }, { limit: 50 });
  return items.map(({ taskId }) => taskId);
}

/** A case in which somebody has completed a call, and then has a second task, due in `minutes` from eight. */
async function workedOn(db: Db, customerId: string, keyId: string, minutes = 600) {
  const record = await anOpenCase(db, customerId);
  const { caseId } = record;
  await projectCase(db, projection(record, 1, { tasks: [task('first')] }), minute(1));
  const command = {
    ...{ commandId: `done-${customerId}`, action: 'task.complete', target: 'first', caseId },
    ...{ request: { result: { outcome: 'callback' } }, idempotencyKey: null },
    ...{ actor: { actorId: keyId, role: 'agent' as const }, at: minute(2), lease: minute(3) },
  };
  await beginCommand(db, command);
  await finishCommand(db, { commandId: command.commandId, status: 'done', at: minute(2) });
  const result = { outcome: 'callback' };
  const done = {
    status: 'done',
    closedAt: minute(2),
    commandId: command.commandId,
    result,
  } as const;
  const tasks = [task('first', done), task('second', { agreed: true, dueAt: minute(minutes) })];
  await projectCase(db, projection(record, 2, { tasks, state: { tier: 'B' } }), minute(3));
  return record;
}

describe('a new task', () => {
  it('belongs to who last worked with the customer', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna', 'bert');
      await workedOn(db, 'C1', anna, 60);
      expect(await mine(db, anna)).toEqual(['second']);
    }));

  it('for a team of nobody belongs to whom the recovery team would give it', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna', 'bert');
      await workedOn(db, 'C1', anna, 60);
      const fix = { customerId: 'C1', type: 'remedy', tier: 'B', dueAt: minute(60) } as const;
      const given = () => assigneeOfNew(db, { ...fix, queue: 'service' }, () => standardPolicy);
      expect(given()).toBe(anna);
      const service = { teamId: 'service', name: 'Service', assignment: 'on-demand' } as const;
      await createTeam(db, service, ordered);
      expect(given()).toBe(anna);
      await addMember(
        db,
        { teamId: 'service', keyId: anna, skills: anything, hours: null },
        minute(1),
      );
      expect(given()).toBeNull();
    }));

  it('stays with who has it, however often its case is written', () =>
    withDatabase(async ({ db }) => {
      const { anna, bert } = await recovery(db, 'continuity', 'anna', 'bert');
      const record = await workedOn(db, 'C1', anna, 60);
      await assignTask(db, { taskId: 'second', assignee: bert, actor: boss, at: minute(4) });
      const tasks = [task('second', { agreed: true, dueAt: minute(70) })];
      await projectCase(db, projection(record, 3, { tasks }), minute(5));
      expect(await mine(db, bert)).toEqual(['second']);
    }));

  it.each([
    ['has other skills', (db: Db, keyId: string) => limitTo(db, keyId, { skills: onlyTierA })],
    ['is not at work then', (db: Db, keyId: string) => limitTo(db, keyId, { hours: mornings })],
    ['is absent then', (db: Db, keyId: string) => absentFrom(db, keyId, minute(30))],
    ['has left', (db: Db, keyId: string) => leave(db, keyId)],
  ])('waits in the queue when that person %s', (_, change) =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna');
      await change(db, anna);
      // 8:00 UTC plus 300 minutes is 14:00 in Berlin.
      await workedOn(db, 'C1', anna, 300);
      expect((await getTask(db, 'second'))?.assignee).toBeNull();
    }),
  );

  it('belongs to nobody where the team wants that, or there is no team', () =>
    withDatabase(async ({ db }) => {
      await workedOn(db, 'C1', 'somebody', 60);
      expect((await getTask(db, 'second'))?.assignee).toBeNull();
      const { anna } = await recovery(db, 'on-demand', 'anna');
      const record = await anOpenCase(db, 'C2');
      await projectCase(db, projection(record, 1, { tasks: [task('t2')] }), minute(3));
      expect(await mine(db, anna)).toEqual([]);
    }));

  it('is given to who has the least to do where the team balances', () =>
    withDatabase(async ({ db }) => {
      const { anna, bert } = await recovery(db, 'balanced', 'anna', 'bert');
      const record = await anOpenCase(db, 'C1');
      const tasks = ['t1', 't2', 't3', 't4'].map((id) => task(id, { dueAt: minute(60) }));
      await projectCase(db, projection(record, 1, { tasks }), minute(3));
      expect([await mine(db, anna), await mine(db, bert)].map(({ length }) => length)).toEqual([
        2, 2,
      ]);
    }));
});

const onlyTierA = { languages: [], tiers: ['A' as const], products: [] };
const mornings = { workDays: [1, 2, 3, 4, 5], opensAt: '08:00', closesAt: '12:00' };
type Change = { skills?: typeof onlyTierA; hours?: typeof mornings };
const limitTo = (db: Db, keyId: string, change: Change) =>
  changeMember(db, { teamId: 'recovery', keyId, ...change });
const absentFrom = (db: Db, keyId: string, fromAt: string) =>
  addAbsence(db, { keyId, fromAt, untilAt: null, actor: boss, at: minute(0) });
const leave = (db: Db, keyId: string) => revokeKey(db, { keyId, actor: boss, at: minute(0) });

describe('a task of a measure that names somebody', () => {
  const naming = (assignee: string, id: string): PlannedMeasure => ({
    ...{ id, kind: 'remedy', afterDays: 0, queue: 'service', assignee },
    ...{ status: 'current', result: null },
  });
  /** The assignees of the case's remedy and of its call, as its first projection writes them. */
  async function given(db: Db, keyId: string): Promise<(string | null)[]> {
    const record = await anOpenCase(db, 'C1');
    const fix = { type: 'remedy', measureId: 'fix', queue: 'service' } as const;
    const tasks = [task('fix', fix), task('call', { measureId: 'call' })];
    const state = { plan: [naming(keyId, 'fix'), naming(keyId, 'call')] };
    await projectCase(db, projection(record, 1, { tasks, state }), minute(1));
    return Promise.all(['fix', 'call'].map(async (id) => (await getTask(db, id))!.assignee));
  }

  it('is theirs at once, whatever their team and its assignment', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'on-demand', 'anna', 'bert');
      // The second measure gives no calls, so its person gets none.
      expect(await given(db, anna)).toEqual([anna, null]);
    }));

  it.each<[string, (db: Db, keyId: string) => Promise<unknown>]>([
    ['is absent when it is due', (db, keyId) => absentFrom(db, keyId, minute(5))],
    ['has left', leave],
  ])('waits in its queue when that person %s', (_why, gone) =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'on-demand', 'anna');
      await gone(db, anna);
      expect(await given(db, anna)).toEqual([null, null]);
    }),
  );

  it('goes back to its queue when they leave', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'on-demand', 'anna');
      await given(db, anna);
      await leave(db, anna);
      expect(await getTask(db, 'fix')).toMatchObject({ assignee: null, queue: 'service' });
    }));
});

describe('who is gone', () => {
  async function claimed(db: Db, keyId: string): Promise<void> {
    const record = await anOpenCase(db, 'C1');
    const tasks = [
      task('soon', { dueAt: minute(60) }),
      task('late', { dueAt: minute(6_000) }),
      task('fix', { type: 'remedy', queue: 'service' }),
    ];
    await projectCase(db, projection(record, 1, { tasks }), minute(1));
    const actor = { actorId: keyId, role: 'agent' } as const;
    for (const { taskId } of tasks) await claimTask(db, { taskId, actor, at: minute(2) });
  }

  it('leaves all open work to the queue with the key, in the audit too', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna');
      await claimed(db, anna);
      await revokeKey(db, { keyId: anna, actor: boss, at: minute(5) });
      expect(await mine(db, anna)).toEqual([]);
      expect(await listMembers(db, 'recovery', minute(5))).toEqual([]);
      const request = { assignee: null, from: anna, reason: 'key-revoked' };
      const audit = db.select().from(commands).all().slice(4);
      expect(audit).toMatchObject(Array(3).fill({ action: 'task.assign', actor: 'boss', request }));
    }));

  it('leaves a team with its work alone', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna');
      const service = { teamId: 'service', name: 'Service', assignment: 'on-demand' } as const;
      await createTeam(db, service, ordered);
      const member = { teamId: 'service', keyId: anna, skills: anything, hours: null };
      await addMember(db, member, minute(0));
      await claimed(db, anna);
      const leaving = { keyId: anna, teamId: 'recovery', recoveryTeam: 'recovery', actor: boss };
      expect(await removeMember(db, { ...leaving, at: minute(5) })).toBe(true);
      expect(await mine(db, anna)).toEqual(['fix']);
      expect(await removeMember(db, { ...leaving, at: minute(5) })).toBe(false);
    }));

  it('is absent from now: what is due before the end goes back at once', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna');
      await claimed(db, anna);
      const absence = { keyId: anna, fromAt: minute(5), untilAt: minute(500), actor: boss };
      await addAbsence(db, { ...absence, at: minute(5) });
      expect(await mine(db, anna)).toEqual(['late']);
      expect(await listMembers(db, 'recovery', minute(6))).toMatchObject([
        { name: 'anna', absent: true, openTasks: 1 },
      ]);
    }));

  it('is absent later: it goes back when that begins, once', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna');
      await claimed(db, anna);
      await absentFrom(db, anna, minute(50));
      expect(await beginAbsences(db, minute(49))).toBe(0);
      expect(await mine(db, anna)).toHaveLength(3);
      expect(await beginAbsences(db, minute(50))).toBe(3);
      await assignTask(db, { taskId: 'late', assignee: anna, actor: boss, at: minute(51) });
      expect(await beginAbsences(db, minute(52))).toBe(0);
      expect(await mine(db, anna)).toEqual(['late']);
    }));

  it('comes back: an absence can be ended, or forgotten before it begins', () =>
    withDatabase(async ({ db }) => {
      const { anna } = await recovery(db, 'continuity', 'anna');
      const begun = await absentFrom(db, anna, minute(0));
      const later = await absentFrom(db, anna, minute(90));
      for (const { absenceId } of [begun, later])
        await endAbsence(db, { absenceId, at: minute(7) });
      expect(await listAbsences(db, anna)).toMatchObject([
        { absenceId: begun.absenceId, untilAt: minute(7) },
      ]);
    }));
});

describe('what is made for a request that may be repeated', () => {
  it('is not there without the note of it', () =>
    withDatabase(async ({ db }) => {
      const asked = { ...ordered.asked, idempotencyKey: 'once' };
      const note = { asked, at: minute(0) };
      await createTeam(db, { teamId: 'a', name: 'A', assignment: 'on-demand' }, note);
      const second = createTeam(db, { teamId: 'b', name: 'B', assignment: 'on-demand' }, note);
      await expect(second).rejects.toThrow(/UNIQUE/);
      await expect(createFeed(db, note)).rejects.toThrow(/UNIQUE/);
      expect((await listTeams(db)).map(({ teamId }) => teamId)).toEqual(['a']);
      expect(await listFeeds(db, boss.actorId)).toEqual([]);
    }));
});
