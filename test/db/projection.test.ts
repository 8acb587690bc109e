import { describe, expect, it } from '@jest/globals';
import {
  episodesOf,
  getCase,
  openCaseCount,
  openCaseOf,
  projectCase,
  timelineOf,
} from '../../db/cases.ts';
import { getCustomer } from '../../db/customers.ts';
import { beginCommand } from '../../db/commands.ts';
import type { Db } from '../../db/open.ts';
import { messagesDone } from '../../db/outbox.ts';
import { storePolicy } from '../../db/policies.ts';
import { claimTask, getTask, listTasks } from '../../db/tasks.ts';
import { standardPolicy } from '../../domain/standard-policy.ts';
import type { TimelineCode } from '../../domain/timeline.ts';
import { withDatabase } from '../support/database.ts';
import {
  anna,
  anOpenCase,
  bert,
  closedAsLost,
  messages,
  minute,
  projection,
  task,
} from './given.ts';

const entry = (code: TimelineCode, at = minute(1)) => ({ at, code, data: { n: 1 } });

async function aCompletion(db: Db, taskId: string): Promise<void> {
  await beginCommand(db, {
    commandId: 'command-1',
    actor: anna,
    action: 'task.complete',
    target: taskId,
    caseId: 'C1-e1',
    request: { result: { outcome: 'accepted', note: 'Kommt gern zurück' } },
    idempotencyKey: null,
    at: minute(2),
    lease: minute(3),
  });
}

const done = {
  status: 'done',
  closedAt: minute(3),
  commandId: 'command-1',
  result: { outcome: 'accepted' },
} as const;

describe('writing a case as its workflow has it', () => {
  it('shows the whole state, the assessed cause before the stated one', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1', { statedCause: 'no-need', statedReason: 'so' });
      const state = {
        step: 'measures',
        tier: 'B',
        secondLifetimeValue: 9_000,
        decision: 'pursue',
        decisionReason: 'expected-gain',
        statedCause: 'no-need',
        assessedCause: 'neglected',
        playbook: { playbookId: 'manual', version: 1 },
        contacted: true,
        nextDueAt: minute(10),
      } as const;
      expect(await projectCase(db, projection(record, 1, { state }), minute(1))).toBe('written');
      const { playbook, ...columns } = state;
      expect(await getCase(db, 'C1-e1')).toEqual({
        ...record,
        historyLength: 10,
        ...columns,
        playbookId: playbook.playbookId,
        playbookVersion: playbook.version,
        cause: 'neglected',
        revision: 1,
      });
      await projectCase(
        db,
        projection(record, 2, { state: { statedCause: 'no-need' } }),
        minute(1),
      );
      expect(await getCase(db, 'C1-e1')).toMatchObject({ cause: 'no-need', playbookId: null });
    }));

  it('changes nothing when a later revision is already written', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 2, { state: { step: 'measures' } }), minute(1));
      const late = projection(record, 1, {
        tasks: [task('t1')],
        timeline: { firstSeq: 1, entries: [entry('opened')] },
      });
      expect(await projectCase(db, late, minute(2))).toBe('stale');
      expect(await getCase(db, 'C1-e1')).toMatchObject({ step: 'measures', revision: 2 });
      expect(await getTask(db, 't1')).toBeUndefined();
      expect(await timelineOf(db, 'C1-e1')).toEqual([]);
    }));

  it('is the same when it is written twice', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const timeline = { firstSeq: 1, entries: [entry('opened'), entry('task-opened')] };
      const same = projection(record, 1, { tasks: [task('t1')], timeline });
      await projectCase(db, same, minute(1));
      expect(await projectCase(db, same, minute(2))).toBe('written');
      expect((await timelineOf(db, 'C1-e1')).map(({ seq }) => seq)).toEqual([1, 2]);
      expect((await listTasks(db, {}, { limit: 9 })).items).toHaveLength(1);
    }));

  it('adds to the timeline', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const first = { firstSeq: 1, entries: [entry('opened'), entry('identified')] };
      const second = { firstSeq: 3, entries: [entry('closed', minute(2))] };
      await projectCase(db, projection(record, 1, { timeline: first }), minute(1));
      await projectCase(db, projection(record, 2, { timeline: second }), minute(2));
      expect(await timelineOf(db, 'C1-e1')).toEqual([
        { seq: 1, ...entry('opened') },
        { seq: 2, ...entry('identified') },
        { seq: 3, ...entry('closed', minute(2)) },
      ]);
    }));
});

