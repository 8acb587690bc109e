import { randomBytes, randomUUID } from 'node:crypto';
import { and, asc, eq, gt, isNotNull, isNull, lte } from 'drizzle-orm';
import { after } from '../domain/duration.ts';
import type { Language } from '../domain/mails.ts';
import type { ReportMailStatus } from '../domain/monthly-report.ts';
import { linksLast, type LinkKind, type UserRole } from '../domain/users.ts';
import { insertDone, type Asked } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { hashOf } from './keys.ts';
import { apiKeys, passwordLinks, users } from './schema.ts';
import { endSessions, insertSession, renewSession } from './sessions.ts';

/* Passwords, the one-time links to choose one, and the mails that bring them. */

/** The token of a link: for its hash, and sealed for the mail until that is sent. */
export type NewLink = { token: string; sealed: string };

export function newLink(seal: (text: string) => string): NewLink {
  const token = randomBytes(32).toString('base64url');
  return { token, sealed: seal(token) };
}

/** Puts a link on its way; its mail leaves after this transaction. */
export function insertLink(
  tx: Db,
  { userId, kind, token, sealed, at }: NewLink & { userId: string; kind: LinkKind; at: string },
): void {
  tx.insert(passwordLinks)
    .values({
      linkId: randomUUID(),
      keyId: userId,
      kind,
      hash: hashOf(token),
      sealed,
      createdAt: at,
      expiresAt: after(at, linksLast[kind]),
      status: 'queued',
      notBefore: at,
    })
    .run();
}

/** Puts another link on its way; the ones before stay good for their time. */
export async function sendLink(
  db: Db,
  link: NewLink & { userId: string; kind: LinkKind },
  { asked, at }: { asked: Asked; at: string },
): Promise<void> {
  writing(db, (tx) => {
    insertLink(tx, { ...link, at });
    const action = link.kind === 'invitation' ? 'user.invite' : 'password.reset';
    insertDone(tx, asked, { action, target: link.userId, caseId: null, at });
  });
}

type LinkRecord = {
  linkId: string;
  userId: string;
  kind: LinkKind;
  name: string;
  email: string;
  role: UserRole;
};

/** The link of a token, if it is still good: not used, not too old, its user active. */
export async function linkByToken(
  db: Db,
  { token, at }: { token: string; at: string },
): Promise<LinkRecord | undefined> {
  return goodLink(db, { token, at });
}

function goodLink(tx: Db, { token, at }: { token: string; at: string }): LinkRecord | undefined {
  const { linkId, keyId: userId, kind } = passwordLinks;
  const { name, role } = apiKeys;
  return tx
    .select({ linkId, userId, kind, name, role, email: users.email })
    .from(passwordLinks)
    .innerJoin(users, eq(users.keyId, passwordLinks.keyId))
    .innerJoin(apiKeys, eq(apiKeys.keyId, passwordLinks.keyId))
    .where(
      and(
        eq(passwordLinks.hash, hashOf(token)),
        gt(passwordLinks.expiresAt, at),
        isNull(apiKeys.revokedAt),
      ),
    )
    .get() as LinkRecord | undefined;
}

/**
 * Sets the password of whoever has the link and signs them in, there alone; all their links are used up.
 * @returns undefined when the link is not good any more
 */
export async function usePasswordLink(
  db: Db,
  use: { token: string; passwordHash: string; agent: string | null; at: string },
): Promise<{ userId: string; token: string } | undefined> {
  const { token, passwordHash, agent, at } = use;
  return writing(db, (tx) => {
    const link = goodLink(tx, { token, at });
    if (!link) return undefined;
    const { userId, role, kind } = link;
    const actor = { actorId: userId, role };
    setPassword(tx, { userId, passwordHash });
    endSessions(tx, { keyId: userId, except: null });
    const asked = { actor, request: { link: kind }, idempotencyKey: null };
    insertDone(tx, asked, { action: 'password.change', target: userId, caseId: null, at });
    return { userId, token: insertSession(tx, { keyId: userId, role, way: 'link', agent, at }) };
  });
}

