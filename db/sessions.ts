import { randomBytes, randomUUID } from 'node:crypto';
import { and, desc, eq, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { after, before } from '../domain/duration.ts';
import type { Actor } from '../domain/records.ts';
import { sessionRules, type SessionRecord, type UserRole, type WayIn } from '../domain/users.ts';
import { insertDone } from './commands.ts';
import { prepared, writing, type Db } from './connection.ts';
import { hashOf } from './keys.ts';
import { apiKeys, sessions } from './schema.ts';

const touchEvery = '1m';
const { idle, lasts, rotatedAfter, previousFor } = sessionRules;

/** Everything but the tokens. */
const shown = {
  sessionId: sessions.sessionId,
  keyId: sessions.keyId,
  agent: sessions.agent,
  createdAt: sessions.createdAt,
  lastUsedAt: sessions.lastUsedAt,
};

const statements = prepared((db) => ({
  byHash: db
    .select({
      ...shown,
      role: sql<UserRole>`${apiKeys.role}`,
      hash: sessions.hash,
      rotatedAt: sessions.rotatedAt,
      confirmed: sessions.confirmed,
    })
    .from(sessions)
    .innerJoin(apiKeys, eq(apiKeys.keyId, sessions.keyId))
    .where(
      and(
        or(
          eq(sessions.hash, sql.placeholder('hash')),
          eq(sessions.previousHash, sql.placeholder('hash')),
        ),
        isNull(apiKeys.revokedAt),
      ),
    )
    .prepare(),
}));

/** Signs somebody in. The token is returned here and never again: only its SHA-256 is kept. */
export async function beginSession(db: Db, begin: NewSession): Promise<string> {
  return writing(db, (tx) => insertSession(tx, begin));
}

export type NewSession = {
  keyId: string;
  role: UserRole;
  way: WayIn;
  agent: string | null;
  at: string;
};

export function insertSession(tx: Db, { keyId, role, way, agent, at }: NewSession): string {
  const token = newToken();
  const sessionId = randomUUID();
  tx.insert(sessions)
    .values({ sessionId, keyId, agent, hash: hashOf(token), ...fresh(at), createdAt: at })
    .run();
  const actor = { actorId: keyId, role };
  const asked = { actor, request: { way }, idempotencyKey: null };
  insertDone(tx, asked, { action: 'session.begin', target: sessionId, caseId: null, at });
  return token;
}

export type Visit = {
  session: SessionRecord;
  role: UserRole;
  /** in place of the one that came */
  newToken: string | null;
};

/**
 * The session that a token stands for, as long as neither it nor its user has ended. A token that has become old is
 * replaced; the one before is good for a little longer, and until its owner has got the new one: of many requests that
 * come at once one gets it, and an answer that is lost signs nobody out.
 */
export async function sessionByToken(
  db: Db,
  { token, at }: { token: string; at: string },
): Promise<Visit | undefined> {
  const hash = hashOf(token);
  const found = statements(db).byHash.get({ hash });
  if (!found) return undefined;
  const { role, hash: current, rotatedAt, confirmed, ...session } = found;
  const { sessionId } = session;
  const isOver = session.lastUsedAt <= before(at, idle) || session.createdAt <= before(at, lasts);
  const isStale = hash !== current && confirmed && rotatedAt <= before(at, previousFor);
  if (isOver || isStale) return undefined;
  const keepsFor = hash === current ? rotatedAfter : previousFor;
  if (rotatedAt <= before(at, keepsFor)) {
    const newToken = rotate(db, { sessionId, current, previousHash: hash, at });
    return { session, role, newToken };
  }
  const confirms = hash === current && !confirmed;
  if (confirms || session.lastUsedAt <= before(at, touchEvery)) {
    db.update(sessions)
      .set({ lastUsedAt: at, ...(confirms && { confirmed: true }) })
      .where(and(eq(sessions.sessionId, sessionId), eq(sessions.hash, current)))
      .run();
  }
  return { session, role, newToken: null };
}

/** Null when another request was first. */
function rotate(
  db: Db,
  {
    sessionId,
    current,
    previousHash,
    at,
  }: { sessionId: string; current: string; previousHash: string; at: string },
): string | null {
  const token = newToken();
  const { changes } = db
    .update(sessions)
    .set({ hash: hashOf(token), previousHash, ...fresh(at) })
    .where(and(eq(sessions.sessionId, sessionId), eq(sessions.hash, current)))
    .run();
  return changes === 1 ? token : null;
}

/** The one that was used last comes first. */
export async function listSessions(db: Db, keyId: string, at: string): Promise<SessionRecord[]> {
  return db
    .select(shown)
    .from(sessions)
    .where(eq(sessions.keyId, keyId))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.sessionId))
    .all()
    .filter(
      ({ lastUsedAt, createdAt }) => lastUsedAt > before(at, idle) && after(createdAt, lasts) > at,
    );
}

/** Whether nobody has ended it. */
export async function isSession(db: Db, sessionId: string): Promise<boolean> {
  const one = eq(sessions.sessionId, sessionId);
  return db.select(shown).from(sessions).where(one).get() !== undefined;
}

/** Ends one of the actor's own sessions. False when they have no such session. */
export async function endSession(
  db: Db,
  { sessionId, actor, at }: { sessionId: string; actor: Actor; at: string },
): Promise<boolean> {
  return writing(db, (tx) => {
    const own = and(eq(sessions.sessionId, sessionId), eq(sessions.keyId, actor.actorId));
    if (tx.delete(sessions).where(own).run().changes === 0) return false;
    const asked = { actor, request: {}, idempotencyKey: null };
    insertDone(tx, asked, { action: 'session.end', target: sessionId, caseId: null, at });
    return true;
  });
}

/** Ends the actor's own sessions but the one given. */
export async function endOtherSessions(
  db: Db,
  { actor, except, at }: { actor: Actor; except: string | null; at: string },
): Promise<void> {
  const { actorId: keyId } = actor;
  writing(db, (tx) => {
    endSessions(tx, { keyId, except });
    const asked = { actor, request: {}, idempotencyKey: null };
    insertDone(tx, asked, { action: 'session.end-others', target: keyId, caseId: null, at });
  });
}

/** Ends all of somebody's sessions but one, if any. */
export function endSessions(
  tx: Db,
  { keyId, except }: { keyId: string; except: string | null },
): void {
  const others = except === null ? undefined : ne(sessions.sessionId, except);
  tx.delete(sessions)
    .where(and(eq(sessions.keyId, keyId), others))
    .run();
}

/** Gives a session another token at once; the one before ends now. */
export function renewSession(tx: Db, { sessionId, at }: { sessionId: string; at: string }): string {
  const token = newToken();
  tx.update(sessions)
    .set({ hash: hashOf(token), previousHash: null, ...fresh(at) })
    .where(eq(sessions.sessionId, sessionId))
    .run();
  return token;
}

/** Forgets those that have ended by themselves. */
export async function pruneSessions(db: Db, at: string): Promise<void> {
  const isOver = or(
    lt(sessions.lastUsedAt, before(at, idle)),
    lt(sessions.createdAt, before(at, lasts)),
  );
  db.delete(sessions).where(isOver).run();
}

function fresh(at: string) {
  return { rotatedAt: at, confirmed: false, lastUsedAt: at };
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}
