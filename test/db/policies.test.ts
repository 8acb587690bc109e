import { describe, expect, it } from '@jest/globals';
import { getPolicy, storePolicy } from '../../db/policies.ts';
import { demoPolicy, standardPolicy } from '../../domain/standard-policy.ts';
import { withDatabase } from '../support/database.ts';
import { minute } from './given.ts';

describe('a policy', () => {
  it('gets a new version only when its content changes', () =>
    withDatabase(async ({ db }) => {
      const versions: string[] = [];
      const changed = { ...standardPolicy, overdueAfter: '2d' } as const;
      for (const policy of [standardPolicy, standardPolicy, changed, changed, standardPolicy]) {
        versions.push((await storePolicy(db, policy, minute(0))).version);
      }
      expect(versions).toEqual([
        'standard-1',
        'standard-1',
        'standard-2',
        'standard-2',
        'standard-3',
      ]);
      expect(await getPolicy(db, 'standard-2')).toEqual({ ...changed, version: 'standard-2' });
    }));

  it('keeps its own count under its own name', () =>
    withDatabase(async ({ db }) => {
      for (let days = 1; days <= 10; days += 1) {
        await storePolicy(db, { ...standardPolicy, pauseAtMost: `${days}d` }, minute(0));
      }
      const next = await storePolicy(db, { ...standardPolicy, pauseAtMost: '11d' }, minute(0));
      expect(next.version).toBe('standard-11');
      expect((await storePolicy(db, demoPolicy, minute(0))).version).toBe('demo-1');
      expect(await getPolicy(db, 'demo-2')).toBeUndefined();
    }));
});