/** Ends all other sessions. Returns the new token of this one. */
export async function changePassword(
  db: Db,
  change: { userId: string; passwordHash: string; sessionId: string },
  { asked, at }: { asked: Asked; at: string },
): Promise<string> {
  const { userId, passwordHash, sessionId } = change;
  return writing(db, (tx) => {
    setPassword(tx, { userId, passwordHash });
    endSessions(tx, { keyId: userId, except: sessionId });
    insertDone(tx, asked, { action: 'password.change', target: userId, caseId: null, at });
    return renewSession(tx, { sessionId, at });
  });
}

function setPassword(
  tx: Db,
  { userId, passwordHash }: { userId: string; passwordHash: string },
): void {
  tx.update(users).set({ passwordHash }).where(eq(users.keyId, userId)).run();
  tx.delete(passwordLinks).where(eq(passwordLinks.keyId, userId)).run();
}

/** A link that is to be brought to somebody. */
export type LinkMail = {
  linkId: string;
  kind: LinkKind;
  sealed: string;
  recipient: string;
  name: string;
  language: Language;
  attempts: number;
};

/** Those whose mails are to be sent now, or were being sent by a process that died. */
export async function linkMails(
  db: Db,
  { status, at }: { status: 'queued' | 'sending'; at: string },
): Promise<LinkMail[]> {
  const { linkId, kind, sealed, attempts } = passwordLinks;
  return db
    .select({
      ...{ linkId, kind, sealed, attempts },
      recipient: users.email,
      name: apiKeys.name,
      language: users.language,
    })
    .from(passwordLinks)
    .innerJoin(users, eq(users.keyId, passwordLinks.keyId))
    .innerJoin(apiKeys, eq(apiKeys.keyId, passwordLinks.keyId))
    .where(
      and(
        isNotNull(sealed),
        eq(passwordLinks.status, status),
        lte(passwordLinks.notBefore, at),
        gt(passwordLinks.expiresAt, at),
      ),
    )
    .orderBy(asc(passwordLinks.notBefore))
    .limit(100)
    .all() as LinkMail[];
}

/**
 * Notes before the first byte goes out that it is being sent.
 * @returns whether it was still to be sent: the link may have been used meanwhile
 */
export async function linkSending(
  db: Db,
  { linkId, attempts }: LinkMail,
  at: string,
): Promise<boolean> {
  const { changes } = db
    .update(passwordLinks)
    .set({ status: 'sending', attempts: attempts + 1, lastAttemptAt: at })
    .where(and(eq(passwordLinks.linkId, linkId), eq(passwordLinks.status, 'queued')))
    .run();
  return changes === 1;
}

/** Notes what became of a mail; its token is forgotten. */
export async function linkEnded(
  db: Db,
  { linkId }: LinkMail,
  ended: { status: ReportMailStatus; at: string; error: string | null },
): Promise<void> {
  const { status, at: finishedAt, error: lastError } = ended;
  db.update(passwordLinks)
    .set({ status, finishedAt, lastError, sealed: null })
    .where(eq(passwordLinks.linkId, linkId))
    .run();
}

/** Notes a failure after which it is to be sent again. */
export async function linkDelayed(
  db: Db,
  { linkId }: LinkMail,
  { notBefore, error: lastError }: { notBefore: string; error: string },
): Promise<void> {
  db.update(passwordLinks)
    .set({ status: 'queued', notBefore, lastError })
    .where(eq(passwordLinks.linkId, linkId))
    .run();
}

/** Forgets the links whose time is over. */
export async function prunePasswordLinks(db: Db, at: string): Promise<void> {
  db.delete(passwordLinks).where(lte(passwordLinks.expiresAt, at)).run();
}
