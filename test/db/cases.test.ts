import { describe, expect, it } from '@jest/globals';
import {
  customerFacts,
  endOutside,
  episodesOf,
  getCase,
  listCases,
  openCase,
  openCaseOf,
  openCasesPage,
  projectCase,
  restartCase,
  timelineOf,
} from '../../db/cases.ts';
import { getCustomer } from '../../db/customers.ts';
import type { Db } from '../../db/open.ts';
import { messagesDone } from '../../db/outbox.ts';
import { claimTask, listTasks } from '../../db/tasks.ts';
import type { CaseFilter } from '../../domain/records.ts';
import { withDatabase } from '../support/database.ts';
import {
  accept,
  anna,
  anOpenCase,
  aPolicy,
  closedAsLost,
  event,
  everyPage,
  messages,
  minute,
  projection,
  purchase,
  task,
} from './given.ts';

async function listed(db: Db, filter: CaseFilter): Promise<string[]> {
  const { items } = await listCases(db, filter, { limit: 100 });
  return items.map(({ caseId }) => caseId);
}

describe('opening a case', () => {
  it('gives the open one if there is one', () =>
    withDatabase(async ({ db }) => {
      const first = await anOpenCase(db, 'C1');
      const again = await openCase(db, {
        customerId: 'C1',
        trigger: 'dormancy',
        statedCause: null,
        statedReason: null,
        effectiveAt: null,
        openedBy: 'somebody',
        policy: await aPolicy(db),
        at: minute(3),
      });
      expect(again).toEqual({ record: first, created: false });
      expect(await messages(db)).toHaveLength(1);
    }));

  it('begins the next episode after the last one is closed', () =>
    withDatabase(async ({ db }) => {
      const first = await anOpenCase(db, 'C1');
      await projectCase(db, projection(first, 1, { state: closedAsLost }), minute(1));
      const second = await anOpenCase(db, 'C1');
      expect(second).toMatchObject({ caseId: 'C1-e2', episode: 2 });
      expect((await episodesOf(db, 'C1')).map(({ caseId }) => caseId)).toEqual(['C1-e1', 'C1-e2']);
      expect((await openCaseOf(db, 'C1'))?.caseId).toBe('C1-e2');
    }));

  it('makes the customer known, and cancelled where it is about a cancellation', () =>
    withDatabase(async ({ db }) => {
      await anOpenCase(db, 'C1', { trigger: 'cancellation', at: minute(2) });
      expect(await getCustomer(db, 'C1')).toMatchObject({ cancelledAt: minute(2) });
    }));

  it('gives a second connection the case that the first has opened', () =>
    withDatabase(async ({ db, connect }) => {
      const other = await connect();
      const [one, two] = await Promise.all([anOpenCase(db, 'C1'), anOpenCase(other, 'C1')]);
      expect(two).toEqual(one);
    }));
});

