import { describe, expect, it } from '@jest/globals';
import { acceptEvents } from '../../db/events.ts';
import { writing } from '../../db/connection.ts';
import { noteContact } from '../../db/contacts.ts';
import { nextTask } from '../../db/handing-out.ts';
import { revokeKey } from '../../db/keys.ts';
import { storePolicy } from '../../db/policies.ts';
import { projectCase } from '../../db/cases.ts';
import type { Db } from '../../db/open.ts';
import { commands } from '../../db/schema.ts';
import { claimTask, getTask } from '../../db/tasks.ts';
import { addAbsence, addMember, createTeam } from '../../db/teams.ts';
import type { Actor } from '../../domain/records.ts';
import type { Skills } from '../../domain/teams.ts';
import { withDatabase } from '../support/database.ts';
import { unlessRefused } from '../support/policies.ts';
import {
  aCaseWithTasks,
  accept,
  anna,
  anOpenCase,
  aPolicy,
  bert,
  boss,
  event,
  minute,
  ordered,
  projection,
  task,
} from './given.ts';

const anything: Skills = { languages: [], tiers: [], products: [] };

async function next(db: Db, actor: Actor, fields: { teamId?: string; at?: string } = {}) {
  const { teamId = null, at = minute(30) } = fields;
  const asking = { teamId, policy: unlessRefused, actor, at, idempotencyKey: null };
  const { task, because, nextDueAt } = await nextTask(db, asking);
  expect(because === null).toBe(task !== null);
  return { taskId: task?.taskId ?? null, nextDueAt };
}

async function team(db: Db, teamId: string, members: Record<string, Partial<Skills>>) {
  await createTeam(db, { teamId, name: teamId, assignment: 'on-demand' }, ordered);
  for (const [keyId, skills] of Object.entries(members)) {
    const member = { teamId, keyId, skills: { ...anything, ...skills }, hours: null };
    await addMember(db, member, minute(0));
  }
}

