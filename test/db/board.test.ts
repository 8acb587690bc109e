import { describe, expect, it } from '@jest/globals';
import { countApprovals, countBoard, countFiltered, listBoard, loads } from '../../db/board.ts';
import type { Db } from '../../db/open.ts';
import { deleteView, listViews, saveView } from '../../db/saved-views.ts';
import { assignTask } from '../../db/tasks.ts';
import { savedViewsAtMost } from '../../domain/board.ts';
import { withDatabase } from '../support/database.ts';
import { aCaseWithTasks, anOpenCase, boss, everyPage, minute, task } from './given.ts';

const thresholds = { behindBefore: minute(30), stuckBefore: minute(20) };

/** One that waits on its own, three in the measures: on its way, behind, stuck. */
async function aBoard(db: Db): Promise<void> {
  await anOpenCase(db, 'C0', { at: minute(1) });
  const measures = (nextDueAt: string) => ({ step: 'measures', nextDueAt }) as const;
  await aCaseWithTasks(db, 'C1', [task('t1')], { ...measures(minute(40)), tier: 'A' });
  await aCaseWithTasks(db, 'C2', [task('t2')], { ...measures(minute(25)), tier: 'B' });
  const approval = { type: 'approve-offer', dueAt: minute(35) } as const;
  await aCaseWithTasks(db, 'C3', [task('t3'), task('t4', approval)], measures(minute(5)));
  await assignTask(db, { taskId: 't3', assignee: 'anna', actor: boss, at: minute(2) });
}

const list = async (db: Db, filter = {}, limit = 50, at = thresholds) => {
  const { items } = await listBoard(db, { step: 'measures', ...filter }, at, { limit });
  return items.map(({ customerId }) => customerId);
};

describe('the board', () => {
  it('counts the open cases of every step by how they get on', () =>
    withDatabase(async ({ db }) => {
      await aBoard(db);
      const counts = await countBoard(db, {}, thresholds);
      expect(counts.map((one) => one.step)).toHaveLength(5);
      expect(counts[0]).toEqual({ step: 'identification', 'on-track': 0, behind: 0, stuck: 1 });
      expect(counts[2]).toEqual({ step: 'measures', 'on-track': 1, behind: 1, stuck: 1 });
      const neverStuck = { ...thresholds, stuckBefore: null };
      const [, , measures] = await countBoard(db, {}, neverStuck);
      expect(measures).toMatchObject({ 'on-track': 1, behind: 2, stuck: 0 });
    }));

  it('lists the cases of a step, whoever waits longest first, on every page', () =>
    withDatabase(async ({ db }) => {
      await aBoard(db);
      const pages = await everyPage((cursor) =>
        listBoard(db, { step: 'measures' }, thresholds, { limit: 2, cursor }),
      );
      expect(pages.map((page) => page.map(({ customerId }) => customerId))).toEqual([
        ['C3', 'C2'],
        ['C1'],
      ]);
    }));

  it.each([
    [{ pace: 'stuck' }, ['C3']],
    [{ pace: 'behind' }, ['C2']],
    [{ pace: 'on-track' }, ['C1']],
    [{ tier: 'A' }, ['C1']],
    [{ assignee: 'anna' }, ['C3']],
    [{ assignee: null, tier: 'B' }, ['C2']],
    [{ awaitingApproval: true }, ['C3']],
  ] as const)('filters by %j, and counts the same', (filter, found) =>
    withDatabase(async ({ db }) => {
      await aBoard(db);
      expect(await list(db, filter)).toEqual(found);
      const [, , measures] = await countBoard(db, filter, thresholds);
      expect(measures!['on-track'] + measures!.behind + measures!.stuck).toBe(found.length);
      const here = (atMost: number) => countFiltered(db, [filter, {}], { thresholds, atMost });
      const waiting = 'pace' in filter && filter.pace === 'stuck' ? 1 : 0;
      expect(await here(100)).toEqual([found.length + waiting, 4]);
      expect(await here(2)).toEqual([Math.min(2, found.length + waiting), 2]);
    }),
  );

  it('shows the open tasks of a case, and what waits for approval', () =>
    withDatabase(async ({ db }) => {
      await aBoard(db);
      const { items } = await listBoard(db, { step: 'measures' }, thresholds, { limit: 1 });
      expect(items[0]!.tasks.map(({ taskId, assignee }) => [taskId, assignee])).toEqual([
        ['t3', 'anna'],
        ['t4', null],
      ]);
      expect(await countApprovals(db)).toBe(1);
    }));

  it('says how much everybody has to do', () =>
    withDatabase(async ({ db }) => {
      await aBoard(db);
      expect(await loads(db, minute(30))).toEqual([{ keyId: 'anna', open: 1, overdue: 1 }]);
    }));
});

describe('a saved view', () => {
  const view = (name: string, keyId = 'boss') => ({
    ...{ keyId, name, filter: { tier: 'A' } as const, at: minute(1) },
  });

  it('is its owner’s alone, and replaces the one of its name', () =>
    withDatabase(async ({ db }) => {
      const first = await saveView(db, view('top'));
      const again = await saveView(db, { ...view('top'), filter: { pace: 'stuck' } });
      expect(again).toEqual({ ...first, filter: { pace: 'stuck' } });
      await saveView(db, view('all', 'anna'));
      expect(await listViews(db, 'boss')).toEqual([again]);
      const { viewId } = again;
      expect(await deleteView(db, { keyId: 'anna', viewId })).toBe(false);
      expect(await deleteView(db, { keyId: 'boss', viewId })).toBe(true);
      expect(await listViews(db, 'boss')).toEqual([]);
    }));

  it('is refused to who has as many as anybody may', () =>
    withDatabase(async ({ db }) => {
      for (let i = 0; i < savedViewsAtMost; i += 1) await saveView(db, view(`view ${i}`));
      await expect(saveView(db, view('more'))).rejects.toMatchObject({ code: 'conflict' });
      await expect(saveView(db, view('view 1'))).resolves.toMatchObject({ name: 'view 1' });
    }));
});