describe('the list of cases', () => {
  it('is complete over its pages, newest first, where many were opened at once', () =>
    withDatabase(async ({ db }) => {
      for (let i = 0; i < 11; i += 1) {
        const record = await anOpenCase(db, `C${i}`, { at: minute(i < 8 ? 1 : 2) });
        if (i % 3 === 0)
          await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(5));
      }
      const all = await everyPage((cursor) => listCases(db, {}, { limit: 2, cursor }));
      const ids = all.flat().map(({ caseId }) => caseId);
      expect(ids).toEqual(
        ['C9', 'C8', 'C10', 'C7', 'C6', 'C5', 'C4', 'C3', 'C2', 'C1', 'C0'].map((id) => `${id}-e1`),
      );
      const open = await everyPage((cursor) =>
        listCases(db, { status: 'open' }, { limit: 3, cursor }),
      );
      expect(open.map((page) => page.length)).toEqual([3, 3, 1]);
    }));

  it('filters by what is known of a case', () =>
    withDatabase(async ({ db }) => {
      const calls = await anOpenCase(db, 'calls', { trigger: 'dormancy' });
      const lost = await anOpenCase(db, 'lost', { statedCause: 'neglected' });
      const fresh = await anOpenCase(db, 'fresh');
      const tasks = [task('calls-1')];
      const state = { step: 'measures', tier: 'A', nextDueAt: minute(10) } as const;
      await projectCase(db, projection(calls, 1, { state, tasks }), minute(1));
      await projectCase(
        db,
        projection(lost, 1, { state: { ...closedAsLost, statedCause: 'neglected', tier: 'A' } }),
        minute(1),
      );
      await claimTask(db, { taskId: 'calls-1', actor: anna, at: minute(2) });

      expect(await listed(db, { status: 'open' })).toEqual([fresh.caseId, calls.caseId]);
      expect(await listed(db, { step: 'measures' })).toEqual([calls.caseId]);
      expect(await listed(db, { trigger: 'dormancy', status: 'open' })).toEqual([calls.caseId]);
      expect(await listed(db, { cause: 'neglected' })).toEqual([lost.caseId]);
      expect(await listed(db, { tier: 'A' })).toEqual([lost.caseId, calls.caseId]);
      expect(await listed(db, { outcome: 'lost' })).toEqual([lost.caseId]);
      expect(await listed(db, { customerId: 'fresh' })).toEqual([fresh.caseId]);
      expect(await listed(db, { assignee: 'anna' })).toEqual([calls.caseId]);
      expect(await listed(db, { assignee: 'bert' })).toEqual([]);
      expect(await listed(db, { assignee: 'anna', status: 'closed' })).toEqual([]);
      expect(await listed(db, { assignee: null })).toEqual([]);
      await projectCase(db, projection(fresh, 1, { tasks: [task('fresh-1')] }), minute(1));
      expect(await listed(db, { assignee: null })).toEqual([fresh.caseId]);
      expect(await listed(db, { dueBefore: minute(11) })).toEqual([calls.caseId]);
      const others = [fresh.caseId, lost.caseId];
      expect((await listed(db, { notDueBefore: minute(11) })).sort()).toEqual(others.sort());
      expect(await listed(db, { dueBefore: minute(10) })).toEqual([]);
    }));

  it('refuses the cursor of another list', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const tasks = [task('t1'), task('t2')];
      await projectCase(db, projection(record, 1, { tasks }), minute(1));
      const { nextCursor } = await listTasks(db, {}, { limit: 1 });
      await expect(listCases(db, {}, { limit: 1, cursor: nextCursor! })).rejects.toMatchObject({
        code: 'invalid',
      });
    }));
});

describe('what a case is decided on', () => {
  const factsOf = async (db: Db, customerId: string, episode = 1) =>
    customerFacts(db, {
      customerId,
      caseId: `${customerId}-e${episode}`,
      trigger: 'dormancy',
      cause: null,
      policy: await aPolicy(db),
      at: '2026-11-02T08:00:00.000Z',
    });

  it('are numbers, codes and dates', () =>
    withDatabase(async ({ db }) => {
      await accept(db, [
        purchase('C1', 'o1', { time: '2026-01-01T10:00:00.000Z', amount: 10_000 }),
        purchase('C1', 'o2', { time: '2026-07-02T10:00:00.000Z', amount: 10_000 }),
        event('customer.objected', 'C1'),
      ]);
      expect(await factsOf(db, 'C1')).toEqual({
        purchaseDays: 2,
        lastPurchaseAt: '2026-07-02T10:00:00.000Z',
        secondLifetimeValue: expect.any(Number),
        secondLifetime: expect.objectContaining({
          purchasesFrom: 'own-pace',
          spendFrom: 'own-average',
        }),
        tier: expect.stringMatching(/^[ABCD]$/),
        chance: { percent: expect.any(Number), from: 'policy', cases: 0 },
        earlierReturns: 0,
        objected: true,
        deceased: false,
        controlGroup: false,
      });
    }));

  it('include the returns of earlier episodes, not of this one', () =>
    withDatabase(async ({ db }) => {
      const first = await anOpenCase(db, 'C1');
      const returned = { ...closedAsLost, outcome: 'lost-again', regainedAt: minute(1) } as const;
      await projectCase(db, projection(first, 1, { state: returned }), minute(2));
      expect(await factsOf(db, 'C1', 1)).toMatchObject({ earlierReturns: 0 });
      expect(await factsOf(db, 'C1', 2)).toMatchObject({ earlierReturns: 1 });
    }));

  it('include a return that was heard of only after the end of its case', () =>
    withDatabase(async ({ db }) => {
      const first = await anOpenCase(db, 'C1');
      await projectCase(db, projection(first, 1, { state: closedAsLost }), minute(50));
      await accept(db, [purchase('C1', 'late', { time: minute(40) })], minute(60));
      expect(await factsOf(db, 'C1', 2)).toMatchObject({ earlierReturns: 1 });
    }));
});

