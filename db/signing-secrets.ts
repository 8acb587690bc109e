import { randomBytes, randomUUID } from 'node:crypto';
import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { refused } from '../domain/errors.ts';
import type { SigningSecretRecord } from '../domain/records.ts';
import { prepared, writing, type Db } from './connection.ts';
import { signingSecrets } from './schema.ts';

/** Two of one name, so that a sender can go over from one to the other. */
const validOfOneName = 2;
/** Every one of them is tried on every signature. */
const validAtMost = 20;
const touchEveryMs = 60_000;

/** Everything but the secret. */
const shown = {
  secretId: signingSecrets.secretId,
  name: signingSecrets.name,
  createdAt: signingSecrets.createdAt,
  revokedAt: signingSecrets.revokedAt,
  lastUsedAt: signingSecrets.lastUsedAt,
};
const valid = isNull(signingSecrets.revokedAt);

const statements = prepared((db) => ({
  valid: db
    .select({ ...shown, sealed: signingSecrets.sealed })
    .from(signingSecrets)
    .where(valid)
    .orderBy(asc(signingSecrets.createdAt), asc(signingSecrets.secretId))
    .prepare(),
}));

/**
 * Makes a secret in the form of Standard Webhooks (`whsec_` and 32 random bytes in base64). It is returned here and
 * never again.
 * @throws DomainError `conflict` when two of this name are valid, or 20 in all
 */
export async function createSigningSecret(
  db: Db,
  { name, at, seal }: { name: string; at: string; seal: (text: string) => string },
): Promise<{ record: SigningSecretRecord; secret: string }> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const sealed = seal(secret);
  return writing(db, (tx) => {
    const others = statements(tx).valid.all();
    if (others.filter((one) => one.name === name).length >= validOfOneName) {
      throw refused('too-many-secrets', `${name} has two valid secrets: revoke one of them first.`);
    }
    if (others.length >= validAtMost) {
      throw refused(
        'too-many-secrets',
        `There are ${validAtMost} valid secrets: revoke one first.`,
      );
    }
    const record = tx
      .insert(signingSecrets)
      .values({ secretId: randomUUID(), name, sealed, createdAt: at })
      .returning(shown)
      .get();
    return { record, secret };
  });
}

export async function listSigningSecrets(db: Db): Promise<SigningSecretRecord[]> {
  return db
    .select(shown)
    .from(signingSecrets)
    .orderBy(asc(signingSecrets.createdAt), asc(signingSecrets.secretId))
    .all();
}

/** Undefined when there is no such secret; revoking again keeps the first time. */
export async function revokeSigningSecret(
  db: Db,
  { secretId, at }: { secretId: string; at: string },
): Promise<SigningSecretRecord | undefined> {
  return db
    .update(signingSecrets)
    .set({ revokedAt: sql`coalesce(${signingSecrets.revokedAt}, ${at})` })
    .where(eq(signingSecrets.secretId, secretId))
    .returning(shown)
    .get();
}

/**
 * The valid secrets themselves.
 * @param onUnreadable hears of each that cannot be unsealed, because the key beside the database is another one
 */
export async function validSigningSecrets(
  db: Db,
  unseal: (sealed: string) => string,
  onUnreadable: (secretId: string, error: unknown) => void,
): Promise<(SigningSecretRecord & { secret: string })[]> {
  return statements(db)
    .valid.all()
    .flatMap(({ sealed, ...record }) => {
      try {
        return [{ ...record, secret: unseal(sealed) }];
      } catch (error) {
        onUnreadable(record.secretId, error);
        return [];
      }
    });
}

/** Notes that a secret was used, at most once a minute. */
export async function touchSigningSecret(db: Db, used: SigningSecretRecord, at: string) {
  const before = new Date(Date.parse(at) - touchEveryMs).toISOString();
  if (used.lastUsedAt !== null && used.lastUsedAt >= before) return;
  const due = or(isNull(signingSecrets.lastUsedAt), lt(signingSecrets.lastUsedAt, before));
  db.update(signingSecrets)
    .set({ lastUsedAt: at })
    .where(and(eq(signingSecrets.secretId, used.secretId), due))
    .run();
}
