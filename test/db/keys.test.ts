import { describe, expect, it } from '@jest/globals';
import {
  createKey,
  ensureAdminKey,
  keyBySecret,
  listKeys,
  revokeExpired,
  revokeKey,
  touchKey,
} from '../../db/keys.ts';
import { apiKeys } from '../../db/schema.ts';
import { addMember, createTeam, listMembers } from '../../db/teams.ts';
import { withDatabase } from '../support/database.ts';
import { boss, minute } from './given.ts';

const at = minute(3);
const agent = { name: 'Anna', role: 'agent', at: minute(0) } as const;

describe('a key', () => {
  it('is found by its secret, which itself is kept nowhere', () =>
    withDatabase(async ({ db }) => {
      const { record, secret } = await createKey(db, agent);
      expect(secret).toMatch(/^wb_[\w-]{43}$/);
      expect(await keyBySecret(db, { secret, at })).toEqual(record);
      expect(record).toEqual({
        keyId: expect.any(String),
        name: 'Anna',
        role: 'agent',
        createdAt: minute(0),
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
      });
      expect(JSON.stringify(db.select().from(apiKeys).all())).not.toContain(secret.slice(3));
      expect(await keyBySecret(db, { secret: `${secret}x`, at })).toBeUndefined();
    }));

  it('does not work any more once it is revoked', () =>
    withDatabase(async ({ db }) => {
      const { record, secret } = await createKey(db, agent);
      await revokeKey(db, { keyId: record.keyId, actor: boss, at: minute(1) });
      await revokeKey(db, { keyId: record.keyId, actor: boss, at: minute(2) });
      expect(await keyBySecret(db, { secret, at })).toBeUndefined();
      expect(await listKeys(db)).toMatchObject([{ revokedAt: minute(1) }]);
      expect(await revokeKey(db, { keyId: 'nothing', actor: boss, at: minute(1) })).toBeUndefined();
    }));

  it('works until it expires, and is then revoked by itself, its place in a team with it', () =>
    withDatabase(async ({ db }) => {
      const { record, secret } = await createKey(db, { ...agent, expiresAt: minute(2) });
      const other = await createKey(db, agent);
      await createTeam(
        db,
        { teamId: 'service', name: 'Service', assignment: 'on-demand' },
        { asked: { actor: boss, request: {}, idempotencyKey: null }, at: minute(0) },
      );
      const skills = { languages: [], tiers: [], products: [] };
      const { keyId } = record;
      await addMember(db, { teamId: 'service', keyId, skills, hours: null }, minute(0));
      expect(await keyBySecret(db, { secret, at: minute(1) })).toMatchObject({ name: 'Anna' });
      expect(await revokeExpired(db, minute(1))).toBe(0);
      expect(await keyBySecret(db, { secret, at: minute(2) })).toBeUndefined();
      expect(await revokeExpired(db, minute(2))).toBe(1);
      expect(await revokeExpired(db, minute(2))).toBe(0);
      const keys = await listKeys(db);
      expect(keys.find((one) => one.keyId === keyId)).toMatchObject({ revokedAt: minute(2) });
      expect(await listMembers(db, 'service', minute(3))).toEqual([]);
      expect(await keyBySecret(db, { secret: other.secret, at: minute(3) })).toBeDefined();
    }));

  it('shows when it was last used, to the minute', () =>
    withDatabase(async ({ db }) => {
      const { secret } = await createKey(db, agent);
      const touch = async (at: string) =>
        touchKey(db, (await keyBySecret(db, { secret, at }))!, at);
      const used = async () => (await listKeys(db))[0]?.lastUsedAt;
      await touch('2026-11-02T08:00:00.000Z');
      await touch('2026-11-02T08:00:59.000Z');
      expect(await used()).toBe('2026-11-02T08:00:00.000Z');
      await touch('2026-11-02T08:01:01.000Z');
      expect(await used()).toBe('2026-11-02T08:01:01.000Z');
    }));
});

describe('the first admin key', () => {
  it('is made and shown once when none is given', () =>
    withDatabase(async ({ db }) => {
      const { secret } = await ensureAdminKey(db, { at: minute(0) });
      expect(await keyBySecret(db, { secret: secret!, at })).toMatchObject({ role: 'admin' });
      expect(await ensureAdminKey(db, { at: minute(1) })).toEqual({ secret: null });
      expect(await listKeys(db)).toHaveLength(1);
    }));

  it('is the one that is given, at every start', () =>
    withDatabase(async ({ db }) => {
      for (const n of [0, 1]) {
        expect(await ensureAdminKey(db, { secret: 'from-outside', at: minute(n) })).toEqual({
          secret: null,
        });
      }
      expect(await keyBySecret(db, { secret: 'from-outside', at })).toMatchObject({
        role: 'admin',
      });
      expect(await listKeys(db)).toHaveLength(1);
    }));

  it('is made again when the last one is revoked', () =>
    withDatabase(async ({ db }) => {
      await ensureAdminKey(db, { at: minute(0) });
      const [{ keyId } = { keyId: '' }] = await listKeys(db);
      await revokeKey(db, { keyId, actor: boss, at: minute(1) });
      expect((await ensureAdminKey(db, { at: minute(2) })).secret).not.toBeNull();
    }));
});
