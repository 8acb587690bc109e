import { describe, expect, it } from '@jest/globals';
import {
  currentPlaybooks,
  getPlaybook,
  listPlaybooks,
  publishPlaybook,
  retirePlaybook,
  seedPlaybooks,
} from '../../db/playbooks.ts';
import type { PlaybookContent } from '../../domain/playbooks.ts';
import { withDatabase } from '../support/database.ts';
import { testPlaybooks } from '../support/playbooks.ts';
import { minute } from './given.ts';

const manager = { actorId: 'k1', role: 'manager' } as const;
const asked = { actor: manager, request: {}, idempotencyKey: null };
const one: PlaybookContent = testPlaybooks[0]!;
const titled = (title: string): PlaybookContent => ({ ...one, title });

describe('playbooks', () => {
  it('are published anew only when their file has changed', () =>
    withDatabase(async ({ db }) => {
      for (const title of ['a', 'a', 'b', 'b']) await seedPlaybooks(db, [titled(title)], minute(0));
      expect(await currentPlaybooks(db)).toMatchObject([{ version: 2, title: 'b' }]);
      expect(await getPlaybook(db, one.playbookId, 1)).toMatchObject({ content: { title: 'a' } });
      expect(await getPlaybook(db, one.playbookId, 3)).toBeUndefined();
    }));

  it('keep what was published through the API when their file changes, and say so', () =>
    withDatabase(async ({ db }) => {
      await seedPlaybooks(db, [titled('file')], minute(0));
      const own = titled('own');
      expect(await publishPlaybook(db, own, { asked, basedOn: 1, at: minute(1) })).toMatchObject({
        version: 2,
        fromFile: false,
      });
      const newer = titled('newer file');
      expect(await seedPlaybooks(db, [titled('file')], minute(2))).toEqual([]);
      for (const number of [3, 4]) {
        expect(await seedPlaybooks(db, [newer], minute(number))).toEqual([one.playbookId]);
        expect(await currentPlaybooks(db)).toMatchObject([{ version: 2, title: 'own' }]);
      }
      // Nothing more to tell once a manager has published it on purpose.
      await publishPlaybook(db, newer, { asked, basedOn: 2, at: minute(5) });
      expect(await seedPlaybooks(db, [newer], minute(6))).toEqual([]);
      expect(await currentPlaybooks(db)).toMatchObject([{ version: 3, title: 'newer file' }]);
    }));

  it('stay what somebody published before there was a file of that ID', () =>
    withDatabase(async ({ db }) => {
      await publishPlaybook(db, titled('own'), { asked, basedOn: undefined, at: minute(0) });
      expect(await seedPlaybooks(db, [titled('file')], minute(1))).toEqual([one.playbookId]);
      expect(await currentPlaybooks(db)).toMatchObject([{ version: 1, title: 'own' }]);
    }));

  it('stay retired when their file changes', () =>
    withDatabase(async ({ db }) => {
      await seedPlaybooks(db, [titled('file')], minute(0));
      await retirePlaybook(db, one.playbookId, { asked, at: minute(1) });
      expect(await seedPlaybooks(db, [titled('newer')], minute(2))).toEqual([one.playbookId]);
      expect(await currentPlaybooks(db)).toEqual([]);
    }));

  it('are not published over a version that the writer has not seen', () =>
    withDatabase(async ({ db }) => {
      await seedPlaybooks(db, [titled('a')], minute(0));
      await seedPlaybooks(db, [titled('b')], minute(0));
      const publish = publishPlaybook(db, titled('c'), { asked, basedOn: 1, at: minute(1) });
      await expect(publish).rejects.toThrow('There is version 2 by now.');
      expect(await currentPlaybooks(db)).toMatchObject([{ version: 2 }]);
    }));

  it('are not chosen any more once retired, until another version is published', () =>
    withDatabase(async ({ db }) => {
      await seedPlaybooks(db, testPlaybooks, minute(0));
      await retirePlaybook(db, one.playbookId, { asked, at: minute(1) });
      const current = async () => (await currentPlaybooks(db)).map(({ playbookId }) => playbookId);
      expect(await current()).not.toContain(one.playbookId);
      expect(await current()).toHaveLength(testPlaybooks.length - 1);
      expect(await listPlaybooks(db)).toHaveLength(testPlaybooks.length);
      await seedPlaybooks(db, testPlaybooks, minute(2));
      expect(await current()).not.toContain(one.playbookId);
      await publishPlaybook(db, one, { asked, basedOn: undefined, at: minute(3) });
      expect(await current()).toContain(one.playbookId);
      expect(await listPlaybooks(db, one)).toMatchObject([
        { version: 2, retiredAt: null },
        { version: 1, retiredAt: minute(1) },
      ]);
    }));
});