describe('the tasks of a case', () => {
  it('keep their assignee while everything else follows the workflow', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 1, { tasks: [task('t1')] }), minute(1));
      await claimTask(db, { taskId: 't1', actor: bert, at: minute(1) });
      const moved = task('t1', { dueAt: minute(30), deadlineAt: minute(40), agreed: true });
      await projectCase(db, projection(record, 2, { tasks: [moved] }), minute(2));
      expect(await getTask(db, 't1')).toMatchObject({
        assignee: 'bert',
        dueAt: minute(30),
        deadlineAt: minute(40),
        agreed: true,
      });
    }));

  it('show the result as the person gave it, with its free text, and who gave it', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 1, { tasks: [task('t1')] }), minute(1));
      await aCompletion(db, 't1');
      await projectCase(db, projection(record, 2, { tasks: [task('t1', done)] }), minute(3));
      expect(await getTask(db, 't1')).toMatchObject({
        status: 'done',
        closedAt: minute(3),
        completedBy: 'anna',
        result: { outcome: 'accepted', note: 'Kommt gern zurück' },
      });
    }));

  it('show the coded result when the command is unknown', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 1, { tasks: [task('t1', done)] }), minute(3));
      expect(await getTask(db, 't1')).toMatchObject({
        completedBy: null,
        result: { outcome: 'accepted' },
      });
    }));

  it('are cancelled when the workflow does not know them as open', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const other = await anOpenCase(db, 'C2');
      await projectCase(db, projection(record, 1, { tasks: [task('t1'), task('t2')] }), minute(1));
      await projectCase(db, projection(other, 1, { tasks: [task('t3')] }), minute(1));
      await projectCase(db, projection(record, 2, { tasks: [task('t2')] }), minute(2));
      expect(await getTask(db, 't1')).toMatchObject({
        status: 'cancelled',
        closeReason: 'discarded',
        closedAt: minute(2),
        result: null,
      });
      expect(await getTask(db, 't2')).toMatchObject({ status: 'open' });
      expect(await getTask(db, 't3')).toMatchObject({ status: 'open' });
    }));
});

describe('a customer who tells us on the phone not to be contacted', () => {
  it('has objected from then on, in every later case', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const state = { ...closedAsLost, outcome: 'stopped', endReason: 'do-not-contact' } as const;
      const end = projection(record, 1, { state });
      await projectCase(db, end, minute(5));
      await projectCase(db, end, minute(6));
      expect(await getCustomer(db, 'C1')).toMatchObject({ objectedAt: minute(5) });
    }));
});

describe('what a discarded attempt has written', () => {
  it('is overwritten by the next one: a task shown done is open again', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 1, { tasks: [task('t1')] }), minute(1));
      await claimTask(db, { taskId: 't1', actor: anna, at: minute(1) });
      await aCompletion(db, 't1');
      const ghost = projection(record, 2, {
        state: { step: 'second-loyalty' },
        tasks: [task('t1', done), task('ghost')],
        timeline: { firstSeq: 1, entries: [entry('task-done'), entry('regained')] },
      });
      await projectCase(db, ghost, minute(3));
      const real = projection(record, 2, {
        tasks: [task('t1')],
        timeline: { firstSeq: 1, entries: [entry('paused')] },
      });
      expect(await projectCase(db, real, minute(4))).toBe('written');
      expect(await getTask(db, 't1')).toMatchObject({
        status: 'open',
        assignee: 'anna',
        closedAt: null,
        closeReason: null,
        completedBy: null,
        result: null,
      });
      expect(await getTask(db, 'ghost')).toMatchObject({ status: 'cancelled' });
      expect((await timelineOf(db, 'C1-e1')).map(({ code }) => code)).toEqual(['paused']);
      expect(await getCase(db, 'C1-e1')).toMatchObject({ step: 'identification' });
    }));

  it('is told from what was done before, also where it has closed the task that it opened', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const cancelled = {
        status: 'cancelled',
        closedAt: minute(3),
        closeReason: 'purchase',
      } as const;
      const real = task('t1', { ...cancelled, createdAt: minute(1) });
      const ghost = task('t2', { ...cancelled, createdAt: minute(3) });
      await projectCase(db, projection(record, 2, { tasks: [real, ghost] }), minute(3));
      await projectCase(db, projection(record, 3, { since: minute(2) }), minute(4));
      expect(await getTask(db, 't1')).toMatchObject({ closeReason: 'purchase' });
      expect(await getTask(db, 't2')).toMatchObject({ closeReason: 'discarded' });
    }));

  it('is taken back even if it was the end and the next loss', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const [start] = await messages(db);
      await messagesDone(db, [start!.outboxId], minute(1));
      const nextLoss = { cause: null, effectiveAt: null, at: minute(1) };
      await projectCase(db, projection(record, 5, { state: closedAsLost, nextLoss }), minute(1));
      expect(await projectCase(db, projection(record, 5), minute(2))).toBe('written');
      expect((await episodesOf(db, 'C1')).map(({ status }) => status)).toEqual(['open']);
      expect(await messages(db)).toEqual([]);
    }));
});

