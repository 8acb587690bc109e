import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNull, lte, ne, or, sql } from 'drizzle-orm';
import type { Actor, KeyRecord } from '../domain/records.ts';
import type { StaffRecord } from '../domain/users.ts';
import type { Role } from '../domain/words.ts';
import { prepared, writing, type Db } from './connection.ts';
import { returnWork } from './returned-work.ts';
import { apiKeys, teamMembers } from './schema.ts';

const touchEveryMs = 60_000;

/** Everything but the hash. */
const shown = {
  keyId: apiKeys.keyId,
  name: apiKeys.name,
  role: apiKeys.role,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
  lastUsedAt: apiKeys.lastUsedAt,
};
const valid = isNull(apiKeys.revokedAt);
const isKey = eq(apiKeys.kind, 'key');

const statements = prepared((db) => ({
  byHash: db
    .select(shown)
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.hash, sql.placeholder('hash')),
        valid,
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql.placeholder('at'))),
      ),
    )
    .prepare(),
}));

type NewKey = {
  name: string;
  role: Role;
  at: string;
  expiresAt?: string | null | undefined;
  secret?: string | undefined;
};

/** The secret is returned here and never again: only its SHA-256 is kept. */
export async function createKey(
  db: Db,
  key: NewKey,
): Promise<{ record: KeyRecord; secret: string }> {
  return insertKey(db, key);
}

export async function keyBySecret(
  db: Db,
  { secret, at }: { secret: string; at: string },
): Promise<KeyRecord | undefined> {
  return statements(db).byHash.get({ hash: hashOf(secret), at });
}

/** A key that still works, or a user who is active. */
export async function validKey(db: Db, keyId: string): Promise<KeyRecord | undefined> {
  return db
    .select(shown)
    .from(apiKeys)
    .where(and(eq(apiKeys.keyId, keyId), valid))
    .get();
}

export async function listKeys(db: Db): Promise<KeyRecord[]> {
  return db
    .select(shown)
    .from(apiKeys)
    .where(isKey)
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.keyId))
    .all();
}

/** Who can be given work, by their names. */
export async function listStaff(db: Db): Promise<StaffRecord[]> {
  const { keyId, kind, name, role } = apiKeys;
  return db
    .select({ keyId, kind, name, role })
    .from(apiKeys)
    .where(and(valid, ne(role, 'sales-system')))
    .orderBy(asc(name), asc(keyId))
    .all() as StaffRecord[];
}

/**
 * Ends a key and its place in every team; its open tasks go back to their queues. Revoking again keeps the first time.
 * @returns undefined when there is no such key
 */
export async function revokeKey(
  db: Db,
  { keyId, actor, at }: { keyId: string; actor: Actor; at: string },
): Promise<KeyRecord | undefined> {
  return writing(db, (tx) => {
    const isUsers = and(eq(apiKeys.keyId, keyId), eq(apiKeys.kind, 'user'));
    if (tx.select(shown).from(apiKeys).where(isUsers).get()) return undefined;
    leaveTeams(tx, { keyId, actor, at });
    return tx
      .update(apiKeys)
      .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${at})` })
      .where(eq(apiKeys.keyId, keyId))
      .returning(shown)
      .get();
  });
}

/**
 * Revokes the keys whose time is over.
 * @returns how many
 */
export async function revokeExpired(db: Db, at: string): Promise<number> {
  const isOver = and(valid, lte(apiKeys.expiresAt, at));
  if (!db.select({ keyId: apiKeys.keyId }).from(apiKeys).where(isOver).limit(1).get()) return 0;
  return writing(db, (tx) => {
    const over = tx
      .update(apiKeys)
      .set({ revokedAt: apiKeys.expiresAt })
      .where(isOver)
      .returning(shown)
      .all();
    const actor = { actorId: 'engine', role: 'admin' } as const;
    for (const { keyId } of over) leaveTeams(tx, { keyId, actor, at });
    return over.length;
  });
}

/** Of who works here no more. */
export function leaveTeams(
  tx: Db,
  { keyId, actor, at }: { keyId: string; actor: Actor; at: string },
): void {
  tx.delete(teamMembers).where(eq(teamMembers.keyId, keyId)).run();
  returnWork(tx, { keyId, reason: 'key-revoked', actor, at });
}

/** Notes that the key was used, at most once a minute, so that reading requests stay free of writes. */
export async function touchKey(
  db: Db,
  { keyId, lastUsedAt }: Pick<KeyRecord, 'keyId' | 'lastUsedAt'>,
  at: string,
): Promise<void> {
  const before = new Date(Date.parse(at) - touchEveryMs).toISOString();
  if (lastUsedAt !== null && lastUsedAt >= before) return;
  db.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.keyId, keyId)).run();
}

/**
 * Makes sure that somebody can administer the installation: the key given, or, when none is given and there is no
 * admin key at all, a new one, whose secret is returned this once.
 */
export async function ensureAdminKey(
  db: Db,
  { secret, at }: { secret?: string | undefined; at: string },
): Promise<{ secret: string | null }> {
  return writing(db, (tx) => {
    if (secret === undefined) {
      const admin = and(eq(apiKeys.role, 'admin'), valid);
      if (tx.select(shown).from(apiKeys).where(admin).get()) return { secret: null };
      return { secret: insertKey(tx, { name: 'first admin', role: 'admin', at }).secret };
    }
    const same = eq(apiKeys.hash, hashOf(secret));
    const known = tx.update(apiKeys).set({ role: 'admin', revokedAt: null }).where(same).run();
    if (known.changes === 0) insertKey(tx, { name: 'first admin', role: 'admin', at, secret });
    return { secret: null };
  });
}

function insertKey(
  db: Db,
  { name, role, at, expiresAt, secret = `wb_${randomBytes(32).toString('base64url')}` }: NewKey,
): { record: KeyRecord; secret: string } {
  const record = db
    .insert(apiKeys)
    .values({ keyId: randomUUID(), name, role, hash: hashOf(secret), createdAt: at, expiresAt })
    .returning(shown)
    .get();
  return { record, secret };
}

/** Of secrets that are random: a slow hash would add nothing. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
