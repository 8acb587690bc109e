import { describe, expect, it } from '@jest/globals';
import { listCases } from '../../db/cases.ts';
import { addNote } from '../../db/notes.ts';
import type { Db } from '../../db/open.ts';
import { createKey } from '../../db/keys.ts';
import { seesCase, sightOf } from '../../db/sight.ts';
import { assignTask, getTask, listTasks } from '../../db/tasks.ts';
import { addAbsence, addMember, createTeam } from '../../db/teams.ts';
import type { Actor, TaskFilter } from '../../domain/records.ts';
import { mayView } from '../../domain/teams.ts';
import { withDatabase } from '../support/database.ts';
import {
  aCaseWithTasks,
  anna,
  anOpenCase,
  bert,
  boss,
  everyPage,
  minute,
  ordered,
  task,
} from './given.ts';

const recoveryTeam = 'recovery';
const sight = (db: Db, actor: Actor, at = minute(30)) => sightOf(db, { actor, recoveryTeam, at });

async function team(db: Db, teamId: string, members: string[]): Promise<void> {
  await createTeam(db, { teamId, name: teamId, assignment: 'on-demand' }, ordered);
  const skills = { languages: [], tiers: [], products: [] };
  for (const keyId of members)
    await addMember(db, { teamId, keyId, skills, hours: null }, minute(0));
}

/** What is listed, in pages of one, and what may be read one by one: both say the same. */
async function seen(db: Db, actor: Actor, filter: TaskFilter = {}, at = minute(30)) {
  const own = sight(db, actor, at);
  const pages = await everyPage((cursor) =>
    listTasks(db, { ...filter, sight: own }, { limit: 1, cursor }),
  );
  const listed = pages.flat().map(({ taskId }) => taskId);
  const all = (await listTasks(db, filter, { limit: 200 })).items;
  const readable = all.filter((one) => !own || mayView(own, one)).map(({ taskId }) => taskId);
  expect(listed).toEqual(readable);
  return listed;
}

/** One task of each queue, due one after the other. */
async function work(db: Db): Promise<void> {
  await aCaseWithTasks(db, 'C1', [task('of-nobody-named', { dueAt: minute(11) })]);
  await aCaseWithTasks(db, 'C2', [task('of-service', { queue: 'service', dueAt: minute(12) })]);
  await aCaseWithTasks(db, 'C3', [task('of-shop', { queue: 'shop', dueAt: minute(13) })]);
  await aCaseWithTasks(db, 'C4', [task('of-recovery', { queue: 'recovery', dueAt: minute(14) })]);
}
const everything = ['of-nobody-named', 'of-service', 'of-shop', 'of-recovery'];

describe('of tasks an agent', () => {
  it('sees all as long as there are no teams, and managers always do', () =>
    withDatabase(async ({ db }) => {
      await work(db);
      expect(await seen(db, anna)).toEqual(everything);
      await team(db, 'service', ['carl']);
      expect(await seen(db, boss)).toEqual(everything);
    }));

  it('of a team sees its work and what is theirs, page by page, whatever else is asked for', () =>
    withDatabase(async ({ db }) => {
      await work(db);
      await team(db, 'service', ['anna']);
      await team(db, 'shop', ['bert']);
      expect(await seen(db, anna)).toEqual(['of-service']);
      await assignTask(db, { taskId: 'of-shop', assignee: 'anna', actor: boss, at: minute(5) });
      expect(await seen(db, anna)).toEqual(['of-service', 'of-shop']);
      expect(await seen(db, bert)).toEqual(['of-shop']);
      expect(await seen(db, anna, { status: 'open', dueBefore: minute(13) })).toEqual([
        'of-service',
      ]);
      expect(await seen(db, anna, { assignee: 'anna' })).toEqual(['of-shop']);
      expect(await seen(db, anna, { type: 'recovery-call' })).toEqual(['of-service', 'of-shop']);
      expect(await seen(db, anna, { assignee: null })).toEqual(['of-service']);
    }));

  it('of two teams sees the work of both, each task once', () =>
    withDatabase(async ({ db }) => {
      await work(db);
      await team(db, 'service', ['anna', 'bert']);
      await team(db, 'shop', ['anna']);
      await assignTask(db, { taskId: 'of-shop', assignee: 'anna', actor: boss, at: minute(5) });
      expect(await seen(db, anna)).toEqual(['of-service', 'of-shop']);
    }));

  it.each([
    ['of no team', []],
    ['of the recovery team', ['anna']],
  ])('%s sees what no other team has anybody there for', (_, members) =>
    withDatabase(async ({ db }) => {
      await work(db);
      await team(db, 'recovery', members);
      await team(db, 'service', ['bert']);
      expect(await seen(db, anna)).toEqual(['of-nobody-named', 'of-shop', 'of-recovery']);
      const absence = { keyId: 'bert', fromAt: minute(20), untilAt: minute(40), actor: boss };
      await addAbsence(db, { ...absence, at: minute(20) });
      expect(await seen(db, anna, {}, minute(30))).toEqual(everything);
      expect(await seen(db, anna, {}, minute(41))).not.toContain('of-service');
    }),
  );
});

describe('of cases an agent', () => {
  const listed = async (db: Db, actor: Actor) => {
    const page = await listCases(db, { sight: sight(db, actor) }, { limit: 50 });
    return page.items.map(({ customerId }) => customerId).sort();
  };

  it('sees those that have or had a task of their teams, or none yet', () =>
    withDatabase(async ({ db }) => {
      await work(db);
      await anOpenCase(db, 'C5');
      await team(db, 'service', ['anna']);
      expect(await listed(db, anna)).toEqual(['C2', 'C5']);
      expect(await listed(db, bert)).toEqual(['C1', 'C3', 'C4', 'C5']);
      expect(await listed(db, boss)).toEqual(['C1', 'C2', 'C3', 'C4', 'C5']);
      for (const [caseId, sees] of [
        ['C1-e1', false],
        ['C2-e1', true],
        ['C5-e1', true],
      ] as const) {
        expect(seesCase(db, caseId, sight(db, anna)!)).toBe(sees);
      }
    }));

  it('reads the one in which a colleague names them', () =>
    withDatabase(async ({ db }) => {
      const { record } = await createKey(db, { name: 'Dora', role: 'agent', at: minute(0) });
      const dora = { actorId: record.keyId, role: 'agent' } as const;
      await work(db);
      await team(db, 'service', [record.keyId]);
      expect(seesCase(db, 'C1-e1', sight(db, dora)!)).toBe(false);
      const note = { caseId: 'C1-e1', text: '@Dora, do you know them?', actor: boss };
      await addNote(db, { ...note, at: minute(5), idempotencyKey: null });
      expect(seesCase(db, 'C1-e1', sight(db, dora)!)).toBe(true);
      expect((await getTask(db, 'of-nobody-named'))?.queue).toBeNull();
    }));
});