describe('a loss after the return', () => {
  const nextLoss = { cause: 'better-offer-price', effectiveAt: minute(99), at: minute(1) } as const;

  it('opens the next episode together with the end of this one, once', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const end = projection(record, 4, { state: closedAsLost, nextLoss });
      await projectCase(db, end, minute(2));
      await projectCase(db, end, minute(3));
      await projectCase(db, { ...end, revision: 5 }, minute(3));
      expect(await openCaseOf(db, 'C1')).toMatchObject({
        caseId: 'C1-e2',
        episode: 2,
        trigger: 'cancellation',
        statedCause: 'better-offer-price',
        effectiveAt: minute(99),
        openedAt: minute(2),
      });
      expect(await episodesOf(db, 'C1')).toHaveLength(2);
      const [first] = await messages(db);
      await messagesDone(db, [first!.outboxId], minute(4));
      expect(await messages(db)).toMatchObject([
        { kind: 'start-case', payload: { caseId: 'C1-e2', episode: 2 } },
      ]);
    }));

  it('does not open it again after that one has ended, too', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const end = projection(record, 4, { state: closedAsLost, nextLoss });
      await projectCase(db, end, minute(2));
      const second = (await openCaseOf(db, 'C1'))!;
      await projectCase(db, projection(second, 1, { state: closedAsLost }), minute(3));
      await projectCase(db, end, minute(4));
      expect(await openCaseCount(db)).toBe(0);
      expect(await episodesOf(db, 'C1')).toHaveLength(2);
    }));

  it('follows what the policy has become', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await storePolicy(db, { ...standardPolicy, pauseAtMost: '30d' }, minute(1));
      await projectCase(db, projection(record, 1, { state: closedAsLost, nextLoss }), minute(2));
      expect(await openCaseOf(db, 'C1')).toMatchObject({ policyVersion: 'standard-2' });
    }));
});

describe('a case that the database has lost', () => {
  it('comes back with what its workflow writes next', () =>
    withDatabase(async ({ db: intact }) => {
      const record = await anOpenCase(intact, 'C1', { statedCause: 'neglected' });
      await withDatabase(async ({ db }) => {
        const state = { step: 'measures', statedCause: 'neglected' } as const;
        const timeline = { firstSeq: 9, entries: [entry('task-opened')] };
        const next = projection(record, 7, { state, timeline, tasks: [task('t1')] });
        expect(await projectCase(db, next, minute(5))).toBe('written');
        expect(await getCase(db, 'C1-e1')).toEqual({
          ...record,
          historyLength: 10,
          step: 'measures',
          revision: 7,
          openedBy: 'reconciliation',
        });
        expect(await getCustomer(db, 'C1')).toMatchObject({ customerId: 'C1' });
        expect(await getTask(db, 't1')).toMatchObject({ status: 'open' });
        expect(await timelineOf(db, 'C1-e1')).toMatchObject([{ seq: 9 }]);
        expect(await messages(db)).toEqual([]);
      });
    }));

  it('takes the place of an earlier one that an old copy still shows as open', () =>
    withDatabase(async ({ db }) => {
      const first = await anOpenCase(db, 'C1');
      await projectCase(db, projection(first, 1, { tasks: [task('t1')] }), minute(1));
      const second = { ...first, caseId: 'C1-e2', episode: 2 };
      await projectCase(db, projection(second, 4), minute(5));
      expect(await openCaseOf(db, 'C1')).toMatchObject({ caseId: 'C1-e2', revision: 4 });
      expect(await getCase(db, 'C1-e1')).toMatchObject({
        status: 'closed',
        outcome: 'stopped',
        endReason: 'ended-outside',
      });
      expect(await getTask(db, 't1')).toMatchObject({ status: 'cancelled' });
    }));
});
