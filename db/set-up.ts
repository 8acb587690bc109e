import { randomInt } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { refused } from '../domain/errors.ts';
import { insertDone } from './commands.ts';
import { writing, type Db } from './connection.ts';
import { hashOf } from './keys.ts';
import { installation } from './schema.ts';
import { insertSession } from './sessions.ts';
import { hasAdmin, insertUser, type NewUser } from './users.ts';

const name = 'set-up-code';
/** Without those that are mistaken for each other. */
const letters = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const groups = 4;
const groupLength = 5;

/** Whether an installation still waits for its first admin. */
export async function waitsForSetUp(db: Db): Promise<boolean> {
  return !hasAdmin(db);
}

/**
 * A new code with which the first admin is made, in place of any before; only its hash is kept.
 * @returns null when there is an admin
 */
export async function newSetUpCode(db: Db): Promise<string | null> {
  const group = () =>
    Array.from({ length: groupLength }, () => letters[randomInt(letters.length)]).join('');
  const code = Array.from({ length: groups }, group).join('-');
  return writing(db, (tx) => {
    if (hasAdmin(tx)) return null;
    const value = hashOfCode(code);
    tx.insert(installation)
      .values({ name, value })
      .onConflictDoUpdate({ target: installation.name, set: { value } })
      .run();
    return code;
  });
}

/**
 * Makes the first admin and signs them in; the code is used up.
 * @returns their user ID and the token of their session; undefined when the code is wrong
 * @throws DomainError `conflict` when there is an admin already
 */
export async function setUp(
  db: Db,
  {
    code,
    admin,
    agent,
    at,
  }: {
    code: string;
    admin: Omit<NewUser, 'role'> & { passwordHash: string };
    agent: string | null;
    at: string;
  },
): Promise<{ userId: string; token: string } | undefined> {
  return writing(db, (tx) => {
    if (hasAdmin(tx)) throw refused('admin-exists');
    const isIt = and(eq(installation.name, name), eq(installation.value, hashOfCode(code)));
    if (tx.delete(installation).where(isIt).run().changes === 0) return undefined;
    const { userId } = insertUser(tx, { ...admin, role: 'admin', at });
    const actor = { actorId: userId, role: 'admin' } as const;
    const asked = { actor, request: {}, idempotencyKey: null };
    insertDone(tx, asked, { action: 'installation.set-up', target: userId, caseId: null, at });
    const token = insertSession(tx, { keyId: userId, role: 'admin', way: 'set-up', agent, at });
    return { userId, token };
  });
}

/** However it was typed. */
function hashOfCode(code: string): string {
  return hashOf(code.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''));
}
