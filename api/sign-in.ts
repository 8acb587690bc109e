import { countAttempt, type Attempt } from '../db/attempts.ts';
import { endSession } from '../db/sessions.ts';
import { waitsForSetUp } from '../db/set-up.ts';
import { getUser } from '../db/users.ts';
import { DomainError } from '../domain/errors.ts';
import type { SessionRecord, UserRecord } from '../domain/users.ts';
import { HttpProblem } from './errors.ts';
import type { Answer, Call } from './route.ts';
import { sessionCookie } from './session-cookie.ts';

/* What the routes of signing in have in common. */

/** Who is signed in, and how one can be. */
export async function sessionJson(
  { db, mail, signIn }: Pick<Call, 'db' | 'mail' | 'signIn'>,
  userId: string | null,
) {
  const user = userId === null ? undefined : await getUser(db, userId);
  const { openIdConnect, linksShown } = signIn;
  return {
    user: user ? signedInJson(user) : null,
    setUp: await waitsForSetUp(db),
    ways: {
      password: true as const,
      openIdConnect: openIdConnect && { name: openIdConnect.name },
    },
    mailsLeave: !linksShown,
    company: mail.sender.company,
  };
}

function signedInJson({ userId, name, email, role, language }: UserRecord) {
  return { userId, name, email, role, language };
}

/** Tells somebody that they are signed in, and their browser by which token. */
export async function signedIn(
  call: Pick<Call, 'db' | 'mail' | 'signIn'>,
  { userId, token }: { userId: string; token: string },
): Promise<Answer> {
  const headers = { 'Set-Cookie': sessionCookie(call.mail.publicUrl, token) };
  return { status: 201, headers, body: await sessionJson(call, userId) };
}

/**
 * Of a caller who is signed in; those with a key have no session.
 * @throws DomainError `not-found`
 */
export function ownSession({ visitor }: Pick<Call, 'visitor'>): SessionRecord {
  if (visitor.session) return visitor.session;
  throw new DomainError('not-found', 'There is no session: a key needs none.');
}

/** @throws HttpProblem `too-many-requests` */
export async function mustBeWithin(
  { db, at }: Pick<Call, 'db' | 'at'>,
  tried: Attempt[],
): Promise<void> {
  const retryAt = await countAttempt(db, tried, at);
  if (retryAt === null) return;
  throw new HttpProblem('too-many-requests', 'Too many attempts: wait a while.', [], { retryAt });
}

/** One browser has one session: signing in again ends the one before. */
export async function leaveOldSession(call: Call): Promise<void> {
  const { session } = call.visitor;
  if (!session) return;
  const { db, actor, at } = call;
  await endSession(db, { sessionId: session.sessionId, actor, at });
}
