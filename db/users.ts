import { randomUUID } from 'node:crypto';
import { and, asc, count, eq, isNull, sql } from 'drizzle-orm';
import { refused } from '../domain/errors.ts';
import type { Language } from '../domain/mails.ts';
import type { Actor } from '../domain/records.ts';
import type { UserRecord, UserRole } from '../domain/users.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { leaveTeams } from './keys.ts';
import { insertLink, type NewLink } from './password-links.ts';
import { returnWork } from './returned-work.ts';
import { endSessions } from './sessions.ts';
import { apiKeys, passwordLinks, users } from './schema.ts';

/** Everything but the password's hash and who they are to others. */
const shown = {
  userId: apiKeys.keyId,
  name: apiKeys.name,
  email: users.email,
  role: sql<UserRole>`${apiKeys.role}`,
  language: users.language,
  active: sql<boolean>`${apiKeys.revokedAt} is null`.mapWith(Boolean),
  invited: sql<boolean>`${users.passwordHash} is null and ${users.subject} is null`.mapWith(
    Boolean,
  ),
  createdAt: apiKeys.createdAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

export type NewUser = { name: string; email: string; role: UserRole; language: Language };

/** By their names. */
export async function listUsers(db: Db): Promise<UserRecord[]> {
  return all(db).orderBy(asc(apiKeys.name), asc(apiKeys.keyId)).all();
}

export async function getUser(db: Db, userId: string): Promise<UserRecord | undefined> {
  return theUser(db, userId);
}

/** @param email in small letters */
export async function userByEmail(
  db: Db,
  email: string,
): Promise<(UserRecord & { passwordHash: string | null; subject: string | null }) | undefined> {
  const { passwordHash, subject } = users;
  return db
    .select({ ...shown, passwordHash, subject })
    .from(users)
    .innerJoin(apiKeys, eq(apiKeys.keyId, users.keyId))
    .where(eq(users.email, email))
    .get();
}

export async function passwordHashOf(db: Db, userId: string): Promise<string | null> {
  const { passwordHash } = users;
  const found = db.select({ passwordHash }).from(users).where(eq(users.keyId, userId)).get();
  return found?.passwordHash ?? null;
}

/**
 * Whom a provider of OpenID Connect means: who has come by it before, else the active user with that mail address,
 * who is known by this subject from now on.
 * @param of.email one that the provider has verified
 */
export async function userOfSubject(
  db: Db,
  of: { issuer: string; subject: string; email: string | null },
): Promise<UserRecord | undefined> {
  const { issuer, subject, email } = of;
  return writing(db, (tx) => {
    const known = all(tx)
      .where(and(eq(users.issuer, issuer), eq(users.subject, subject)))
      .get();
    if (known) return known.active ? known : undefined;
    if (email === null) return undefined;
    const meant = all(tx)
      .where(and(eq(users.email, email), isNull(users.subject), isNull(apiKeys.revokedAt)))
      .get();
    if (!meant) return undefined;
    tx.update(users).set({ issuer, subject }).where(eq(users.keyId, meant.userId)).run();
    return theUser(tx, meant.userId);
  });
}

/**
 * Makes a user and puts their invitation on its way.
 * @throws DomainError `conflict` when somebody has that mail address
 */
export async function createUser(
  db: Db,
  user: NewUser,
  { asked, link, at }: { asked: Asked; link: NewLink; at: string },
): Promise<UserRecord> {
  return writing(db, (tx) => {
    const made = insertUser(tx, { ...user, passwordHash: null, at });
    insertLink(tx, { ...link, userId: made.userId, kind: 'invitation', at });
    insertDone(tx, asked, { action: 'user.create', target: made.userId, caseId: null, at });
    return made;
  });
}

/** @throws DomainError `conflict` when somebody has that mail address */
export function insertUser(
  tx: Db,
  { name, role, email, at, ...own }: NewUser & { passwordHash: string | null; at: string },
): UserRecord {
  if (tx.select().from(users).where(eq(users.email, email)).get()) {
    throw refused('email-taken', undefined, [
      { field: 'email', rule: 'must not belong to another user' },
    ]);
  }
  const keyId = randomUUID();
  // No secret has such a hash.
  const hash = `user:${keyId}`;
  tx.insert(apiKeys).values({ keyId, kind: 'user', name, role, hash, createdAt: at }).run();
  tx.insert(users)
    .values({ keyId, email, ...own })
    .run();
  return theUser(tx, keyId)!;
}

type Change = {
  name?: string | undefined;
  language?: Language | undefined;
  role?: UserRole | undefined;
  active?: boolean | undefined;
};

/**
 * Changes a user. Who is not active any more is signed out and leaves their teams; their open work goes back to its
 * queues, as does that of who becomes an agent.
 * @returns undefined when there is no such user
 * @throws DomainError `conflict` when nobody would be left to administer, or somebody takes their own rights
 */
export async function changeUser(
  db: Db,
  userId: string,
  change: Change,
  { asked, at }: { asked: Asked; at: string },
): Promise<UserRecord | undefined> {
  const { name, language, role, active } = change;
  return writing(db, (tx) => {
    const before = theUser(tx, userId);
    if (!before) return undefined;
    const leaves = before.active && active === false;
    const demoted = role !== undefined && role !== 'admin' && before.role === 'admin';
    if (leaves || demoted) mustNotBeNeeded(tx, before, asked.actor);
    const revokedAt = active === undefined ? undefined : active ? null : at;
    tx.update(apiKeys)
      .set({ name: name ?? before.name, role: role ?? before.role })
      .where(eq(apiKeys.keyId, userId))
      .run();
    if (revokedAt !== undefined && active !== before.active) {
      tx.update(apiKeys).set({ revokedAt }).where(eq(apiKeys.keyId, userId)).run();
    }
    if (language) tx.update(users).set({ language }).where(eq(users.keyId, userId)).run();
    const { actor } = asked;
    if (leaves) {
      leaveTeams(tx, { keyId: userId, actor, at });
      endSessions(tx, { keyId: userId, except: null });
      tx.delete(passwordLinks).where(eq(passwordLinks.keyId, userId)).run();
    } else if (role === 'agent' && before.role !== 'agent') {
      returnWork(tx, { keyId: userId, reason: 'role-changed', actor, at });
    }
    insertDone(tx, asked, { action: 'user.change', target: userId, caseId: null, at });
    return theUser(tx, userId);
  });
}

/** Somebody must be able to administer by the web app; and nobody locks themselves out by mistake. */
function mustNotBeNeeded(tx: Db, { userId, role, active }: UserRecord, actor: Actor): void {
  if (userId === actor.actorId) {
    throw refused('own-rights');
  }
  if (role === 'admin' && active && adminCount(tx) === 1) {
    throw refused('last-admin');
  }
}

/** Whether an admin can sign in, or has been invited to. */
export function hasAdmin(tx: Db): boolean {
  return adminCount(tx) > 0;
}

function adminCount(tx: Db): number {
  const isAdmin = and(
    eq(apiKeys.kind, 'user'),
    eq(apiKeys.role, 'admin'),
    isNull(apiKeys.revokedAt),
  );
  return tx.select({ number: count() }).from(apiKeys).where(isAdmin).get()!.number;
}

function theUser(tx: Db, userId: string): UserRecord | undefined {
  return all(tx).where(eq(users.keyId, userId)).get();
}

function all(tx: Db) {
  return tx.select(shown).from(users).innerJoin(apiKeys, eq(apiKeys.keyId, users.keyId)).$dynamic();
}