describe('the reconciliation pass', () => {
  it('walks through the open cases by ID', () =>
    withDatabase(async ({ db }) => {
      for (const id of ['C3', 'C1', 'C4', 'C2']) await anOpenCase(db, id);
      const closed = (await openCaseOf(db, 'C2'))!;
      await projectCase(db, projection(closed, 1, { state: closedAsLost }), minute(1));
      const first = await openCasesPage(db, { after: null, limit: 2 });
      expect(first.map(({ caseId }) => caseId)).toEqual(['C1-e1', 'C3-e1']);
      const second = await openCasesPage(db, { after: 'C3-e1', limit: 2 });
      expect(second.map(({ caseId }) => caseId)).toEqual(['C4-e1']);
    }));

  it('closes a case that was ended in Temporal, with its tasks', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      const entries = [{ at: minute(1), code: 'opened', data: {} } as const];
      await projectCase(
        db,
        projection(record, 3, { tasks: [task('t1')], timeline: { firstSeq: 1, entries } }),
        minute(1),
      );
      expect(await endOutside(db, { caseId: 'C1-e1', at: minute(9) })).toBe(true);
      expect(await endOutside(db, { caseId: 'C1-e1', at: minute(10) })).toBe(false);
      expect(await getCase(db, 'C1-e1')).toMatchObject({
        status: 'closed',
        outcome: 'stopped',
        endReason: 'ended-outside',
        closedAt: minute(9),
        nextDueAt: null,
      });
      expect(await listTasks(db, { caseId: 'C1-e1' }, { limit: 5 })).toMatchObject({
        items: [{ status: 'cancelled', closeReason: 'case-closed', closedAt: minute(9) }],
      });
      expect((await timelineOf(db, 'C1-e1')).map(({ seq, code }) => [seq, code])).toEqual([
        [1, 'opened'],
        [2, 'closed'],
      ]);
    }));

  it('has a lost workflow started again, ahead of the messages that wait for it', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1', { effectiveAt: minute(90) });
      const [start] = await messages(db);
      expect(await restartCase(db, { caseId: 'C1-e1', at: minute(1) })).toBe(false);
      await messagesDone(db, [start!.outboxId], minute(1));
      const entry = { at: minute(2), code: 'opened', data: {} } as const;
      const timeline = { firstSeq: 1, entries: [entry, entry] };
      await projectCase(db, projection(record, 7, { timeline }), minute(2));
      await accept(db, [purchase('C1', 'o1', { time: minute(3) })]);

      expect(await restartCase(db, { caseId: 'C1-e1', at: minute(4) })).toBe(true);
      expect(await restartCase(db, { caseId: 'C1-e1', at: minute(5) })).toBe(false);
      const due = await messages(db);
      expect(due.map(({ kind }) => kind).sort()).toEqual(['fact', 'start-case']);
      expect(due.find(({ kind }) => kind === 'start-case')?.payload).toEqual({
        ...(start!.payload as object),
        firstSeq: 4,
      });
      const told = (await timelineOf(db, 'C1-e1')).map(({ code }) => code);
      expect(told).toEqual(['opened', 'opened', 'repaired']);
      expect(await projectCase(db, projection(record, 1), minute(6))).toBe('written');
    }));

  it('does not start a closed case again', () =>
    withDatabase(async ({ db }) => {
      const record = await anOpenCase(db, 'C1');
      await projectCase(db, projection(record, 1, { state: closedAsLost }), minute(1));
      expect(await restartCase(db, { caseId: 'C1-e1', at: minute(2) })).toBe(false);
      expect(await getCase(db, 'C1-e1')).toMatchObject({ revision: 1 });
    }));
});