describe('the next task', () => {
  it('is an agreed callback, then what promises most, then what has been due longest', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('poor-late', { dueAt: minute(12) }), task('poor')], {
        expectedGain: 100,
      });
      await aCaseWithTasks(db, 'C2', [task('rich', { dueAt: minute(20) })], {
        expectedGain: 9_000,
      });
      await aCaseWithTasks(db, 'C3', [task('callback', { agreed: true, dueAt: minute(25) })]);
      await aCaseWithTasks(db, 'C4', [task('not-yet', { agreed: true, dueAt: minute(31) })]);
      const order = [];
      for (const agent of ['a', 'b', 'c', 'd', 'e']) {
        order.push(await next(db, { actorId: agent, role: 'agent' }));
      }
      expect(order).toEqual([
        ...['callback', 'rich', 'poor', 'poor-late'].map((taskId) => ({ taskId, nextDueAt: null })),
        { taskId: null, nextDueAt: minute(31) },
      ]);
    }));

  it('is the caller’s own as long as one of those is due', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('mine'), task('free', { agreed: true })]);
      await claimTask(db, { taskId: 'mine', actor: anna, at: minute(2) });
      expect((await next(db, anna)).taskId).toBe('mine');
      expect((await next(db, anna)).taskId).toBe('mine');
      expect((await next(db, bert)).taskId).toBe('free');
      expect(await next(db, bert, { at: minute(5) })).toEqual({
        taskId: null,
        nextDueAt: minute(10),
      });
    }));

  it('is none, and none later, where there is no work', () =>
    withDatabase(async ({ db }) => {
      expect(await next(db, anna)).toEqual({ taskId: null, nextDueAt: null });
    }));

  it('comes from the queues of the caller’s teams alone', () =>
    withDatabase(async ({ db }) => {
      await team(db, 'service', { anna: {} });
      await team(db, 'recovery', { bert: {}, boss: {} });
      await team(db, 'field', { boss: {} });
      await aCaseWithTasks(db, 'C1', [
        task('fix', { type: 'remedy', queue: 'service' }),
        task('call'),
        task('visit', { type: 'visit', queue: 'field' }),
        task('named', { queue: 'recovery', dueAt: minute(11) }),
      ]);
      expect((await next(db, anna)).taskId).toBe('fix');
      expect((await next(db, boss, { teamId: 'field' })).taskId).toBe('visit');
      expect((await next(db, bert)).taskId).toBe('call');
      expect((await next(db, { actorId: 'boss-2', role: 'manager' })).taskId).toBe('named');
      await expect(next(db, anna, { teamId: 'recovery' })).rejects.toMatchObject({
        code: 'forbidden',
      });
    }));

  it('comes to the recovery team from queues whose team is not there or has nobody', () =>
    withDatabase(async ({ db }) => {
      await team(db, 'service', { anna: {} });
      await team(db, 'field', {});
      const about = { type: 'remedy', queue: 'nowhere' } as const;
      await aCaseWithTasks(db, 'C1', [
        task('fix', { type: 'remedy', queue: 'service', dueAt: minute(9) }),
        task('later', { ...about, dueAt: minute(31) }),
        task('stray', about),
        task('visit', { type: 'visit', queue: 'field' }),
      ]);
      expect((await next(db, bert)).taskId).toBe('stray');
      expect(await getTask(db, 'stray')).toMatchObject({ queue: 'nowhere', assignee: 'bert' });
      expect((await next(db, bert, { teamId: 'recovery' })).taskId).toBe('stray');
      expect((await next(db, boss)).taskId).toBe('visit');
      const carl = { ...bert, actorId: 'carl' };
      expect(await next(db, carl)).toEqual({ taskId: null, nextDueAt: minute(31) });
      expect((await next(db, anna)).taskId).toBe('fix');
      // Whose last member has lost their key has nobody either.
      await aCaseWithTasks(db, 'C2', [task('fix-2', { type: 'remedy', queue: 'service' })]);
      await revokeKey(db, { keyId: 'anna', actor: boss, at: minute(20) });
      expect((await next(db, carl)).taskId).toBe('fix');
    }));

  it('comes to the recovery team from a queue whose team is absent, until somebody is back', () =>
    withDatabase(async ({ db }) => {
      await team(db, 'service', { anna: {}, dora: {} });
      const about = { type: 'remedy', queue: 'service' } as const;
      await aCaseWithTasks(db, 'C1', [
        task('fix', about),
        task('fix-2', { ...about, dueAt: minute(11) }),
        task('fix-3', { ...about, dueAt: minute(12) }),
      ]);
      const absence = { fromAt: minute(5), actor: boss, at: minute(5) };
      await addAbsence(db, { ...absence, keyId: 'anna', untilAt: null });
      expect(await next(db, bert)).toEqual({ taskId: null, nextDueAt: null });
      await addAbsence(db, { ...absence, keyId: 'dora', untilAt: minute(40) });
      expect((await next(db, bert)).taskId).toBe('fix');
      expect(await getTask(db, 'fix')).toMatchObject({ queue: 'service', assignee: 'bert' });
      expect((await next(db, bert, { teamId: 'recovery' })).taskId).toBe('fix');
      const carl = { ...bert, actorId: 'carl' };
      expect((await next(db, carl)).taskId).toBe('fix-2');
      // What was handed out stays where it is.
      const back = { at: minute(40) };
      const dora = { ...bert, actorId: 'dora' };
      expect(await next(db, { ...bert, actorId: 'emil' }, back)).toEqual({
        taskId: null,
        nextDueAt: null,
      });
      expect((await next(db, dora, back)).taskId).toBe('fix-3');
      expect((await next(db, bert, back)).taskId).toBe('fix');
    }));

  it('is none for who is absent, with the end of the absence', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1')]);
      const absence = { keyId: 'anna', fromAt: minute(5), actor: boss, at: minute(5) };
      const ask = (at: string) =>
        nextTask(db, {
          ...{ teamId: null, policy: unlessRefused, actor: anna, at, idempotencyKey: null },
        });
      await addAbsence(db, { ...absence, untilAt: minute(40) });
      const absent = { task: null, because: 'absent' };
      expect(await ask(minute(30))).toEqual({ ...absent, nextDueAt: minute(40) });
      await addAbsence(db, { ...absence, fromAt: minute(40), untilAt: null });
      expect(await ask(minute(41))).toEqual({ ...absent, nextDueAt: null });
      expect((await next(db, bert)).taskId).toBe('t1');
      expect(
        await nextTask(db, {
          ...{ teamId: null, policy: unlessRefused, actor: boss, at: minute(30) },
          idempotencyKey: null,
        }),
      ).toEqual({ task: null, because: 'none-due', nextDueAt: null });
    }));

  it('is one that the caller has the role and the skills for', () =>
    withDatabase(async ({ db }) => {
      await team(db, 'recovery', {
        anna: { languages: ['en'], products: ['cloud'] },
        bert: { tiers: ['B'] },
      });
      await acceptEvents(db, {
        events: [
          event('customer.updated', 'C1', {
            data: { name: 'x', kind: 'business', language: 'fr' },
          }),
          event('customer.updated', 'C2', {
            data: { name: 'x', kind: 'business', language: 'en-GB', product: 'cloud' },
          }),
        ],
        policy: await aPolicy(db),
        at: minute(0),
        actor: { actorId: 'shop', role: 'sales-system' },
      });
      await aCaseWithTasks(db, 'C1', [task('french')], { tier: 'B', expectedGain: 900 });
      await aCaseWithTasks(db, 'C2', [task('english')], { tier: 'A', expectedGain: 100 });
      await aCaseWithTasks(db, 'C3', [task('decision', { type: 'decide-pursuit' })], {
        tier: 'B',
        expectedGain: 1_000,
      });
      expect((await next(db, anna)).taskId).toBe('english');
      expect((await next(db, bert)).taskId).toBe('french');
      expect((await next(db, { ...bert, actorId: 'carl' })).taskId).toBeNull();
      expect((await next(db, boss)).taskId).toBe('decision');
    }));

  it('is none of a paused case', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1')], { pausedUntil: minute(60) });
      expect(await next(db, anna)).toEqual({ taskId: null, nextDueAt: null });
    }));

  it('is none that the customer does not allow any more, whoever has it', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [
        task('mine', { agreed: true }),
        task('refused', { agreed: true }),
      ]);
      await aCaseWithTasks(db, 'C2', [task('allowed'), task('fix', { type: 'remedy' })]);
      await claimTask(db, { taskId: 'mine', actor: anna, at: minute(2) });
      const refusal = { data: { channel: 'phone', granted: false }, time: minute(3) };
      await accept(db, [event('permission.changed', 'C1', refusal)], minute(3));
      expect((await next(db, anna)).taskId).toBe('allowed');
      await accept(db, [event('permission.changed', 'C2', refusal)], minute(3));
      expect(await next(db, anna)).toEqual({ taskId: 'fix', nextDueAt: null });
      expect(await next(db, bert)).toEqual({ taskId: null, nextDueAt: null });
      // As claiming leaves it: its case hears of the refusal and closes it.
      expect(await getTask(db, 'refused')).toMatchObject({ status: 'open', assignee: null });
    }));

  it('is no contact outside the hours, unless the customer has asked for it', () =>
    withDatabase(async ({ db }) => {
      const evening = '2026-11-02T19:30:00.000Z';
      await aCaseWithTasks(db, 'C1', [
        task('call', { dueAt: evening }),
        task('letter', { type: 'letter' }),
      ]);
      await aCaseWithTasks(db, 'C2', [task('fix', { type: 'remedy' })]);
      await aCaseWithTasks(db, 'C3', [task('callback', { agreed: true, dueAt: evening })]);
      const got = [];
      for (const agent of ['a', 'b', 'c']) {
        got.push(await next(db, { actorId: agent, role: 'agent' }, { at: evening }));
      }
      expect(got).toEqual([
        { taskId: 'callback', nextDueAt: null },
        { taskId: 'fix', nextDueAt: null },
        { taskId: null, nextDueAt: '2026-11-03T08:00:00.000Z' },
      ]);
    }));

  it('is no call that would be the second of its day, or too much for its case', () =>
    withDatabase(async ({ db }) => {
      const called = (customerId: string, commandId: string) =>
        writing(db, (tx) => {
          const about = { taskId: 'earlier', caseId: `${customerId}-e1`, customerId };
          const told = { commandId, outcome: 'no-answer', at: minute(5) };
          noteContact(tx, { ...about, type: 'recovery-call' }, told, unlessRefused);
        });
      await aCaseWithTasks(db, 'C1', [task('second')]);
      called('C1', 'first');
      expect(await next(db, anna)).toEqual({
        taskId: null,
        nextDueAt: '2026-11-03T08:00:00.000Z',
      });
      const limits = { perDay: 9, perWeek: 9, perCase: 1, teamPerHour: 1 };
      const contact = { ...unlessRefused.contact, limits };
      const policy = await storePolicy(db, { ...unlessRefused, contact }, minute(0));
      const record = await anOpenCase(db, 'C2', { policy });
      await projectCase(db, projection(record, 1, { tasks: [task('third')] }), minute(1));
      expect((await next(db, anna)).taskId).toBe('third');
      called('C2', 'only');
      expect(await next(db, anna)).toEqual({
        taskId: null,
        nextDueAt: '2026-11-03T08:00:00.000Z',
      });
    }));

  it('is none of a long queue that waits for the morning', () =>
    withDatabase(async ({ db }) => {
      const evening = '2026-11-02T19:30:00.000Z';
      const many = Array.from({ length: 2_000 }, (_, i) => task(`t${i}`));
      await aCaseWithTasks(db, 'C1', many);
      expect((await next(db, anna, { at: evening })).taskId).toBeNull();
    }));

  it('is noted once, when it is handed out', () =>
    withDatabase(async ({ db }) => {
      await aCaseWithTasks(db, 'C1', [task('t1')]);
      await next(db, anna);
      await next(db, anna);
      expect(db.select().from(commands).all()).toMatchObject([
        { action: 'task.next', actor: 'anna', target: 't1', caseId: 'C1-e1', status: 'done' },
      ]);
    }));

  it('is found behind many that the caller cannot do', () =>
    withDatabase(async ({ db }) => {
      await team(db, 'recovery', { anna: { tiers: ['A'] } });
      const many = Array.from({ length: 250 }, (_, i) => task(`b${i}`));
      await aCaseWithTasks(db, 'C1', many, { tier: 'B', expectedGain: 1_000 });
      await aCaseWithTasks(db, 'C2', [task('a')], { tier: 'A', expectedGain: 1 });
      expect((await next(db, anna)).taskId).toBe('a');
    }));
});
